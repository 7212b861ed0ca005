/**
 * @file Steps that change exponentially with the weight. Bounds are the ends of what was measured, or within them where a device rests
 * and only reading noise goes further. Fitted are also each device's steps at weight 0 and, for all devices alike, A and γ with a = 1
 * and b = 0, of which a cell file has no spread.
 */
import type { StepModel } from './step-model.ts';

const inward = 0.2; // how far reading noise may go beyond the bounds
const own = 6;

/**
 * Parameters: low, high, up and down step in the middle of what was measured; its ends, which are not fitted; A⁺, γ⁺, A⁻, γ⁻ for z from −1
 * to 1 between these ends.
 */
export const exponentialStep: StepModel = {
  name: 'exponential',
  kind: 'exponential-step',
  own,
  shared: 4,
  starts: ({ low, high, up, down }) =>
    [
      [0.05, 3],
      [0.4, 1],
      [-0.3, -2],
      [-0.3, 2],
      [-5, -2],
    ].map(([factor, exponent]) => [low, high, up, down, low, high, factor!, exponent!, factor!, exponent!]),
  limits: ({ low, high }) => ({
    low: [low, high - inward * (high - low), 0, 0, low, high, -50, -20, -50, -20],
    high: [low + inward * (high - low), high, 2, 2, low, high, 0.99, 20, 0.99, 20],
  }),
  step(p, x, isUp) {
    const z = (2 * x - p[4]! - p[5]!) / (p[5]! - p[4]!);
    return isUp ? p[2]! * shape(p[own]!, p[own + 1]!, z) : -p[3]! * shape(p[own + 2]!, p[own + 3]!, -z);
  },
  inWords(p, middle) {
    const wider = (p[1]! - p[0]!) / (p[5]! - p[4]!); // bounds in units of the ends
    const aside = (2 * middle - p[4]! - p[5]!) / (p[5]! - p[4]!);
    return {
      low: p[0]!,
      high: p[1]!,
      up: p[2]! / (1 - p[own]!),
      down: p[3]! / (1 - p[own + 2]!),
      shape: {
        upFactor: p[own]! * Math.exp(p[own + 1]! * aside),
        downFactor: p[own + 2]! * Math.exp(-p[own + 3]! * aside),
        upExponent: p[own + 1]! * wider,
        downExponent: p[own + 3]! * wider,
        slope: 1,
        offset: 0,
      },
    };
  },
  noiseOf: ['step'],
};

/** max(1 − A e^(γ z), 0), 1 at z = 0 */
const shape = (factor: number, exponent: number, z: number) =>
  Math.max(1 - factor * Math.exp(exponent * z), 0) / (1 - factor);
