/**
 * @file Pulses where trains on rows and columns coincide: one pass over the cells for some hundreds of time slots. Coincidences are
 * counted by the bits that two trains have in common, four columns at a time; n pulses up and m down are then taken in closed form.
 * The formulas are in `engine/kernels.ts`.
 */
import { bytes } from './addresses';
import { CHUNK, GAUSSIANS, UNIFORMS } from './constants';
import { blockOf } from './noise';
import { expandKey, fillGaussian, KEYS_A } from './random';

/** Counts down of a chunk of columns; counts up take the place of the uniform numbers. */
const DOWNS: usize = memory.data(4 * 1024, 64);
const UPS: usize = UNIFORMS;
const GROUP: i32 = 32;

let most: i32 = 0; // largest count of the last chunk, either way
let busy: i32 = 0; // its groups of 32 columns with a pulse

/**
 * @param isSoft soft-bounds cells, else constant steps
 * @param padded columns with those added that make them a multiple of 32, whose trains are empty
 * @param rowPlus trains [rows, words], and those of the slots in which the row is negative; columns likewise [words, padded]
 * @returns pulses given
 */
export function coincide(
  isSoft: bool,
  w: usize,
  up: usize,
  down: usize,
  low: usize,
  high: usize,
  rows: i32,
  columns: i32,
  padded: i32,
  words: i32,
  rowPlus: usize,
  rowMinus: usize,
  columnPlus: usize,
  columnMinus: usize,
  cycle: f32,
  key0: u32,
  key1: u32,
  blockLow: u32,
  blockHigh: u32,
): f64 {
  expandKey(KEYS_A, key0, key1);
  const block = blockOf(blockLow, blockHigh);
  let pulses: f64 = 0;
  for (let from = 0; from < padded; from += CHUNK) {
    const width = min(CHUNK, padded - from);
    const trains = bytes(from);
    for (let i = 0; i < rows; i++) {
      const own = bytes(i * words);
      if (!fires(rowPlus + own, rowMinus + own, words)) continue;
      const given = count(
        rowPlus + own,
        rowMinus + own,
        columnPlus + trains,
        columnMinus + trains,
        words,
        bytes(padded),
        width,
      );
      if (given === 0) continue;
      pulses += given;
      const noise = block + ((i * padded + from) as u64) / 4;
      const cell = bytes(i * columns + from);
      const n = min(width, columns - from);
      if (isSoft) moveSoft(w + cell, up + cell, down + cell, low + cell, high + cell, n, cycle, noise);
      else moveConstant(w + cell, up + cell, down + cell, low + cell, high + cell, n, cycle, noise);
    }
  }
  return pulses;
}

function fires(plus: usize, minus: usize, words: i32): bool {
  for (let word = 0; word < words; word++)
    if ((load<u32>(plus + bytes(word)) | load<u32>(minus + bytes(word))) !== 0) return true;
  return false;
}

/** Counts the coincidences of a row with a chunk of columns, into UPS and DOWNS. @returns how many in all */
function count(
  rowPlus: usize,
  rowMinus: usize,
  columnPlus: usize,
  columnMinus: usize,
  words: i32,
  stride: usize,
  width: i32,
): f64 {
  const zero = i32x4.splat(0);
  let highest = zero;
  let sum: f64 = 0;
  busy = 0;
  for (let group = 0; group < width; group += GROUP) {
    let any = zero;
    for (let j = bytes(group); j < bytes(group + GROUP); j += 16) {
      let ups = zero;
      let downs = zero;
      let at = j;
      for (let word = 0; word < words; word++, at += stride) {
        const plus = load<u32>(rowPlus + bytes(word));
        const minus = load<u32>(rowMinus + bytes(word));
        if (plus !== 0) {
          const row = i32x4.splat(plus);
          ups = i8x16.add(ups, i8x16.popcnt(v128.and(row, v128.load(columnPlus + at))));
          downs = i8x16.add(downs, i8x16.popcnt(v128.and(row, v128.load(columnMinus + at))));
        }
        if (minus !== 0) {
          const row = i32x4.splat(minus);
          ups = i8x16.add(ups, i8x16.popcnt(v128.and(row, v128.load(columnMinus + at))));
          downs = i8x16.add(downs, i8x16.popcnt(v128.and(row, v128.load(columnPlus + at))));
        }
      }
      ups = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(ups));
      downs = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(downs));
      v128.store(UPS + j, f32x4.convert_i32x4_u(ups));
      v128.store(DOWNS + j, f32x4.convert_i32x4_u(downs));
      highest = i32x4.max_u(highest, i32x4.max_u(ups, downs));
      any = i32x4.add(any, i32x4.add(ups, downs));
    }
    if (!v128.any_true(any)) continue;
    busy++;
    sum += sumOf(any);
  }
  most = max(
    max(i32x4.extract_lane(highest, 0), i32x4.extract_lane(highest, 1)),
    max(i32x4.extract_lane(highest, 2), i32x4.extract_lane(highest, 3)),
  );
  return sum;
}

