/**
 * @file Checks that both implementations of the kernels make before they start; the loops then trust the sizes.
 * The texts name the kernel, what was wanted and what came.
 */
import { paddedColumns, type TrainBits } from './kernels.ts';
import type { Matrix } from './matrix.ts';

const size = (m: Matrix) => `${m.rows} × ${m.columns}`;

/** @throws RangeError unless every one of `others` has the size of `m` */
export function sameSize(kernel: string, m: Matrix, ...others: Matrix[]): void {
  for (const other of others) {
    if (other.rows !== m.rows || other.columns !== m.columns)
      throw new RangeError(`${kernel}: expected ${size(m)} but got ${size(other)}`);
  }
}

/** @throws RangeError unless `wide` has the rows of `narrow` and at least its columns */
export function atLeast(kernel: string, narrow: Matrix, wide: Matrix): void {
  if (wide.rows !== narrow.rows || wide.columns < narrow.columns)
    throw new RangeError(
      `${kernel}: expected ${narrow.rows} × ${narrow.columns} or more columns but got ${size(wide)}`,
    );
}

/** @throws RangeError unless `m` is rows × columns */
export function exactly(kernel: string, m: Matrix, rows: number, columns: number): void {
  if (m.rows !== rows || m.columns !== columns)
    throw new RangeError(`${kernel}: expected ${rows} × ${columns} but got ${size(m)}`);
}

/** @throws RangeError when the quantiser makes no sense */
export function quantiser(columns: number, low: number, high: number, levels: number, m: Matrix): void {
  if (!(Number.isInteger(columns) && columns >= 0 && columns <= m.columns))
    throw new RangeError(`quantise: cannot take the first ${columns} columns of ${size(m)}`);
  if (!(Number.isInteger(levels) && levels >= 2 && high > low))
    throw new RangeError(
      `quantise: expected low < high and 2 or more levels, got ${low}, ${high}, ${levels}`,
    );
}

/** @throws RangeError unless there are `fanIn` indices and weights for each row of `m` */
export function mixing(
  kernel: string,
  m: Matrix,
  indices: Uint32Array,
  weights: Float32Array,
  fanIn: number,
): void {
  const wanted = m.rows * fanIn;
  if (!Number.isInteger(fanIn) || indices.length !== wanted || weights.length !== wanted)
    throw new RangeError(
      `${kernel}: ${m.rows} rows of fan-in ${fanIn} need as many indices and weights, got ${indices.length} and ${weights.length}`,
    );
}

/** @throws RangeError unless there is a train for every line of a crossbar of that size */
export function trainsOf(
  kernel: string,
  { words, rowPlus, rowMinus, columnPlus, columnMinus }: TrainBits,
  { rows, columns }: Matrix,
): void {
  if (!(Number.isInteger(words) && words > 0 && words <= 31))
    throw new RangeError(`${kernel}: 1 to 31 words of slots, got ${words}`);
  const [across, along] = [rows * words, paddedColumns(columns) * words];
  for (const [trains, wanted] of [
    [rowPlus, across],
    [rowMinus, across],
    [columnPlus, along],
    [columnMinus, along],
  ] as const)
    if (trains.length !== wanted)
      throw new RangeError(
        `${kernel}: ${rows} × ${columns} cells and ${words} words need ${across} and ${along} words, got ${trains.length}`,
      );
}
