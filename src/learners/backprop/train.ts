/**
 * @file The one trainer of the backprop family: forward on a chip (or on its data sheet), softmax outside it, backward by what the
 * member knows, Adam, changes asked of the crossbars.
 */
import type { MeasuredView, OutputPass } from '../../chips/access.ts';
import type { Access } from '../../chips/model.ts';
import type { Samples } from '../../data/data.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Matrix } from '../../engine/matrix.ts';
import type { Stream } from '../../engine/streams.ts';
import type { Classifier, Later, Lesson, Snapshots, Start } from '../learner.ts';
import { type Batch, batchesOf } from '../parts/batches.ts';
import { follow, type Progress } from '../parts/course.ts';
import { adam } from '../parts/optimiser.ts';
import type { TrainingOptions, WriteKind } from '../parts/options.ts';
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
  readonly later?: Later;
  readonly snapshots?: Snapshots;
  readonly start?: Start;
}

/** Errors at the currents of every layer [batch, units], after a pass whose readout has just learned. */
export type ErrorsOf = (pass: OutputPass, head: SoftmaxHead) => readonly Matrix[];

/** The way of backpropagation: from the readout back through every layer, by what `knowledge` holds for true. */
export function layerByLayer(trainee: Trainee, batch: number, knowledge: Knowledge): ErrorsOf {
  const { chip, engine } = trainee;
  const back = backward(chip, knowledge, batch, engine);
  const error = engine.matrix(batch, chip.layers.at(-1)!.units);
  return (pass, head) => {
    head.errorsBack(error);
    return back.run(pass, error);
  };
}

/** @param decay of the weights on the chip, per step and times the rate; none when absent */
type BackpropOptions = TrainingOptions & { writes?: WriteKind; decay?: number };

/**
 * Trains a chip.
 *
 * @param way from the crossbars being trained to how errors reach them
 * @param each called after every epoch
 */
export function trainByBackprop(
  trainee: Trainee,
  options: BackpropOptions,
  way: (layers: readonly Plastic[]) => ErrorsOf,
  each: (progress: Progress & { head: SoftmaxHead }) => void,
): { layers: Plastic[]; head: SoftmaxHead } {
  const { chip, engine } = trainee;
  const { batch } = options;
  const layers = plasticLayers(
    chip,
    engine,
    trainee.stream,
    adam(options.decay),
    trainee.start,
    options.writes,
  );
  const outputs = chip.layers.at(-1)!.units;
  const head = softmaxHead(outputs, chip.classes, Math.max(batch, evaluationBatch), engine, trainee.digital);
  head.restore('head', trainee.start?.outside);
  const errorsOf = way(layers);
  const batches = batchesOf(trainee.training, batch, engine, trainee.stream);
  const pass = chip.newPass(batch);

  function step({ images, labels, taught }: Batch, rate: number): number {
    chip.hold(images);
    chip.send({ kind: 'off' }, pass);
    const loss = head.learn(pass.delivered, labels, rate, undefined, taught);
    const deltas = errorsOf(pass, head);
    for (let l = 0; l < layers.length; l++) layers[l]!.collect([{ pass, delta: deltas[l]! }]);
    for (const layer of layers) layer.step(rate);
    return loss;
  }

  follow(
    trainee,
    options.epochs,
    batches,
    (drawn, anneal) => step(drawn, options.rate * anneal),
    progress => each({ ...progress, head }),
  );
  return { layers, head };
}

/** Trains the lesson's chip and answers by what `classifier` makes of the head; it is made once, when the first epoch ends. */
export function trainedClassifier(
  lesson: Trainee & Pick<Lesson<Access, BackpropOptions>, 'options' | 'epoch'>,
  way: (layers: readonly Plastic[]) => ErrorsOf,
  classifier: (head: SoftmaxHead) => Classifier,
): Classifier {
  let made: Classifier | undefined;
  const { head: trained } = trainByBackprop(lesson, lesson.options, way, ({ head, ...progress }) => {
    made ??= classifier(head);
    lesson.epoch({ ...progress, classifier: made });
  });
  return made ?? classifier(trained);
}
