/**
 * @file The one trainer of the backprop family: forward on a chip (or on its data sheet), softmax outside it, backward by what the
 * member knows, Adam, changes asked of the crossbars.
 */
import type { MeasuredView } from '../../chips/access.ts';
import type { Access } from '../../chips/model.ts';
import type { Samples } from '../../data/data.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Matrix } from '../../engine/matrix.ts';
import type { Stream } from '../../engine/streams.ts';
import type { Classifier, Lesson } from '../learner.ts';
import { batchesOf } from '../parts/batches.ts';
import { annealed, type TrainingOptions } from '../parts/options.ts';
import { evaluationBatch } from '../parts/output-classifier.ts';
import { type Plastic, plasticLayers } from '../parts/plastic.ts';
import { type SoftmaxHead, softmaxHead } from '../parts/softmax-head.ts';
import { backward, type Knowledge } from './backward.ts';

/** What the trainer needs of a lesson. */
export interface Trainee {
  readonly chip: MeasuredView;
  readonly training: Samples;
  readonly engine: Engine;
  stream(path: string): Stream;
  digital(multiplyAdds: number): void;
}

/**
 * Trains a chip.
 *
 * @param knowledge from the crossbars being trained to what the member knows
 * @param each called after every epoch
 */
export function trainByBackprop(
  trainee: Trainee,
  options: TrainingOptions,
  knowledge: (layers: readonly Plastic[]) => Knowledge,
  each: (progress: { epoch: number; epochs: number; loss: number; head: SoftmaxHead }) => void,
): { layers: Plastic[]; head: SoftmaxHead } {
  const { chip, engine } = trainee;
  const { batch, epochs } = options;
  const layers = plasticLayers(chip, engine, trainee.stream);
  const outputs = chip.layers.at(-1)!.units;
  const head = softmaxHead(outputs, chip.classes, Math.max(batch, evaluationBatch), engine, trainee.digital);
  const back = backward(chip, knowledge(layers), batch, engine, trainee.digital);
  const batches = batchesOf(trainee.training, batch, engine, trainee.stream);
  const pass = chip.newPass(batch);
  const error = engine.matrix(batch, outputs);

  function step(images: Matrix, labels: Uint8Array, rate: number): number {
    chip.hold(images);
    chip.send({ kind: 'off' }, pass);
    const loss = head.learn(pass.delivered, labels, rate);
    head.errorsBack(error);
    const deltas = back.run(pass, error);
    for (let l = 0; l < layers.length; l++)
      chip.correlate(l, [{ pass, delta: deltas[l]! }], layers[l]!.gradient);
    for (const layer of layers) layer.step(rate);
    return loss;
  }

  for (let epoch = 1; epoch <= epochs; epoch++) {
    const rate = options.rate * annealed(epoch, epochs);
    let loss = 0;
    for (const { images, labels } of batches.epoch(epoch)) loss += step(images, labels, rate);
    each({ epoch, epochs, loss: loss / batches.perEpoch, head });
  }
  return { layers, head };
}

/** Trains the lesson's chip and answers by what `classifier` makes of the head; it is made once, when the first epoch ends. */
export function trainedClassifier(
  lesson: Trainee & Pick<Lesson<Access, TrainingOptions>, 'options' | 'epoch'>,
  knowledge: (layers: readonly Plastic[]) => Knowledge,
  classifier: (head: SoftmaxHead) => Classifier,
): Classifier {
  let made: Classifier | undefined;
  trainByBackprop(lesson, lesson.options, knowledge, ({ head, ...progress }) => {
    made ??= classifier(head);
    lesson.epoch({ ...progress, classifier: made });
  });
  return made!;
}
