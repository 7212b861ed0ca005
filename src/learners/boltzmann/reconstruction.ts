/**
 * @file The visible side of a restricted Boltzmann machine whose weights are the first crossbar of a chip: images from hidden units, read through the
 * crossbar backwards.
 */
import type { ReversibleView } from '../../chips/access.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Matrix } from '../../engine/matrix.ts';
import { adam } from '../parts/optimiser.ts';

export interface Reconstruction {
  /** probabilities of the pixels, of the last call [batch, inputs] */
  readonly images: Matrix;
  /**
   * σ(s · h Wᵀ + a), with s the factor by which the chip drove the image, as large as if the reconstruction had the length of the image.
   * @param h hidden states, 0 or 1 [batch, units]
   * @returns mean cross-entropy of a pixel, nats
   */
  reconstruct(images: Matrix, h: Matrix): number;
  /** The biases a of the pixels move by ⟨v⟩ of the images less that of the reconstruction, as it was last. */
  learn(images: Matrix, rate: number): void;
}

export function reconstruction(
  chip: ReversibleView,
  batch: number,
  engine: Engine,
  count: (multiplyAdds: number) => void,
): Reconstruction {
  const { inputs, rows } = chip.layers[0]!;
  const images = engine.matrix(batch, inputs);
  const driven = engine.matrix(batch, rows);
  const bias = engine.matrix(1, inputs);
  const gradient = engine.matrix(1, inputs);
  const optimiser = adam()(1, inputs, engine);
  return {
    images,
    reconstruct(real, h) {
      chip.reverse(0, h, driven);
      count(batch * inputs);
      let loss = 0;
      for (let b = 0; b < batch; b++) {
        const scale = scaleOf(real, b, chip.epsilon);
        for (let i = 0; i < inputs; i++) {
          const p = 1 / (1 + Math.exp(-scale * driven.data[b * rows + i]! - bias.data[i]!));
          const x = real.data[b * inputs + i]!;
          images.data[b * inputs + i] = p;
          loss -= x * Math.log(Math.max(p, 1e-30)) + (1 - x) * Math.log(Math.max(1 - p, 1e-30));
        }
      }
      return loss / (batch * inputs);
    },
    learn(real, rate) {
      engine.kernels.fill(gradient, 0);
      for (let b = 0; b < batch; b++)
        for (let i = 0; i < inputs; i++)
          gradient.data[i]! += (images.data[b * inputs + i]! - real.data[b * inputs + i]!) / batch;
      optimiser.step(gradient, bias, rate);
    },
  };
}

/** What brings image `b` to mean square 1. */
function scaleOf({ columns, data }: Matrix, b: number, epsilon: number): number {
  let sum = 0;
  for (let i = 0; i < columns; i++) sum += data[b * columns + i]! ** 2;
  return 1 / (Math.sqrt(sum / columns) + epsilon);
}
