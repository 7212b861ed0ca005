/** @file From the lines of a layer to those of one field's crossbar, and back. */
import type { Matrix } from '../../engine/matrix.ts';
import type { Fields, LayerShape } from '../access.ts';

/** Runs shorter than this are copied number by number, which is faster. */
const short = 32;

/** A layer of local fields. */
export type FieldedShape = LayerShape & { readonly fields: Fields };
export const isFielded = (shape: LayerShape): shape is FieldedShape => shape.fields !== undefined;

/**
 * Copies what drives the crossbar of a field: the inputs in it, then the bias and label lines that all have.
 * @param from row of lines in x @param to where its rows begin in `out`
 */
export function gatherField(
  { inputs, rows, fields }: FieldedShape,
  point: number,
  x: Float32Array,
  from: number,
  out: Float32Array,
  to: number,
): void {
  const { starts, runs, run, pitch } = fields;
  for (let k = 0; k < runs; k++) copyRun(x, from + starts[point]! + k * pitch, run, out, to + k * run);
  copyRun(x, from + inputs, rows - inputs, out, to + fields.inputs);
}

/** Adds rows of the crossbar of a field to the lines they stand for: the transpose of `gatherField`. */
export function spreadField(
  { inputs, rows, fields }: FieldedShape,
  point: number,
  x: Float32Array,
  from: number,
  out: Float32Array,
  to: number,
): void {
  const { starts, runs, run, pitch } = fields;
  for (let k = 0; k < runs; k++) {
    const at = to + starts[point]! + k * pitch;
    for (let i = 0; i < run; i++) out[at + i]! += x[from + k * run + i]!;
  }
  for (let i = 0; i < rows - inputs; i++) out[to + inputs + i]! += x[from + fields.inputs + i]!;
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

function copyRun(x: Float32Array, from: number, count: number, out: Float32Array, to: number): void {
  if (count < short) for (let i = 0; i < count; i++) out[to + i] = x[from + i]!;
  else out.set(x.subarray(from, from + count), to);
}
