/**
 * @file Blind backprop: a network is trained on the data sheet (ideal crossbars, ReLUs, no boxes), in software, and its weights are then
 * written to the chip, which was never looked at. On request the training bears in mind that chips differ (`aware.ts`), and the gains of the
 * columns are recalibrated on the chip, layer by layer. As a second number, the readout alone is recalibrated on the chip.
 */
import type { DocumentedView } from '../../chips/access.ts';
import type { Samples } from '../../data/data.ts';
import { gather } from '../../data/data.ts';
import { choice, count, ratio, strict } from '../../description.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Matrix } from '../../engine/matrix.ts';
import { type Classifier, defineLearner, type Readout } from '../learner.ts';
import { meanActivities, writeWithGains } from '../parts/gains.ts';
import { trainHead } from '../parts/head-training.ts';
import { trainingOptions } from '../parts/options.ts';
import { evaluationBatch, outputClassifier } from '../parts/output-classifier.ts';
import type { Plastic } from '../parts/plastic.ts';
import { softmaxHead } from '../parts/softmax-head.ts';
import { awarenessKinds, awareSheet } from './aware.ts';
import { byDataSheet } from './backprop-loop.ts';
import { trainByBackprop } from './train.ts';

const copied: Readout = { name: 'softmax on the output lines, as copied', role: 'principal', passes: 1 };
const recalibrated: Readout = { name: 'softmax recalibrated on the chip', role: 'recalibrated', passes: 1 };

export const backpropBlind = defineLearner({
  name: 'backprop-blind',
  summary: 'trained in software on the data sheet, weights then written to the chip',
  source: 'In-silico training and weight transfer; the control of Wright et al. 2022 (Nature 601:549)',
  access: 'documented',
  memory: "all layers' activities, in software",
  options: strict({
    ...trainingOptions({ epochs: 10, rate: 0.003 }),
    recalibration: count('epochs on the chip in which the readout of the second number is retrained', {
      default: 3,
    }),
    awareness: choice(
      awarenessKinds,
      'what training is made to bear. noise: weights off anew at every step; population: every step another chip with gains, offsets and weights off',
      { default: 'none' },
    ),
    spread: ratio('how far off, for awareness: relative to the largest weight, or to each', {
      minimum: 0,
      maximum: 2,
      default: 0.1,
    }),
    gains: choice(
      ['as copied', 'recalibrated'],
      'recalibrated: on the chip, every column is scaled until the mean activity of its unit is that of the data sheet, in one pass of up to 500 images a layer',
      { default: 'as copied' },
    ),
  }),
  passes: ({ epochs, recalibration }) => ({ training: recalibration / epochs }), // none for the weights
  needs: () => ({ labels: 'none', dense: true }),
  train(lesson) {
    const { chip, engine, options, training } = lesson;
    const sheet = chip.dataSheet();
    const aware = awareSheet(sheet, options.awareness, options.spread, engine, lesson.stream('awareness'));
    const { later: _ofTheChip, ...inSoftware } = lesson; // a data sheet does not age
    const software = { ...inSoftware, chip: aware.view };
    let softwareClassifier: Classifier | undefined; // in training the curve is of the software, the chip has nothing yet
    const perImage = sheet.layers.reduce((sum, { rows, units }) => sum + 2 * rows * units, 0); // forward and gradient
    const way = (layers: readonly Plastic[]) => {
      aware.follow(layers.map(({ wanted }) => wanted));
      return byDataSheet(software, options.batch)(layers);
    };
    const { layers, head } = trainByBackprop(software, options, way, ({ head: current, ...progress }) => {
      aware.settle();
      lesson.digital((training.length - (training.length % options.batch)) * perImage);
      softwareClassifier ??= outputClassifier(sheet, [{ head: current, readout: copied }]);
      lesson.epoch({ ...progress, classifier: softwareClassifier });
    });
    const wanted = layers.map(layer => layer.wanted);
    if (options.gains === 'recalibrated') recalibrate(chip, sheet, wanted, training, engine);
    else
      wanted.forEach((weights, l) => {
        chip.write(l, weights);
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

/** Writes weights with their columns scaled until mean activities are the data sheet's; boxes are passed as they come. */
function recalibrate(
  chip: DocumentedView,
  sheet: DocumentedView,
  wanted: readonly Matrix[],
  training: Samples,
  engine: Engine,
): void {
  const images = engine.matrix(Math.min(evaluationBatch, training.length), training.inputs);
  const first = Uint32Array.from({ length: images.rows }, (_, i) => i);
  gather(training, first, 0, images, new Uint8Array(images.rows));
  const activities = meanActivities(sheet, images, sheet.newInnerPass(images.rows), engine);
  writeWithGains(chip, wanted, activities, images, engine);
}
