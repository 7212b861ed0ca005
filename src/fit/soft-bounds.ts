/** @file Soft bounds: up r⁺ (high − x), down r⁻ (x − low). The rates and the bounds are what bends a curve, and so what is fitted. */
import type { StepModel } from './step-model.ts';

/** Parameters: low, high, r⁺, r⁻. */
export const softBounds: StepModel = {
  name: 'soft-bounds',
  kind: 'soft-bounds',
  own: 4,
  shared: 0,
  starts({ low, high, up, down }) {
    const width = high - low;
    return [0.02, 0.5].map(beyond => {
      const half = width * (0.5 + beyond);
      return [low - beyond * width, high + beyond * width, up / half, down / half];
    });
  },
  limits: ({ floor, low, high }) => ({
    low: [Math.max(floor, low - 20), (low + high) / 2, 0, 0],
    high: [(low + high) / 2, high + 20, 1, 1],
  }),
  step: (p, x, isUp) => (isUp ? p[2]! * (p[1]! - x) : p[3]! * (p[0]! - x)),
  inWords: (p, middle) => ({
    low: p[0]!,
    high: p[1]!,
    up: p[2]! * (p[1]! - middle),
    down: p[3]! * (middle - p[0]!),
    shape: {},
  }),
  noiseOf: ['step', 'step-at-zero'],
};
