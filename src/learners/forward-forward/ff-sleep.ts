/**
 * @file Hinton's recipe with positive and negative updates at different times. He reports that it works only "if the learning rate is very low and the
 * momentum is extremely high"; so do we. All three passes are made in either phase, so that the loss can be watched; a step uses
 * one of them.
 */
import { choice, count, ratio, strict } from '../../description.ts';
import { defineLearner } from '../learner.ts';
import { runningMean } from '../parts/optimiser.ts';
import { plasticLayers } from '../parts/plastic.ts';
import { hintonRecipe } from './ff-hinton.ts';
import { phases } from './phases.ts';
import { trainForwardForward } from './train.ts';
import { normalisersFor, passesOf } from './variants.ts';

export const sleepingForwardForward = defineLearner({
  name: 'ff-sleep',
  summary: 'as ff-hinton, but positive updates while awake and negative ones while asleep',
  source: 'Hinton 2022 (arXiv 2212.13345), section 5 and footnote 15; lengths of the phases are ours',
  access: 'measured',
  memory:
    "one layer's activities of two passes; a stored gradient where it is asked for; a softmax on the layers ≥ 2",
  options: strict({
    ...hintonRecipe,
    momentum: ratio('what the running mean of gradients keeps of itself from step to step', {
      minimum: 0,
      maximum: 0.99999,
      default: 0.9,
    }),
    phase: count('steps of a phase: as many with positive updates alone, then with negative ones alone', {
      maximum: 1e6,
      default: 1,
    }),
    baseline: choice(
      ['none', 'stored'],
      'stored: sleep measures the mean negative gradient and changes nothing; waking updates have it added until the next sleep',
      { default: 'none' },
    ),
    deprived: count('epochs at the end of training in which there is no sleep', { minimum: 0, default: 0 }),
  }),
  passes: passesOf,
  needs: options => ({ labels: 'pixels', ...normalisersFor(options) }),
  train(lesson) {
    const { chip, engine, options, training } = lesson;
    const kind = runningMean(options.momentum, options.decay);
    const layers = plasticLayers(chip, engine, lesson.stream, kind, lesson.start);
    const perEpoch = Math.floor(training.length / options.batch);
    const deprivedFrom = (options.epochs - options.deprived) * perEpoch;
    return trainForwardForward(lesson, {
      layers,
      temperatureOf: () => options.temperature,
      headOptimiser: runningMean(0.9, 0.003),
      coupling: { kind: 'none' },
      hearing: 'upper',
      phases: phases(
        layers,
        { ...options, deprivedFrom: options.deprived > 0 ? deprivedFrom : Number.POSITIVE_INFINITY },
        engine,
      ),
    });
  },
});
