/**
 * @file Successive approximation: each bit, highest first, is kept where the input is above the level of the code with it. A group of
 * columns shares one array of capacitors and one comparator.
 */
import { gaussians, type Stream } from '../../engine/streams.ts';
import { capacitorLevels, mismatches } from './capacitors.ts';
import { nominalOf } from './codes.ts';
import type { AdcOf, Conversion } from './converter.ts';

export function sarConversion(
  adc: AdcOf<'sar'>,
  columns: number,
  stream: (path: string) => Stream,
): Conversion {
  const { bits, range, group, comparatorOffset } = adc;
  const groups = Math.ceil(columns / group);
  const draws = mismatches(bits);
  const z = gaussians(stream('capacitors'), groups * draws);
  const offsets = gaussians(stream('comparators'), groups);
  const codes = 2 ** bits;
  const thresholds = new Float64Array(groups * codes);
  for (let g = 0; g < groups; g++)
    capacitorLevels(adc, z.subarray(g * draws, (g + 1) * draws), 2 ** -bits).forEach((level, code) => {
      thresholds[g * codes + code] = range * (level - 2 ** -bits - comparatorOffset * offsets[g]!);
    });
  return x => {
    for (let k = 0; k < x.data.length; k++) {
      const v = Math.max(-range, Math.min(range, x.data[k]!));
      const first = Math.floor((k % columns) / group) * codes;
      let code = 0;
      for (let bit = codes >> 1; bit > 0; bit >>= 1) if (v > thresholds[first + code + bit]!) code += bit;
      x.data[k] = nominalOf(code, bits, range);
    }
  };
}
