/**
 * @file Philox4x32-10 and what is made of it, in groups of 32 numbers (eight blocks) and in stages over a buffer: `philox`
 * writes the words of four blocks as four vectors, vector w holding word w of each block; numbers are made of them
 * in place, and put in the order of the stream.
 */
import {
  COS_0,
  EIGHTH_TURN,
  EXPONENT,
  HALF,
  LANES,
  LOG_0,
  M0,
  M1,
  MINUS_2_LN_2,
  MINUS_TWO,
  ONE,
  ONE_BIT,
  RADIANS,
  SIN_0,
  SQRT_HALF,
  TABLE,
  TWO_BIT,
  TWO_TO_MINUS_24,
  TWO_TO_MINUS_31,
  ZERO,
} from './constants';

const ROUNDS = 10;

/** Places for the round keys of two streams. */
export const KEYS_A: usize = memory.data(2 * 10 * 16, 64);
export const KEYS_B: usize = memory.data(2 * 10 * 16, 64);

/** Computes the keys of all rounds. */
export function expandKey(keys: usize, key0: u32, key1: u32): void {
  for (let round = 0; round < ROUNDS; round++) {
    v128.store(keys + 32 * round, i32x4.splat(key0 + 0x9e3779b9 * round));
    v128.store(keys + 32 * round, i32x4.splat(key1 + 0xbb67ae85 * round), 16);
  }
}

/** Blocks `block` to block + 8 · groups; writes 128 bytes a group. Two independent sets of four keep the core busier. */
function philox(keys: usize, block: u64, groups: i32, out: usize): void {
  for (let group = 0; group < groups; group++) {
    let a0 = lowCounters(block);
    let a1 = highCounters(block);
    let a2 = v128.load(TABLE, ZERO);
    let a3 = a2;
    let b0 = lowCounters(block + 4);
    let b1 = highCounters(block + 4);
    let b2 = a2;
    let b3 = a2;
    for (let key = keys; key < keys + 32 * ROUNDS; key += 32) {
      const m0 = v128.load(TABLE, M0);
      const m1 = v128.load(TABLE, M1);
      const k0 = v128.load(key);
      const k1 = v128.load(key, 16);
      let p = i64x2.extmul_low_i32x4_u(a0, m0);
      let q = i64x2.extmul_high_i32x4_u(a0, m0);
      let r = i64x2.extmul_low_i32x4_u(a2, m1);
      let s = i64x2.extmul_high_i32x4_u(a2, m1);
      a0 = v128.xor(v128.xor(v128.shuffle<i32>(r, s, 1, 3, 5, 7), a1), k0);
      a2 = v128.xor(v128.xor(v128.shuffle<i32>(p, q, 1, 3, 5, 7), a3), k1);
      a1 = v128.shuffle<i32>(r, s, 0, 2, 4, 6);
      a3 = v128.shuffle<i32>(p, q, 0, 2, 4, 6);
      p = i64x2.extmul_low_i32x4_u(b0, m0);
      q = i64x2.extmul_high_i32x4_u(b0, m0);
      r = i64x2.extmul_low_i32x4_u(b2, m1);
      s = i64x2.extmul_high_i32x4_u(b2, m1);
      b0 = v128.xor(v128.xor(v128.shuffle<i32>(r, s, 1, 3, 5, 7), b1), k0);
      b2 = v128.xor(v128.xor(v128.shuffle<i32>(p, q, 1, 3, 5, 7), b3), k1);
      b1 = v128.shuffle<i32>(r, s, 0, 2, 4, 6);
      b3 = v128.shuffle<i32>(p, q, 0, 2, 4, 6);
    }
    v128.store(out, a0);
    v128.store(out, a1, 16);
    v128.store(out, a2, 32);
    v128.store(out, a3, 48);
    v128.store(out, b0, 64);
    v128.store(out, b1, 80);
    v128.store(out, b2, 96);
    v128.store(out, b3, 112);
    block += 8;
    out += 128;
  }
}

/** Lower words of four counters from `block` on. */
function lowCounters(block: u64): v128 {
  return i32x4.add(i32x4.splat(block as i32), v128.load(TABLE, LANES));
}

/** Upper words: one more where the lower word overflowed. */
function highCounters(block: u64): v128 {
  const overflowed = i32x4.lt_u(lowCounters(block), i32x4.splat(block as i32));
  return i32x4.sub(i32x4.splat((block >> 32) as i32), overflowed);
}

/** Turns each four vectors by word into four by block, the order of the stream, in place. */
function putInOrder(groups: i32, out: usize): void {
  for (let end = out + 128 * groups; out < end; out += 64) {
    const a = v128.load(out);
    const b = v128.load(out, 16);
    const c = v128.load(out, 32);
    const d = v128.load(out, 48);
    const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
    const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
    const ab2 = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
    const cd2 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
    v128.store(out, v128.shuffle<i64>(ab, cd, 0, 2));
    v128.store(out, v128.shuffle<i64>(ab, cd, 1, 3), 16);
    v128.store(out, v128.shuffle<i64>(ab2, cd2, 0, 2), 32);
    v128.store(out, v128.shuffle<i64>(ab2, cd2, 1, 3), 48);
  }
}

/** 32 · groups words of 32 bits, from block `block` on. */
export function fillWords(keys: usize, block: u64, groups: i32, out: usize): void {
  philox(keys, block, groups, out);
  putInOrder(groups, out);
}

