/**
 * @file Oracle backprop: the true derivative of every crossbar (its weights, where nothing around it bends), the true slope of every neuron circuit, and the derivative of the mean of every box (a
 * literal derivative is zero behind a quantiser or comparator). Only a simulator can know these: the upper bound of backprop.
 */
import { strict } from '../../description.ts';
import { defineLearner } from '../learner.ts';
import { trainingOptions, writes } from '../parts/options.ts';
import { outputClassifier, outputReadout } from '../parts/output-classifier.ts';
import type { Knowledge } from './backward.ts';
import { layerByLayer, trainedClassifier } from './train.ts';

export const backpropOracle = defineLearner({
  name: 'backprop-oracle',
  summary: 'forward on the chip, backward by the true derivatives: the upper bound of backprop',
  source:
    'Rumelhart, Hinton and Williams 1986; derivative of the noise-averaged box, quantisers straight through',
  access: 'transparent',
  memory: "all layers' activities and currents; the true weights and slopes",
  options: strict({ ...trainingOptions({ epochs: 10, rate: 0.003 }), writes }),
  passes: () => ({ training: 1 }),
  needs: () => ({ labels: 'none', dense: true }),
  train(lesson) {
    const { chip, options } = lesson;
    const { layers, neuronBack, boxBack } = chip;
    const inputsBack: Knowledge['inputsBack'] = (l, delta, out, pass) => {
      chip.crossbarBack(l, pass, delta, out);
      lesson.digital(delta.rows * layers[l]!.rows * layers[l]!.units);
    };
    return trainedClassifier(
      lesson,
      () => layerByLayer(lesson, options.batch, { inputsBack, neuronBack, boxBack }),
      head => outputClassifier(chip, [{ head, readout: outputReadout }]),
    );
  },
});
