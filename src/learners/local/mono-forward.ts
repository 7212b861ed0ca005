/**
 * @file Mono-Forward: every layer's classes are a linear map of its activities as they are, z = y M, and it learns by their cross-entropy. As
 * local-softmax but that nothing is divided by the length of the activities, so a layer may also become sure by becoming loud. Where we
 * differ: the map has biases, all layers learn at once, and layers vote.
 */
import { strict } from '../../description.ts';
import { defineLearner } from '../learner.ts';
import { trainingOptions } from '../parts/options.ts';
import { trainLocally } from './train.ts';

export const monoForward = defineLearner({
  name: 'mono-forward',
  summary: 'as local-softmax, on activities as measured: their length counts',
  source: 'Mono-Forward, arXiv 2501.09238',
  access: 'measured',
  memory: "one layer's activities; a softmax for each layer",
  options: strict(trainingOptions({ epochs: 10, rate: 0.003 })),
  passes: () => ({ training: 1 }),
  needs: () => ({ labels: 'none' }),
  train: lesson =>
    trainLocally(lesson, { isBoosted: () => false, hearing: 'upper', reads: 'raw', isPlastic: true }),
});