function sumOf(x: v128): i32 {
  return (
    i32x4.extract_lane(x, 0) + i32x4.extract_lane(x, 1) + i32x4.extract_lane(x, 2) + i32x4.extract_lane(x, 3)
  );
}

/** Noise for the groups that need it. @returns whether all of it is there already */
function fillDense(n: i32, cycle: f32, noise: u64): bool {
  if (cycle === 0 || busy * 64 <= n) return false;
  fillGaussian(KEYS_A, noise, (n + 31) >> 5, GAUSSIANS);
  return true;
}

/** Moves n constant-step cells of a row: half of the pulses up, those down, the other half. */
function moveConstant(
  w: usize,
  up: usize,
  down: usize,
  low: usize,
  high: usize,
  n: i32,
  cycle: f32,
  noise: u64,
): void {
  const isFilled = fillDense(n, cycle, noise);
  const zero = f32x4.splat(0);
  const half = f32x4.splat(0.5);
  for (let group: usize = 0; group < bytes(n); group += 128) {
    if (!isBusy(group)) continue;
    if (cycle !== 0 && !isFilled) fillGaussian(KEYS_A, noise + (group >> 4), 1, GAUSSIANS + group);
    for (let k = group, end = min(group + 128, bytes(n)); k < end; k += 16) {
      const ups = v128.load(UPS + k);
      const downs = v128.load(DOWNS + k);
      const before = v128.load(w + k);
      const lowest = v128.load(low + k);
      const highest = v128.load(high + k);
      const stepUp = v128.load(up + k);
      const stepDown = v128.load(down + k);
      const rise = f32x4.mul(f32x4.mul(half, ups), stepUp);
      const fall = f32x4.mul(downs, stepDown);
      const risen = clip(f32x4.add(before, rise), lowest, highest);
      const fallen = clip(f32x4.sub(risen, fall), lowest, highest);
      let moved = f32x4.add(fallen, rise);
      if (cycle !== 0) {
        const variance = f32x4.add(
          f32x4.mul(ups, f32x4.mul(stepUp, stepUp)),
          f32x4.mul(downs, f32x4.mul(stepDown, stepDown)),
        );
        moved = f32x4.add(moved, noiseOf(k, cycle, variance));
      }
      const isStill = f32x4.eq(f32x4.add(ups, downs), zero);
      v128.store(w + k, v128.bitselect(before, clip(moved, lowest, highest), isStill));
    }
  }
}

