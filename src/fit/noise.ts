/** @file How much of the prediction errors is cycle noise and how much reading noise: the shares under which they are likeliest. */
import { type Filtered, filter, type NoiseRatio } from './filter.ts';
import type { Run } from './pulses.ts';
import type { StepModel } from './step-model.ts';

/** A device's measurements and parameters. */
export interface Guess {
  readonly runs: readonly Run[];
  readonly rests: Uint8Array;
  readonly p: Float64Array;
}

export interface Noise extends NoiseRatio {
  readonly logLikelihood: number;
  /** common factor of all variances */
  readonly variance: number;
}

const grid = [0, 1e-4, 1e-3, 0.01, 0.03, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.97, 0.99, 0.999, 1];
const golden = (Math.sqrt(5) - 1) / 2;
const refinements = 14;

/** The likeliest noise of the kinds that a model knows. */
export function likeliestNoise(
  model: StepModel,
  guesses: readonly Guess[],
  middle: number,
  stepSquare: number,
): Noise {
  const all = model.noiseOf.map(of => {
    const at = (share: number) => noiseAt(model, guesses, middle, { share, of, stepSquare });
    const coarse = grid.map(at);
    const best = coarse.reduce((a, b) => (b.logLikelihood > a.logLikelihood ? b : a));
    const k = coarse.indexOf(best);
    return refined(at, grid[Math.max(0, k - 1)]!, grid[Math.min(grid.length - 1, k + 1)]!, best);
  });
  return all.reduce((a, b) => (b.logLikelihood > a.logLikelihood ? b : a));
}

/** Golden section search between two shares. */
function refined(at: (share: number) => Noise, low: number, high: number, best: Noise): Noise {
  let [left, right] = [at(high - golden * (high - low)), at(low + golden * (high - low))];
  for (let k = 0; k < refinements; k++) {
    if (left.logLikelihood > right.logLikelihood) {
      [high, right] = [right.share, left];
      left = at(high - golden * (high - low));
    } else {
      [low, left] = [left.share, right];
      right = at(low + golden * (high - low));
    }
  }
  return [left, right, best].reduce((a, b) => (b.logLikelihood > a.logLikelihood ? b : a));
}

function noiseAt(model: StepModel, guesses: readonly Guess[], middle: number, ratio: NoiseRatio): Noise {
  const filtered = guesses.map(({ runs, p }) => filter(model, p, runs, middle, ratio));
  return {
    ...ratio,
    ...likelihoodOf(
      filtered,
      guesses.map(({ rests }) => rests),
    ),
  };
}

const leastErrorSquare = 1e-24;

/**
 * Gaussian likelihood of prediction errors with the common factor at its best. Devices at rest at the end of their range are left
 * out: what a bound holds back is neither Gaussian nor news, and a model would be praised beyond measure for noise that cannot show.
 */
function likelihoodOf(filtered: readonly Filtered[], rests: readonly Uint8Array[]) {
  let [count, squares, logs] = [0, 0, 0];
  filtered.forEach(({ errors, variance }, k) => {
    for (let i = 0; i < errors.length; i++) {
      if (variance[i] === 0 || rests[k]![i]) continue;
      count++;
      squares += errors[i]! ** 2 / variance[i]!;
      logs += Math.log(variance[i]!);
    }
  });
  const common = Math.max(squares / count, leastErrorSquare);
  return {
    logLikelihood: -0.5 * (count * (Math.log(2 * Math.PI * common) + 1) + logs),
    variance: common,
  };
}
