/**
 * @file Optimisers: from gradients of descent to changes of weight, for one matrix of weights each.
 */
import type { Engine } from '../../engine/engine.ts';
import type { Matrix } from '../../engine/matrix.ts';

/** Keeps the moments of one matrix. */
export interface Optimiser {
  /** `gradient` (of descent) becomes the change, and `weights` (the learner's books) become weights + change. */
  step(gradient: Matrix, weights: Matrix, rate: number): void;
}

/** Makes the optimiser of a matrix of that size. */
export type OptimiserKind = (rows: number, columns: number, engine: Engine) => Optimiser;

/**
 * Adam (Kingma and Ba 2015, algorithm 1) with decoupled weight decay (Loshchilov and Hutter 2019).
 *
 * @param decay share of the weight taken away per step, times the rate
 */
export const adam =
  (decay = 0): OptimiserKind =>
  (rows, columns, engine) => {
    const first = engine.matrix(rows, columns);
    const second = engine.matrix(rows, columns);
    let step = 0;
    engine.keep(
      () => step,
      kept => {
        step = kept;
      },
    );
    return {
      step(gradient, weights, rate) {
        step++;
        engine.kernels.adam(gradient, first, second, weights, {
          rate,
          beta1: 0.9,
          beta2: 0.999,
          epsilon: 1e-8,
          step,
          decay,
        });
      },
    };
  };

/**
 * The running mean of gradients of Hinton's code: v ← m v + (1 − m) g, W ← W − rate (v + decay W). Unlike the usual
 * momentum it does not multiply the rate by 1/(1 − m). @see ffcode.zip, ffnew.m ("delay")
 */
export const runningMean =
  (momentum: number, decay: number): OptimiserKind =>
  (rows, columns, engine) => {
    const velocity = engine.matrix(rows, columns);
    return {
      step(gradient, weights, rate) {
        engine.kernels.momentum(gradient, velocity, weights, { rate, momentum, scale: -1, decay });
      },
    };
  };
