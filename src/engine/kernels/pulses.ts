/**
 * @file Pulsed updates in closed form: one pass over the cells whatever the number of pulses, a chunk at a time: round
 * the wanted change to pulses, make the noise (only for the groups of 32 cells that need it), move the cells.
 * The formulas are in `engine/kernels.ts`.
 */
import { bytes } from './addresses';
import { CHUNK, GAUSSIANS, REST, UNIFORMS } from './constants';
import { blockOf, groupsOf } from './noise';
import { expandKey, fillGaussian, fillUniform, KEYS_A, KEYS_B } from './random';

// what the cells of one call have in common
let soft: bool;
let density: f32;
let cycle: f32;
let maximum: f32;

/**
 * @param isSoft soft-bounds cells, else constant steps
 * @param pulsesPerUnit of change
 * @returns pulses given
 */
export function pulse(
  isSoft: bool,
  w: usize,
  change: usize,
  up: usize,
  down: usize,
  low: usize,
  high: usize,
  n: i32,
  pulsesPerUnit: f32,
  cycleNoise: f32,
  most: f32,
  roundingKey0: u32,
  roundingKey1: u32,
  roundingLow: u32,
  roundingHigh: u32,
  cycleKey0: u32,
  cycleKey1: u32,
  cycleLow: u32,
  cycleHigh: u32,
): f64 {
  soft = isSoft;
  density = pulsesPerUnit;
  cycle = cycleNoise;
  maximum = most;
  expandKey(KEYS_A, roundingKey0, roundingKey1);
  expandKey(KEYS_B, cycleKey0, cycleKey1);
  let rounding = blockOf(roundingLow, roundingHigh);
  let noise = blockOf(cycleLow, cycleHigh);
  let pulses: f64 = 0;
  for (let from = 0; from < n; from += CHUNK) {
    const whole = min(n - from, CHUNK) & ~31;
    const rest = bytes(min(n - from, CHUNK) & 31);
    let k = bytes(from);
    fillUniform(KEYS_A, rounding, groupsOf(n - from), UNIFORMS);
    pulses += pulseChunk(w + k, change + k, up + k, down + k, low + k, high + k, whole, UNIFORMS, noise);
    if (rest) {
      // the last few, with cells beside them that want no change
      k += bytes(whole);
      memory.fill(REST, 0, 6 * 128);
      memory.copy(REST, w + k, rest);
      memory.copy(REST + 128, change + k, rest);
      memory.copy(REST + 256, up + k, rest);
      memory.copy(REST + 384, down + k, rest);
      memory.copy(REST + 512, low + k, rest);
      memory.copy(REST + 640, high + k, rest);
      pulses += pulseChunk(
        REST,
        REST + 128,
        REST + 256,
        REST + 384,
        REST + 512,
        REST + 640,
        32,
        UNIFORMS + bytes(whole),
        noise + whole / 4,
      );
      memory.copy(w + k, REST, rest);
    }
    rounding += CHUNK / 4;
    noise += CHUNK / 4;
  }
  return pulses;
}

