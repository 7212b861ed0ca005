/**
 * @file The one trainer of the Forward-Forward family. A step: the image with its true label (positive), with the neutral label (the
 * softmax learns from it and proposes a wrong label), with the wrong label (negative); then every layer changes its own weights by
 * what it measured. Nothing crosses a box, and nothing about a box is known.
 */
import type { Pass } from '../../chips/access.ts';
import type { Access } from '../../chips/model.ts';
import type { Matrix } from '../../engine/matrix.ts';
import type { Classifier, Lesson } from '../learner.ts';
import { batchesOf } from '../parts/batches.ts';
import { follow } from '../parts/course.ts';
import type { OptimiserKind } from '../parts/optimiser.ts';
import type { TrainingOptions } from '../parts/options.ts';
import { evaluationBatch } from '../parts/output-classifier.ts';
import type { Plastic } from '../parts/plastic.ts';
import { softmaxHead } from '../parts/softmax-head.ts';
import { goodnessClassifier, headFeatures } from './classifier.ts';
import { localRule } from './layer.ts';
import type { LossKind } from './loss.ts';
import { hardNegatives, type NegativeKind, randomNegatives } from './negatives.ts';
import { peers } from './peers.ts';

export interface ForwardForwardOptions extends TrainingOptions {
  /** value of a label that is on, in units of the row's voltage or of the pixel */
  labelStrength: number;
  negatives: NegativeKind;
  loss: LossKind;
  /** λ of peer normalisation */
  peerStrength: number;
  goodness: 'maximise' | 'minimise';
  headRate: number;
}

/**
 * @param layers the plastic crossbars, with the optimiser of the learner
 * @param temperatureOf softness of the loss of a layer, in units of goodness
 */
export function trainForwardForward(
  lesson: Lesson<Access, ForwardForwardOptions>,
  layers: readonly Plastic[],
  temperatureOf: (units: number) => number,
  headOptimiser: OptimiserKind,
): Classifier {
  const { chip, engine, options } = lesson;
  const { batch, labelStrength: strength } = options;
  const sign = options.goodness === 'maximise' ? 1 : -1;
  const features = headFeatures(chip, Math.max(batch, evaluationBatch), engine);
  const most = Math.max(batch, evaluationBatch);
  const head = softmaxHead(features.columns, chip.classes, most, engine, lesson.digital, headOptimiser);
  const rules = chip.layers.map(({ units }) =>
    localRule(
      units,
      batch,
      { loss: options.loss, threshold: units, temperature: temperatureOf(units), sign },
      engine,
    ),
  );
  const circles = chip.layers.map(({ units }) => peers(units, options.peerStrength, engine));
  const [positive, neutral, negative] = [1, 2, 3].map(() => chip.newInnerPass(batch)) as [Pass, Pass, Pass];
  const wrong = new Uint8Array(batch);
  const batches = batchesOf(lesson.training, batch, engine, lesson.stream);
  const draws = lesson.stream('negatives');
  const classifier = goodnessClassifier(chip, head, features, strength, sign, engine);

  /** The softmax on the neutral pass learns, and says which wrong label is the most tempting. */
  function chooseNegatives(labels: Uint8Array, anneal: number): void {
    chip.send({ kind: 'neutral', strength }, neutral);
    head.learn(features.read(neutral), labels, options.headRate * anneal);
    if (options.negatives === 'hard') hardNegatives(head.probabilities(), labels, draws, wrong);
    else randomNegatives(chip.classes, labels, draws, wrong);
  }

  function step(images: Matrix, labels: Uint8Array, anneal: number): number {
    chip.hold(images);
    chip.send({ kind: 'classes', classes: labels, strength }, positive);
    chooseNegatives(labels, anneal);
    chip.send({ kind: 'classes', classes: wrong, strength }, negative);
    let loss = 0;
    layers.forEach((layer, l) => {
      const rule = rules[l]!;
      loss += rule.apply(positive.outputs[l]!, negative.outputs[l]!);
      const common = circles[l]!.push(positive.outputs[l]!, -1 / batch); // descent, and the mean over the batch
      chip.correlate(
        l,
        [
          { pass: positive, delta: rule.positiveDelta, common },
          { pass: negative, delta: rule.negativeDelta },
        ],
        layer.gradient,
      );
    });
    for (const layer of layers) layer.step(options.rate * anneal);
    return loss / layers.length;
  }

  follow(
    lesson,
    options.epochs,
    batches,
    ({ images, labels }, anneal) => step(images, labels, anneal),
    progress => lesson.epoch({ ...progress, classifier }),
  );
  return classifier;
}
