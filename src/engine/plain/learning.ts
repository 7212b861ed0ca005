/** @file Optimisers, and writing their change into cells. */
import type { Kernels, PulsedCells, PulseStreams } from '../kernels.ts';
import type { Matrix } from '../matrix.ts';
import { sameSize } from '../sizes.ts';
import { gaussians, uniforms } from '../streams.ts';

type LearningKernels = Pick<
  Kernels,
  'adam' | 'momentum' | 'writeBounded' | 'pulseConstant' | 'pulseSoftBounds'
>;

export const learningKernels: LearningKernels = {
  adam(gradient, first, second, weights, { rate, beta1, beta2, epsilon, step, decay }) {
    sameSize('adam', gradient, first, second, weights);
    const [g, m, v, w] = [gradient.data, first.data, second.data, weights.data];
    for (let k = 0; k < g.length; k++) {
      m[k] = beta1 * m[k]! + (1 - beta1) * g[k]!;
      v[k] = beta2 * v[k]! + (1 - beta2) * g[k]! ** 2;
      const mHat = m[k]! / (1 - beta1 ** step);
      const vHat = v[k]! / (1 - beta2 ** step);
      g[k] = (-rate * mHat) / (Math.sqrt(vHat) + epsilon) - rate * decay * w[k]!;
      w[k]! += g[k]!;
    }
  },

  momentum(gradient, velocity, weights, { rate, momentum, scale, decay }) {
    sameSize('momentum', gradient, velocity, weights);
    const [g, v, w] = [gradient.data, velocity.data, weights.data];
    for (let k = 0; k < g.length; k++) {
      v[k] = momentum * v[k]! + (1 - momentum) * scale * g[k]!;
      g[k] = rate * (v[k]! - decay * w[k]!);
      w[k]! += g[k]!;
    }
  },

  writeBounded(weights, change, response, low, high) {
    sameSize('writeBounded', weights, change, response, low, high);
    for (let k = 0; k < weights.data.length; k++)
      weights.data[k] = clip(
        weights.data[k]! + change.data[k]! * response.data[k]!,
        low.data[k]!,
        high.data[k]!,
      );
  },

  pulseConstant(weights, change, cells, streams) {
    return pulse('pulseConstant', weights, change, cells, streams, (_, k, n, noise) => {
      const size = n > 0 ? cells.up.data[k]! : cells.down.data[k]!;
      return n * size * (1 + noise / Math.sqrt(Math.abs(n)));
    });
  },

  pulseSoftBounds(weights, change, cells, streams) {
    return pulse('pulseSoftBounds', weights, change, cells, streams, (w, k, n, noise) => {
      const bound = n > 0 ? cells.high.data[k]! : cells.low.data[k]!;
      const size = n > 0 ? cells.up.data[k]! : -cells.down.data[k]!;
      const s = Math.min(1, Math.max(0, size / bound || 0)); // 0 / 0: a dead cell at zero
      const e = 1 - (1 - s) ** (Math.abs(n) - 1);
      return (bound - w) * (e + s * (1 - e) * (1 + noise * Math.sqrt(Math.abs(n))));
    });
  },
};

/** Rounds the change to pulses and applies `move`, the effect of n ≠ 0 pulses on cell k at w. `noise` is cycle · N. */
function pulse(
  kernel: string,
  weights: Matrix,
  change: Matrix,
  cells: PulsedCells,
  streams: PulseStreams,
  move: (w: number, k: number, n: number, noise: number) => number,
): number {
  sameSize(kernel, weights, change, cells.up, cells.down, cells.low, cells.high);
  const u = uniforms(streams.rounding, weights.data.length);
  const noise = gaussians(streams.cycle, weights.data.length);
  const { fround } = Math;
  const pulsesPerUnit = fround(1 / cells.step);
  let pulses = 0;
  for (let k = 0; k < weights.data.length; k++) {
    const rounded = Math.floor(fround(fround(change.data[k]! * pulsesPerUnit) + u[k]!));
    const n = clip(rounded, -cells.maximum, cells.maximum) || 0;
    if (n === 0) continue;
    pulses += Math.abs(n);
    const w = weights.data[k]!;
    const moved = w + move(w, k, n, cells.cycle * noise[k]!);
    weights.data[k] = clip(moved, cells.low.data[k]!, cells.high.data[k]!);
  }
  return pulses;
}

/** Not-a-number stays what it is. */
const clip = (x: number, low: number, high: number) => Math.max(low, Math.min(high, x));
