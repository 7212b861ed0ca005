/**
 * @file Multiplexed gradient descent: weight perturbation as a machine with three clocks. At every tick n one pass is made and
 * G ← G + (C − C₀) θ̃ / Δθ²; a new perturbation θ̃ comes every τ_p ticks, new samples every τ_x, and every τ_θ ticks the weights move
 * by G, which starts anew. C₀, the cost without perturbation, takes a pass of its own whenever samples or weights are new.
 * With τ_p = τ_θ = τ_x = 1 this is weight perturbation; a sample that stays for many perturbations shares one C₀ among them,
 * and weights that wait collect the estimates of many.
 *
 * Here the sample of the paper is a batch, all of whose images see the same perturbation. A tick with a new perturbation is a write.
 */
import { count, strict } from '../../description.ts';
import type { Engine } from '../../engine/engine.ts';
import { defineLearner } from '../learner.ts';
import { type Probe, trainByLoss } from './loss-only.ts';
import { perturbationOptions, weightPerturbation } from './options.ts';

const clock = (what: string, ticks: number) => count(what, { maximum: 1e6, default: ticks });

export const multiplexedGradientDescent = defineLearner({
  name: 'multiplexed-gradient-descent',
  summary: 'weight perturbation with clocks of their own for perturbations, updates and samples',
  source:
    'McCaughan et al. 2023 (arXiv 2303.03986), the algorithm in discrete time with codes drawn at random; here Adam instead of plain descent, and the exact gradient for the softmax outside the chip',
  access: 'measured',
  memory: 'the output; a perturbation and a sum for every weight',
  options: strict({
    ...perturbationOptions({ epochs: 10, rate: 0.0003, readoutRate: 0.003 }),
    size: weightPerturbation(0.003),
    perturbationTime: clock('τ_p: passes until a new perturbation is drawn', 1),
    updateTime: clock('τ_θ: passes until the weights are moved by what has been collected', 4),
    sampleTime: clock('τ_x: passes for which a batch stays, apart from those without perturbation', 4),
  }),
  /** τ_x ticks a batch and, in the long run, one C₀ for every tick at which either clock strikes. */
  passes: ({ updateTime, sampleTime }) => ({
    training:
      sampleTime + 1 + sampleTime / updateTime - sampleTime / leastCommonMultiple(updateTime, sampleTime),
  }),
  needs: () => ({ labels: 'none' }),
  train(lesson) {
    return trainByLoss(lesson, lesson.options.size, clockwork(lesson.options, lesson.engine));
  },
});

export interface Clocks {
  readonly size: number;
  readonly perturbationTime: number;
  readonly updateTime: number;
  readonly sampleTime: number;
}

/** The machine with its clocks at 0. A step is the stay of one batch; returns the mean of C₀ over its ticks. */
export function clockwork(
  { size, perturbationTime, updateTime, sampleTime }: Clocks,
  engine: Pick<Engine, 'keep'>,
) {
  let n = 0; // ticks since the beginning
  engine.keep(
    () => n,
    kept => {
      n = kept;
    },
  );
  return ({ weights, loss, lastLoss, rate }: Probe): number => {
    let base = 0;
    let sum = 0;
    for (let k = 1; k <= sampleTime; k++, n++) {
      if (k === 1 || n % updateTime === 0) {
        weights.shift(0);
        base = loss();
      }
      if (n % perturbationTime === 0) weights.draw();
      weights.shift(1);
      const cost = k === sampleTime ? lastLoss() : loss();
      weights.accumulate((cost - base) / (size * size)); // θ̃ = ±Δθ
      if ((n + 1) % updateTime === 0) weights.learn(rate);
      sum += base;
    }
    weights.shift(0); // the next batch begins without perturbation, and whoever looks at the chip sees it so
    return sum / sampleTime;
  };
}

function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y > 0) [x, y] = [y, x % y];
  return (a / x) * b;
}
