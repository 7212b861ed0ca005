/**
 * @file Steps that change exponentially with the weight, as measured on ReRAM and phase-change cells (AIHWKit ExpStep; Gong et al. 2018). With
 * z = 2a w/(w_max − w_min) + b and the cell's own bounds, up s⁺ max(1 − A⁺ e^(γ⁺ z), 0), down s⁻ max(1 − A⁻ e^(−γ⁻ z), 0).
 */
import { type Static, Type } from '@sinclair/typebox';
import { ratio, strict } from '../../description.ts';
import { conductance } from './conductance.ts';
import { pulsed } from './pulsed-cell.ts';
import type { StepResponse, Steps } from './step-response.ts';

export const ExponentialStepCell = strict(
  {
    kind: Type.Literal('exponential-step'),
    ...conductance,
    ...pulsed,
    upFactor: ratio('A⁺ [A_up]', { default: 0.00081 }),
    downFactor: ratio('A⁻ [A_down]', { default: 0.36833 }),
    upExponent: ratio('γ⁺ [gamma_up]', { default: 12.44625 }),
    downExponent: ratio('γ⁻ [gamma_down]', { default: 12.78785 }),
    slope: ratio('a: how far z moves from end to end of the range, halved [a]', { default: 0.244 }),
    offset: ratio('b: z at weight 0 [b]', { default: 0.2425 }),
    cycleNoiseFloor: ratio(
      'cycle noise is a fraction of the step plus this, in units of the weight range [dw_min_std_add]',
      { minimum: 0, default: 0 },
    ),
    cycleNoiseSlope: ratio('plus this times the weight [dw_min_std_slope]', { minimum: 0, default: 0 }),
  },
  { description: 'the step changes exponentially with the weight' },
);

/** Δw = ± s y(w) + c (|Δw| + floor + slope |w|) ξ. @param range largest weight of a nominal pair */
export function exponentialStep(
  cell: Static<typeof ExponentialStepCell>,
  { up, down, low, high }: Steps,
  range: number,
): StepResponse {
  const { upFactor, downFactor, upExponent, downExponent, slope, offset } = cell;
  const floor = cell.cycleNoiseFloor * range;
  return {
    step(k, w, isUp) {
      const width = high.data[k]! - low.data[k]!;
      if (width === 0) return 0;
      const z = (2 * slope * w) / width + offset;
      return isUp
        ? up.data[k]! * Math.max(1 - upFactor * Math.exp(upExponent * z), 0)
        : -down.data[k]! * Math.max(1 - downFactor * Math.exp(-downExponent * z), 0);
    },
    spread: (k, w, isUp, step) =>
      (isUp ? up : down).data[k] === 0
        ? 0
        : cell.cycleNoise * (Math.abs(step) + floor + cell.cycleNoiseSlope * Math.abs(w)),
  };
}
