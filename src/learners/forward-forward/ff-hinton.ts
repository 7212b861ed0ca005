/**
 * @file Forward-Forward as Hinton's code has it (ffcode.zip): the label in place of the first pixels, goodness against a threshold
 * of one per unit, temperature 1, hard negatives from the neutral-label softmax, peer normalisation not gated by activity, a running
 * mean of gradients, learning rate constant and then linear to 0. Differs: batches are drawn anew in every epoch, biases decay as
 * weights do, and the softmax has a bias that learns.
 */
import type { Static } from '@sinclair/typebox';
import type { Access } from '../../chips/model.ts';
import { ratio, strict } from '../../description.ts';
import { type Classifier, defineLearner, type Lesson } from '../learner.ts';
import { runningMean } from '../parts/optimiser.ts';
import { trainingOptions, writes } from '../parts/options.ts';
import { plasticLayers } from '../parts/plastic.ts';
import { trainByGoodness } from './by-goodness.ts';
import { trainForwardForward } from './train.ts';
import { collaboration, hearingOf, measured, normalisersFor, passesOf, variants } from './variants.ts';

/** The options of the recipe, which its kin share. */
export const hintonRecipe = {
  ...trainingOptions({ epochs: 20, rate: 0.01 }),
  headRate: ratio('learning rate of the softmax', { exclusiveMinimum: 0, default: 0.1 }),
  labelStrength: ratio('value of the label pixel of the class', { exclusiveMinimum: 0, default: 1 }),
  temperature: ratio('softness of the loss, in units of goodness; not scaled with the width', {
    exclusiveMinimum: 0,
    default: 1,
  }),
  ...variants('threshold'),
  peerStrength: ratio('λ of peer normalisation', { minimum: 0, default: 0.03 }),
  decay: ratio('weight decay, per step and times the rate; none where outer products are written', {
    minimum: 0,
    default: 0.001,
  }),
};
const options = strict({ ...hintonRecipe, writes, measured, collaboration });
type HintonOptions = Static<typeof options>;

/** Trains the lesson's chip by the recipe. */
export function trainByHinton(
  lesson: Omit<Lesson<Access, unknown>, 'options'>,
  options: HintonOptions,
): Classifier {
  const { chip, engine } = lesson;
  const told = {
    temperatureOf: () => options.temperature,
    headOptimiser: runningMean(0.9, 0.003),
    coupling: { kind: options.collaboration },
    hearing: hearingOf(options.collaboration),
  };
  if (options.measured === 'goodness') return trainByGoodness({ ...lesson, options }, told);
  const kind = runningMean(0.9, options.decay);
  return trainForwardForward(
    { ...lesson, options },
    { layers: plasticLayers(chip, engine, lesson.stream, kind, lesson.start, options.writes), ...told },
  );
}

export const hintonForwardForward = defineLearner({
  name: 'ff-hinton',
  summary: "Forward-Forward by Hinton's own recipe: label pixels, threshold, hard negatives",
  source: 'Hinton 2022 (arXiv 2212.13345), section 3.3, and ffcode.zip (ffnew.m)',
  access: 'measured',
  memory: "one layer's activities of two passes; a softmax on the normalised layers ≥ 2",
  options,
  passes: passesOf,
  needs: options => ({ labels: 'pixels', ...normalisersFor(options) }),
  train: lesson => trainByHinton(lesson, lesson.options),
});
