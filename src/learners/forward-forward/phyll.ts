/**
 * @file Physical local learning: positive and negative passes as in Forward-Forward, but what a layer compares is the direction of its activity,
 * not its length. Goodness is the cosine of activity and a fixed pattern, the loss softplus of −Δ/τ with Δ the difference of the two, and the
 * answer is the label with the largest sum of cosines over the layers: this much is read in the authors' code (github.com/MomeniAli/PhyLL).
 * Where we differ: their pattern is a Gaussian vector, ours has every second unit on, for rectifiers cannot be negative; their
 * units are GELU or the size of a linear map. As there a trainable map stands behind every physical block, here a crossbar does behind every
 * box. The paper's own account and its numbers we have not read.
 *
 * The normalisers of a chip keep directions, so, unlike the goodness of Forward-Forward, what one layer has found out is there for the next to read.
 */
import { ratio, strict } from '../../description.ts';
import { defineLearner } from '../learner.ts';
import { adam } from '../parts/optimiser.ts';
import { trainingOptions } from '../parts/options.ts';
import { plasticLayers } from '../parts/plastic.ts';
import { trainForwardForward } from './train.ts';
import { negatives } from './variants.ts';

export const phyll = defineLearner({
  name: 'phyll',
  summary: 'positive and negative passes, told apart by the direction of activity, not its length',
  source:
    'Momeni, Rahmani, Malléjac, del Hougne and Fleury 2023 (Science 382:1297), after their public code; another pattern',
  access: 'measured',
  memory: "one layer's activities of two passes; a softmax on the normalised layers ≥ 2",
  options: strict({
    ...trainingOptions({ epochs: 10, rate: 0.003 }),
    headRate: ratio('learning rate of the softmax on the neutral pass, which proposes hard negatives', {
      exclusiveMinimum: 0,
      default: 0.003,
    }),
    labelStrength: ratio('value on the label line of the class, in units of a feature', {
      exclusiveMinimum: 0,
      default: 3,
    }),
    temperature: ratio('softness of the loss, as a difference of cosines', {
      exclusiveMinimum: 0,
      default: 0.25,
    }),
    negatives: negatives('random'),
  }),
  passes: () => ({ training: 3 }),
  needs: () => ({ labels: 'lines' }),
  train(lesson) {
    const { chip, engine, options } = lesson;
    const rest = {
      goodness: 'cosine',
      aim: 'maximise',
      loss: 'paired',
      threshold: 1,
      blocks: 1,
      softRule: 'pairs',
      warmUp: 0,
      reads: 1,
      boxLessons: 0,
      peerStrength: 0,
      tries: 1,
    } as const;
    return trainForwardForward(
      { ...lesson, options: { ...options, ...rest } },
      {
        layers: plasticLayers(chip, engine, lesson.stream, adam(), lesson.start),
        temperatureOf: () => options.temperature,
        headOptimiser: adam(),
        coupling: { kind: 'none' },
        hearing: 'upper',
      },
    );
  },
});
