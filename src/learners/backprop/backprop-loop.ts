/**
 * @file Backprop in the loop: forward on the chip, backward by the data sheet. Neurons count as ideal ReLUs (by their measured output),
 * crossbars as holding what was asked for, boxes as plain wires ("straight through").
 */
import { strict } from '../../description.ts';
import type { Engine } from '../../engine/engine.ts';
import { defineLearner } from '../learner.ts';
import { trainingOptions } from '../parts/options.ts';
import { outputClassifier, outputReadout } from '../parts/output-classifier.ts';
import type { Plastic } from '../parts/plastic.ts';
import { type Knowledge, nominalCircuits } from './backward.ts';
import { trainedClassifier } from './train.ts';

/** What a data sheet says: ReLUs, wires, the weights asked for. */
export const dataSheetKnowledge =
  ({ kernels }: Engine) =>
  (layers: readonly Plastic[]): Knowledge => ({
    ...nominalCircuits(kernels),
    weights: l => layers[l]!.wanted,
  });

export const backpropLoop = defineLearner({
  name: 'backprop-loop',
  summary: 'forward on the chip, backward by the data sheet, straight through the boxes',
  source: 'Chip-in-the-loop training with a straight-through estimator (Bengio et al. 2013, arXiv 1308.3432)',
  access: 'documented',
  options: strict(trainingOptions({ epochs: 10, rate: 0.001 })),
  passes: () => ({ training: 1 }),
  needs: () => ({ labels: 'none' }),
  train(lesson) {
    const { chip, engine } = lesson;
    return trainedClassifier(lesson, dataSheetKnowledge(engine), head =>
      outputClassifier(chip, [{ head, readout: outputReadout }]),
    );
  },
});
