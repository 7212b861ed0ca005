/**
 * @file Pulses where trains on rows and columns coincide: one pass over the cells for some hundreds of time slots. Coincidences are
 * counted by the bits that two trains have in common, four columns at a time; n pulses up and m down are then taken in closed form.
 * The formulas are in `engine/kernels.ts`.
 */
import { bytes } from './addresses';
import { CHUNK, GAUSSIANS, UNIFORMS } from './constants';
import { blockOf } from './noise';
import { approach } from './pulses';
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
 * @param isUpFirst whether cells of even rows take their pulses up first; those of odd rows do the opposite
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
  isUpFirst: bool,
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
      if (isSoft) {
        if (((i & 1) === 0) === isUpFirst)
          moveSoft(
            w + cell,
            up + cell,
            high + cell,
            UPS,
            1,
            down + cell,
            low + cell,
            DOWNS,
            n,
            cycle,
            noise,
            low + cell,
            high + cell,
          );
        else
          moveSoft(
            w + cell,
            down + cell,
            low + cell,
            DOWNS,
            -1,
            up + cell,
            high + cell,
            UPS,
            n,
            cycle,
            noise,
            low + cell,
            high + cell,
          );
      } else if (((i & 1) === 0) === isUpFirst)
        moveConstant(
          w + cell,
          up + cell,
          UPS,
          1,
          down + cell,
          DOWNS,
          n,
          cycle,
          noise,
          low + cell,
          high + cell,
        );
      else
        moveConstant(
          w + cell,
          down + cell,
          DOWNS,
          -1,
          up + cell,
          UPS,
          n,
          cycle,
          noise,
          low + cell,
          high + cell,
        );
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

/** Moves n constant-step cells of a row: first the pulses of `countA`, whose sign is given, then the others. */
function moveConstant(
  w: usize,
  sizeA: usize,
  countA: usize,
  sign: f32,
  sizeB: usize,
  countB: usize,
  n: i32,
  cycle: f32,
  noise: u64,
  low: usize,
  high: usize,
): void {
  const isFilled = fillDense(n, cycle, noise);
  const zero = f32x4.splat(0);
  const signs = f32x4.splat(sign);
  for (let group: usize = 0; group < bytes(n); group += 128) {
    if (!isBusy(group)) continue;
    if (cycle !== 0 && !isFilled) fillGaussian(KEYS_A, noise + (group >> 4), 1, GAUSSIANS + group);
    for (let k = group, end = min(group + 128, bytes(n)); k < end; k += 16) {
      const a = v128.load(countA + k);
      const b = v128.load(countB + k);
      const before = v128.load(w + k);
      const lowest = v128.load(low + k);
      const highest = v128.load(high + k);
      const stepA = v128.load(sizeA + k);
      const stepB = v128.load(sizeB + k);
      const half = clip(f32x4.add(before, f32x4.mul(signs, f32x4.mul(a, stepA))), lowest, highest);
      let moved = f32x4.sub(half, f32x4.mul(signs, f32x4.mul(b, stepB)));
      if (cycle !== 0) {
        const variance = f32x4.add(
          f32x4.mul(a, f32x4.mul(stepA, stepA)),
          f32x4.mul(b, f32x4.mul(stepB, stepB)),
        );
        moved = f32x4.add(moved, noiseOf(k, cycle, variance));
      }
      v128.store(
        w + k,
        v128.bitselect(before, clip(moved, lowest, highest), f32x4.eq(f32x4.add(a, b), zero)),
      );
    }
  }
}

/** The same for soft-bounds cells: pulses of `countA` lead towards `boundA`, then the others towards `boundB`. */
function moveSoft(
  w: usize,
  sizeA: usize,
  boundA: usize,
  countA: usize,
  sign: f32,
  sizeB: usize,
  boundB: usize,
  countB: usize,
  n: i32,
  cycle: f32,
  noise: u64,
  low: usize,
  high: usize,
): void {
  const isFilled = fillDense(n, cycle, noise);
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  const signs = f32x4.splat(sign);
  for (let group: usize = 0; group < bytes(n); group += 128) {
    if (!isBusy(group)) continue;
    if (cycle !== 0 && !isFilled) fillGaussian(KEYS_A, noise + (group >> 4), 1, GAUSSIANS + group);
    for (let k = group, end = min(group + 128, bytes(n)); k < end; k += 16) {
      const a = v128.load(countA + k);
      const b = v128.load(countB + k);
      const before = v128.load(w + k);
      const lowest = v128.load(low + k);
      const highest = v128.load(high + k);
      // what the pulses but the last cover of the way, then the last
      const toA = v128.load(boundA + k);
      const sA = share(f32x4.mul(signs, v128.load(sizeA + k)), toA);
      const eA = approach(sA, f32x4.pmax(zero, f32x4.sub(a, one)), most - 1);
      const lastA = v128.and(f32x4.mul(sA, f32x4.sub(one, eA)), f32x4.gt(a, zero));
      const wayA = f32x4.sub(toA, before);
      const half = clip(f32x4.add(before, f32x4.mul(wayA, f32x4.add(eA, lastA))), lowest, highest);
      const toB = v128.load(boundB + k);
      const sB = share(f32x4.neg(f32x4.mul(signs, v128.load(sizeB + k))), toB);
      const eB = approach(sB, f32x4.pmax(zero, f32x4.sub(b, one)), most - 1);
      const lastB = v128.and(f32x4.mul(sB, f32x4.sub(one, eB)), f32x4.gt(b, zero));
      const wayB = f32x4.sub(toB, half);
      let moved = f32x4.add(half, f32x4.mul(wayB, f32x4.add(eB, lastB)));
      if (cycle !== 0) {
        const left = f32x4.sub(one, f32x4.add(eB, lastB)); // what the others leave of the first noise
        const spreadA = f32x4.mul(f32x4.mul(wayA, lastA), left);
        const spreadB = f32x4.mul(wayB, lastB);
        const variance = f32x4.add(
          f32x4.mul(a, f32x4.mul(spreadA, spreadA)),
          f32x4.mul(b, f32x4.mul(spreadB, spreadB)),
        );
        moved = f32x4.add(moved, noiseOf(k, cycle, variance));
      }
      v128.store(
        w + k,
        v128.bitselect(before, clip(moved, lowest, highest), f32x4.eq(f32x4.add(a, b), zero)),
      );
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

function clip(x: v128, low: v128, high: v128): v128 {
  return f32x4.pmax(f32x4.pmin(x, high), low);
}

function noiseOf(k: usize, cycle: f32, variance: v128): v128 {
  return f32x4.mul(f32x4.mul(f32x4.splat(cycle), f32x4.sqrt(variance)), v128.load(GAUSSIANS + k));
}
