/** @file Outer products by coinciding trains on 4 million cells, by the mean number of pulses that a cell gets in a mini-batch. */
import { openEngine } from '../src/engine/engine.ts';
import { paddedColumns } from '../src/engine/kernels.ts';
import { streamOf, words } from '../src/engine/streams.ts';
import { bestOf, print } from './measure.ts';

const size = 2000;
/** AIHWKit 0.9.2 on such a machine: one pulse of one cell, the loop that its update consists of. */
const anchorNs = 8;

export async function benchCoincidences(): Promise<void> {
  console.log(`coinciding trains on ${size} × ${size} cells, cycle noise 30 %, one thread`);
  const engine = await openEngine({ product: 'plain', bytes: 2 ** 28 });
  const matrix = (value: number) => {
    const m = engine.matrix(size, size);
    m.data.fill(value);
    return m;
  };
  const weights = matrix(0);
  const cells = { up: matrix(0.01), down: matrix(0.01), low: matrix(-1), high: matrix(1), cycle: 0.3 };
  const cycle = streamOf(1, 'cycle');
  const padded = paddedColumns(size);
  for (const wordsOfSlots of [2, 4, 8]) {
    const line = (n: number, path: string) => {
      const trains = engine.arena.indices(n * wordsOfSlots);
      const [a, b] = [0, 1].map(k => words(streamOf(1, `${path}/${k}`), trains.length));
      for (let k = 0; k < trains.length; k++) trains[k] = a![k]! & b![k]!; // fires in a quarter of the slots
      return trains;
    };
    const [rowPlus, plus] = [line(size, 'row'), line(padded, 'column')];
    const [rowMinus, columnMinus] = [rowPlus, plus].map(t => engine.arena.indices(t.length));
    const signs = words(streamOf(1, 'signs'), plus.length);
    for (let k = 0; k < plus.length; k++) {
      columnMinus![k] = plus[k]! & signs[k]!;
      plus[k]! &= ~signs[k]!;
    }
    const trains = {
      words: wordsOfSlots,
      rowPlus,
      rowMinus: rowMinus!,
      columnPlus: plus,
      columnMinus: columnMinus!,
    };
    let pulses = 0;
    const best = bestOf(6, [
      {
        name: 'soft bounds',
        run: () => {
          pulses = engine.kernels.coincideSoftBounds(weights, trains, cells, cycle);
        },
      },
      {
        name: 'constant step',
        run: () => {
          pulses = engine.kernels.coincideConstant(weights, trains, cells, cycle);
        },
      },
    ]);
    const mean = pulses / size ** 2;
    for (const [name, seconds] of best) {
      const ns = (1e9 * seconds) / size ** 2;
      print(
        `${name}, ${mean.toFixed(1)} pulses`,
        ns,
        'ns per cell',
        `${((anchorNs * mean) / ns).toFixed(1)} × faster than ${anchorNs} ns a pulse`,
      );
    }
  }
}
