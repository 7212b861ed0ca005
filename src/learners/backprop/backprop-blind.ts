/**
 * @file Blind backprop: a network is trained on the data sheet (ideal crossbars, ReLUs, no boxes), in software, and its weights are then
 * written to the chip, which was never looked at. As a second number, the readout alone is recalibrated on the chip.
 */
import { count, strict } from '../../description.ts';
import { type Classifier, defineLearner, type Readout } from '../learner.ts';
import { trainHead } from '../parts/head-training.ts';
import { trainingOptions } from '../parts/options.ts';
import { evaluationBatch, outputClassifier } from '../parts/output-classifier.ts';
import { softmaxHead } from '../parts/softmax-head.ts';
import { byDataSheet } from './backprop-loop.ts';
import { trainByBackprop } from './train.ts';

const copied: Readout = { name: 'softmax on the output lines, as copied', role: 'principal', passes: 1 };
const recalibrated: Readout = { name: 'softmax recalibrated on the chip', role: 'recalibrated', passes: 1 };

export const backpropBlind = defineLearner({
  name: 'backprop-blind',
  summary: 'trained in software on the data sheet, weights then written to the chip',
  source: 'In-silico training and weight transfer; the control of Wright et al. 2022 (Nature 601:549)',
  access: 'documented',
  options: strict({
    ...trainingOptions({ epochs: 10, rate: 0.003 }),
    recalibration: count('epochs on the chip in which the readout of the second number is retrained', {
      default: 3,
    }),
  }),
  passes: ({ epochs, recalibration }) => ({ training: recalibration / epochs }), // none for the weights
  needs: () => ({ labels: 'none' }),
  train(lesson) {
    const { chip, engine, options, training } = lesson;
    const sheet = chip.dataSheet();
    const { later: _ofTheChip, ...inSoftware } = lesson; // a data sheet does not age
    const software = { ...inSoftware, chip: sheet };
    let softwareClassifier: Classifier | undefined; // in training the curve is of the software, the chip has nothing yet
    const perImage = sheet.layers.reduce((sum, { rows, units }) => sum + 2 * rows * units, 0); // forward and gradient
    const { layers, head } = trainByBackprop(
      software,
      options,
      byDataSheet(software, options.batch),
      ({ head: current, ...progress }) => {
        lesson.digital((training.length - (training.length % options.batch)) * perImage);
        softwareClassifier ??= outputClassifier(sheet, [{ head: current, readout: copied }]);
        lesson.epoch({ ...progress, classifier: softwareClassifier });
      },
    );
    layers.forEach(({ wanted }, l) => {
      chip.write(l, wanted);
    });
    const second = softmaxHead(
      sheet.layers.at(-1)!.units,
      chip.classes,
      Math.max(options.batch, evaluationBatch),
      engine,
      lesson.digital,
    );
    second.copyFrom(head);
    trainHead(inSoftware, { ...options, epochs: options.recalibration }, second, () => {});
    return outputClassifier(chip, [
      { head, readout: copied },
      { head: second, readout: recalibrated },
    ]);
  },
});
