/**
 * @file Forward-Forward as Hinton's code has it (ffcode.zip): the label in place of the first pixels, goodness against a threshold
 * of one per unit, temperature 1, hard negatives from the neutral-label softmax, peer normalisation not gated by activity, a running
 * mean of gradients, learning rate constant and then linear to 0. Differs: batches are drawn anew in every epoch, biases decay as
 * weights do, and the softmax has a bias that learns.
 */
import { choice, ratio, strict } from '../../description.ts';
import { defineLearner } from '../learner.ts';
import { runningMean } from '../parts/optimiser.ts';
import { trainingOptions } from '../parts/options.ts';
import { plasticLayers } from '../parts/plastic.ts';
import { lossKinds } from './loss.ts';
import { negativeKinds } from './negatives.ts';
import { softRules } from './taught.ts';
import { trainForwardForward } from './train.ts';

export const hintonForwardForward = defineLearner({
  name: 'ff-hinton',
  summary: "Forward-Forward by Hinton's own recipe: label pixels, threshold, hard negatives",
  source: 'Hinton 2022 (arXiv 2212.13345), section 3.3, and ffcode.zip (ffnew.m)',
  access: 'measured',
  options: strict({
    ...trainingOptions({ epochs: 20, rate: 0.01 }),
    headRate: ratio('learning rate of the softmax', { exclusiveMinimum: 0, default: 0.1 }),
    labelStrength: ratio('value of the label pixel of the class', { exclusiveMinimum: 0, default: 1 }),
    loss: choice(lossKinds, 'threshold: each case against θ = units; paired: positive against negative', {
      default: 'threshold',
    }),
    temperature: ratio('softness of the loss, in units of goodness; not scaled with the width', {
      exclusiveMinimum: 0,
      default: 1,
    }),
    negatives: choice(negativeKinds, 'hard: sampled from the one-pass softmax; random: any wrong label', {
      default: 'hard',
    }),
    peerStrength: ratio('λ of peer normalisation', { minimum: 0, default: 0.03 }),
    decay: ratio('weight decay, per step and times the rate', { minimum: 0, default: 0.001 }),
    goodness: choice(['maximise', 'minimise'], 'whether positive cases get large goodness or small', {
      default: 'maximise',
    }),
    softRule: choice(
      softRules,
      "what layers make of a teacher's probabilities, where one is there. pairs: two labels drawn, goodness differences follow the teacher's; linear: the same without the sigmoid; teacher-negatives: hard labels, negatives drawn from the teacher",
      { default: 'pairs' },
    ),
  }),
  passes: () => ({ training: 3 }),
  needs: () => ({ labels: 'pixels' }),
  train(lesson) {
    const { chip, engine, options } = lesson;
    const layers = plasticLayers(chip, engine, lesson.stream, runningMean(0.9, options.decay), lesson.start);
    return trainForwardForward(lesson, layers, () => options.temperature, runningMean(0.9, 0.003));
  },
});
