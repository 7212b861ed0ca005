/**
 * @file The transfer curves of a scattering box, along a row: one unit, all samples. Thirty thousand values a pass, so
 * tanh, sine and the normal density are read from tables (4096 intervals, linear in between, error below 1e-5).
 */

/** The curves a unit may have. */
export const curveKinds = ['tanh', 'sine', 'fold', 'clip', 'square', 'sign'] as const;
export type CurveKind = (typeof curveKinds)[number];

/** What one unit does to its mixed input v: keep · v + amount · f(gain · (v − offset)). */
export interface UnitCurve {
  readonly kind: CurveKind;
  readonly gain: number;
  readonly offset: number;
  readonly keep: number;
  readonly amount: number;
}

/** Bends v[from … to) in place. Curves f of the kinds are what stands behind `amount` below. */
export function bend(curve: UnitCurve, v: Float32Array, from: number, to: number): void {
  const { gain, offset, keep, amount } = curve;
  switch (curve.kind) {
    case 'tanh':
      for (let k = from; k < to; k++) v[k] = keep * v[k]! + amount * tanh(gain * (v[k]! - offset));
      return;
    case 'sine':
      for (let k = from; k < to; k++)
        v[k] = keep * v[k]! + amount * 1.2 * sine(1.5 * gain * (v[k]! - offset));
      return;
    case 'fold':
      for (let k = from; k < to; k++)
        v[k] = keep * v[k]! + amount * (Math.abs(gain * (v[k]! - offset)) - 0.8);
      return;
    case 'clip':
      for (let k = from; k < to; k++) v[k] = keep * v[k]! + amount * clamp(gain * (v[k]! - offset), 1.5);
      return;
    case 'square':
      for (let k = from; k < to; k++) v[k] = keep * v[k]! + amount * square(gain * (v[k]! - offset));
      return;
    case 'sign':
      for (let k = from; k < to; k++) v[k] = keep * v[k]! + (gain * (v[k]! - offset) >= 0 ? amount : -amount);
      return;
  }
}

/** d[from … to) ← d · slope of the curve at v. @param width of the smooth step that stands for a sign, in units of its argument */
export function bendBack(
  curve: UnitCurve,
  v: Float32Array,
  d: Float32Array,
  from: number,
  to: number,
  width: number,
): void {
  const { gain, offset, keep } = curve;
  const amount = curve.amount * gain; // chain rule
  switch (curve.kind) {
    case 'tanh':
      for (let k = from; k < to; k++) d[k]! *= keep + amount * (1 - tanh(gain * (v[k]! - offset)) ** 2);
      return;
    case 'sine':
      for (let k = from; k < to; k++)
        d[k]! *= keep + amount * 1.8 * sine(1.5 * gain * (v[k]! - offset) + Math.PI / 2);
      return;
    case 'fold':
      for (let k = from; k < to; k++) d[k]! *= keep + (gain * (v[k]! - offset) >= 0 ? amount : -amount);
      return;
    case 'clip':
      for (let k = from; k < to; k++) d[k]! *= keep + (Math.abs(gain * (v[k]! - offset)) < 1.5 ? amount : 0);
      return;
    case 'square':
      for (let k = from; k < to; k++) d[k]! *= keep + amount * squareSlope(gain * (v[k]! - offset));
      return;
    case 'sign':
      for (let k = from; k < to; k++) d[k]! *= keep + amount * stepSlope(gain * (v[k]! - offset), width);
      return;
  }
}

/** Slope of the smooth step erf(u / (width √2)) that is the mean of sign(u + width · N(0, 1)); 0 for width 0. */
export function stepSlope(u: number, width: number): number {
  return width > 0 ? (2 * bell(u / width)) / width : 0;
}

const clamp = (u: number, bound: number) => Math.min(Math.max(u, -bound), bound);
const square = (u: number) => (u * u) / (1 + Math.abs(u));
const squareSlope = (u: number) => (u * (2 + Math.abs(u))) / (1 + Math.abs(u)) ** 2;

const intervals = 4096;
const tableOf = (f: (position: number) => number) =>
  Float32Array.from({ length: intervals + 2 }, (_, k) => f(k / intervals));
const tanhTable = tableOf(position => Math.tanh(16 * position - 8)); // 1 − tanh 8 is 2e-7
const sineTable = tableOf(position => Math.sin(2 * Math.PI * position));
const bellTable = tableOf(position => Math.exp(-((16 * position - 8) ** 2) / 2) / Math.sqrt(2 * Math.PI));

/** tanh u. */
export function tanh(u: number): number {
  return between(tanhTable, (clamp(u, 8) + 8) * (intervals / 16));
}

/** sin u. */
export function sine(u: number): number {
  const turns = u * (1 / (2 * Math.PI));
  return between(sineTable, (turns - Math.floor(turns)) * intervals);
}

/** Density of N(0, 1) at u. */
export function bell(u: number): number {
  return between(bellTable, (clamp(u, 8) + 8) * (intervals / 16));
}

/** Linear interpolation; a NaN stays one. */
function between(table: Float32Array, position: number): number {
  const k = position | 0;
  return table[k]! + (position - k) * (table[k + 1]! - table[k]!);
}
