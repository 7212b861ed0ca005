/**
 * @file The floor: a chip with random weights that never change, and a softmax trained on what leaves it.
 */
import { strict } from '../description.ts';
import { defineLearner } from './learner.ts';
import { trainHead } from './parts/head-training.ts';
import { trainingOptions } from './parts/options.ts';
import { evaluationBatch, outputClassifier, outputReadout } from './parts/output-classifier.ts';
import { initialWeights } from './parts/plastic.ts';
import { softmaxHead } from './parts/softmax-head.ts';

export const readoutOnly = defineLearner({
  name: 'readout-only',
  summary: 'random chip, trained readout: the floor',
  source: 'Random features; reservoir computing without the recurrence',
  access: 'measured',
  memory: 'the output; a softmax on it',
  options: strict(trainingOptions({ epochs: 10, rate: 0.01 })),
  passes: () => ({ training: 1 }),
  needs: () => ({ labels: 'none' }),
  train(lesson) {
    const { chip, engine } = lesson;
    initialWeights(chip, engine, lesson.stream, lesson.start);
    const batch = Math.max(lesson.options.batch, evaluationBatch);
    const head = softmaxHead(chip.layers.at(-1)!.units, chip.classes, batch, engine, lesson.digital);
    head.restore('head', lesson.start?.outside);
    const classifier = outputClassifier(chip, [{ head, readout: outputReadout }]);
    trainHead(lesson, lesson.options, head, progress => lesson.epoch({ ...progress, classifier }));
    return classifier;
  },
});
