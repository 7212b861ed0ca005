/**
 * @file Steps that are linear in the conductance, between hard bounds. Fitted are size and slope at the middle of the measured range, which
 * are determined whether or not the bounds were met; γ of the cell file follows from them.
 */
import type { StepModel } from './step-model.ts';

const centre = 0.5;

/** Parameters: low, high, and of up and down the size at the centre and what it loses per unit of conductance in its direction. */
export const linearStep: StepModel = {
  name: 'linear',
  kind: 'linear-step',
  own: 6,
  shared: 0,
  starts: ({ low, high, up, down }) => [
    [low, high, up, 0, down, 0],
    [low, high, up, up, down, down],
  ],
  limits: ({ floor, low, high }) => ({
    low: [floor, low, 0, -2, 0, -2],
    high: [high, high + 1, 2, 2, 2, 2],
  }),
  step: (p, x, isUp) => (isUp ? p[2]! - p[3]! * (x - centre) : -p[4]! - p[5]! * (x - centre)),
  inWords(p, middle, half) {
    const up = p[2]! - p[3]! * (middle - centre);
    const down = p[4]! + p[5]! * (middle - centre);
    return {
      low: p[0]!,
      high: p[1]!,
      up,
      down,
      shape: { upSlope: (p[3]! * half) / up, downSlope: (p[5]! * half) / down },
    };
  },
  spread: { key: 'slopeVariation', of: ['upSlope', 'downSlope'] },
  noiseOf: ['step', 'step-at-zero'],
};
