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
 * @param conductance siemens [rows, columns]
 * @returns [rows, outputs], per volt
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
  const transfer = new Float64Array(rows * outputs.length);
  const word = new Float64Array(rows);
  const bit = new Float64Array(columns);
  if (rows <= outputs.length)
    for (let i = 0; i < rows; i++) {
      word[i] = 1;
      const { out } = solve(word, bit);
      outputs.forEach((output, j) => {
        for (const { bit, factor } of output) transfer[i * outputs.length + j]! += factor * out[bit]!;
      });
      word[i] = 0;
    }
  else
    outputs.forEach((output, j) => {
      bit.fill(0);
      for (const { bit: at, factor } of output) bit[at]! -= factor;
      const { into } = solve(word, bit);
      for (let i = 0; i < rows; i++) transfer[i * outputs.length + j] = into[i]!;
    });
  return transfer;
}
