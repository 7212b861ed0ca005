/** @file The step responses that can be fitted, by the name the command line has for them: one line each. */
import { constantStep } from './constant-step.ts';
import { exponentialStep } from './exponential-step.ts';
import { linearStep } from './linear-step.ts';
import { piecewiseStep } from './piecewise-step.ts';
import { powerStep } from './power-step.ts';
import { softBounds } from './soft-bounds.ts';
import type { StepModel } from './step-model.ts';

export const models: readonly StepModel[] = [
  constantStep,
  linearStep,
  softBounds,
  powerStep,
  exponentialStep,
  piecewiseStep,
];
