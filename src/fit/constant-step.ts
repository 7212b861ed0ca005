/** @file Constant steps between hard bounds. */
import type { StepModel } from './step-model.ts';

/** Parameters: low, high, up, down. */
export const constantStep: StepModel = {
  name: 'constant',
  kind: 'constant-step',
  own: 4,
  shared: 0,
  starts: ({ low, high, up, down }) => [[low, high, up, down]],
  limits: ({ floor, low, high }) => ({ low: [floor, low, 0, 0], high: [high, high + 1, 2, 2] }),
  step: (p, _x, isUp) => (isUp ? p[2]! : -p[3]!),
  inWords: p => ({ low: p[0]!, high: p[1]!, up: p[2]!, down: p[3]!, shape: {} }),
  noiseOf: ['step'],
};
