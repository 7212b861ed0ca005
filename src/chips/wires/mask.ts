/**
 * @file The α-β mask: what an array with wires does to each cell, estimated from the loads along the two lines that the cell is on, each line
 * taken alone,
 *
 *   α_ij = (1 + r_b Σ_{k<i} (i − k) G_kj) / (1 + Σ_k (r_b (m − k) + R_sense) G_kj)
 *   β_ij = (1 + r_w Σ_{k>j} (k − j) G_ik) / (1 + Σ_k (r_w (k + 1) + R_source) G_ik)
 *
 * and the current of the cell α β G V: two running sums a line. The interplay of word and bit lines is left out, so it errs
 * where they are long (`reach`). It is right to first order in the resistances. Solving each line exactly instead was tried: better by a factor of four
 * where one line is four times as long as the other, worse by two on square arrays.
 */
import type { Lines } from './wires.ts';

/** The shares α β of the cells, times their conductances. @param out [rows, columns], may be `conductance` itself */
export function masked(
  conductance: Float64Array,
  rows: number,
  columns: number,
  { word, bit, source, sense }: Lines,
  out: Float64Array,
): void {
  const G = conductance;
  const alpha = new Float64Array(rows * columns);
  // Σ_{k<i} (i − k) G_k grows by Σ_{k≤i} G_k from one cell to the next, and ends as Σ_k (m − k) G_k
  const load = new Float64Array(columns);
  const moment = new Float64Array(columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      const k = i * columns + j;
      alpha[k] = 1 + bit * moment[j]!;
      load[j]! += G[k]!;
      moment[j]! += load[j]!;
    }
  for (let j = 0; j < columns; j++) load[j] = 1 / (1 + bit * moment[j]! + sense * load[j]!);
  for (let i = 0; i < rows; i++) {
    const first = i * columns;
    let all = 0;
    let levers = 0;
    for (let j = columns - 1; j >= 0; j--) {
      const k = first + j;
      const beta = 1 + word * levers;
      const g = G[k]!;
      all += g;
      levers += all;
      out[k] = g * alpha[k]! * beta * load[j]!;
    }
    const rest = 1 / (1 + word * levers + source * all);
    for (let k = first; k < first + columns; k++) out[k]! *= rest;
  }
}

/**
 * Sum of the two reaches up to which a mask may be used. Measured on arrays of 32² to 128² cells of even conductances and inputs of one sign: at a sum of
 * 0.05 outputs are off by 0.02 %, at 0.5 by 1.4 %, at 1 by 3 to 6 % (more where one line is much longer than the other), at 2 by 7 % and more; inputs of
 * both signs, whose currents cancel, have up to some times these shares.
 */
export const farthest = 1;

/**
 * How far wires reach into an array: 4/π² times the mean cell's conductance times the resistance of a word (bit) line times its
 * cells; both well below 1 where wires matter little.
 */
export function reach(
  conductance: Float64Array,
  rows: number,
  columns: number,
  { word, bit, source, sense }: Lines,
): { word: number; bit: number } {
  let sum = 0;
  for (let k = 0; k < conductance.length; k++) sum += conductance[k]!;
  const mean = sum / conductance.length;
  const lever = 4 / Math.PI ** 2;
  return {
    word: lever * mean * columns * (word * columns + source),
    bit: lever * mean * rows * (bit * rows + sense),
  };
}
