/** @file What the codes of a converter circuit stand for: the middles of 2^bits even steps over ± range, of which 0 is none. */

/** Value of a code, in units of the range. */
export const nominalOf = (code: number, bits: number, range: number): number =>
  (range * (2 * code - (2 ** bits - 1))) / 2 ** bits;
