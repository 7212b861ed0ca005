/**
 * @file Steps that are linear in the weight (AIHWKit LinearStep): up s⁺ (1 − γ⁺ w/w_max), down s⁻ (1 − γ⁻ w/w_min), γ 0 being constant steps
 * and 1 a step that ends at the nominal bound. A negative γ is a step that grows on the way (AIHWKit's reverse slopes).
 */
import { type Static, Type } from '@sinclair/typebox';
import { ratio, strict } from '../../description.ts';
import type { Stream } from '../../engine/streams.ts';
import { affineMove } from './affine.ts';
import { conductance } from './conductance.ts';
import { cycleNoiseOf, pulsed } from './pulsed-cell.ts';
import { scattered } from './scattered.ts';
import type { StepResponse, Steps } from './step-response.ts';

export const LinearStepCell = strict(
  {
    kind: Type.Literal('linear-step'),
    ...conductance,
    ...pulsed,
    upSlope: ratio(
      'share of its size at weight 0 by which the up step has shrunk at the nominal upper bound [gamma_up]',
      { minimum: -1, maximum: 10, default: 0 },
    ),
    downSlope: ratio(
      'share of its size at weight 0 by which the down step has shrunk at the nominal lower bound [gamma_down]',
      { minimum: -1, maximum: 10, default: 0 },
    ),
    slopeVariation: ratio('cell-to-cell spread of both slopes, apart and absolute [gamma_up_dtod]', {
      minimum: 0,
      maximum: 1,
      default: 0,
    }),
    cycleNoiseOf,
  },
  { description: 'the step changes linearly with the weight, by a slope of its own up and down' },
);

/** Δw = ± s (1 − γ w/bound) (1 + c ξ), or with c ξ added to the bracket. @param range largest weight of a nominal pair */
export function linearStep(
  cell: Static<typeof LinearStepCell>,
  { up, down }: Steps,
  range: number,
  stream: (path: string) => Stream,
): StepResponse {
  const cells = up.data.length;
  /** fraction of its step at 0 that a step loses per unit of weight; positive shrinks it in the direction of the pulse */
  const lost = (slope: number, bound: number, name: string) =>
    scattered(cells, cell.slopeVariation, stream, name, deviation =>
      bound === 0 ? 0 : (Math.sign(slope || 1) * Math.abs(slope + deviation)) / (Math.abs(bound) * range),
    );
  const upLost = lost(cell.upSlope, cell.highest, 'up-slope');
  const downLost = lost(cell.downSlope, cell.lowest, 'down-slope');
  const stepOf = (k: number, w: number, isUp: boolean) =>
    isUp ? up.data[k]! * (1 - upLost(k) * w) : -down.data[k]! * (1 + downLost(k) * w);
  const ofStep = cell.cycleNoiseOf === 'step';
  return {
    step: stepOf,
    spread: (k, _, isUp, step) =>
      cell.cycleNoise * (ofStep ? Math.abs(step) : isUp ? up.data[k]! : down.data[k]!),
    many(k, w, isUp, n, normal) {
      const size = isUp ? up.data[k]! : down.data[k]!;
      const fraction = size * (isUp ? upLost(k) : downLost(k));
      return (
        w + affineMove(stepOf(k, w, isUp), size, fraction, n, cell.cycleNoise, cell.cycleNoiseOf, normal)
      );
    },
  };
}
