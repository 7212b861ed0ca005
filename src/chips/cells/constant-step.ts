/** @file Constant steps: a pulse moves a cell by its own up or down step wherever it is (AIHWKit ConstantStep; Gokmen and Vlasov 2016). */
import { type Static, Type } from '@sinclair/typebox';
import { strict } from '../../description.ts';
import { conductance } from './conductance.ts';
import { pulsed } from './pulsed-cell.ts';
import type { StepResponse, Steps } from './step-response.ts';

export const ConstantStepCell = strict(
  { kind: Type.Literal('constant-step'), ...conductance, ...pulsed },
  { description: 'every pulse moves the conductance by the same step until a bound is met' },
);

/** Δw = ± s (1 + c ξ) */
export function constantStep(
  { cycleNoise }: Static<typeof ConstantStepCell>,
  { up, down }: Steps,
): StepResponse {
  return {
    step: (k, _, isUp) => (isUp ? up.data[k]! : -down.data[k]!),
    spread: (_k, _w, _isUp, step) => cycleNoise * Math.abs(step),
    many(k, w, isUp, n, normal) {
      const step = isUp ? up.data[k]! : -down.data[k]!;
      return w + step * (n + cycleNoise * Math.sqrt(n) * normal);
    },
  };
}
