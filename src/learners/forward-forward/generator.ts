/**
 * @file Images from hidden activities: pixels are told by a logistic regression each, on features that other rules have learnt (Hinton 2022,
 * section 6.2: a generative model that reuses the representations of the discriminative one has a linear map to learn and nothing else).
 * The delta rule, error times activity, trains it; no error goes further back.
 */
import type { Engine } from '../../engine/engine.ts';
import { type Matrix, rowsOf } from '../../engine/matrix.ts';
import { adam, type OptimiserKind } from '../parts/optimiser.ts';

export interface Generator {
  /** One step of the delta rule. @param h features [batch, features] @param images pixels in [0, 1] @returns mean cross-entropy of a pixel, nats */
  learn(h: Matrix, images: Matrix, rate: number): number;
  /** out [batch, pixels] = probability of each pixel to be on. */
  generate(h: Matrix, out: Matrix): void;
  readonly weights: Matrix;
  readonly bias: Matrix;
}

/** @param batch most rows at once @param count told the multiply-adds of every call */
export function generator(
  features: number,
  pixels: number,
  batch: number,
  engine: Engine,
  count: (multiplyAdds: number) => void,
  optimiser: OptimiserKind = adam(),
): Generator {
  const { kernels, gemm } = engine;
  const weights = engine.matrix(features, pixels);
  const bias = engine.matrix(1, pixels);
  const gradient = engine.matrix(features, pixels);
  const biasGradient = engine.matrix(1, pixels);
  const weightStep = optimiser(features, pixels, engine);
  const biasStep = optimiser(1, pixels, engine);
  const allErrors = engine.matrix(batch, pixels);
  const featuresT = engine.matrix(features, batch);

  function generate(h: Matrix, out: Matrix): void {
    gemm.multiply(h, weights, out);
    kernels.addRow(out, bias);
    for (let k = 0; k < out.data.length; k++) out.data[k] = 1 / (1 + Math.exp(-out.data[k]!));
    count(h.rows * features * pixels);
  }

  return {
    weights,
    bias,
    generate,
    learn(h, images, rate) {
      const errors = rowsOf(allErrors, 0, h.rows);
      generate(h, errors);
      let loss = 0;
      for (let k = 0; k < errors.data.length; k++) {
        const [p, x] = [errors.data[k]!, images.data[k]!];
        loss -= x * Math.log(Math.max(p, 1e-30)) + (1 - x) * Math.log(Math.max(1 - p, 1e-30));
        errors.data[k] = (p - x) / h.rows;
      }
      const hT: Matrix = {
        rows: features,
        columns: h.rows,
        data: featuresT.data.subarray(0, features * h.rows),
      };
      kernels.transpose(h, hT);
      gemm.multiply(hT, errors, gradient);
      kernels.columnSums(errors, biasGradient);
      weightStep.step(gradient, weights, rate);
      biasStep.step(biasGradient, bias, rate);
      count(h.rows * features * pixels);
      return loss / errors.data.length;
    },
  };
}
