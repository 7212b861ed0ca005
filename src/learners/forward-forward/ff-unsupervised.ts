/**
 * @file Forward-Forward without labels as in Hinton 2022, section 3.2: real images against hybrids of two, by the recipe of his code
 * (threshold of one per unit, temperature 1, peer normalisation, a running mean of gradients). A linear softmax on the normalised
 * activities of the last three hidden layers says what a digit is; others beside it read all layers, and each alone. They learn from the
 * positive pass while the layers do, and may go on alone when those have ended, as a linear classifier on frozen features does.
 */
import { count, ratio, strict } from '../../description.ts';
import { defineLearner } from '../learner.ts';
import { runningMean } from '../parts/optimiser.ts';
import { trainingOptions } from '../parts/options.ts';
import { plasticLayers } from '../parts/plastic.ts';
import { trainContrast } from './contrast.ts';
import { hybrids, regionMasks } from './hybrids.ts';
import { lastThreeAllEach, layerHeads } from './layer-heads.ts';

/** Masks that are drawn beforehand; each batch takes some of them at random. */
const maskCount = 20000;

export const unsupervisedForwardForward = defineLearner({
  name: 'ff-unsupervised',
  summary: 'Forward-Forward without labels: real images against hybrids of two; a softmax reads the layers',
  source:
    'Hinton 2022 (arXiv 2212.13345), section 3.2, by the recipe of ffcode.zip; how often masks are blurred is not said there',
  access: 'measured',
  memory: "one layer's activities of two passes; softmaxes on the normalised layers",
  options: strict({
    ...trainingOptions({ epochs: 15, rate: 0.03 }),
    headRate: ratio('learning rate of the softmaxes', { exclusiveMinimum: 0, default: 0.1 }),
    temperature: ratio('softness of the loss, in units of goodness; not scaled with the width', {
      exclusiveMinimum: 0,
      default: 1,
    }),
    threshold: ratio('θ, goodness per unit', { exclusiveMinimum: 0, maximum: 1000, default: 1 }),
    peerStrength: ratio('λ of peer normalisation', { minimum: 0, default: 0.03 }),
    decay: ratio('weight decay, per step and times the rate', { minimum: 0, default: 0.001 }),
    blurs: count('how often the random bits of a mask are blurred; more make larger regions', {
      minimum: 0,
      maximum: 1000,
      default: 6,
    }),
    refit: count('epochs in which the softmaxes alone learn on, when the layers have ended', {
      minimum: 0,
      maximum: 100000,
      default: 0,
    }),
  }),
  passes: ({ epochs, refit }) => ({ training: 2 + refit / epochs }),
  needs: () => ({ labels: 'none' }),
  train(lesson) {
    const { chip, engine, options, training } = lesson;
    if (training.width * training.height !== training.inputs)
      throw new RangeError(
        'hybrids are made of images in grey: a mask has a bit for every number of an image',
      );
    const masks = regionMasks(training, maskCount, options.blurs, lesson.stream('masks'));
    const draws = lesson.stream('hybrids');
    return trainContrast(lesson, {
      layers: plasticLayers(chip, engine, lesson.stream, runningMean(0.9, options.decay), lesson.start),
      temperatureOf: () => options.temperature,
      heads: layerHeads(lesson, options.batch, lastThreeAllEach(chip), runningMean(0.9, 0.003)),
      negatives: (images, _seen, _before, out) => hybrids(images, masks, draws, out),
      refit: options.refit,
    });
  },
});
