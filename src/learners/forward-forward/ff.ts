/**
 * @file Forward-Forward through unknown boxes: the recipe that survives them. Labels enter the crossbar of every layer, the first
 * included, on lines of their own behind its box; the loss is paired; goodness is read before the box; Adam. And its twin that is boosted
 * over depth: each layer's loss is of its own difference of goodness plus the differences of the layers below, taken as given. The
 * twin has the swish pair by default, which serves it far better than the paired loss; why, we can only guess.
 */

import type { Access } from '../../chips/model.ts';
import { count, ratio, strict } from '../../description.ts';
import { type Classifier, defineLearner, type Lesson } from '../learner.ts';
import { adam } from '../parts/optimiser.ts';
import { trainingOptions, type WriteKind, writes } from '../parts/options.ts';
import { plasticLayers } from '../parts/plastic.ts';
import type { Hearing } from '../parts/votes.ts';
import { trainByGoodness } from './by-goodness.ts';
import type { Coupling } from './coupling.ts';
import type { LossKind } from './loss.ts';
import { type ForwardForwardOptions, trainForwardForward } from './train.ts';
import {
  collaboration,
  hearingOf,
  measured,
  normalisersFor,
  passesOf,
  type sights,
  variants,
} from './variants.ts';

/** @param temperature softness by default, as a share of the units */
const recipe = (loss: LossKind, temperature: number) => ({
  ...trainingOptions({ epochs: 10, rate: 0.003 }),
  headRate: ratio('learning rate of the softmax that proposes negatives', {
    exclusiveMinimum: 0,
    default: 0.003,
  }),
  labelStrength: ratio('value on the label line of the class, in units of a feature', {
    exclusiveMinimum: 0,
    default: 3,
  }),
  temperature: ratio('softness of the loss, as a share of the units of a layer', {
    exclusiveMinimum: 0,
    default: temperature,
  }),
  ...variants(loss),
  peerStrength: ratio('λ of peer normalisation', { minimum: 0, default: 0.003 }),
  decay: ratio('decoupled weight decay; none where outer products are written', {
    minimum: 0,
    default: 0.001,
  }),
  writes,
  measured,
});

type Recipe = ForwardForwardOptions & {
  temperature: number;
  decay: number;
  writes: WriteKind;
  measured: (typeof sights)[number];
};

function train(lesson: Lesson<Access, Recipe>, coupling: Coupling, hearing: Hearing): Classifier {
  const { chip, engine, options } = lesson;
  const told = {
    temperatureOf: (units: number) => options.temperature * units,
    headOptimiser: adam(),
    coupling,
    hearing,
  };
  if (options.measured === 'goodness') return trainByGoodness(lesson, told);
  return trainForwardForward(lesson, {
    layers: plasticLayers(chip, engine, lesson.stream, adam(options.decay), lesson.start, options.writes),
    ...told,
  });
}

export const forwardForward = defineLearner({
  name: 'ff',
  summary: 'Forward-Forward through boxes: paired loss, label lines into every layer, hard negatives',
  source:
    'Hinton 2022 (arXiv 2212.13345); paired loss as SymBa (Lee and Song 2023, arXiv 2303.08418); label lines into every layer and Adam are ours',
  access: 'measured',
  memory: "one layer's activities of two passes; a softmax on the normalised layers ≥ 2",
  options: strict({ ...recipe('paired', 0.1), collaboration }),
  passes: passesOf,
  needs: options => ({ labels: 'lines', ...normalisersFor(options) }),
  train(lesson) {
    const { collaboration: kind } = lesson.options;
    return train(lesson, { kind }, hearingOf(kind));
  },
});

export const boostedForwardForward = defineLearner({
  name: 'ff-boosted',
  summary: 'as ff, but every layer learns what the layers below it still get wrong',
  source: 'Defined here: ff with differences of goodness accumulated over depth; compare local-boosted',
  access: 'measured',
  memory:
    "one layer's activities of two passes, one number a case from layer to layer; a softmax on the layers ≥ 2",
  options: strict({
    ...recipe('swish', 0.3),
    from: count(
      'first layer whose evidence counts in the losses of those above it; 2 leaves the first to itself',
      {
        maximum: 64,
        default: 1,
      },
    ),
  }),
  passes: passesOf,
  needs: options => ({ labels: 'lines', ...normalisersFor(options) }),
  train: lesson => train(lesson, { kind: 'below', from: lesson.options.from - 1 }, 'all'),
});
