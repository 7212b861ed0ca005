/**
 * @file Pipeline and cyclic converters, of stages of 1.5 bits: the input is compared with ± a quarter of the range, and
 *
 *   V ← ((1 + γ) V + d γ range)/(1 + 1/(A β)),   d = −1 above, +1 below, 0 between,   γ = C2/C1, β = C1/(C1 + C2 + C_par)
 *
 * goes on; the last stage compares with 0. A decision between leaves it to the next stage, so offsets of up to a quarter of the range do no harm. A
 * pipeline has capacitors and comparators of their own for every stage, a cyclic converter uses one stage again and again.
 */
import { gaussians, type Stream } from '../../engine/streams.ts';
import { nominalOf } from './codes.ts';
import type { AdcOf, Conversion } from './converter.ts';

export function pipelineConversion(
  adc: AdcOf<'pipeline'> | AdcOf<'cyclic'>,
  columns: number,
  stream: (path: string) => Stream,
): Conversion {
  const { bits, range, group } = adc;
  const groups = Math.ceil(columns / group);
  const stages = adc.kind === 'pipeline' ? bits : 1;
  const all = groups * stages;
  const drawn = (name: string, mean: number, spread: number, n = all) =>
    Float64Array.from(gaussians(stream(name), n), z => mean + spread * z);
  const c1 = drawn('sampling', 1, adc.samplingMismatch);
  const c2 = drawn('feedback', 1, adc.feedbackMismatch);
  const parasitic = drawn('parasitic', 0, adc.parasitic);
  const offsets = drawn('comparators', 0, adc.comparatorOffset * range, 2 * all);
  const amplification = 10 ** (adc.gain / 20);
  const gamma = c1.map((c, s) => c2[s]! / c);
  const loss = c1.map((c, s) => 1 / (1 + (c + c2[s]! + parasitic[s]!) / (amplification * c)));

  /** Code of v on the converter of a group. */
  function codeOf(v: number, first: number): number {
    let code = 0;
    for (let n = 0; n < bits - 1; n++) {
      const s = first + (stages === 1 ? 0 : n);
      const isAbove = v > range / 4 + offsets[2 * s]!;
      const isBelow = v < -range / 4 + offsets[2 * s + 1]!;
      const bit = 2 ** (bits - 1 - n);
      if (isAbove) code += bit;
      else if (!isBelow) code += bit / 2;
      const d = (isBelow ? 1 : 0) - (isAbove ? 1 : 0);
      v = ((1 + gamma[s]!) * v + d * gamma[s]! * range) * loss[s]!;
    }
    return v > offsets[2 * (first + stages - 1)]! ? code + 1 : code;
  }

  return x => {
    for (let k = 0; k < x.data.length; k++) {
      const v = Math.max(-range, Math.min(range, x.data[k]!));
      const first = Math.floor((k % columns) / group) * stages;
      x.data[k] = nominalOf(codeOf(v, first), bits, range);
    }
  };
}
