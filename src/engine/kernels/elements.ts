/**
 * @file Element by element. The vectors run past an odd end; what lies behind it is put back afterwards
 * (`after`), so that no loop needs a second, scalar ending. Arena memory always has 64 bytes behind a matrix.
 */
import { bytes } from './addresses';
import { FIRST_LANES } from './constants';

/** out[k] += factor · x[k] */
export function addScaled(x: usize, factor: f32, out: usize, n: i32): void {
  const end = out + bytes(n);
  const after = v128.load(end);
  const factors = f32x4.splat(factor);
  for (; out < end; out += 16, x += 16)
    v128.store(out, f32x4.add(v128.load(out), f32x4.mul(factors, v128.load(x))));
  v128.store(end, after);
}

/** Copies the first `columns` of each row. */
export function copy(x: usize, xColumns: i32, out: usize, outColumns: i32, rows: i32, columns: i32): void {
  for (let b = 0; b < rows; b++) {
    memory.copy(out, x, bytes(columns));
    x += bytes(xColumns);
    out += bytes(outColumns);
  }
}

/** d = y > 0 ? d : 0 */
export function gate(y: usize, d: usize, dColumns: i32, rows: i32, columns: i32): void {
  for (let b = 0; b < rows; b++) {
    const end = d + bytes(columns);
    const after = v128.load(end);
    for (let p = d, q = y; p < end; p += 16, q += 16)
      v128.store(p, v128.and(v128.load(p), f32x4.gt(v128.load(q), f32x4.splat(0))));
    v128.store(end, after);
    y += bytes(columns);
    d += bytes(dColumns);
  }
}

/** Level n = floor((clip(x) − low) · density + ½) becomes base + (n − origin) · step, at most `high`. */
export function quantise(
  x: usize,
  xColumns: i32,
  rows: i32,
  columns: i32,
  low: f32,
  high: f32,
  density: f32,
  base: f32,
  origin: f32,
  step: f32,
): void {
  const lows = f32x4.splat(low);
  const highs = f32x4.splat(high);
  const densities = f32x4.splat(density);
  const bases = f32x4.splat(base);
  const origins = f32x4.splat(origin);
  const steps = f32x4.splat(step);
  const halves = f32x4.splat(0.5);
  for (let b = 0; b < rows; b++) {
    const end = x + bytes(columns);
    const after = v128.load(end);
    for (let p = x; p < end; p += 16) {
      const clipped = f32x4.pmax(f32x4.pmin(v128.load(p), highs), lows);
      const level = f32x4.floor(f32x4.add(f32x4.mul(f32x4.sub(clipped, lows), densities), halves));
      const value = f32x4.add(bases, f32x4.mul(f32x4.sub(level, origins), steps));
      v128.store(p, f32x4.pmin(value, highs));
    }
    v128.store(end, after);
    x += bytes(xColumns);
  }
}

/** True when no element is infinite or not a number, that is, has an exponent of ones only. */
export function allFinite(x: usize, n: i32): bool {
  const exponent = i32x4.splat(0x7f800000);
  const end = x + bytes(n & ~3);
  let bad = i32x4.splat(0);
  for (; x < end; x += 16) bad = v128.or(bad, i32x4.eq(v128.and(v128.load(x), exponent), exponent));
  const rest = v128.and(v128.load(x), v128.load(FIRST_LANES + 16 * ((n & 3) as usize)));
  return !v128.any_true(v128.or(bad, i32x4.eq(v128.and(rest, exponent), exponent)));
}
