/**
 * @file Physical local learning, in our reading: positive and negative passes as in Forward-Forward, but what a layer compares is the
 * direction of its activity, not its length. Goodness is the cosine with a fixed pattern, the loss is paired; answers go to the label with
 * the largest sum of cosines over the layers. Momeni et al. describe a loss of cosine similarity between representations of positive and
 * negative data, of a trainable layer behind each physical block; their exact form and numbers we could not verify.
 *
 * The normalisers of a chip keep directions, so, unlike the goodness of Forward-Forward, what one layer has found out is there for the next to read.
 */
import { ratio, strict } from '../../description.ts';
import { defineLearner } from '../learner.ts';
import { adam } from '../parts/optimiser.ts';
import { trainingOptions } from '../parts/options.ts';
import { plasticLayers } from '../parts/plastic.ts';
import { trainForwardForward } from './train.ts';

export const phyll = defineLearner({
  name: 'phyll',
  summary: 'positive and negative passes, told apart by the direction of activity, not its length',
  source: 'Momeni, Rahmani, Malléjac, del Hougne and Fleury 2023 (Science 382:1297); our reading',
  access: 'measured',
  memory: "one layer's activities of two passes; a softmax on the normalised layers ≥ 2",
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
    temperature: ratio('softness of the loss, as a difference of cosines', {
      exclusiveMinimum: 0,
      default: 0.1,
    }),
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
      negatives: 'hard',
      softRule: 'pairs',
      reads: 1,
      boxLessons: 0,
      peerStrength: 0,
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
