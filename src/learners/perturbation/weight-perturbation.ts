/**
 * @file Weight perturbation by forward differences: a pass with the weights as they are, then passes with some of them moved; the loss
 * that a pass adds says what its weights are good for, g_k = (L(W + Δ) − L(W)) / Δ_k.
 *
 * Jabri and Flower move one weight at a time: P weights, P + 1 passes for one gradient without noise. A crossbar of 784 × 300 makes that
 * 235 201 passes an image. So weights are moved in `groups`, taken in turn over all layers, each by a sign of its own: as many groups
 * as weights is the original; one group, the default, is all weights at once (Cauwenberghs 1993), 2 passes, and all other
 * weights' effect for noise. In between, the variance falls as the number of groups rises.
 *
 * Every group is one more write: out with the next goes back of the one before. Counted as written are all cells of a layer.
 */
import { count, strict } from '../../description.ts';
import { defineLearner } from '../learner.ts';
import { type Asked, trainByLoss } from './loss-only.ts';
import { perturbationOptions, weightPerturbation } from './options.ts';

export const weightPerturbationLearner = defineLearner({
  name: 'weight-perturbation',
  summary: 'weights are moved, the loss tells: forward differences, all weights at once or in groups',
  source:
    'Jabri and Flower 1992, IEEE Transactions on Neural Networks 3:154; all at once: Cauwenberghs 1993 (NIPS 5); here Adam, and the exact gradient for the softmax outside the chip',
  access: 'measured',
  memory: 'the output; a seed and a sum for every weight',
  options: strict({
    ...perturbationOptions({ epochs: 10, rate: 0.0003, readoutRate: 0.003 }),
    size: weightPerturbation(0.003),
    groups: count(
      'in how many turns the weights are moved, each a pass; as many as weights moves them one by one',
      { maximum: 1e7, default: 1 },
    ),
  }),
  passes: ({ groups }) => ({ training: groups + 1 }),
  needs: () => ({ labels: 'none' }),
  train(lesson) {
    const { size, groups } = lesson.options;
    return trainByLoss(lesson, size, probe => {
      const loss = addDifferences(probe, size, groups);
      probe.weights.learn(probe.rate);
      return loss;
    });
  },
});

/** G ← G + forward differences of all groups; leaves the last group moved. @returns the loss with no weight moved */
export function addDifferences({ weights, loss, lastLoss }: Asked, size: number, groups: number): number {
  const base = loss();
  for (let group = 0; group < groups; group++) {
    weights.draw(group, groups);
    weights.shift(1);
    const moved = group === groups - 1 ? lastLoss() : loss();
    weights.accumulate((moved - base) / (size * size)); // Δ has the size c here
  }
  return base;
}
