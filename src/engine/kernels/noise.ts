/** @file Random numbers onto matrices. A stream comes as its key and its next block (low and high half). */
import { bytes } from './addresses';
import { CHUNK, GAUSSIANS, UNIFORMS } from './constants';
import { addScaled } from './elements';
import { expandKey, fillGaussian, fillUniform, fillWords, KEYS_A } from './random';

/** Groups of 32 numbers that hold n, at most a chunk. */
export function groupsOf(n: i32): i32 {
  return (min(n, CHUNK) + 31) >> 5;
}

export function blockOf(low: u32, high: u32): u64 {
  return ((high as u64) << 32) | low;
}

/** x[k] += sigma · N(0, 1) */
export function addGaussian(x: usize, n: i32, sigma: f32, key0: u32, key1: u32, low: u32, high: u32): void {
  addGaussianRows(x, 1, n, 0, sigma, key0, key1, low, high);
}

/** x[b, j] += sigmas[b] · N(0, 1); without `sigmas` (address 0) all rows have `sigma`. */
export function addGaussianRows(
  x: usize,
  rows: i32,
  columns: i32,
  sigmas: usize,
  sigma: f32,
  key0: u32,
  key1: u32,
  low: u32,
  high: u32,
): void {
  expandKey(KEYS_A, key0, key1);
  let block = blockOf(low, high);
  let left = 0; // numbers left in the buffer, and where they are
  let number = GAUSSIANS;
  let remaining = rows * columns;
  for (let b = 0; b < rows; b++) {
    if (sigmas) sigma = load<f32>(sigmas + bytes(b));
    let due = columns;
    while (due > 0) {
      if (left === 0) {
        left = min(remaining, CHUNK);
        number = GAUSSIANS;
        fillGaussian(KEYS_A, block, groupsOf(left), GAUSSIANS);
        block += CHUNK / 4;
      }
      const n = min(due, left);
      addScaled(number, sigma, x, n);
      number += bytes(n);
      x += bytes(n);
      due -= n;
      left -= n;
      remaining -= n;
    }
  }
}

/** x[k] = min(low + span · U[0, 1), below) */
export function uniform(
  x: usize,
  n: i32,
  low: f32,
  span: f32,
  below: f32,
  key0: u32,
  key1: u32,
  blockLow: u32,
  blockHigh: u32,
): void {
  expandKey(KEYS_A, key0, key1);
  let block = blockOf(blockLow, blockHigh);
  const end = x + bytes(n);
  const after = v128.load(end);
  for (let from: usize = x; from < end; from += 4 * CHUNK) {
    fillUniform(KEYS_A, block, groupsOf(((end - from) >> 2) as i32), UNIFORMS);
    block += CHUNK / 4;
    const to = min(end, from + 4 * CHUNK);
    for (let p = from, u = UNIFORMS; p < to; p += 16, u += 16) {
      const value = f32x4.add(f32x4.splat(low), f32x4.mul(f32x4.splat(span), v128.load(u)));
      v128.store(p, f32x4.pmin(value, f32x4.splat(below)));
    }
  }
  v128.store(end, after);
}

/** x[k] = ±size, by one bit each: bit k mod 32 of word k / 32 becomes the sign bit. */
export function signs(x: usize, n: i32, size: f32, key0: u32, key1: u32, low: u32, high: u32): void {
  expandKey(KEYS_A, key0, key1);
  let block = blockOf(low, high);
  const magnitude = reinterpret<u32>(size);
  for (let from = 0; from < n; from += 32 * CHUNK) {
    const count = min(n - from, 32 * CHUNK);
    fillWords(KEYS_A, block, groupsOf((count + 31) >> 5), UNIFORMS);
    block += CHUNK / 4;
    for (let k = 0; k < count; k++) {
      const sign = load<u32>(UNIFORMS + bytes(k >> 5)) >> (k & 31);
      store<u32>(x + bytes(from + k), magnitude ^ (sign << 31));
    }
  }
}
