/**
 * @file Cascaded predictors on random features: crossbars keep their random weights, every layer has a softmax readout of its own, and the
 * readouts' log-probabilities are added up. As the variant of CaFo whose blocks are not trained; ours are layers of a chip, not convolutions.
 */
import { strict } from '../../description.ts';
import { defineLearner } from '../learner.ts';
import { trainingOptions } from '../parts/options.ts';
import { trainLocally } from './train.ts';

export const cafo = defineLearner({
  name: 'cafo',
  summary: 'random chip, a trained readout for every layer, their answers added up',
  source: 'Zhao et al. 2023 (arXiv 2303.09728), with random blocks',
  access: 'measured',
  memory: "one layer's activities; a softmax for each layer",
  options: strict(trainingOptions({ epochs: 10, rate: 0.01 })),
  passes: () => ({ training: 1 }),
  needs: () => ({ labels: 'none' }),
  train: lesson =>
    trainLocally(lesson, { isBoosted: () => false, hearing: 'all', reads: 'normalised', isPlastic: false }),
});
