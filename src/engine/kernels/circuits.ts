/** @file Rectifier circuits, each unit with its own gain, offset, knee and compression. */
import { bytes } from './addresses';

/** u = gain (a − offset); s = u / (u + knee); v = u s; out = v / (1 + compression v), 0 for u ≤ 0. */
export function rectify(
  a: usize,
  gain: usize,
  offset: usize,
  knee: usize,
  compression: usize,
  out: usize,
  rows: i32,
  columns: i32,
): void {
  const size = bytes(columns);
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  for (let b = 0; b < rows; b++) {
    const after = v128.load(out + size);
    for (let j: usize = 0; j < size; j += 16) {
      const u = f32x4.mul(v128.load(gain + j), f32x4.sub(v128.load(a + j), v128.load(offset + j)));
      const v = f32x4.mul(u, f32x4.div(u, f32x4.add(u, v128.load(knee + j))));
      const y = f32x4.div(v, f32x4.add(one, f32x4.mul(v128.load(compression + j), v)));
      v128.store(out + j, v128.andnot(y, f32x4.le(u, zero)));
    }
    v128.store(out + size, after);
    a += size;
    out += size;
  }
}

/** d ← d · gain s (2 − s) / (1 + compression v)², 0 for u ≤ 0. */
export function rectifyBack(
  a: usize,
  gain: usize,
  offset: usize,
  knee: usize,
  compression: usize,
  d: usize,
  dColumns: i32,
  rows: i32,
  columns: i32,
): void {
  const size = bytes(columns);
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  const two = f32x4.splat(2);
  for (let b = 0; b < rows; b++) {
    const after = v128.load(d + size);
    for (let j: usize = 0; j < size; j += 16) {
      const g = v128.load(gain + j);
      const u = f32x4.mul(g, f32x4.sub(v128.load(a + j), v128.load(offset + j)));
      const s = f32x4.div(u, f32x4.add(u, v128.load(knee + j)));
      const root = f32x4.add(one, f32x4.mul(v128.load(compression + j), f32x4.mul(u, s)));
      const rise = f32x4.mul(g, f32x4.mul(s, f32x4.sub(two, s)));
      const slope = v128.andnot(f32x4.div(rise, f32x4.mul(root, root)), f32x4.le(u, zero));
      v128.store(d + j, f32x4.mul(v128.load(d + j), slope));
    }
    v128.store(d + size, after);
    a += size;
    d += bytes(dColumns);
  }
}
