/** @file The step responses, by the `kind` of a cell: one line each. */
import type { Stream } from '../../engine/streams.ts';
import type { PulsedCell } from './cell.ts';
import { constantStep } from './constant-step.ts';
import { exponentialStep } from './exponential-step.ts';
import { linearStep } from './linear-step.ts';
import { piecewiseStep } from './piecewise-step.ts';
import { powerStep } from './power-step.ts';
import { softBounds } from './soft-bounds.ts';
import type { StepResponse, Steps } from './step-response.ts';
import { nominalStep, shares } from './steps.ts';

type Build<C> = (cell: C, steps: Steps, range: number, stream: (path: string) => Stream) => StepResponse;

const responses: { [K in PulsedCell['kind']]: Build<Extract<PulsedCell, { kind: K }>> } = {
  'constant-step': constantStep,
  'linear-step': linearStep,
  'soft-bounds': softBounds,
  'exponential-step': exponentialStep,
  'power-step': powerStep,
  'piecewise-step': piecewiseStep,
};

/**
 * How the cells of one crossbar answer to pulses.
 *
 * @param range largest weight of a nominal pair @param stream names of what differs from cell to cell
 */
export function stepResponse(
  cell: PulsedCell,
  steps: Steps,
  range: number,
  stream: (path: string) => Stream,
): StepResponse {
  const build = responses[cell.kind] as Build<PulsedCell>;
  return build(cell, steps, range, stream);
}

/** Sizes of the up and of the down step of a nominal cell at weight 0 or another, in units of weight, both positive. */
export function nominalPulses(cell: PulsedCell, range: number, weight = 0): { up: number; down: number } {
  const one = (value: number) => ({ rows: 1, columns: 1, data: Float32Array.of(value) });
  const step = nominalStep(cell, range);
  const share = shares(cell);
  const steps = {
    up: one(step * share.up),
    down: one(step * share.down),
    low: one(cell.lowest * range),
    high: one(cell.highest * range),
  };
  const alike = { ...cell, referenceVariation: 0, slopeVariation: 0, exponentVariation: 0 };
  const { step: stepOf } = stepResponse(alike, steps, range, path => {
    throw new Error(`a nominal cell has nothing to draw, but wants ${path}`);
  });
  return { up: stepOf(0, weight, true), down: -stepOf(0, weight, false) };
}
