/** @file A power of the distance from the bound. Fitted is the step half-way between the bounds, which the exponent leaves as it is. */
import type { StepModel } from './step-model.ts';

/** Parameters: low, high, up and down step half-way, γ⁺, γ⁻. */
export const powerStep: StepModel = {
  name: 'power',
  kind: 'power-step',
  own: 6,
  shared: 0,
  starts: ({ low, high, up, down }) =>
    [
      [0.02, 0.5],
      [0.05, 1.2],
      [0.3, 2],
    ].map(([beyond, exponent]) => {
      const more = beyond! * (high - low);
      return [low - more, high + more, up, down, exponent!, exponent!];
    }),
  limits: ({ floor, low, high }) => ({
    low: [Math.max(floor, low - 20), (low + high) / 2, 0, 0, 0, 0],
    high: [(low + high) / 2, high + 20, 2, 2, 10, 10],
  }),
  step(p, x, isUp) {
    const width = p[1]! - p[0]!;
    return isUp
      ? p[2]! * ((2 * Math.max(0, p[1]! - x)) / width) ** p[4]!
      : -p[3]! * ((2 * Math.max(0, x - p[0]!)) / width) ** p[5]!;
  },
  inWords: p => ({
    low: p[0]!,
    high: p[1]!,
    up: p[2]! * 2 ** p[4]!,
    down: p[3]! * 2 ** p[5]!,
    shape: { upExponent: p[4]!, downExponent: p[5]! },
  }),
  spread: { key: 'exponentVariation', of: ['upExponent', 'downExponent'] },
  noiseOf: ['step'],
};
