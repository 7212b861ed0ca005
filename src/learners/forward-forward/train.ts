/**
 * @file The one trainer of the Forward-Forward family. A step: the image with its true label (positive), with the neutral label (the
 * softmax learns from it and proposes a wrong label), with the wrong label (negative); then every layer changes its own weights by
 * what it measured. Nothing crosses a box, and nothing about a box is known.
 */
import type { Pass } from '../../chips/access.ts';
import type { Access } from '../../chips/model.ts';
import type { Classifier, Lesson } from '../learner.ts';
import { type Batch, batchesOf, type TaughtBatch } from '../parts/batches.ts';
import { follow } from '../parts/course.ts';
import type { OptimiserKind } from '../parts/optimiser.ts';
import type { TrainingOptions } from '../parts/options.ts';
import { evaluationBatch } from '../parts/output-classifier.ts';
import type { Plastic } from '../parts/plastic.ts';
import { softmaxHead } from '../parts/softmax-head.ts';
import { goodnessClassifier, headFeatures } from './classifier.ts';
import { type LocalRule, localRule } from './layer.ts';
import type { LossKind } from './loss.ts';
import { hardNegatives, type NegativeKind, randomNegatives } from './negatives.ts';
import { peers } from './peers.ts';
import { drawPairs, type Pairs, roomForPairs, type SoftRule, softRule } from './taught.ts';

export interface ForwardForwardOptions extends TrainingOptions {
  /** value of a label that is on, in units of the row's voltage or of the pixel */
  labelStrength: number;
  negatives: NegativeKind;
  loss: LossKind;
  /** λ of peer normalisation */
  peerStrength: number;
  goodness: 'maximise' | 'minimise';
  headRate: number;
  /** what layers make of a teacher's probabilities, where there is a teacher */
  softRule: SoftRule;
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
  head.restore('head', lesson.start?.outside);
  const lessonOfTeacher = lesson.training.taught && taughtRules();
  const circles = chip.layers.map(({ units }) => peers(units, options.peerStrength, engine));
  const [positive, neutral, negative] = [1, 2, 3].map(() => chip.newInnerPass(batch)) as [Pass, Pass, Pass];
  const wrong = new Uint8Array(batch);
  const batches = batchesOf(lesson.training, batch, engine, lesson.stream);
  const draws = lesson.stream('negatives');
  const classifier = goodnessClassifier(chip, head, features, strength, sign, temperatureOf, engine);

  /** The softmax on the neutral pass learns, and says which wrong label is the most tempting. */
  function chooseNegatives(labels: Uint8Array, anneal: number): void {
    chip.send({ kind: 'neutral', strength }, neutral);
    head.learn(features.read(neutral), labels, options.headRate * anneal);
    if (options.negatives === 'hard') hardNegatives(head.probabilities(), labels, draws, wrong);
    else randomNegatives(chip.classes, labels, draws, wrong);
  }

  /** Rules for soft labels, and the pairs they are about. */
  function taughtRules(): { pairs: Pairs; rules: LocalRule[] } {
    const pairs = roomForPairs(batch);
    const voting = Math.max(1, chip.layers.length - 1);
    const { temperature } = lesson.training.taught!;
    const soft = chip.layers.map(({ units }) => {
      const scale = temperatureOf(units) / voting;
      return softRule(units, batch, { rule: options.softRule, scale, temperature, sign, pairs }, engine);
    });
    return { pairs, rules: soft };
  }

  function step(drawn: Batch, anneal: number): number {
    chip.hold(drawn.images);
    if (drawn.taught && lessonOfTeacher) return softStep(drawn.taught, drawn.labels, lessonOfTeacher, anneal);
    const { labels } = drawn;
    chip.send({ kind: 'classes', classes: labels, strength }, positive);
    chooseNegatives(labels, anneal);
    chip.send({ kind: 'classes', classes: wrong, strength }, negative);
    return learn(rules, anneal);
  }

  /** A step on a teacher's word: the softmax learns it, and both labels are drawn. */
  function softStep(
    taught: TaughtBatch,
    labels: Uint8Array,
    { pairs, rules: soft }: { pairs: Pairs; rules: readonly LocalRule[] },
    anneal: number,
  ): number {
    chip.send({ kind: 'neutral', strength }, neutral);
    head.learn(features.read(neutral), labels, options.headRate * anneal, undefined, taught);
    drawPairs(options.softRule, taught, head.probabilities(), labels, draws, pairs);
    chip.send({ kind: 'classes', classes: pairs.first, strength }, positive);
    chip.send({ kind: 'classes', classes: pairs.second, strength }, negative);
    return learn(soft, anneal);
  }

  /** Every layer changes its weights by what it measured in the two passes. @returns mean loss over the layers */
  function learn(applied: readonly LocalRule[], anneal: number): number {
    let loss = 0;
    layers.forEach((layer, l) => {
      const rule = applied[l]!;
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

  follow(lesson, options.epochs, batches, step, progress => lesson.epoch({ ...progress, classifier }));
  return classifier;
}
