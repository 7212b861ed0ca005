/** @file From the lines of a layer to those of one field's crossbar, and back. */
import type { Matrix } from '../../engine/matrix.ts';
import type { Fields, LayerShape } from '../access.ts';

/** Runs shorter than this are copied number by number, which is faster. */
const short = 32;

/** A layer of local fields. */
export type FieldedShape = LayerShape & { readonly fields: Fields };
export const isFielded = (shape: LayerShape): shape is FieldedShape => shape.fields !== undefined;

/**
 * Copies what drives the crossbar of a field.
 * @param from row of lines in x @param to where its rows begin in `out`
 */
export function gatherField(
  { fields: { areas, windows } }: FieldedShape,
  point: number,
  x: Float32Array,
  from: number,
  out: Float32Array,
  to: number,
): void {
  const own = windows[point]!;
  let at = to;
  for (let a = 0; a < areas.length; a++) {
    const { top, left, rows, width } = own[a]!;
    const { from: first, pitch } = areas[a]!;
    for (let k = 0; k < rows; k++) {
      copyRun(x, from + first + (top + k) * pitch + left, width, out, at);
      at += width;
    }
  }
}

/** Adds rows of the crossbar of a field to the lines they stand for: the transpose of `gatherField`. */
export function spreadField(
  { fields: { areas, windows } }: FieldedShape,
  point: number,
  x: Float32Array,
  from: number,
  out: Float32Array,
  to: number,
): void {
  const own = windows[point]!;
  let at = from;
  for (let a = 0; a < areas.length; a++) {
    const { top, left, rows, width } = own[a]!;
    const { from: first, pitch } = areas[a]!;
    for (let k = 0; k < rows; k++) {
      const line = to + first + (top + k) * pitch + left;
      for (let i = 0; i < width; i++) out[line + i]! += x[at + i]!;
      at += width;
    }
  }
}

/** The inputs of a field, sample by sample. @param out [batch, rows of a field] */
export function gatherFields(shape: FieldedShape, point: number, x: Matrix, out: Matrix): void {
  for (let b = 0; b < x.rows; b++)
    gatherField(shape, point, x.data, b * x.columns, out.data, b * out.columns);
}

/** Columns `at` to `at + out.columns` of x. */
export function columnsFrom(x: Matrix, at: number, out: Matrix): void {
  for (let b = 0; b < x.rows; b++)
    copyRun(x.data, b * x.columns + at, out.columns, out.data, b * out.columns);
}

/** Puts x into columns `at` to `at + x.columns` of `out`. */
export function putColumns(x: Matrix, out: Matrix, at: number): void {
  for (let b = 0; b < x.rows; b++) copyRun(x.data, b * x.columns, x.columns, out.data, b * out.columns + at);
}

export function copyRun(x: Float32Array, from: number, count: number, out: Float32Array, to: number): void {
  if (count < short) for (let i = 0; i < count; i++) out[to + i] = x[from + i]!;
  else out.set(x.subarray(from, from + count), to);
}
