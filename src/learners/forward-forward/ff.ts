/**
 * @file Forward-Forward through unknown boxes: the recipe that survives them. Labels enter the crossbar of every layer, the first
 * included, on lines of their own behind its box; the loss is paired; goodness is read before the box; Adam.
 */
import { choice, ratio, strict } from '../../description.ts';
import { defineLearner } from '../learner.ts';
import { adam } from '../parts/optimiser.ts';
import { trainingOptions } from '../parts/options.ts';
import { plasticLayers } from '../parts/plastic.ts';
import { lossKinds } from './loss.ts';
import { negativeKinds } from './negatives.ts';
import { softRules } from './taught.ts';
import { trainForwardForward } from './train.ts';

export const forwardForward = defineLearner({
  name: 'ff',
  summary: 'Forward-Forward through boxes: paired loss, label lines into every layer, hard negatives',
  source:
    'Hinton 2022 (arXiv 2212.13345); paired loss as SymBa (Lee and Song 2023, arXiv 2303.08418); label lines into every layer and Adam are ours',
  access: 'measured',
  options: strict({
    ...trainingOptions({ epochs: 10, rate: 0.003 }),
    headRate: ratio('learning rate of the softmax that proposes negatives', {
      exclusiveMinimum: 0,
      default: 0.003,
    }),
    labelStrength: ratio('value on the label line of the class, in units of a feature', {
      exclusiveMinimum: 0,
      default: 3,
    }),
    loss: choice(lossKinds, 'threshold: each case against θ = units; paired: positive against negative', {
      default: 'paired',
    }),
    temperature: ratio('softness of the loss, as a share of the units of a layer', {
      exclusiveMinimum: 0,
      default: 0.1,
    }),
    negatives: choice(negativeKinds, 'hard: sampled from the one-pass softmax; random: any wrong label', {
      default: 'hard',
    }),
    peerStrength: ratio('λ of peer normalisation', { minimum: 0, default: 0.003 }),
    decay: ratio('decoupled weight decay', { minimum: 0, default: 0.001 }),
    softRule: choice(
      softRules,
      "what layers make of a teacher's probabilities, where one is there. pairs: two labels drawn, goodness differences follow the teacher's; linear: the same without the sigmoid; teacher-negatives: hard labels, negatives drawn from the teacher",
      { default: 'pairs' },
    ),
  }),
  passes: () => ({ training: 3 }),
  needs: () => ({ labels: 'lines' }),
  train(lesson) {
    const { options } = lesson;
    const layers = plasticLayers(
      lesson.chip,
      lesson.engine,
      lesson.stream,
      adam(options.decay),
      lesson.start,
    );
    return trainForwardForward(
      { ...lesson, options: { ...options, goodness: 'maximise' } },
      layers,
      units => options.temperature * units,
      adam(),
    );
  },
});
