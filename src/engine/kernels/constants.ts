/**
 * @file Constants of the hot loops, each repeated in four lanes of a table in memory: V8 rebuilds a vector constant
 * wherever code names one, and loading it instead makes noise a fifth faster. Also the buffers between the stages.
 */

/** Address of the table; the names below are offsets into it. */
export const TABLE: usize = memory.data(32 * 16, 16);

export const ONE: usize = 0 * 16;
export const HALF: usize = 1 * 16;
export const TWO_TO_MINUS_24: usize = 2 * 16;
export const TWO_TO_MINUS_31: usize = 3 * 16;

// Philox4x32 (Salmon et al. 2011)
export const M0: usize = 4 * 16;
export const M1: usize = 5 * 16;

// −2 log m = −2 (m − 1) + (m − 1)² + (m − 1)³ P(m − 1): Cephes logf (Moshier 1992), times −2
export const SQRT_HALF: usize = 6 * 16;
export const EXPONENT: usize = 7 * 16;
export const MINUS_2_LN_2: usize = 8 * 16;
export const LOG_0: usize = 9 * 16; // LOG_0 … LOG_8, highest power first
export const MINUS_TWO: usize = 18 * 16;

// sin and cos on [−π/4, π/4]: Cephes sinf, cosf
export const RADIANS: usize = 19 * 16;
export const SIN_0: usize = 20 * 16;
export const COS_0: usize = 23 * 16;
export const EIGHTH_TURN: usize = 26 * 16;
export const ONE_BIT: usize = 27 * 16;
export const TWO_BIT: usize = 28 * 16;
export const LANES: usize = 29 * 16;
export const ZERO: usize = 30 * 16;

/** Masks of the first 0, 1, 2, 3 lanes. */
export const FIRST_LANES: usize = memory.data<u32>(
  [0, 0, 0, 0, ~0, 0, 0, 0, ~0, ~0, 0, 0, ~0, ~0, ~0, 0],
  16,
);

/** Random numbers are made this many at a time, so that they stay in the first-level cache. */
export const CHUNK: i32 = 1024;
export const UNIFORMS: usize = memory.data(4 * 1024, 64);
export const GAUSSIANS: usize = memory.data(4 * 1024, 64);

/** Where the last few elements (less than 32) of six arrays are put side by side, 128 bytes each. */
export const REST: usize = memory.data(6 * 128, 64);

function float(at: usize, value: f32): void {
  v128.store(TABLE + at, f32x4.splat(value));
}

function integer(at: usize, value: i32): void {
  v128.store(TABLE + at, i32x4.splat(value));
}

float(ONE, 1);
float(HALF, 0.5);
float(TWO_TO_MINUS_24, 5.9604644775390625e-8);
float(TWO_TO_MINUS_31, 4.656612873077393e-10);
integer(M0, 0xd2511f53);
integer(M1, 0xcd9e8d57);
integer(SQRT_HALF, 0x3f3504f3);
integer(EXPONENT, 0xff800000);
float(MINUS_2_LN_2, -1.3862943611198906);
float(LOG_0 + 0 * 16, -2 * 7.0376836292e-2);
float(LOG_0 + 1 * 16, 2 * 1.151461031e-1);
float(LOG_0 + 2 * 16, -2 * 1.167699874e-1);
float(LOG_0 + 3 * 16, 2 * 1.2420140846e-1);
float(LOG_0 + 4 * 16, -2 * 1.4249322787e-1);
float(LOG_0 + 5 * 16, 2 * 1.6668057665e-1);
float(LOG_0 + 6 * 16, -2 * 2.0000714765e-1);
float(LOG_0 + 7 * 16, 2 * 2.4999993993e-1);
float(LOG_0 + 8 * 16, -2 * 3.3333331174e-1);
float(MINUS_TWO, -2);
float(RADIANS, 1.4629180792671596e-9); // 2π / 2^32
float(SIN_0 + 0 * 16, -1.9515295891e-4);
float(SIN_0 + 1 * 16, 8.3321608736e-3);
float(SIN_0 + 2 * 16, -1.6666654611e-1);
float(COS_0 + 0 * 16, 2.443315711809948e-5);
float(COS_0 + 1 * 16, -1.388731625493765e-3);
float(COS_0 + 2 * 16, 4.166664568298827e-2);
integer(EIGHTH_TURN, 0x20000000);
integer(ONE_BIT, 1);
integer(TWO_BIT, 2);
v128.store(TABLE + LANES, i32x4(0, 1, 2, 3));
integer(ZERO, 0);
