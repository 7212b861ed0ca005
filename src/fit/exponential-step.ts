/**
 * @file Steps that change exponentially with the weight. Bounds are those of what was measured, for the curve bends without them; fitted are
 * each device's steps at weight 0 and, for all devices alike, A and γ with a = 1 and b = 0, of which a cell file has no spread.
 */
import type { StepModel } from './step-model.ts';

/** Parameters: low, high, up and down step at weight 0; A⁺, γ⁺, A⁻, γ⁻. */
export const exponentialStep: StepModel = {
  name: 'exponential',
  kind: 'exponential-step',
  own: 4,
  shared: 4,
  starts: ({ low, high, up, down }) =>
    [
      [0.05, 3],
      [0.4, 1],
      [-0.3, -2],
      [-0.3, 2],
      [-5, -2],
    ].map(([factor, exponent]) => [low, high, up, down, factor!, exponent!, factor!, exponent!]),
  limits: ({ low, high }) => ({
    low: [low, high, 0, 0, -50, -20, -50, -20],
    high: [low, high, 2, 2, 0.99, 20, 0.99, 20],
  }),
  step(p, x, isUp, middle) {
    const z = (2 * (x - middle)) / (p[1]! - p[0]!);
    return isUp ? p[2]! * shape(p[4]!, p[5]!, z) : -p[3]! * shape(p[6]!, p[7]!, -z);
  },
  inWords: p => ({
    low: p[0]!,
    high: p[1]!,
    up: p[2]! / (1 - p[4]!),
    down: p[3]! / (1 - p[6]!),
    shape: { upFactor: p[4]!, downFactor: p[6]!, upExponent: p[5]!, downExponent: p[7]!, slope: 1, offset: 0 },
  }),
  noiseOf: ['step'],
};

/** max(1 − A e^(γ z), 0), 1 at z = 0 */
const shape = (factor: number, exponent: number, z: number) =>
  Math.max(1 - factor * Math.exp(exponent * z), 0) / (1 - factor);
