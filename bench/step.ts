/**
 * @file One Forward-Forward training step, 784-2000-2000-2000-2000 on 100 positive and 100 negative samples, written
 * directly on the engine: the speed that a learner on ideal hardware could have. `step.py` is the same in PyTorch.
 */
import type { Engine } from '../src/engine/engine.ts';
import type { Matrix } from '../src/engine/matrix.ts';
import { streamOf } from '../src/engine/streams.ts';

export const layers = [784, 2000, 2000, 2000, 2000];
export const samples = 100;
const rows = 2 * samples;

interface Layer {
  x: Matrix;
  xTransposed: Matrix;
  weights: Matrix;
  bias: Matrix;
  activity: Matrix;
  goodness: Matrix;
  gradient: Matrix;
  velocity: Matrix;
  biasGradient: Matrix;
  biasVelocity: Matrix;
}

/** The whole step, and its eight matrix products alone. */
export interface Step {
  train(): void;
  productsOnly(): void;
}

/** Draws the network and one batch. */
export function stepOn(engine: Engine): Step {
  const { kernels, gemm } = engine;
  const network = layers.slice(1).map((units, i) => layerOf(engine, layers[i]!, units, `layer/${i}`));
  const input = engine.matrix(rows, layers[0]!);
  kernels.uniform(input, 0, 1, streamOf(1, 'input'));
  const [one, zero] = [engine.matrix(1, 2000), engine.matrix(1, 2000)];
  one.data.fill(1);
  const update = { rate: 0.01, momentum: 0.9, scale: 1 / rows, decay: 3e-4 };

  const train = (): void => {
    let below = input;
    for (const l of network) {
      const units = l.weights.columns;
      kernels.normaliseRows(below, l.x, 1e-8);
      gemm.multiply(l.x, l.weights, l.activity);
      kernels.addRow(l.activity, l.bias);
      kernels.rectify(l.activity, one, zero, zero, zero, l.activity);
      below = l.activity;
      kernels.sumSquares(l.activity, l.goodness);
      // descent of softplus(±(threshold − goodness / units)): factor of y in the gradient of ascent
      for (let b = 0; b < rows; b++) {
        const logit = l.goodness.data[b]! / units - 1;
        l.goodness.data[b] = (b < samples ? 1 : 0) - 1 / (1 + Math.exp(-logit));
      }
    }
    for (const [i, l] of network.entries()) {
      // the layer above has read this activity already
      kernels.scaleRows(l.activity, l.goodness, l.activity);
      kernels.transpose(l.x, l.xTransposed);
      gemm.multiply(l.xTransposed, l.activity, l.gradient);
      kernels.columnSums(l.activity, l.biasGradient);
      kernels.momentum(l.gradient, l.velocity, l.weights, update);
      kernels.momentum(l.biasGradient, l.biasVelocity, l.bias, update);
      if (!Number.isFinite(l.weights.data[0])) throw new Error(`layer ${i} has left the numbers`);
    }
  };

  const productsOnly = (): void => {
    for (const l of network) {
      gemm.multiply(l.x, l.weights, l.activity);
      gemm.multiply(l.xTransposed, l.activity, l.gradient);
    }
  };

  return { train, productsOnly };
}

function layerOf(engine: Engine, inputs: number, units: number, path: string): Layer {
  const weights = engine.matrix(inputs, units);
  engine.kernels.addGaussian(weights, 1 / Math.sqrt(inputs), streamOf(1, path));
  return {
    weights,
    x: engine.matrix(rows, inputs),
    xTransposed: engine.matrix(inputs, rows),
    bias: engine.matrix(1, units),
    activity: engine.matrix(rows, units),
    goodness: engine.matrix(rows, 1),
    gradient: engine.matrix(inputs, units),
    velocity: engine.matrix(inputs, units),
    biasGradient: engine.matrix(1, units),
    biasVelocity: engine.matrix(1, units),
  };
}
