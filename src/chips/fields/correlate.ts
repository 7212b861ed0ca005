/**
 * @file The sums of outer products of a layer of local fields, crossbar by crossbar: the inputs of a field times the deltas of its units.
 * Samples that have no delta at a field are left out there.
 */
import type { Engine } from '../../engine/engine.ts';
import { type Matrix, rowsOf } from '../../engine/matrix.ts';
import { type CorrelationScratch, type FullTerm, isActive, multiplyGathered } from '../correlate.ts';
import { type FieldedShape, gatherField } from './gather.ts';

/** out = Σ inputsᵀ · (delta + common) of layer `l`, its crossbars one below the other. @throws RangeError when there are more samples than room */
export function correlateFields(
  l: number,
  shape: FieldedShape,
  terms: readonly FullTerm[],
  out: Matrix,
  engine: Engine,
  scratch: CorrelationScratch,
): void {
  checkRoom(terms, scratch);
  const { channels } = shape.fields;
  const width = shape.rows;
  terms.forEach(({ pass, common }, t) => {
    if (common) engine.kernels.columnSums(pass.inputs[l]!, sumsOf(t, width, scratch));
  });
  shape.places.forEach(({ firstRow, rows, firstUnit }, point) => {
    let count = 0;
    /** Appends what drives the crossbar and what its units make of it. */
    function gather(x: Matrix, from: number, d: Matrix, at: number): void {
      gatherField(shape, point, x.data, from, scratch.inputs, count * rows);
      scratch.deltas.set(d.data.subarray(at, at + channels), count * channels);
      count++;
    }
    terms.forEach(({ pass, delta, common }, t) => {
      const x = pass.inputs[l]!;
      for (let b = 0; b < delta.rows; b++) {
        const at = b * delta.columns + firstUnit;
        if (isActive(delta.data, at, channels)) gather(x, b * x.columns, delta, at);
      }
      if (common) gather(sumsOf(t, width, scratch), 0, common, firstUnit);
    });
    multiplyGathered(count, rowsOf(out, firstRow, rows), engine, scratch);
  });
}

/** Where the inputs of a pass are summed, for what is common to its samples [1, lines]. */
function sumsOf(term: number, lines: number, { sums }: CorrelationScratch): Matrix {
  const from = term * sums.columns;
  return { rows: 1, columns: lines, data: sums.data.subarray(from, from + lines) };
}

function checkRoom(terms: readonly FullTerm[], { samples, sums }: CorrelationScratch): void {
  if (terms.length > sums.rows)
    throw new RangeError(`correlate has room for ${sums.rows} passes, got ${terms.length}`);
  const count = terms.reduce((sum, { delta, common }) => sum + delta.rows + (common ? 1 : 0), 0);
  if (count > samples) throw new RangeError(`correlate has room for ${samples} samples, got ${count}`);
}
