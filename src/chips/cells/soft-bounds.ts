/**
 * @file Soft bounds: the step shrinks in proportion to the distance from the cell's own bound (AIHWKit SoftBounds). A reference device may be
 * subtracted from the cell (AIHWKit SoftBoundsReference; Gong and Rasch et al. 2022): with v = w + r, up s⁺ (1 − v/w_max),
 * down s⁻ (1 − v/w_min). A reference programmed to the symmetry point, where up and down step are alike,
 * w* = (s⁺ − s⁻)/(s⁺/w_max − s⁻/w_min), makes that point the weight 0. Where slopes vary, each 1/w_max and 1/w_min has a factor |1 + ξ| of its own.
 *
 * Pulse curves that are exponential in the number of pulses, w(p) = w₀ + B (1 − (1 − r)^p) from w₀ up, are these cells with lowest = w₀,
 * highest = w₀ + B, states = 4/(r B), asymmetry = −highest/lowest − 1 (the curve that AIHWKit's SoftBoundsPmax is for, r = 1 − e^−α).
 */
import { type Static, Type } from '@sinclair/typebox';
import { choice, ratio, strict } from '../../description.ts';
import type { Stream } from '../../engine/streams.ts';
import { affineMove } from './affine.ts';
import { conductance } from './conductance.ts';
import { cycleNoiseOf, pulsed } from './pulsed-cell.ts';
import { scattered } from './scattered.ts';
import type { StepResponse, Steps } from './step-response.ts';

export const SoftBoundsCell = strict(
  {
    kind: Type.Literal('soft-bounds'),
    ...conductance,
    ...pulsed,
    reference: ratio('mean of what is subtracted, in units of the weight range [reference_mean]', {
      minimum: -10,
      maximum: 10,
      default: 0,
    }),
    referenceVariation: ratio('cell-to-cell spread of the reference, likewise [reference_std]', {
      minimum: 0,
      maximum: 10,
      default: 0,
    }),
    referencePoint: choice(
      ['zero', 'symmetry'],
      'what the reference is counted from: 0, or the point where the up and down step of each cell are alike [subtract_symmetry_point]',
      { default: 'zero' },
    ),
    slopeVariation: ratio(
      'cell-to-cell spread of how fast the step shrinks, relative to the 1/bound that ends it at the bound, up and down apart [slope_up_dtod]',
      { minimum: 0, maximum: 1, default: 0 },
    ),
    cycleNoiseOf,
  },
  { description: 'the step shrinks in proportion to the distance from the bound' },
);

/** Δw = ± s (1 − (w + r)/bound) (1 + c ξ), or with c ξ added to the bracket. @param range largest weight of a nominal pair */
export function softBounds(
  cell: Static<typeof SoftBoundsCell>,
  { up, down, low, high }: Steps,
  range: number,
  stream: (path: string) => Stream,
): StepResponse {
  if (cell.lowest === 0) throw new RangeError('soft bounds need a lower bound below 0');
  const cells = up.data.length;
  const slopes = (name: string) =>
    scattered(cells, cell.slopeVariation, stream, name, deviation => Math.abs(1 + deviation));
  const upSlope = slopes('up-slope');
  const downSlope = slopes('down-slope');
  const shift =
    cell.referencePoint === 'symmetry'
      ? Float32Array.from(up.data, (size, k) =>
          symmetryPoint(size, down.data[k]!, low.data[k]!, high.data[k]!, upSlope(k), downSlope(k)),
        )
      : undefined;
  const reference = scattered(
    cells,
    cell.referenceVariation,
    stream,
    'reference',
    deviation => (cell.reference + deviation) * range,
  );
  const stepOf = (k: number, w: number, isUp: boolean) => {
    const v = w + reference(k) + (shift?.[k] ?? 0);
    return isUp
      ? toward(up.data[k]!, upSlope(k) * v, high.data[k]!)
      : -toward(down.data[k]!, downSlope(k) * v, low.data[k]!);
  };
  const ofStep = cell.cycleNoiseOf === 'step';
  return {
    step: stepOf,
    spread: (k, _, isUp, step) =>
      cell.cycleNoise * (ofStep ? Math.abs(step) : isUp ? up.data[k]! : down.data[k]!),
    many(k, w, isUp, n, normal) {
      const size = isUp ? up.data[k]! : down.data[k]!;
      if (size === 0) return w;
      const slope = isUp ? upSlope(k) : downSlope(k);
      const fraction = (size * slope) / Math.abs(isUp ? high.data[k]! : low.data[k]!);
      return (
        w + affineMove(stepOf(k, w, isUp), size, fraction, n, cell.cycleNoise, cell.cycleNoiseOf, normal)
      );
    },
    ...(shift && { resetShift: shift }),
  };
}

/** A cell that does not move may have its bounds at 0. */
const toward = (size: number, v: number, bound: number) => (size === 0 ? 0 : size * (1 - v / bound));

function symmetryPoint(
  up: number,
  down: number,
  low: number,
  high: number,
  upSlope: number,
  downSlope: number,
): number {
  return up + down === 0 ? 0 : (up - down) / ((up * upSlope) / high - (down * downSlope) / low);
}
