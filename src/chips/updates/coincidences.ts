/** @file Trains as masks of bits, and what two of them have in common. */
import type { Kernels } from '../../engine/kernels.ts';
import { type Matrix, rowsOf } from '../../engine/matrix.ts';
import type { Stream } from '../../engine/streams.ts';

/**
 * Draws a train for every line whose probability is not 0: slot s of line l is set where a uniform number is below it.
 *
 * @param probabilities [lines]; 1 and more fires in every slot @param words of 32 slots that each line has in `bits` [lines, words]
 * @param lots room for uniform numbers [at least lines, at least slots]
 * @param active the lines that fire at all are listed here @returns how many these are
 */
export function drawTrains(
  probabilities: Float64Array,
  slots: number,
  words: number,
  lots: Matrix,
  kernels: Kernels,
  stream: Stream,
  bits: Uint32Array,
  active: Int32Array,
): number {
  let drawn = 0;
  for (let l = 0; l < probabilities.length; l++) if (probabilities[l]! > 0) drawn++;
  const used = Math.ceil((drawn * slots) / lots.columns); // whole rows of the scratch
  kernels.uniform(rowsOf(lots, 0, used), 0, 1, stream);
  let next = 0;
  let count = 0;
  for (let l = 0; l < probabilities.length; l++) {
    const p = probabilities[l]!;
    if (p === 0) continue;
    let any = 0;
    for (let word = 0; word < words; word++) {
      let mask = 0;
      const end = Math.min(32, slots - 32 * word);
      for (let s = 0; s < end; s++) if (lots.data[next++]! < p) mask |= 1 << s;
      bits[l * words + word] = mask;
      any |= mask;
    }
    if (any !== 0) active[count++] = l;
  }
  return count;
}

/** Slots in which both lines fire. */
export function coincidences(
  a: Uint32Array,
  fromA: number,
  b: Uint32Array,
  fromB: number,
  words: number,
): number {
  let count = 0;
  for (let word = 0; word < words; word++) count += ones(a[fromA + word]! & b[fromB + word]!);
  return count;
}

/** Bits set in a word: sums of neighbours, two, four and eight bits wide, then all bytes at once. */
export function ones(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
