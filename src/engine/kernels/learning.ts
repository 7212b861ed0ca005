/**
 * @file Optimisers and exact writing. Where several arrays are written, the last few elements of each are
 * moved to a place of their own and back (`REST`); two outputs side by side would spoil each other's ends.
 */
import { bytes } from './addresses';
import { REST } from './constants';

/** v ← keep · v + take · g; g ← rate · v − shrink · w; w ← w + g */
export function momentum(
  g: usize,
  v: usize,
  w: usize,
  n: i32,
  keep: f32,
  take: f32,
  rate: f32,
  shrink: f32,
): void {
  const size = bytes(n & ~3);
  const keeps = f32x4.splat(keep);
  const takes = f32x4.splat(take);
  const rates = f32x4.splat(rate);
  const shrinks = f32x4.splat(shrink);
  for (let k: usize = 0; k < size; k += 16) {
    const velocity = f32x4.add(f32x4.mul(keeps, v128.load(v + k)), f32x4.mul(takes, v128.load(g + k)));
    v128.store(v + k, velocity);
    const weight = v128.load(w + k);
    const change = f32x4.sub(f32x4.mul(rates, velocity), f32x4.mul(shrinks, weight));
    v128.store(g + k, change);
    v128.store(w + k, f32x4.add(weight, change));
  }
  const rest = bytes(n & 3);
  if (!rest) return;
  memory.copy(REST, g + size, rest);
  memory.copy(REST + 64, v + size, rest);
  memory.copy(REST + 128, w + size, rest);
  momentum(REST, REST + 64, REST + 128, 4, keep, take, rate, shrink);
  memory.copy(g + size, REST, rest);
  memory.copy(v + size, REST + 64, rest);
  memory.copy(w + size, REST + 128, rest);
}

/**
 * m ← beta1 m + (1 − beta1) g; v ← beta2 v + (1 − beta2) g²; g ← −rate · m / (√(correction · v) + ε) − shrink · w;
 * w ← w + g. Here rate contains the correction of m.
 */
export function adam(
  g: usize,
  m: usize,
  v: usize,
  w: usize,
  n: i32,
  beta1: f32,
  rest1: f32,
  beta2: f32,
  rest2: f32,
  rate: f32,
  correction: f32,
  epsilon: f32,
  shrink: f32,
): void {
  const size = bytes(n & ~3);
  const keep1 = f32x4.splat(beta1);
  const take1 = f32x4.splat(rest1);
  const keep2 = f32x4.splat(beta2);
  const take2 = f32x4.splat(rest2);
  const rates = f32x4.splat(-rate);
  const corrections = f32x4.splat(correction);
  const epsilons = f32x4.splat(epsilon);
  const shrinks = f32x4.splat(shrink);
  for (let k: usize = 0; k < size; k += 16) {
    const slope = v128.load(g + k);
    const first = f32x4.add(f32x4.mul(keep1, v128.load(m + k)), f32x4.mul(take1, slope));
    const second = f32x4.add(f32x4.mul(keep2, v128.load(v + k)), f32x4.mul(take2, f32x4.mul(slope, slope)));
    v128.store(m + k, first);
    v128.store(v + k, second);
    const divisor = f32x4.add(f32x4.sqrt(f32x4.mul(corrections, second)), epsilons);
    const weight = v128.load(w + k);
    const change = f32x4.sub(f32x4.div(f32x4.mul(rates, first), divisor), f32x4.mul(shrinks, weight));
    v128.store(g + k, change);
    v128.store(w + k, f32x4.add(weight, change));
  }
  const rest = bytes(n & 3);
  if (!rest) return;
  memory.copy(REST, g + size, rest);
  memory.copy(REST + 64, m + size, rest);
  memory.copy(REST + 128, v + size, rest);
  memory.copy(REST + 192, w + size, rest);
  adam(
    REST,
    REST + 64,
    REST + 128,
    REST + 192,
    4,
    beta1,
    rest1,
    beta2,
    rest2,
    rate,
    correction,
    epsilon,
    shrink,
  );
  memory.copy(g + size, REST, rest);
  memory.copy(m + size, REST + 64, rest);
  memory.copy(v + size, REST + 128, rest);
  memory.copy(w + size, REST + 192, rest);
}

/** w ← clip(w + change · response, low, high) */
export function writeBounded(
  w: usize,
  change: usize,
  response: usize,
  low: usize,
  high: usize,
  n: i32,
): void {
  const size = bytes(n);
  const after = v128.load(w + size);
  for (let k: usize = 0; k < size; k += 16) {
    const moved = f32x4.add(v128.load(w + k), f32x4.mul(v128.load(change + k), v128.load(response + k)));
    v128.store(w + k, f32x4.pmax(f32x4.pmin(moved, v128.load(high + k)), v128.load(low + k)));
  }
  v128.store(w + size, after);
}
