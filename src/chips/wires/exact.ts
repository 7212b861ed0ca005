/**
 * @file The exact transfer of an array: a linear array with wires takes voltages V to currents Vᵀ T, so T, worked out once per programming, makes
 * every later read a plain product. Row i of T is the response to one volt on word line i alone; what all word lines give to one combination
 * of bit lines is, by reciprocity, what flows out of grounded word lines when those bit lines are driven in that proportion. The fewer of the two
 * are solved. Reading backwards is the transpose of T, by the same reciprocity, with the resistances at the ends of a line staying with it.
 */
import { buildNodal } from './nodal.ts';
import type { Lines } from './wires.ts';

/** An output is this many times the current of this bit line, summed over its bit lines. */
export type Output = readonly { readonly bit: number; readonly factor: number }[];

/**
 * @param conductance siemens [rows, columns]; in interleaved arrays rows 2 i and 2 i + 1 are driven with one input and its opposite
 * @returns [inputs, outputs], per volt
 */
export function exactTransfer(
  conductance: Float64Array,
  rows: number,
  columns: number,
  lines: Lines,
  outputs: readonly Output[],
  tolerance = 1e-9,
): Float64Array {
  const solve = buildNodal(conductance, rows, columns, lines, tolerance);
  const isPaired = lines.topology === 'interleaved';
  const inputs = isPaired ? rows / 2 : rows;
  const transfer = new Float64Array(inputs * outputs.length);
  const word = new Float64Array(rows);
  const bit = new Float64Array(columns);
  function drive(i: number, volts: number): void {
    if (isPaired) {
      word[2 * i] = volts;
      word[2 * i + 1] = -volts;
    } else word[i] = volts;
  }
  if (inputs <= outputs.length)
    for (let i = 0; i < inputs; i++) {
      drive(i, 1);
      const { out } = solve(word, bit);
      outputs.forEach((output, j) => {
        for (const { bit, factor } of output) transfer[i * outputs.length + j]! += factor * out[bit]!;
      });
      drive(i, 0);
    }
  else
    outputs.forEach((output, j) => {
      bit.fill(0);
      for (const { bit: at, factor } of output) bit[at]! -= factor;
      const { into } = solve(word, bit);
      for (let i = 0; i < inputs; i++)
        transfer[i * outputs.length + j] = isPaired ? into[2 * i]! - into[2 * i + 1]! : into[i]!;
    });
  return transfer;
}
