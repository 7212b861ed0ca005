/**
 * @file Labels at the entry of a chip: one line (or one pixel) per class.
 */
import type { Matrix } from '../engine/matrix.ts';
import type { LabelEntry, Labels } from './access.ts';

/** Writes what the label entry carries into columns `at` to `at + classes` of x. */
export function writeLabels(x: Matrix, at: number, classes: number, labels: Labels): void {
  const { data, columns, rows } = x;
  const rest = labels.kind === 'neutral' ? labels.strength / classes : 0;
  for (let b = 0; b < rows; b++) {
    const from = b * columns + at;
    data.fill(rest, from, from + classes);
    if (labels.kind === 'classes') data[from + labels.classes[b]!] = labels.strength;
    if (labels.kind === 'class') data[from + labels.value] = labels.strength;
    if (labels.kind === 'values')
      for (let c = 0; c < classes; c++)
        data[from + c] = labels.strength * labels.values.data[b * classes + c]!;
  }
}

/** What became of the strength of labels that are on or off on the way through the DAC: value driven over value asked for. */
export function labelGain(labels: Labels, x: Matrix, at: number): number {
  switch (labels.kind) {
    case 'off':
    case 'values': // a DAC rounds each in its own way: see `addDrivenLabels`
      return 1;
    case 'neutral':
      return x.data[at]! / (labels.strength / (x.columns - at));
    case 'class':
      return x.data[at + labels.value]! / labels.strength;
    case 'classes':
      return x.data[at + labels.classes[0]!]! / labels.strength;
  }
}

/**
 * out [batch, units] += what the labels contribute through rows `row` on of the weights. Where the whole batch carries the
 * same labels, the contribution is worked out once. @param gain see `labelGain`
 */
export function addLabelCurrents(
  labels: Labels,
  gain: number,
  classes: number,
  weights: Matrix,
  row: number,
  out: Matrix,
  scratch: Matrix,
): void {
  if (labels.kind === 'off') return;
  const units = out.columns;
  const w = weights.data;
  const on = gain * labels.strength;
  if (labels.kind === 'classes') {
    for (let b = 0; b < out.rows; b++)
      addRow(w, (row + labels.classes[b]!) * units, on, out.data, b * units, units);
    return;
  }
  if (labels.kind === 'values') {
    addLines(labels.values, 0, classes, on, weights, row, out);
    return;
  }
  scratch.data.fill(0);
  if (labels.kind === 'class') addRow(w, (row + labels.value) * units, on, scratch.data, 0, units);
  else for (let c = 0; c < classes; c++) addRow(w, (row + c) * units, on / classes, scratch.data, 0, units);
  for (let b = 0; b < out.rows; b++) addRow(scratch.data, 0, 1, out.data, b * units, units);
}

/** out [batch, units] += what the label columns `at` on of x contribute as they are driven, each sample with values of its own. */
export const addDrivenLabels = (x: Matrix, at: number, classes: number, weights: Matrix, out: Matrix): void =>
  addLines(x, at, classes, 1, weights, at, out);

/** out += factor · columns `at` on of x · rows `row` on of the weights. */
function addLines(
  x: Matrix,
  at: number,
  classes: number,
  factor: number,
  weights: Matrix,
  row: number,
  out: Matrix,
): void {
  const units = out.columns;
  for (let b = 0; b < out.rows; b++)
    for (let c = 0; c < classes; c++) {
      const on = factor * x.data[b * x.columns + at + c]!;
      addRow(weights.data, (row + c) * units, on, out.data, b * units, units);
    }
}

/** out rows `row` on [classes, units] += the outer products of the label columns of x with delta + common. */
export function correlateLabels(
  x: Matrix,
  at: number,
  classes: number,
  delta: Matrix,
  common: Matrix | undefined,
  out: Matrix,
  row: number,
): void {
  const units = delta.columns;
  for (let c = 0; c < classes; c++) {
    let sum = 0;
    const to = (row + c) * units;
    for (let b = 0; b < delta.rows; b++) {
      const value = x.data[b * x.columns + at + c]!;
      sum += value;
      addRow(delta.data, b * units, value, out.data, to, units);
    }
    if (common) addRow(common.data, 0, sum, out.data, to, units);
  }
}

function addRow(
  from: Float32Array,
  at: number,
  factor: number,
  to: Float32Array,
  start: number,
  n: number,
): void {
  if (factor === 0) return;
  for (let j = 0; j < n; j++) to[start + j]! += factor * from[at + j]!;
}

/** @throws Error, RangeError when a chip with such an entry cannot take these labels for so many samples */
export function checkLabels(labels: Labels, batch: number, entry: LabelEntry, classes: number): void {
  if (labels.kind !== 'off' && entry === 'none') throw new Error('this chip was made without a label entry');
  if (labels.kind === 'class' && !(labels.value >= 0 && labels.value < classes))
    throw new RangeError(`class ${labels.value} of ${classes} classes`);
  if (labels.kind === 'values') {
    const { rows, columns } = labels.values;
    if (rows < batch || columns !== classes)
      throw new RangeError(
        `${batch} samples of ${classes} classes need as many label values, got ${rows} × ${columns}`,
      );
  }
  if (labels.kind !== 'classes') return;
  if (labels.classes.length < batch)
    throw new RangeError(`${batch} samples but ${labels.classes.length} labels`);
  for (let b = 0; b < batch; b++)
    if (labels.classes[b]! >= classes)
      throw new RangeError(`class ${labels.classes[b]} of ${classes} classes`);
}
