/**
 * @file The ramp converter: the levels of one array of capacitors pass by, and every column's comparator, with an offset of its own, stops the count at
 * the nearest. Errors of the levels are common to all columns.
 */
import { gaussians, type Stream } from '../../engine/streams.ts';
import { capacitorLevels, mismatches } from './capacitors.ts';
import { nominalOf } from './codes.ts';
import type { AdcOf, Conversion } from './converter.ts';

export function rampConversion(
  adc: AdcOf<'ramp'>,
  columns: number,
  stream: (path: string) => Stream,
): Conversion {
  const { bits, range, comparatorOffset } = adc;
  const z = gaussians(stream('capacitors'), mismatches(bits));
  const levels = capacitorLevels({ ...adc, group: columns }, z, 2 ** -bits);
  const order = Array.from(levels.keys()).sort((a, b) => levels[a]! - levels[b]!); // mismatch may swap neighbours
  const sorted = Float64Array.from(order, code => levels[code]! * range);
  const offsets = gaussians(stream('comparators'), columns).map(n => comparatorOffset * range * n);
  return x => {
    for (let k = 0; k < x.data.length; k++) {
      const v = Math.max(-range, Math.min(range, x.data[k]!)) + offsets[k % columns]!;
      x.data[k] = nominalOf(order[nearest(sorted, v)]!, bits, range);
    }
  };
}

/** Index of the number nearest to v; the lower of two as near. */
function nearest(sorted: Float64Array, v: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! + sorted[middle + 1]! >= 2 * v) high = middle;
    else low = middle + 1;
  }
  return low;
}
