/**
 * @file Small things of a trained chip to draw: what its first units look for, and the curves of its circuits. Taken through the
 * simulator's own door, after learning has ended.
 */
import type { Chip } from '../chips/chip.ts';
import type { Samples } from '../data/data.ts';
import type { Engine } from '../engine/engine.ts';
import { toGreys } from './greys.ts';
import type { Pictures } from './trial-files.ts';

const units = 16;

export function picturesOf(chip: Chip, samples: Samples, engine: Engine): Pictures {
  return {
    receptiveFields: receptiveFields(chip, samples),
    ...curvesOf(chip, engine),
  };
}

/** Curves of the circuits of a chip, as it was made. */
export const curvesOf = (chip: Chip, engine: Engine): Pick<Pictures, 'transferCurves' | 'boxCurves'> => ({
  transferCurves: transferCurves(chip, engine),
  ...boxCurves(chip, engine),
});

/** Incoming weights of the first units of layer 1, each scaled by its own largest weight. */
function receptiveFields(chip: Chip, samples: Samples): NonNullable<Pictures['receptiveFields']> {
  const { width, height } = samples;
  const pixels = width * height;
  const shape = chip.parts.shapes[0]!;
  const { fields, units: all } = shape;
  const shown = Math.min(units, all);
  const bytes = new Uint8Array(shown * pixels);
  const weights = new Float32Array(shape.rows);
  for (let j = 0; j < shown; j++) {
    // of local fields the first unit of each, then the second
    const unit = fields ? (j % fields.points) * fields.channels + Math.floor(j / fields.points) : j;
    chip.weightsInto(0, unit, weights);
    const greys = toGreys(samples, weights);
    const most = greys.reduce((largest, w) => Math.max(largest, Math.abs(w)), 1e-12);
    for (let i = 0; i < pixels; i++) bytes[j * pixels + i] = Math.round(128 + (127 * greys[i]!) / most);
  }
  return { width, height, units: shown, bytes: Buffer.from(bytes).toString('base64') };
}

const scale = (low: number, high: number, points: number): number[] =>
  Array.from({ length: points }, (_, i) => round(low + ((high - low) * i) / (points - 1)));

const round = (value: number): number => Math.round(value * 1e4) / 1e4;

/** Every unit of a layer is given the same value at once; one row per value. */
function sweep(input: readonly number[], columns: number, engine: Engine) {
  const x = engine.matrix(input.length, columns);
  input.forEach((value, b) => {
    x.data.fill(value, b * columns, (b + 1) * columns);
  });
  return x;
}

function transferCurves(chip: Chip, engine: Engine): NonNullable<Pictures['transferCurves']> {
  const input = scale(-1, 3, 81);
  const circuits = chip.parts.neurons[0]!;
  const currents = sweep(input, chip.parts.shapes[0]!.units, engine);
  const y = engine.matrix(currents.rows, currents.columns);
  circuits.activity(currents, y);
  return { input, units: columnsOf(y, Math.min(units, y.columns)) };
}

/** What the box behind layer 1 makes of a common input; averaged over passes, for a box is noisy. */
function boxCurves(chip: Chip, engine: Engine): Pick<Pictures, 'boxCurves'> {
  const box = chip.parts.boxes[0];
  if (!box) return {};
  const passes = 32;
  const input = scale(-2, 2, Math.min(81, chip.parts.batch));
  const n = sweep(input, chip.parts.shapes[0]!.units, engine);
  const z = engine.matrix(n.rows, n.columns);
  const mean = engine.matrix(n.rows, n.columns);
  for (let k = 0; k < passes; k++) {
    box.send(n, z);
    engine.kernels.addScaled(z, 1 / passes, mean);
  }
  return { boxCurves: { input, units: columnsOf(mean, Math.min(units, mean.columns)) } };
}

const columnsOf = (m: { rows: number; columns: number; data: Float32Array }, count: number): number[][] =>
  Array.from({ length: count }, (_, j) =>
    Array.from({ length: m.rows }, (_, b) => round(m.data[b * m.columns + j]!)),
  );
