/**
 * @file The normaliser behind a layer, which hides from the next how sure this one is: activities over their root mean square (Hinton 2022,
 * section 2), plus what the circuit adds to it. Where every block of units has a goodness of its own each is taken by itself, or the next layer
 * could read how the blocks compare; and where goodness is the sum of activities they are divided by their mean (footnote 22).
 */
import type { Static } from '@sinclair/typebox';
import { ratio, strict } from '../description.ts';
import { blockStart } from '../engine/blocks.ts';
import type { Engine } from '../engine/engine.ts';
import type { Matrix } from '../engine/matrix.ts';
import type { LayerShape, NormaliserRequest } from './access.ts';

/** Description of the circuit. */
export const Normaliser = strict(
  {
    epsilon: ratio(
      'what is added to the root mean square, or the mean, before dividing by it, in units of activity; silence stays silence. 1e-4 when the chip has no "normaliser"',
      { exclusiveMinimum: 0, maximum: 1, default: 1e-4 },
    ),
  },
  { description: 'the normalisers at the entry, behind layers and behind boxes' },
);
type Normaliser = Static<typeof Normaliser>;

/** Of a chip model. */
export const epsilonOf = ({ normaliser }: { readonly normaliser?: Normaliser }): number =>
  normaliser?.epsilon ?? 1e-4;

/** Brings the activities x [batch, units] to mean square (or mean) 1; first columns of `out`, which may be x. */
export type Normalise = (x: Matrix, out: Matrix) => void;

/** @throws RangeError where blocks are asked for and the chip has its own */
export function buildNormaliser(
  { units, fields }: LayerShape,
  request: NormaliserRequest | undefined,
  epsilon: number,
  batch: number,
  engine: Engine,
): Normalise {
  const { kernels } = engine;
  const ownBlocks = fields?.normaliser === 'blocks' ? fields : undefined;
  if (request && ownBlocks)
    throw new RangeError(
      'a learner that has layers normalised its own way cannot have a chip that does so field by field',
    );
  if (request?.divisor === 'sum') return perBlock(units, 1, meanSize, epsilon);
  if (request) return perBlock(units, Math.min(units, request.blocks), rootMeanSquare, epsilon);
  if (!ownBlocks) return (x, out) => kernels.normaliseRows(x, out, epsilon);
  const { points, channels } = ownBlocks;
  const apart = engine.matrix(batch, units);
  const blocksOf = (x: Matrix, rows: number): Matrix => ({
    rows: rows * points,
    columns: channels,
    data: x.data.subarray(0, rows * units),
  });
  return (x, out) => {
    const isWider = out.columns > units;
    kernels.normaliseRows(blocksOf(x, x.rows), blocksOf(isWider ? apart : out, x.rows), epsilon);
    if (isWider)
      kernels.copy({ rows: x.rows, columns: units, data: apart.data.subarray(0, x.data.length) }, out);
  };
}

/** Every block of every row over its size. @param sizeOf of the numbers from..to of x */
function perBlock(
  units: number,
  blocks: number,
  sizeOf: (x: Float32Array, from: number, to: number) => number,
  epsilon: number,
): Normalise {
  const starts = Uint32Array.from({ length: blocks + 1 }, (_, b) => blockStart(b, blocks, units));
  return (x, out) => {
    for (let k = 0; k < x.rows; k++) {
      const [from, to] = [k * units, k * out.columns];
      for (let b = 0; b < blocks; b++) {
        const factor = 1 / (sizeOf(x.data, from + starts[b]!, from + starts[b + 1]!) + epsilon);
        for (let j = starts[b]!; j < starts[b + 1]!; j++) out.data[to + j] = factor * x.data[from + j]!;
      }
    }
  };
}

function rootMeanSquare(x: Float32Array, from: number, to: number): number {
  let sum = 0;
  for (let k = from; k < to; k++) sum += x[k]! * x[k]!;
  return Math.sqrt(sum / (to - from));
}

/** Circuits of two rails have activities of either sign: their sizes count. */
function meanSize(x: Float32Array, from: number, to: number): number {
  let sum = 0;
  for (let k = from; k < to; k++) sum += Math.abs(x[k]!);
  return sum / (to - from);
}
