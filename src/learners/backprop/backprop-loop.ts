/**
 * @file Backprop in the loop: forward on the chip, backward by the data sheet. Neurons count as ideal ReLUs (by their measured output),
 * crossbars as holding what was asked for, boxes as plain wires ("straight through").
 */
import { strict } from '../../description.ts';
import { defineLearner } from '../learner.ts';
import { trainingOptions } from '../parts/options.ts';
import { outputClassifier, outputReadout } from '../parts/output-classifier.ts';
import type { Plastic } from '../parts/plastic.ts';
import { byWeights, nominalCircuits } from './backward.ts';
import { type ErrorsOf, layerByLayer, type Trainee, trainedClassifier } from './train.ts';

/** The way back by the data sheet: ReLUs, wires, the weights asked for. */
export const byDataSheet =
  (trainee: Trainee, batch: number) =>
  (layers: readonly Plastic[]): ErrorsOf =>
    layerByLayer(trainee, batch, {
      ...nominalCircuits(trainee.engine.kernels),
      inputsBack: byWeights(l => layers[l]!.wanted, trainee.chip.layers, trainee.engine, trainee.digital),
    });

export const backpropLoop = defineLearner({
  name: 'backprop-loop',
  summary: 'forward on the chip, backward by the data sheet, straight through the boxes',
  source: 'Chip-in-the-loop training with a straight-through estimator (Bengio et al. 2013, arXiv 1308.3432)',
  access: 'documented',
  memory: "all layers' activities; a copy of all weights",
  options: strict(trainingOptions({ epochs: 10, rate: 0.001 })),
  passes: () => ({ training: 1 }),
  needs: () => ({ labels: 'none', dense: true }),
  train(lesson) {
    return trainedClassifier(lesson, byDataSheet(lesson, lesson.options.batch), head =>
      outputClassifier(lesson.chip, [{ head, readout: outputReadout }]),
    );
  },
});
