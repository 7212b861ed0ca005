/**
 * @file A crossbar read with DAC, read noise and ADC, against its bare matrix product, in turns.
 */
import { convert } from '../src/chips/converters/uniform.ts';
import { buildCrossbar } from '../src/chips/crossbar.ts';
import { newMeter } from '../src/chips/meter.ts';
import type { ChipModel } from '../src/chips/model.ts';
import { openEngine } from '../src/engine/engine.ts';
import { streamOf } from '../src/engine/streams.ts';

/** Sizes that AIHWKit was timed at: its tiles take 2.6 to 5.8 times their bare product. */
const sizes = [
  { size: 512, batch: 32 },
  { size: 2000, batch: 128 },
] as const;
const converter = { kind: 'uniform', bits: 8, range: 6 } as const;

const modelOf = (size: number): ChipModel => ({
  layers: [size],
  cell: {
    kind: 'linear',
    minimumConductance: 0,
    maximumConductance: 25e-6,
    variation: 0.1,
    readNoise: 0.005,
    programmingNoise: 0,
    stuck: 0,
    stuckRange: 0,
  },
  crossbar: { weightRange: 1, tileRows: size, tileColumns: size },
  dac: converter,
  adc: converter,
  neuron: { kind: 'rectifier', gain: 0, offset: 0, knee: 0, compression: 0 },
  boxes: { front: { kind: 'none' }, between: { kind: 'none' } },
  update: { kind: 'ideal' },
  energy: {
    dacConversion: 0,
    adcConversion: 0,
    digitalMac: 0,
    readVoltage: 0.2,
    readTime: 1e-8,
    pulseVoltage: 1,
    pulseTime: 1e-7,
  },
});

/** Prints the ratio of the two; the smallest times of `rounds` rounds are compared. */
export async function benchCrossbar(): Promise<void> {
  for (const { size, batch } of sizes) await benchSize(size, batch, size < 1000 ? 400 : 40);
}

async function benchSize(size: number, batch: number, rounds: number): Promise<void> {
  const model = modelOf(size);
  const engine = await openEngine();
  const { kernels, gemm } = engine;
  const crossbar = buildCrossbar(model, 0, size, size, batch, engine, newMeter(1), path => streamOf(1, path));
  const x = engine.matrix(batch, size);
  const out = engine.matrix(batch, size);
  kernels.addGaussian(x, 1, streamOf(1, 'x'));
  kernels.addGaussian(crossbar.weights, 0.02, streamOf(1, 'w'));
  let bare = Number.POSITIVE_INFINITY;
  let whole = Number.POSITIVE_INFINITY;
  for (let i = 0; i < rounds; i++) {
    bare = Math.min(
      bare,
      timed(() => gemm.multiply(x, crossbar.weights, out)),
    );
    whole = Math.min(
      whole,
      timed(() => {
        convert(kernels, model.dac, x);
        crossbar.read(x, out);
      }),
    );
  }
  console.log(
    `crossbar read ${size} × ${size}, batch ${batch}: ${whole.toFixed(2)} ms with DAC, noise and ADC; ` +
      `bare product ${bare.toFixed(2)} ms; ratio ${(whole / bare).toFixed(3)} (at most 1.3)`,
  );
  engine.close();
}

function timed(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}
