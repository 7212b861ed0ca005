/** @file Pulsed updates of 4 million cells, by the mean number of pulses that a cell gets. */
import { openEngine } from '../src/engine/engine.ts';
import { streamOf } from '../src/engine/streams.ts';
import { bestOf, print } from './measure.ts';

export async function benchPulses(): Promise<void> {
  console.log('pulsed update of 2000 × 2000 cells, cycle noise 30 %, one thread');
  const engine = await openEngine({ product: 'plain', bytes: 2 ** 28 });
  const { kernels } = engine;
  const matrix = (value: number) => {
    const m = engine.matrix(2000, 2000);
    m.data.fill(value);
    return m;
  };
  const [weights, change, response] = [matrix(0), matrix(0), matrix(1)];
  const arrays = { up: matrix(0.01), down: matrix(0.01), low: matrix(-1), high: matrix(1) };
  const cells = { ...arrays, step: 0.01, cycle: 0.3, maximum: 31 };
  const streams = { rounding: streamOf(1, 'rounding'), cycle: streamOf(1, 'cycle') };
  const n = weights.data.length;
  for (const [pulses, sigma] of [
    ['5 % of the cells, one pulse', 0.063],
    ['2.4 pulses', 3],
    ['8 pulses', 10],
  ] as const) {
    kernels.fill(change, 0);
    kernels.addGaussian(change, sigma * cells.step, streamOf(1, 'change'));
    const best = bestOf(6, [
      { name: 'soft bounds', run: () => void kernels.pulseSoftBounds(weights, change, cells, streams) },
      { name: 'constant step', run: () => void kernels.pulseConstant(weights, change, cells, streams) },
      {
        name: 'exact writing',
        run: () => kernels.writeBounded(weights, change, response, cells.low, cells.high),
      },
    ]);
    const exact = best.get('exact writing')!;
    for (const [name, seconds] of best)
      print(
        `${name}, ${pulses}`,
        (1e9 * seconds) / n,
        'ns per cell',
        `${(seconds / exact).toFixed(1)} × exact writing`,
      );
  }
}