/** Pulses n cells, a multiple of 32 and at most a chunk. */
function pulseChunk(
  w: usize,
  change: usize,
  up: usize,
  down: usize,
  low: usize,
  high: usize,
  n: i32,
  uniform: usize,
  noise: u64,
): f64 {
  const most = countPulses(change, uniform, n);
  if (most === 0) return 0;
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  const isNoisy = cycle !== 0;
  const isDense = busy * 64 > n;
  if (isNoisy && isDense) fillGaussian(KEYS_B, noise, n >> 5, GAUSSIANS);
  let pulses = zero;
  for (let group: usize = 0; group < bytes(n); group += 128) {
    if (!isDense) {
      if (!v128.any_true(anyOf(uniform + group))) continue;
      if (isNoisy) fillGaussian(KEYS_B, noise + (group >> 4), 1, GAUSSIANS + group);
    }
    for (let k: usize = group; k < group + 128; k += 16) {
      const count = v128.load(uniform + k);
      const number = f32x4.abs(count);
      pulses = f32x4.add(pulses, number);
      const isUp = f32x4.gt(count, zero);
      const before = v128.load(w + k);
      const lowest = v128.load(low + k);
      const highest = v128.load(high + k);
      let move: v128;
      if (soft) {
        const bound = v128.bitselect(highest, lowest, isUp);
        const size = v128.bitselect(v128.load(up + k), f32x4.neg(v128.load(down + k)), isUp);
        const s = f32x4.pmin(f32x4.pmax(zero, f32x4.div(size, bound)), one);
        const e = approach(s, f32x4.sub(number, one), most - 1);
        let last = f32x4.mul(s, f32x4.sub(one, e));
        if (isNoisy) last = f32x4.mul(last, noiseOf(GAUSSIANS + k, f32x4.sqrt(number)));
        move = f32x4.mul(f32x4.sub(bound, before), f32x4.add(e, last));
      } else {
        move = f32x4.mul(count, v128.bitselect(v128.load(up + k), v128.load(down + k), isUp));
        if (isNoisy) move = f32x4.mul(move, noiseOf(GAUSSIANS + k, f32x4.sqrt(f32x4.div(one, number))));
      }
      const moved = f32x4.pmax(f32x4.pmin(f32x4.add(before, move), highest), lowest);
      v128.store(w + k, v128.bitselect(before, moved, f32x4.eq(count, zero)));
    }
  }
  return (
    (f32x4.extract_lane(pulses, 0) as f64) +
    (f32x4.extract_lane(pulses, 1) as f64) +
    (f32x4.extract_lane(pulses, 2) as f64) +
    (f32x4.extract_lane(pulses, 3) as f64)
  );
}

/** Groups of the last chunk in which some cell gets a pulse. */
let busy: i32 = 0;

/** Replaces the uniforms by numbers of pulses, signed. @returns the most that a cell gets, either way */
function countPulses(change: usize, uniform: usize, n: i32): i32 {
  const zero = f32x4.splat(0);
  const densities = f32x4.splat(density);
  const highest = f32x4.splat(maximum);
  const lowest = f32x4.splat(-maximum);
  let most = zero;
  busy = 0;
  for (let end = uniform + bytes(n); uniform < end; ) {
    for (const next = uniform + 128; uniform < next; uniform += 16, change += 16) {
      const wanted = f32x4.add(f32x4.mul(v128.load(change), densities), v128.load(uniform));
      const count = f32x4.pmax(f32x4.pmin(f32x4.floor(wanted), highest), lowest);
      const sane = v128.and(count, f32x4.eq(count, count)); // not-a-number gives no pulse
      v128.store(uniform, sane);
      most = f32x4.pmax(most, f32x4.abs(sane));
    }
    busy += v128.any_true(anyOf(uniform - 128)) ? 1 : 0;
  }
  return max(
    max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)),
    max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)),
  ) as i32;
}

/** Not all zero, if a group of counts has a pulse. */
function anyOf(counts: usize): v128 {
  let any = v128.load(counts);
  for (let end = counts + 112; counts < end; counts += 16) any = v128.or(any, v128.load(counts, 16));
  return f32x4.ne(any, f32x4.splat(0));
}

/** 1 + cycle · scale · N */
function noiseOf(gaussians: usize, scale: v128): v128 {
  return f32x4.add(f32x4.splat(1), f32x4.mul(f32x4.mul(f32x4.splat(cycle), scale), v128.load(gaussians)));
}

/**
 * 1 − (1 − s)^number for whole numbers from 0 to `most`, by squaring. In this form (e of a + b pulses is
 * e_a + e_b − e_a e_b) steps far smaller than the range keep their precision.
 */
function approach(s: v128, number: v128, most: i32): v128 {
  const two = f32x4.splat(2);
  let bits = i32x4.trunc_sat_f32x4_s(number);
  let result = f32x4.splat(0);
  for (; most > 0; most >>= 1) {
    const isSet = i32x4.shr_s(i32x4.shl(bits, 31), 31);
    const part = v128.and(s, isSet);
    result = f32x4.add(result, f32x4.sub(part, f32x4.mul(result, part)));
    s = f32x4.mul(s, f32x4.sub(two, s));
    bits = i32x4.shr_u(bits, 1);
  }
  return result;
}
