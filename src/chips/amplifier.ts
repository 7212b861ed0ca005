/**
 * @file The amplifier behind every column, where it is not what it should be. A current y (in units of the activity, of scaled inputs where there is scaling) passes, in this order,
 *
 *   offset and series resistance   v offset of the column, r resistance, X = −w_ref Σ_j x_j what a reference column gives:
 *       w_ref = 0:  (1 − v) y/(1 + min(r |y|, limit));   else  (1 − v)(y + X)/(1 + min(r |y + X|, limit)) − (1 + v) X/(1 + min(r |X|, limit))
 *   [read noise of the cells]
 *   saturation   y ← f² y/(1 + s |y|),   f = 1 + calibration · (mean s + r) · full scale
 *   asymmetry    y ← (1 − a) y where y < 0
 *   noise, and then the ADC; `gain` multiplies what comes out of it.
 *
 * Formulas and order of AIHWKit v0.9.2 (`rpu_forward_backward_pass.cpp`), whose names stand in brackets. Offsets are never negative, so that half of the
 * columns have none. The full scale is the ADC's range, 1 where there is no ADC.
 */
import { type Static, Type } from '@sinclair/typebox';
import { ratio, strict } from '../description.ts';
import type { Kernels } from '../engine/kernels.ts';
import type { Matrix } from '../engine/matrix.ts';
import { gaussians, type Stream } from '../engine/streams.ts';

const share = { minimum: 0, default: 0 };
export const Amplifier = strict(
  {
    noise: ratio('standard deviation of what is added to every output at every read [out_noise]', share),
    noiseVariation: ratio('relative spread of that from column to column [out_noise_std]', share),
    asymmetry: ratio('share by which negative outputs come out smaller [out_asymmetry]', {
      maximum: 1,
      default: 0,
    }),
    saturation: ratio('s: an output of the full scale is divided by 1 + this [out_nonlinearity]', share),
    saturationVariation: ratio('relative spread of that from column to column [out_nonlinearity_std]', share),
    calibration: ratio(
      'share of the full scale at which the gain makes up for the saturation; 0 for none [slope_calibration]',
      share,
    ),
    seriesResistance: ratio('r: an output of 1 is divided by 1 + this [r_series]', share),
    seriesLimit: Type.Optional(
      ratio('most that is added to 1 there; any when absent [r_series_max_total]', { minimum: 0 }),
    ),
    offset: ratio(
      'spread of the offset voltage, relative to that of an input of 1; negative draws are 0 [v_offset_std]',
      share,
    ),
    offsetReference: ratio('weight of the reference column that an offset acts on [v_offset_w_min]', {
      default: -1,
    }),
    gain: ratio('times which every output goes on [out_scale]', { default: 1 }),
  },
  { description: 'flaws of what amplifies the current of a column' },
);
export type Amplifier = Static<typeof Amplifier>;

/** The amplifiers of the columns of one tile. */
export interface Amplifiers {
  /** Offsets and series resistance, before noise of cells. @param x what stands on the word lines [batch, rows] */
  load(x: Matrix, out: Matrix): void;
  /** Saturation, asymmetry and noise. */
  shape(out: Matrix): void;
  readonly gain: number;
  /** What `load` makes of one current of column j, and `shape` without its noise. @param sum of what stands on the word lines */
  loaded(j: number, y: number, sum: number): number;
  shaped(j: number, y: number): number;
}

/** @param full scale of the ADC, 1 where there is none */
export function buildAmplifiers(
  amplifier: Amplifier,
  columns: number,
  full: number,
  kernels: Kernels,
  stream: (path: string) => Stream,
): Amplifiers {
  const {
    asymmetry,
    seriesResistance: r,
    seriesLimit = Number.POSITIVE_INFINITY,
    offsetReference,
  } = amplifier;
  const drawn = (name: string, spread: number, of: (z: number) => number) =>
    spread > 0
      ? Float64Array.from(gaussians(stream(name), columns), of)
      : new Float64Array(columns).fill(of(0));
  const offsets = drawn('offset', amplifier.offset, z => Math.max(0, amplifier.offset * z));
  const saturations = drawn('saturation', amplifier.saturationVariation, z =>
    Math.abs((amplifier.saturation / full) * (1 + amplifier.saturationVariation * z)),
  );
  const sigmas = drawn('noise-size', amplifier.noiseVariation, z =>
    Math.abs(amplifier.noise * (1 + amplifier.noiseVariation * z)),
  );
  const noise = stream('noise');
  const isLoaded = amplifier.offset > 0 || r > 0;
  const isBent = amplifier.saturation > 0 || r > 0;
  const mean = saturations.reduce((sum, s) => sum + s, 0) / columns;
  const slope = isBent ? (1 + (mean + r) * amplifier.calibration * full) ** 2 : 1;
  const through = (y: number) => y / (1 + Math.min(r * Math.abs(y), seriesLimit));

  function addNoise(out: Matrix): void {
    if (amplifier.noise === 0) return;
    if (amplifier.noiseVariation === 0) {
      kernels.addGaussian(out, amplifier.noise, noise);
      return;
    }
    const z = gaussians(noise, out.data.length);
    for (let k = 0; k < out.data.length; k++) out.data[k]! += sigmas[k % columns]! * z[k]!;
  }

  function loaded(j: number, y: number, sum: number): number {
    if (!isLoaded) return y;
    const v = offsets[j]!;
    if (offsetReference === 0) return (1 - v) * through(y);
    const reference = -offsetReference * sum;
    return (1 - v) * through(y + reference) - (1 + v) * through(reference);
  }
  function shaped(j: number, y: number): number {
    const bent = isBent ? (slope * y) / (1 + saturations[j]! * Math.abs(y)) : y;
    return bent < 0 ? bent * (1 - asymmetry) : bent;
  }

  return {
    gain: amplifier.gain,
    loaded,
    shaped,
    load(x, out) {
      if (!isLoaded) return;
      for (let b = 0; b < out.rows; b++) {
        let sum = 0;
        for (let i = 0; i < x.columns; i++) sum += x.data[b * x.columns + i]!;
        for (let k = b * columns; k < (b + 1) * columns; k++)
          out.data[k] = loaded(k % columns, out.data[k]!, sum);
      }
    },
    shape(out) {
      if (isBent || asymmetry !== 0)
        for (let k = 0; k < out.data.length; k++) out.data[k] = shaped(k % columns, out.data[k]!);
      addNoise(out);
    },
  };
}
