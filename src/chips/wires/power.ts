/**
 * @file Where the power of an array with wires goes. Drivers deliver Σ V_i I_i; cells dissipate Σ G u² with u the voltage across them; each segment
 * of a line dissipates r I² with I the current of all cells beyond it. By Tellegen's theorem the first is the sum of the others; each is worked out by
 * itself here.
 */
import type { Solution } from './nodal.ts';
import type { Lines } from './wires.ts';

/** Watts. */
export interface Power {
  readonly driver: number;
  readonly cells: number;
  /** word and bit lines, the resistances at their ends included */
  readonly wires: number;
}

/** What a real array takes of Σ V² G, what the same cells with ideal wires would. */
export interface PowerShares {
  readonly driver: number;
  readonly cells: number;
}

/** @param word voltages at the drivers [rows]; bit lines end at 0 V @param conductance siemens [rows, columns] */
export function powerOf(
  { across, into }: Solution,
  word: Float64Array,
  conductance: Float64Array,
  rows: number,
  columns: number,
  lines: Lines,
): Power {
  let [driver, cells, wires] = [0, 0, 0];
  for (let i = 0; i < rows; i++) driver += word[i]! * into[i]!;
  const below = new Float64Array(columns); // of every bit line, what flows down in it
  for (let i = 0; i < rows; i++) {
    let beyond = 0; // of the word line, what flows right in it
    for (let j = columns - 1; j >= 0; j--) {
      const k = i * columns + j;
      const current = conductance[k]! * across[k]!;
      cells += current * across[k]!;
      beyond += current;
      below[j]! += current;
      wires += (lines.word + (j === 0 ? lines.source : 0)) * beyond ** 2;
      wires += (lines.bit + (i === rows - 1 ? lines.sense : 0)) * below[j]! ** 2;
    }
  }
  return { driver, cells, wires };
}

/** Watts without any wires. */
export function idealPower(
  word: Float64Array,
  conductance: Float64Array,
  rows: number,
  columns: number,
): number {
  let power = 0;
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) power += conductance[i * columns + j]! * word[i]! ** 2;
  return power;
}
