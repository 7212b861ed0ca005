/**
 * @file Physics-aware training with a learned nonlinear twin of every box: a small net beside a linear path. Refreshed, it learns one step
 * from the pairs of every training batch.
 */
import { count, ratio, strict } from '../../description.ts';
import { defineLearner } from '../learner.ts';
import { trainingOptions } from '../parts/options.ts';
import { mlpTwin } from './mlp-twin.ts';
import { passesOf, trainWithTwins, twinOption } from './physics-aware.ts';

export const surrogateMlp = defineLearner({
  name: 'surrogate-mlp',
  summary: 'forward on the chip, backward through a small net for every box, learned from its own passes',
  source: 'Wright et al. 2022, Nature 601:549 (physics-aware training); a linear path and 300 hidden units',
  access: 'measured',
  memory:
    "all layers' activities, a copy of all weights, a small net for every box and the pairs it was fitted to",
  options: strict({
    ...trainingOptions({ epochs: 10, rate: 0.003 }),
    twin: twinOption,
    hidden: count('hidden units of a twin', { maximum: 10000, default: 300 }),
    twinRate: ratio('learning rate of the twins', { exclusiveMinimum: 0, default: 0.001 }),
    twinEpochs: count('epochs of the first fit, over the pairs of one epoch of passes', {
      maximum: 1000,
      default: 5,
    }),
  }),
  passes: passesOf,
  needs: () => ({ labels: 'none', dense: true }),
  train(lesson) {
    const { options, engine, training } = lesson;
    const { batch, hidden, twinRate: rate, twinEpochs: epochs } = options;
    const pairs = training.length - (training.length % batch);
    return trainWithTwins(lesson, (units, l) =>
      mlpTwin(
        units,
        batch,
        { hidden, rate, epochs, pairs },
        engine,
        path => lesson.stream(`twin/${l + 1}/${path}`),
        lesson.digital,
      ),
    );
  },
});