/** 32 · groups numbers, uniform in [0, 1), from block `block` on. */
export function fillUniform(keys: usize, block: u64, groups: i32, out: usize): void {
  philox(keys, block, groups, out);
  for (let p = out, end = out + 128 * groups; p < end; p += 16) {
    const bits = f32x4.convert_i32x4_s(i32x4.shr_u(v128.load(p), 8));
    v128.store(p, f32x4.mul(bits, v128.load(TABLE, TWO_TO_MINUS_24)));
  }
  putInOrder(groups, out);
}

/** 32 · groups numbers of N(0, 1), from block `block` on: r cos φ and r sin φ of each pair of words (Box and Muller 1958). */
export function fillGaussian(keys: usize, block: u64, groups: i32, out: usize): void {
  philox(keys, block, groups, out);
  for (let p = out, end = out + 128 * groups; p < end; p += 32) {
    const r = radius(v128.load(p));
    // the angle, in units of 2^−32 turns, is the nearest quarter turn q (−2 … 2) and x radians beyond it
    const angle = v128.load(p, 16);
    const q = i32x4.shr_s(i32x4.add(angle, v128.load(TABLE, EIGHTH_TURN)), 30);
    const beyond = f32x4.convert_i32x4_s(i32x4.sub(angle, i32x4.shl(q, 30)));
    const x = f32x4.mul(beyond, v128.load(TABLE, RADIANS));
    const z = f32x4.mul(x, x);
    const sin = f32x4.mul(r, sine(x, z));
    const cos = f32x4.mul(r, cosine(z));
    const isOdd = i32x4.shr_s(i32x4.shl(q, 31), 31);
    const sinSign = i32x4.shl(v128.and(q, v128.load(TABLE, TWO_BIT)), 30);
    const cosSign = i32x4.shl(
      v128.and(i32x4.add(q, v128.load(TABLE, ONE_BIT)), v128.load(TABLE, TWO_BIT)),
      30,
    );
    v128.store(p, v128.xor(v128.bitselect(sin, cos, isOdd), cosSign));
    v128.store(p, v128.xor(v128.bitselect(cos, sin, isOdd), sinSign), 16);
  }
  putInOrder(groups, out);
}

/** √(−2 ln u) with u = (word >> 1 + ½) / 2^31; u = m 2^e with m in [√½, √2), f = m − 1. */
function radius(words: v128): v128 {
  const half = v128.load(TABLE, HALF);
  const integer = f32x4.convert_i32x4_s(i32x4.shr_u(words, 1));
  const u = f32x4.mul(f32x4.add(integer, half), v128.load(TABLE, TWO_TO_MINUS_31));
  const above = i32x4.sub(u, v128.load(TABLE, SQRT_HALF));
  const e = f32x4.convert_i32x4_s(i32x4.shr_s(above, 23));
  const f = f32x4.sub(i32x4.sub(u, v128.and(above, v128.load(TABLE, EXPONENT))), v128.load(TABLE, ONE));
  let p = v128.load(TABLE, LOG_0);
  p = f32x4.add(f32x4.mul(p, f), v128.load(TABLE, LOG_0 + 1 * 16));
  p = f32x4.add(f32x4.mul(p, f), v128.load(TABLE, LOG_0 + 2 * 16));
  p = f32x4.add(f32x4.mul(p, f), v128.load(TABLE, LOG_0 + 3 * 16));
  p = f32x4.add(f32x4.mul(p, f), v128.load(TABLE, LOG_0 + 4 * 16));
  p = f32x4.add(f32x4.mul(p, f), v128.load(TABLE, LOG_0 + 5 * 16));
  p = f32x4.add(f32x4.mul(p, f), v128.load(TABLE, LOG_0 + 6 * 16));
  p = f32x4.add(f32x4.mul(p, f), v128.load(TABLE, LOG_0 + 7 * 16));
  p = f32x4.add(f32x4.mul(p, f), v128.load(TABLE, LOG_0 + 8 * 16));
  // −2 ln u = e · −2 ln 2 + f · −2 + f² + f³ p
  p = f32x4.mul(f32x4.add(f32x4.mul(p, f), v128.load(TABLE, ONE)), f32x4.mul(f, f));
  p = f32x4.add(p, f32x4.mul(f, v128.load(TABLE, MINUS_TWO)));
  p = f32x4.add(p, f32x4.mul(e, v128.load(TABLE, MINUS_2_LN_2)));
  return f32x4.sqrt(f32x4.pmax(v128.load(TABLE, ZERO), p));
}

/** sin of x radians, |x| ≤ π/4, z = x². */
function sine(x: v128, z: v128): v128 {
  let p = f32x4.add(f32x4.mul(v128.load(TABLE, SIN_0), z), v128.load(TABLE, SIN_0 + 1 * 16));
  p = f32x4.add(f32x4.mul(p, z), v128.load(TABLE, SIN_0 + 2 * 16));
  return f32x4.add(f32x4.mul(f32x4.mul(p, z), x), x);
}

/** cos of x radians, |x| ≤ π/4, z = x². */
function cosine(z: v128): v128 {
  let p = f32x4.add(f32x4.mul(v128.load(TABLE, COS_0), z), v128.load(TABLE, COS_0 + 1 * 16));
  p = f32x4.add(f32x4.mul(p, z), v128.load(TABLE, COS_0 + 2 * 16));
  p = f32x4.sub(f32x4.mul(p, z), v128.load(TABLE, HALF));
  return f32x4.add(f32x4.mul(p, z), v128.load(TABLE, ONE));
}
