/** @file Rows and columns as wholes. Odd ends as in `elements.ts`. */
import { bytes } from './addresses';
import { FIRST_LANES } from './constants';

/** Sum of x[k] · y[k] over n elements, in four times four partial sums. */
function dot(x: usize, y: usize, n: i32): f32 {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  for (; n >= 16; n -= 16, x += 64, y += 64) {
    s0 = f32x4.add(s0, f32x4.mul(v128.load(x), v128.load(y)));
    s1 = f32x4.add(s1, f32x4.mul(v128.load(x, 16), v128.load(y, 16)));
    s2 = f32x4.add(s2, f32x4.mul(v128.load(x, 32), v128.load(y, 32)));
    s3 = f32x4.add(s3, f32x4.mul(v128.load(x, 48), v128.load(y, 48)));
  }
  for (; n >= 4; n -= 4, x += 16, y += 16) s0 = f32x4.add(s0, f32x4.mul(v128.load(x), v128.load(y)));
  const mask = v128.load(FIRST_LANES + 16 * (n as usize));
  s1 = f32x4.add(s1, v128.and(f32x4.mul(v128.load(x), v128.load(y)), mask));
  const s = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
  return (
    f32x4.extract_lane(s, 0) +
    f32x4.extract_lane(s, 1) +
    (f32x4.extract_lane(s, 2) + f32x4.extract_lane(s, 3))
  );
}

/** out = factor · x */
function scale(x: usize, factor: f32, out: usize, n: i32): void {
  const end = out + bytes(n);
  const after = v128.load(end);
  const factors = f32x4.splat(factor);
  for (; out < end; out += 16, x += 16) v128.store(out, f32x4.mul(factors, v128.load(x)));
  v128.store(end, after);
}

export function normaliseRows(
  x: usize,
  out: usize,
  outColumns: i32,
  rows: i32,
  columns: i32,
  epsilon: f32,
): void {
  for (let b = 0; b < rows; b++) {
    const r = sqrt<f32>(dot(x, x, columns) / (columns as f32));
    scale(x, 1 / (r + epsilon), out, columns);
    x += bytes(columns);
    out += bytes(outColumns);
  }
}

/** out = d / q − x (d · x) / (columns r q²) */
export function normaliseRowsBack(
  x: usize,
  d: usize,
  dColumns: i32,
  out: usize,
  outColumns: i32,
  rows: i32,
  columns: i32,
  epsilon: f32,
): void {
  for (let b = 0; b < rows; b++) {
    const r = sqrt<f32>(dot(x, x, columns) / (columns as f32));
    const q = r + epsilon;
    const along = r > 0 ? dot(d, x, columns) / ((columns as f32) * r * q * q) : 0;
    const end = out + bytes(columns);
    const after = v128.load(end);
    const inverse = f32x4.splat(1 / q);
    const alongs = f32x4.splat(along);
    for (let p = out, dp = d, xp = x; p < end; p += 16, dp += 16, xp += 16)
      v128.store(p, f32x4.sub(f32x4.mul(v128.load(dp), inverse), f32x4.mul(v128.load(xp), alongs)));
    v128.store(end, after);
    x += bytes(columns);
    d += bytes(dColumns);
    out += bytes(outColumns);
  }
}

export function sumSquares(x: usize, out: usize, rows: i32, columns: i32): void {
  for (let b = 0; b < rows; b++) {
    store<f32>(out + bytes(b), dot(x, x, columns));
    x += bytes(columns);
  }
}

export function scaleRows(x: usize, factors: usize, out: usize, rows: i32, columns: i32): void {
  for (let b = 0; b < rows; b++) {
    scale(x, load<f32>(factors + bytes(b)), out, columns);
    x += bytes(columns);
    out += bytes(columns);
  }
}

export function addRow(x: usize, row: usize, rows: i32, columns: i32): void {
  const size = bytes(columns);
  for (let b = 0; b < rows; b++) {
    const after = v128.load(x + size);
    for (let j: usize = 0; j < size; j += 16)
      v128.store(x + j, f32x4.add(v128.load(x + j), v128.load(row + j)));
    v128.store(x + size, after);
    x += size;
  }
}

/** out[j] = factor · sum of column j; x is read once, front to back, while `out` stays in the cache. */
export function columnSums(x: usize, out: usize, rows: i32, columns: i32, factor: f32): void {
  const size = bytes(columns);
  memory.fill(out, 0, size);
  const after = v128.load(out + size);
  for (let b = 0; b < rows; b++, x += size)
    for (let j: usize = 0; j < size; j += 16)
      v128.store(out + j, f32x4.add(v128.load(out + j), v128.load(x + j)));
  v128.store(out + size, after);
  if (factor !== 1) scale(out, factor, out, columns);
}
