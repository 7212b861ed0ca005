/**
 * @file Feedback alignment: errors go back through fixed random weights, so that nothing of the crossbars, circuits or boxes has to be known;
 * forward weights come to agree with them. Boxes and neuron circuits are passed as by `backprop-loop` (a wire, a gate on the measured
 * output). Where we differ: the first step back is through the readout's own weights, which are outside the chip and known.
 */
import { strict } from '../../description.ts';
import { defineLearner } from '../learner.ts';
import { trainingOptions } from '../parts/options.ts';
import { outputClassifier, outputReadout } from '../parts/output-classifier.ts';
import { byWeights, nominalCircuits } from './backward.ts';
import { layerByLayer, trainedClassifier } from './train.ts';

export const feedbackAlignment = defineLearner({
  name: 'feedback-alignment',
  summary: 'errors go back through fixed random weights; nothing of the chip is known',
  source: 'Lillicrap et al. 2016, Nature Communications 7:13276',
  access: 'measured',
  memory: "all layers' activities; random weights for the way back",
  options: strict(trainingOptions({ epochs: 10, rate: 0.003 })),
  passes: () => ({ training: 1 }),
  needs: () => ({ labels: 'none', dense: true }),
  train(lesson) {
    const { chip, engine } = lesson;
    const { kernels } = engine;
    const feedback = chip.layers.map(({ rows, units }, l) => {
      const weights = engine.matrix(rows, units);
      kernels.addGaussian(weights, 1 / Math.sqrt(rows), lesson.stream(`feedback/layer/${l + 1}`));
      return weights;
    });
    const inputsBack = byWeights(l => feedback[l]!, chip.layers, engine, lesson.digital);
    return trainedClassifier(
      lesson,
      () => layerByLayer(lesson, lesson.options.batch, { ...nominalCircuits(kernels), inputsBack }),
      head => outputClassifier(chip, [{ head, readout: outputReadout }]),
    );
  },
});
