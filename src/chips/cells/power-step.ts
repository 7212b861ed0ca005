/**
 * @file Steps that go with a power of the distance from the bound (AIHWKit PowStep, and PowStepReference where something is subtracted).
 * With v = w + r and the cell's own bounds, up s⁺ ((w_max − v)/(w_max − w_min))^γ⁺,
 * down s⁻ ((v − w_min)/(w_max − w_min))^γ⁻; s is thus the step from the far end, not from weight 0.
 */
import { type Static, Type } from '@sinclair/typebox';
import { ratio, strict } from '../../description.ts';
import type { Stream } from '../../engine/streams.ts';
import { conductance } from './conductance.ts';
import { pulsed } from './pulsed-cell.ts';
import { scattered } from './scattered.ts';
import type { StepResponse, Steps } from './step-response.ts';

export const PowerStepCell = strict(
  {
    kind: Type.Literal('power-step'),
    ...conductance,
    ...pulsed,
    upExponent: ratio('γ⁺ [pow_gamma]', { minimum: 0, maximum: 10, default: 1 }),
    downExponent: ratio('γ⁻ [pow_gamma]', { minimum: 0, maximum: 10, default: 1 }),
    exponentVariation: ratio('cell-to-cell spread of both exponents, apart and absolute [pow_gamma_dtod]', {
      minimum: 0,
      maximum: 2,
      default: 0,
    }),
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
  },
  { description: 'the step goes with a power of the distance from the bound' },
);

/** @param range largest weight of a nominal pair */
export function powerStep(
  cell: Static<typeof PowerStepCell>,
  { up, down, low, high }: Steps,
  range: number,
  stream: (path: string) => Stream,
): StepResponse {
  const cells = up.data.length;
  const exponents = (mean: number, name: string) =>
    scattered(cells, cell.exponentVariation, stream, name, deviation => Math.abs(mean + deviation));
  const upExponents = exponents(cell.upExponent, 'up-exponent');
  const downExponents = exponents(cell.downExponent, 'down-exponent');
  const reference = scattered(
    cells,
    cell.referenceVariation,
    stream,
    'reference',
    deviation => (cell.reference + deviation) * range,
  );
  return {
    step(k, w, isUp) {
      const width = high.data[k]! - low.data[k]!;
      if (width === 0) return 0;
      const v = w + reference(k);
      return isUp
        ? up.data[k]! * Math.max(0, (high.data[k]! - v) / width) ** upExponents(k)
        : -down.data[k]! * Math.max(0, (v - low.data[k]!) / width) ** downExponents(k);
    },
    spread: (_k, _w, _isUp, step) => cell.cycleNoise * Math.abs(step),
  };
}
