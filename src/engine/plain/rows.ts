/** @file Rows and columns as wholes: normalising, sums, transposing. */
import type { Kernels } from '../kernels.ts';
import { atLeast, exactly, sameSize } from '../sizes.ts';

type RowKernels = Pick<
  Kernels,
  | 'normaliseRows'
  | 'normaliseRowsBack'
  | 'sumSquares'
  | 'columnMeans'
  | 'columnSums'
  | 'scaleRows'
  | 'addRow'
  | 'transpose'
>;

export const rowKernels: RowKernels = {
  normaliseRows(x, out, epsilon) {
    atLeast('normaliseRows', x, out);
    for (let b = 0; b < x.rows; b++) {
      const row = x.data.subarray(b * x.columns, (b + 1) * x.columns);
      const divisor = rms(row) + epsilon;
      row.forEach((value, j) => {
        out.data[b * out.columns + j] = value / divisor;
      });
    }
  },

  normaliseRowsBack(x, d, out, epsilon) {
    atLeast('normaliseRowsBack', x, d);
    atLeast('normaliseRowsBack', x, out);
    for (let b = 0; b < x.rows; b++) {
      const row = x.data.subarray(b * x.columns, (b + 1) * x.columns);
      const r = rms(row);
      const q = r + epsilon;
      let dot = 0;
      for (let j = 0; j < x.columns; j++) dot += d.data[b * d.columns + j]! * row[j]!;
      const along = r > 0 ? dot / (x.columns * r * q * q) : 0;
      for (let j = 0; j < x.columns; j++)
        out.data[b * out.columns + j] = d.data[b * d.columns + j]! / q - row[j]! * along;
    }
  },

  sumSquares(x, out) {
    exactly('sumSquares', out, x.rows, 1);
    for (let b = 0; b < x.rows; b++)
      out.data[b] = sumOfSquares(x.data.subarray(b * x.columns, (b + 1) * x.columns));
  },

  columnMeans(x, out) {
    exactly('columnMeans', out, 1, x.columns);
    for (let j = 0; j < x.columns; j++) out.data[j] = columnSum(x.data, x.rows, x.columns, j) / x.rows;
  },

  columnSums(x, out) {
    exactly('columnSums', out, 1, x.columns);
    for (let j = 0; j < x.columns; j++) out.data[j] = columnSum(x.data, x.rows, x.columns, j);
  },

  scaleRows(x, factors, out) {
    sameSize('scaleRows', x, out);
    exactly('scaleRows', factors, x.rows, 1);
    for (let k = 0; k < x.data.length; k++)
      out.data[k] = factors.data[Math.floor(k / x.columns)]! * x.data[k]!;
  },

  addRow(x, row) {
    exactly('addRow', row, 1, x.columns);
    for (let k = 0; k < x.data.length; k++) x.data[k]! += row.data[k % x.columns]!;
  },

  transpose(x, out) {
    exactly('transpose', out, Math.min(out.rows, x.columns), x.rows);
    for (let i = 0; i < out.rows; i++)
      for (let b = 0; b < x.rows; b++) out.data[i * x.rows + b] = x.data[b * x.columns + i]!;
  },
};

/** Root of the mean square; 0 for an empty row. */
const rms = (row: Float32Array) => (row.length > 0 ? Math.sqrt(sumOfSquares(row) / row.length) : 0);

const sumOfSquares = (row: Float32Array) => row.reduce((sum, value) => sum + value * value, 0);

function columnSum(data: Float32Array, rows: number, columns: number, j: number): number {
  let sum = 0;
  for (let b = 0; b < rows; b++) sum += data[b * columns + j]!;
  return sum;
}
