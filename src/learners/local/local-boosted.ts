/**
 * @file Local softmax, boosted over depth: each layer's cross-entropy is taken of its own logits plus the sum of the logits of the layers
 * below, taken as given, so every layer learns what the layers below it still get wrong. Forward only, one pass, no negatives.
 * Read out by the sum of all logits; a layer that was trained to correct others is not meant to stand alone.
 *
 * With cross-entropy the sum is additive logistic regression stage by stage (Friedman, Hastie and Tibshirani 2000, Annals of Statistics
 * 28:337), the stages being layers that learn at the same time on features that change. Where the layers below are right and sure,
 * p − t vanishes and the layer above learns nothing: the gain ends where the first layer already fits the training set.
 *
 * Measured limits (reference chip, 10,000 MNIST images, 8 epochs, five chips; boxes between layers scattering / comparator): the sum errs on
 * 3.35 / 3.35 %, the first layer alone on 3.36 / 3.36 %. So what boosting does there is that layers behind boxes, which vote for themselves in
 * local-softmax (all layers 3.7 / 4.6 %), no longer spoil what the first one knows. The price is that they do not stand alone: if the first
 * layer dies, the others err on 5.5 / 20 %. Boosting from layer 2 on keeps them at 4.1 / 6.2 % for 0.2 to 0.5 points of the sum. Oracle backprop: 3.9 / 5.9 %.
 * With a comparator before every layer, the first too (one chip): 5.5 % for the sum, 50 % for the layers above.
 */
import { count, strict } from '../../description.ts';
import { defineLearner } from '../learner.ts';
import { trainingOptions, writes } from '../parts/options.ts';
import { trainLocally } from './train.ts';

export const localBoosted = defineLearner({
  name: 'local-boosted',
  summary: 'as local-softmax, but every layer learns what the layers below it still get wrong',
  source: 'Defined here; boosting over depth, compare Friedman, Hastie and Tibshirani 2000',
  access: 'measured',
  memory: "one layer's activities, ten logits from layer to layer; a softmax for each layer",
  options: strict({
    ...trainingOptions({ epochs: 10, rate: 0.003 }),
    writes,
    from: count(
      'first layer whose logits count in the losses of those above it; 2 leaves the first layer to itself',
      {
        maximum: 64,
        default: 1,
      },
    ),
  }),
  passes: () => ({ training: 1 }),
  needs: () => ({ labels: 'none' }),
  train: lesson =>
    trainLocally(lesson, {
      isBoosted: l => l + 1 > lesson.options.from,
      hearing: 'all',
      reads: 'normalised',
      isPlastic: true,
    }),
});
