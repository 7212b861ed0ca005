/**
 * @file Simultaneous perturbation: all weights are moved at once, by ±c at random, once forwards and once backwards; the difference of the
 * two losses, along that direction, is the estimate of the gradient: g = (L(W + cΔ) − L(W − cΔ)) / 2c · Δ, Δ ∈ {−1, 1}.
 * It is right on average, and its noise is √(number of weights) times itself.
 *
 * A step writes every cell three times: out, to the other side, and back with what was learnt.
 * Noise of boxes asks for a larger c than a quiet chip does: the difference of the losses has to show through it.
 */
import { strict } from '../../description.ts';
import { defineLearner } from '../learner.ts';
import { type Asked, trainByLoss } from './loss-only.ts';
import { perturbationOptions, weightPerturbation } from './options.ts';

export const spsa = defineLearner({
  name: 'spsa',
  summary: 'all weights moved at once, to both sides; the difference of two losses is the gradient along it',
  source:
    'Spall 1992, IEEE Transactions on Automatic Control 37:332; here sizes c that do not shrink, Adam, and the exact gradient for the softmax outside the chip',
  access: 'measured',
  memory: 'the output; a seed for every weight',
  options: strict({
    ...perturbationOptions({ epochs: 10, rate: 0.0003, readoutRate: 0.003 }),
    size: weightPerturbation(0.01),
  }),
  passes: () => ({ training: 2 }),
  needs: () => ({ labels: 'none' }),
  train(lesson) {
    const { size } = lesson.options;
    return trainByLoss(lesson, size, probe => {
      const loss = addEstimate(probe, size);
      probe.weights.learn(probe.rate);
      return loss;
    });
  },
});

/** G ← G + one estimate; leaves the chip at W − Δ. @returns the mean of the two losses */
export function addEstimate({ weights, loss, lastLoss }: Asked, size: number): number {
  weights.draw();
  weights.shift(1);
  const up = loss();
  weights.shift(-1);
  const down = lastLoss();
  weights.accumulate((up - down) / (2 * size * size)); // Δ has the size c here
  return (up + down) / 2;
}
