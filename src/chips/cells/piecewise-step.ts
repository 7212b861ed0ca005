/**
 * @file Steps from a measured table (AIHWKit PiecewiseStep): relative step sizes at evenly spaced weights from the cell's lower bound to its
 * upper bound, straight lines between them, one table for each direction.
 */
import { type Static, Type } from '@sinclair/typebox';
import { ratio, strict } from '../../description.ts';
import { conductance } from './conductance.ts';
import { pulsed } from './pulsed-cell.ts';
import type { StepResponse, Steps } from './step-response.ts';

const nodes = (what: string) =>
  Type.Array(ratio('step relative to the nominal one', { minimum: 0 }), {
    minItems: 1,
    maxItems: 10000,
    description: `relative size of ${what} at evenly spaced weights, lower bound to upper bound`,
    default: [1],
  });

export const PiecewiseStepCell = strict(
  {
    kind: Type.Literal('piecewise-step'),
    ...conductance,
    ...pulsed,
    upNodes: nodes('an up step [piecewise_up]'),
    downNodes: nodes('a down step [piecewise_down]'),
  },
  { description: 'the step is read from a measured table' },
);

/** Δw = ± s · table((w − w_min)/(w_max − w_min)) (1 + c ξ) */
export function piecewiseStep(
  { upNodes, downNodes, cycleNoise }: Static<typeof PiecewiseStepCell>,
  { up, down, low, high }: Steps,
): StepResponse {
  return {
    step(k, w, isUp) {
      const width = high.data[k]! - low.data[k]!;
      if (width === 0) return 0;
      const along = Math.min(1, Math.max(0, (w - low.data[k]!) / width));
      return isUp ? up.data[k]! * between(upNodes, along) : -down.data[k]! * between(downNodes, along);
    },
    spread: (_k, _w, _isUp, step) => cycleNoise * Math.abs(step),
  };
}

/** The table at `along` 0 … 1. */
function between(table: readonly number[], along: number): number {
  const at = along * (table.length - 1);
  const left = Math.floor(at);
  const right = Math.min(left + 1, table.length - 1);
  return table[left]! + (at - left) * (table[right]! - table[left]!);
}
