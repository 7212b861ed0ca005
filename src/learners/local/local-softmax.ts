/**
 * @file Layer-local softmax: every layer learns by the cross-entropy of its own linear readout alone. The strongest cheap rival of
 * Forward-Forward: it has the same virtue, that nothing crosses a box, for a third of the passes.
 */
import { strict } from '../../description.ts';
import { defineLearner } from '../learner.ts';
import { trainingOptions, writes } from '../parts/options.ts';
import { trainLocally } from './train.ts';

export const localSoftmax = defineLearner({
  name: 'local-softmax',
  summary: 'every layer learns by a softmax readout of its own; forward only, no negatives',
  source:
    'Greedy local losses: Belilovsky et al. 2019 (arXiv 1812.11446), Nøkland and Eidnes 2019 (arXiv 1901.06656); linear readouts, all layers at once',
  access: 'measured',
  memory: "one layer's activities; a softmax for each layer",
  options: strict({ ...trainingOptions({ epochs: 10, rate: 0.003 }), writes }),
  passes: () => ({ training: 1 }),
  needs: () => ({ labels: 'none' }),
  train: lesson =>
    trainLocally(lesson, { isBoosted: () => false, hearing: 'upper', reads: 'normalised', isPlastic: true }),
});
