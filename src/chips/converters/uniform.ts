/**
 * @file The uniform converter: evenly spaced levels over ± range, values beyond are clipped. With 2^bits − 1 levels 0 stays 0.
 * A converter of kind 'none' passes analog values on.
 */
import type { Engine } from '../../engine/engine.ts';
import type { Kernels } from '../../engine/kernels.ts';
import { type Matrix, rowsOf } from '../../engine/matrix.ts';
import { quantisation } from '../../engine/quantisation.ts';
import type { Stream } from '../../engine/streams.ts';
import type { Adc, AdcOf, Conversion, Dac } from './converter.ts';

/** How many levels there are. */
export const levelsOf = ({ bits, levels }: { bits: number; levels?: 'odd' | 'even' }): number =>
  Math.max(2, levels === 'even' ? 2 ** bits : 2 ** bits - 1);

/** The lowest value that a converter knows. */
export const lowOf = (converter: Adc | Dac): number =>
  converter.kind === 'none'
    ? Number.NEGATIVE_INFINITY
    : converter.kind === 'uniform'
      ? (converter.low ?? -converter.range)
      : -converter.range;

/** Converts the first `columns` columns of `x` in place, to the nearest level (ties upwards). */
export function convert(
  kernels: Kernels,
  converter: Dac | Extract<Adc, { kind: 'none' | 'clip' | 'uniform' }>,
  x: Matrix,
  columns = x.columns,
): void {
  if (converter.kind === 'none') return;
  if (converter.kind === 'clip') clip(x, columns, converter.range);
  else kernels.quantise(x, columns, lowOf(converter), converter.range, levelsOf(converter));
}

/** Whether activities go on to the rows of the next layer as they are. */
export const goesOnInAnalog = (dac: Dac): dac is Extract<Dac, { kind: 'uniform' }> =>
  dac.kind === 'uniform' && dac.rows === 'entering';

/** Rows of which the first `carried` are driven by activities as they are, up to what a driver can give, and the others by DACs (as the kernel `quantise`). */
export function convertEntering(dac: Extract<Dac, { kind: 'uniform' }>, x: Matrix, carried: number): void {
  const { fround, floor, max, min } = Math;
  const low = lowOf(dac);
  const q = quantisation(low, dac.range, levelsOf(dac));
  for (let b = 0; b < x.rows; b++)
    for (let i = 0, k = b * x.columns; i < x.columns; i++, k++) {
      const clipped = max(low, min(dac.range, x.data[k]!));
      const level = floor(fround(fround(fround(clipped - q.low) * q.density) + 0.5));
      x.data[k] =
        i < carried ? clipped : min(q.high, fround(q.base + fround(fround(level - q.origin) * q.step)));
    }
}

function clip(x: Matrix, columns: number, range: number): void {
  for (let first = 0; first < x.data.length; first += x.columns)
    for (let k = first; k < first + columns; k++) x.data[k] = Math.max(-range, Math.min(range, x.data[k]!));
}

/** A uniform converter that rounds up with a probability of what is beyond the level below. */
export function stochasticConversion(
  adc: Pick<AdcOf<'uniform'>, 'kind' | 'bits' | 'levels' | 'range' | 'low'>,
  columns: number,
  batch: number,
  { kernels, ...engine }: Engine,
  stream: Stream,
): Conversion {
  const lots = engine.matrix(batch, columns);
  const levels = levelsOf(adc);
  const low = lowOf({ ...adc, kind: 'uniform' });
  const step = (adc.range - low) / (levels - 1);
  const middle = adc.low === undefined ? (levels - 1) / 2 : -low / step; // counted from there, so that 0 comes out as 0
  return x => {
    const u = rowsOf(lots, 0, x.rows);
    kernels.uniform(u, 0, 1, stream);
    for (let k = 0; k < x.data.length; k++) {
      const clipped = Math.max(low, Math.min(adc.range, x.data[k]!));
      x.data[k] = step * (Math.min(levels - 1, Math.floor(clipped / step + middle + u.data[k]!)) - middle);
    }
  };
}
