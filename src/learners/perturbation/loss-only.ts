/**
 * @file The one trainer of learners that perturb weights: of a whole pass they see the loss, one number for the batch. The loss is the
 * cross-entropy of a softmax on the chip's output lines; that softmax stands outside the chip, so its own gradient is at hand.
 */
import type { Access } from '../../chips/model.ts';
import type { Classifier, Lesson } from '../learner.ts';
import { batchesOf } from '../parts/batches.ts';
import { follow } from '../parts/course.ts';
import { evaluationBatch, outputClassifier, outputReadout } from '../parts/output-classifier.ts';
import { softmaxHead } from '../parts/softmax-head.ts';
import type { PerturbationOptions } from './options.ts';
import { type PerturbedWeights, perturbedWeights } from './weights.ts';

/** What one batch can be asked, its images held on the input lines. */
export interface Asked {
  readonly weights: PerturbedWeights;
  /** Mean cross-entropy of a pass through the chip as it stands, nats. */
  loss(): number;
  /** The same; then the softmax learns from that pass. To be called once a batch, last. */
  lastLoss(): number;
}

/** The same with the learning rate of the crossbars for this batch. */
export interface Probe extends Asked {
  readonly rate: number;
}

/** @param size of the perturbation, in units of weight @param step learns from one batch; returns its loss */
export function trainByLoss(
  lesson: Lesson<Access, PerturbationOptions>,
  size: number,
  step: (probe: Probe) => number,
): Classifier {
  const { chip, engine, options } = lesson;
  const { batch } = options;
  const weights = perturbedWeights(chip, size, engine, lesson.stream, lesson.digital);
  const outputs = chip.layers.at(-1)!.units;
  const head = softmaxHead(outputs, chip.classes, Math.max(batch, evaluationBatch), engine, lesson.digital);
  const batches = batchesOf(lesson.training, batch, engine, lesson.stream);
  const pass = chip.newDelivery(batch);
  let labels: Uint8Array;
  let readoutRate: number;

  const probe = {
    weights,
    rate: 0,
    loss(): number {
      chip.send({ kind: 'off' }, pass);
      return head.judge(pass.delivered, labels);
    },
    lastLoss(): number {
      chip.send({ kind: 'off' }, pass);
      return head.learn(pass.delivered, labels, readoutRate);
    },
  };

  const classifier = outputClassifier(chip, [{ head, readout: outputReadout }]);
  follow(
    lesson,
    options.epochs,
    batches,
    (given, anneal) => {
      labels = given.labels;
      readoutRate = options.readoutRate * anneal;
      probe.rate = options.rate * anneal;
      chip.hold(given.images);
      return step(probe);
    },
    progress => lesson.epoch({ ...progress, classifier }),
  );
  return classifier;
}
