/**
 * @file Backprop on a chip that can be driven backwards: errors go back through the crossbars themselves, with their flaws and with read
 * noise of their own, so the weights need not be known. Neuron circuits are gates on the measured output; a box cannot be driven
 * backwards and is taken for a wire.
 */
import { ratio, strict } from '../../description.ts';
import { defineLearner } from '../learner.ts';
import { trainingOptions, writes } from '../parts/options.ts';
import { outputClassifier, outputReadout } from '../parts/output-classifier.ts';
import { nominalCircuits } from './backward.ts';
import { layerByLayer, trainedClassifier } from './train.ts';

export const backpropReversible = defineLearner({
  name: 'backprop-reversible',
  summary: 'forward and backward on the chip: errors go back through its own crossbars',
  source: 'Transposed reads of a crossbar: Burr et al. 2015, IEEE Transactions on Electron Devices 62:3498',
  access: 'reversible',
  memory: "all layers' activities; weights are read backwards on the chip",
  options: strict({
    ...trainingOptions({ epochs: 10, rate: 0.001 }),
    decay: ratio('weight decay, per step and times the rate; none where outer products are written', {
      minimum: 0,
      default: 0,
    }),
    writes,
  }),
  passes: () => ({ training: 1 }),
  needs: () => ({ labels: 'none' }),
  train(lesson) {
    const { chip, engine, options } = lesson;
    if (chip.layers.some(({ fields }) => fields?.normaliser === 'blocks'))
      throw new RangeError('errors go back through a normaliser of the whole layer, not of single fields');
    const knowledge = { ...nominalCircuits(engine.kernels), inputsBack: chip.reverse };
    return trainedClassifier(
      lesson,
      () => layerByLayer(lesson, options.batch, knowledge),
      head => outputClassifier(chip, [{ head, readout: outputReadout }]),
    );
  },
});
