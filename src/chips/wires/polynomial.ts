/**
 * @file AIHWKit's static drop of the voltage along a column (Rasch et al. 2019; v0.9.2, `rpu_forward_backward_pass.cpp`): with n rows, the last of which is next to the ADC,
 *
 *   a_j = n/ratio Σ_i |w_ij| |x_i|,   c = a (a (0.05 a − 0.2) + 0.5),   y_j −= strength · c_j Σ_i w_ij x_i (1 − (1 − i/n)²)
 *
 * with w in units of the largest conductance. It depends on the input, so it is no matrix; two more products a read.
 */
import type { Engine } from '../../engine/engine.ts';
import { type Matrix, rowsOf } from '../../engine/matrix.ts';

/** out −= the drop of x [batch, rows of a tile] times W [rows of a tile, columns]. */
export type Drop = (x: Matrix, W: Matrix, out: Matrix) => void;

/** @param wireRatio conductance of a wire over the largest of a cell @param range weight of that @param rows most rows of a tile */
export function buildDrop(
  { strength, wireRatio }: { strength: number; wireRatio: number },
  range: number,
  rows: number,
  columns: number,
  batch: number,
  { kernels, gemm, ...engine }: Engine,
): Drop {
  const sizes = engine.matrix(rows, columns);
  const input = engine.matrix(batch, rows);
  const loads = engine.matrix(batch, columns);
  const levers = engine.matrix(batch, columns);
  return (x, W, out) => {
    const n = x.columns;
    const driven = { rows: x.rows, columns: n, data: input.data.subarray(0, x.data.length) };
    const [a, lever] = [rowsOf(loads, 0, x.rows), rowsOf(levers, 0, x.rows)];
    const absolute = rowsOf(sizes, 0, n);
    for (let k = 0; k < W.data.length; k++) absolute.data[k] = Math.abs(W.data[k]!);
    for (let k = 0; k < x.data.length; k++) driven.data[k] = (Math.abs(x.data[k]!) * n) / (wireRatio * range);
    gemm.multiply(driven, absolute, a);
    for (let k = 0; k < x.data.length; k++) driven.data[k] = x.data[k]! * (1 - (1 - (k % n) / n) ** 2);
    gemm.multiply(driven, W, lever);
    for (let k = 0; k < out.data.length; k++) {
      const load = a.data[k]!;
      lever.data[k]! *= load * (load * (0.05 * load - 0.2) + 0.5);
    }
    kernels.addScaled(lever, -strength, out);
  };
}
