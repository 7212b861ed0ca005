/**
 * @file Self-contrastive Forward-Forward: no labels while layers learn. A positive case is an image put together with itself, a negative one an
 * image put together with another of the batch; both halves meet the same weights, so a layer sees the sum of the two, and the sum of an image
 * with itself, brought to mean square 1, is the image. Layers raise the goodness of the one and lower that of the other. A softmax on the
 * normalised activities of the layers ≥ 2 learns beside them, from the positive pass. Where we differ: images are put together at the chip's
 * entry only, not anew before every layer, for boxes cannot be opened; Hinton's peer normalisation keeps units alive.
 */
import { ratio, strict } from '../../description.ts';
import type { Matrix } from '../../engine/matrix.ts';
import type { Stream } from '../../engine/streams.ts';
import { defineLearner } from '../learner.ts';
import { adam } from '../parts/optimiser.ts';
import { trainingOptions } from '../parts/options.ts';
import { plasticLayers } from '../parts/plastic.ts';
import { trainContrast } from './contrast.ts';
import { partners } from './hybrids.ts';
import { layerHeads, upperTogether } from './layer-heads.ts';

export const selfContrastive = defineLearner({
  name: 'self-contrastive',
  summary: 'Forward-Forward without labels: an image against a blend of two; a softmax reads it',
  source: 'Chen, Liu et al. 2025 (Nature Communications 16:5978), SCFF; putting together at the entry alone',
  access: 'measured',
  memory: "one layer's activities of two passes; a softmax on the normalised layers ≥ 2",
  options: strict({
    ...trainingOptions({ epochs: 10, rate: 0.001 }),
    headRate: ratio('learning rate of the softmax', { exclusiveMinimum: 0, default: 0.003 }),
    temperature: ratio('softness of the loss, as a share of the units of a layer', {
      exclusiveMinimum: 0,
      default: 0.1,
    }),
    threshold: ratio('θ, goodness per unit', { exclusiveMinimum: 0, default: 1 }),
    peerStrength: ratio('λ of peer normalisation', { minimum: 0, default: 0.003 }),
  }),
  passes: () => ({ training: 2 }),
  needs: () => ({ labels: 'none' }),
  train(lesson) {
    const { chip, engine, options } = lesson;
    const layers = plasticLayers(chip, engine, lesson.stream, adam(), lesson.start);
    const draws = lesson.stream('partners');
    return trainContrast(lesson, {
      layers,
      temperatureOf: units => options.temperature * units,
      heads: layerHeads(lesson, options.batch, [upperTogether(chip)]),
      negatives: (images, _seen, _before, out) => blend(images, draws, out),
      refit: 0,
    });
  },
});

/** out = each image and another one of the batch, half and half; the last of a batch of one with itself. */
function blend(images: Matrix, draws: Stream, out: Matrix): void {
  const { rows, columns, data } = images;
  const others = partners(rows, draws);
  for (let b = 0; b < rows; b++) {
    const other = others[b]! * columns;
    for (let i = 0; i < columns; i++)
      out.data[b * columns + i] = (data[b * columns + i]! + data[other + i]!) / 2;
  }
}
