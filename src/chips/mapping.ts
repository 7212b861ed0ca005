/**
 * @file Weights ↔ conductances. A weight is the difference of two cells, W = (G⁺ − G⁻)/scale; the one that does not carry it rests
 * at its smallest conductance ("one-sided differential pair"). The map is one to one, so a crossbar keeps weights and
 * conductances are worked out when they are asked for.
 */
import type { Matrix } from '../engine/matrix.ts';
import type { Cell } from './cells/cell.ts';

/** Siemens per unit of weight. @param range largest weight of a nominal pair */
export function scaleOf(cell: Cell, range: number): number {
  return (cell.maximumConductance - cell.minimumConductance) / range;
}

/** Conductances of both cells of every pair, siemens, in the order of the weights. */
export function conductances(
  weights: Matrix,
  cell: Cell,
  range: number,
): { plus: Float32Array; minus: Float32Array } {
  const scale = scaleOf(cell, range);
  const plus = weights.data.map(w => cell.minimumConductance + Math.max(w, 0) * scale);
  const minus = weights.data.map(w => cell.minimumConductance + Math.max(-w, 0) * scale);
  return { plus, minus };
}

/** Weights of pairs of conductances in siemens: the inverse of `conductances`. */
export function weightsOf(plus: Float32Array, minus: Float32Array, cell: Cell, range: number): Float32Array {
  const scale = scaleOf(cell, range);
  return plus.map((g, k) => (g - minus[k]!) / scale);
}

/** Mean conductance of a pair of cells, both together, siemens. */
export function meanPairConductance(weights: Matrix, cell: Cell, range: number): number {
  let sum = 0;
  for (const w of weights.data) sum += Math.abs(w);
  return 2 * cell.minimumConductance + (sum / weights.data.length) * scaleOf(cell, range);
}
