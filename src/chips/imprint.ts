/**
 * @file Outer products that a crossbar writes by itself. Two passes of one batch, a positive and a negative one, are written as what they have in
 * common and what tells them apart,
 *
 *   x δᵀ + x′ δ′ᵀ = ½ (x + x′) (δ + δ′)ᵀ + ½ (x − x′) (δ − δ′)ᵀ ,
 *
 * which is the same change by far fewer pulses: the two mostly push the same cell opposite ways, and every pulse has noise and an asymmetry of its
 * own. A row and a column have to hold the values of one pass until the other is there.
 */
import type { Engine } from '../engine/engine.ts';
import type { Matrix } from '../engine/matrix.ts';
import type { CorrelationScratch, FullTerm } from './correlate.ts';

/** A pass that is written, and what drives rows [batch, rows] and columns [batch, units] for it. */
export interface Driven extends FullTerm {
  readonly x: Matrix;
}

/**
 * Writes rate · Σ over passes of xᵀ · (delta + common) of layer `l` by `pulse`.
 * @throws Error when it is not finite
 */
export function imprintPasses(
  l: number,
  terms: readonly Driven[],
  rate: number,
  pulse: (x: Matrix, delta: Matrix) => void,
  engine: Engine,
  scratch: CorrelationScratch,
): void {
  function write(x: Matrix, driven: Matrix): void {
    if (!engine.kernels.isFinite(driven))
      throw new Error(`layer ${l + 1}: what drives its columns is not finite; a smaller rate may help`);
    pulse(x, driven);
  }
  const [one, other] = terms;
  if (terms.length === 2 && one!.delta.rows === other!.delta.rows)
    for (const sign of [1, -1] as const) {
      const x = combined(one!.x, other!.x, sign, 0.5, scratch.inputs);
      write(x, combined(one!.delta, other!.delta, sign, rate, scratch.deltas));
    }
  else for (const { x, delta } of terms) write(x, combined(delta, delta, 1, rate / 2, scratch.deltas));
  for (const { x, common } of terms) {
    if (!common) continue;
    const sums = { rows: 1, columns: x.columns, data: scratch.inputs.subarray(0, x.columns) };
    engine.kernels.columnSums(x, sums);
    write(sums, combined(common, common, 1, rate / 2, scratch.deltas));
  }
}

/** out = factor · (a ± b), at the front of a room. */
function combined(a: Matrix, b: Matrix, sign: 1 | -1, factor: number, room: Float32Array): Matrix {
  const out = { rows: a.rows, columns: a.columns, data: room.subarray(0, a.data.length) };
  for (let k = 0; k < out.data.length; k++) out.data[k] = factor * (a.data[k]! + sign * b.data[k]!);
  return out;
}
