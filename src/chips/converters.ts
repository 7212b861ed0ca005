/**
 * @file DACs at the rows and ADCs at the columns: evenly spaced levels over ± range, values beyond are clipped.
 * A converter of kind 'none' passes analog values on.
 */
import type { Kernels } from '../engine/kernels.ts';
import type { Matrix } from '../engine/matrix.ts';
import type { Converter } from './model.ts';

/** Converts the first `columns` columns of `x` in place. Levels are an odd number, 2^bits − 1, so that 0 stays 0. */
export function convert(kernels: Kernels, converter: Converter, x: Matrix, columns = x.columns): void {
  if (converter.kind === 'none') return;
  kernels.quantise(x, columns, -converter.range, converter.range, Math.max(2, 2 ** converter.bits - 1));
}