/** The same for soft-bounds cells. */
function moveSoft(
  w: usize,
  up: usize,
  down: usize,
  low: usize,
  high: usize,
  n: i32,
  cycle: f32,
  noise: u64,
): void {
  const isFilled = fillDense(n, cycle, noise);
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  for (let group: usize = 0; group < bytes(n); group += 128) {
    if (!isBusy(group)) continue;
    if (cycle !== 0 && !isFilled) fillGaussian(KEYS_A, noise + (group >> 4), 1, GAUSSIANS + group);
    for (let k = group, end = min(group + 128, bytes(n)); k < end; k += 16) {
      const ups = v128.load(UPS + k);
      const downs = v128.load(DOWNS + k);
      const before = v128.load(w + k);
      const lowest = v128.load(low + k);
      const highest = v128.load(high + k);
      // of each direction: the share of the way that all pulses cover, and of its step that the last one makes
      const sUp = share(v128.load(up + k), highest);
      const wayUp = cover(sUp, ups, most);
      const leftUp = f32x4.sqrt(left); // by half of the pulses
      const lastUp = lastOf(sUp, ups);
      const halfUp = f32x4.div(wayUp, f32x4.add(one, leftUp)); // 1 − leftUp, precise where that is small
      const sDown = share(f32x4.neg(v128.load(down + k)), lowest);
      const wayDown = cover(sDown, downs, most);
      const leftDown = left;
      const lastDown = lastOf(sDown, downs);

      const toUp = f32x4.sub(highest, before);
      const risen = f32x4.add(before, f32x4.mul(toUp, halfUp));
      const toDown = f32x4.sub(lowest, risen);
      const fallen = f32x4.add(risen, f32x4.mul(toDown, wayDown));
      let moved = f32x4.add(fallen, f32x4.mul(f32x4.sub(highest, fallen), halfUp));
      if (cycle !== 0) {
        const spreadUp = f32x4.mul(toUp, lastUp);
        const spreadDown = f32x4.mul(f32x4.mul(toDown, lastDown), leftUp);
        const variance = f32x4.add(
          f32x4.mul(f32x4.mul(ups, leftDown), f32x4.mul(spreadUp, spreadUp)),
          f32x4.mul(downs, f32x4.mul(spreadDown, spreadDown)),
        );
        moved = f32x4.add(moved, noiseOf(k, cycle, variance));
      }
      const isStill = f32x4.eq(f32x4.add(ups, downs), zero);
      v128.store(w + k, v128.bitselect(before, clip(moved, lowest, highest), isStill));
    }
  }
}

/** Whether a group of counts has a pulse. */
function isBusy(group: usize): bool {
  let any = f32x4.splat(0);
  for (let k = group; k < group + 128; k += 16)
    any = v128.or(any, v128.or(v128.load(UPS + k), v128.load(DOWNS + k)));
  return v128.any_true(any);
}

/** Share of the way to a bound that one pulse covers. */
function share(size: v128, bound: v128): v128 {
  return f32x4.pmin(f32x4.pmax(f32x4.splat(0), f32x4.div(size, bound)), f32x4.splat(1));
}

/** (1 − s)^number after `cover`, and (1 − s)^(number − 1) where that is at least 1. */
let left: v128 = f32x4.splat(1);
let leftButOne: v128 = f32x4.splat(1);

/** 1 − (1 − s)^number for whole numbers up to `highest`, by squaring; steps far smaller than the way keep their precision. */
function cover(s: v128, number: v128, highest: i32): v128 {
  const one = f32x4.splat(1);
  const two = f32x4.splat(2);
  const first = s;
  let bits = i32x4.trunc_sat_f32x4_s(f32x4.pmax(f32x4.splat(0), f32x4.sub(number, one)));
  let result = f32x4.splat(0);
  let rest = one;
  let keep = f32x4.sub(one, s);
  for (let most = highest - 1; most > 0; most >>= 1) {
    const isSet = i32x4.shr_s(i32x4.shl(bits, 31), 31);
    const part = v128.and(s, isSet);
    result = f32x4.add(result, f32x4.sub(part, f32x4.mul(result, part)));
    rest = v128.bitselect(f32x4.mul(rest, keep), rest, isSet);
    s = f32x4.mul(s, f32x4.sub(two, s));
    keep = f32x4.mul(keep, keep);
    bits = i32x4.shr_u(bits, 1);
  }
  const any = f32x4.gt(number, f32x4.splat(0));
  leftButOne = rest;
  left = v128.bitselect(f32x4.mul(rest, f32x4.sub(one, first)), one, any);
  return v128.and(f32x4.add(result, f32x4.mul(first, rest)), any);
}

/** s (1 − s)^(number − 1), nothing where there is no pulse; after `cover`. */
function lastOf(s: v128, number: v128): v128 {
  return v128.and(f32x4.mul(s, leftButOne), f32x4.gt(number, f32x4.splat(0)));
}

function clip(x: v128, low: v128, high: v128): v128 {
  return f32x4.pmax(f32x4.pmin(x, high), low);
}

function noiseOf(k: usize, cycle: f32, variance: v128): v128 {
  return f32x4.mul(f32x4.mul(f32x4.splat(cycle), f32x4.sqrt(variance)), v128.load(GAUSSIANS + k));
}
