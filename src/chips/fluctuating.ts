/**
 * @file Read noise that differs from cell to cell, at the output: with independent Gaussian noise of variance S_ij in every weight, column j gets noise of
 * variance Σ_i x_i² S_ij. One product more a read, and exact but for conductances that noise would carry below 0.
 */
import type { Engine } from '../engine/engine.ts';
import { type Matrix, rowsOf } from '../engine/matrix.ts';
import type { Stream } from '../engine/streams.ts';
import type { Mapping } from './mappings/mapping.ts';
import type { Readable } from './reading.ts';

export interface FluctuationAtOutput {
  /** out += noise of the rows from `from` on, driven by x [batch, those rows]. @param slice of one slice alone; of all together when undefined */
  add(x: Matrix, out: Matrix, from: number, slice: number | undefined): void;
  /** The same for a read of all columns backwards. @param out [batch, rows from `from` on] */
  addReverse(x: Matrix, out: Matrix, from: number): void;
}

/** @param height most rows of one read */
export function buildFluctuation(
  mapping: Mapping,
  height: number,
  { rows, columns, batch, variances }: Pick<Readable, 'rows' | 'columns' | 'batch' | 'variances'>,
  { kernels, gemm, ...engine }: Engine,
  stream: (path: string) => Stream,
): FluctuationAtOutput {
  const widest = Math.max(height, rows, columns);
  const squares = engine.matrix(batch, widest);
  const variance = engine.matrix(batch, widest);
  const normal = engine.matrix(batch, widest);
  const together = mapping.slices.length > 1 ? engine.matrix(rows, columns) : undefined;
  const noise = stream('fluctuation');
  const reverseNoise = stream('reverse-fluctuation');
  let transposed: Matrix | undefined; // made when somebody reads backwards

  const sized = (m: Matrix, like: Matrix): Matrix => ({
    rows: like.rows,
    columns: like.columns,
    data: m.data.subarray(0, like.data.length),
  });

  /** Of all slices, whose currents add up. */
  function whole(): Matrix {
    const each = variances();
    if (!together) return each[0]!;
    kernels.fill(together, 0);
    mapping.slices.forEach((unit, s) => {
      kernels.addScaled(each[s]!, unit ** 2, together);
    });
    return together;
  }

  function addTo(x: Matrix, out: Matrix, S: Matrix, from: Stream): void {
    const [x2, sum, xi] = [sized(squares, x), sized(variance, out), sized(normal, out)];
    for (let k = 0; k < x.data.length; k++) x2.data[k] = x.data[k]! ** 2;
    gemm.multiply(x2, S, sum);
    kernels.fill(xi, 0);
    kernels.addGaussian(xi, 1, from);
    for (let k = 0; k < out.data.length; k++) out.data[k]! += Math.sqrt(sum.data[k]!) * xi.data[k]!;
  }

  return {
    add(x, out, from, slice) {
      const S = slice === undefined ? whole() : variances()[slice]!;
      addTo(x, out, rowsOf(S, from, x.columns), noise);
    },
    addReverse(x, out, from) {
      transposed ??= engine.matrix(columns, rows);
      const turned = {
        rows: columns,
        columns: out.columns,
        data: transposed.data.subarray(0, columns * out.columns),
      };
      kernels.transpose(rowsOf(whole(), from, out.columns), turned);
      addTo(x, out, turned, reverseNoise);
    },
  };
}
