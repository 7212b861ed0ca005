/**
 * @file The one trainer of the Forward-Forward family. A step: the image with its true label (positive), with the neutral label (the
 * softmax learns from it and proposes a wrong label), with the wrong label (negative); then every layer changes its own weights by
 * what it measured. Nothing crosses a box, and nothing about a box is known.
 */
import type { Labels, Pass } from '../../chips/access.ts';
import type { Access } from '../../chips/model.ts';
import type { Matrix } from '../../engine/matrix.ts';
import type { Classifier, Lesson } from '../learner.ts';
import { type Batch, batchesOf, type TaughtBatch } from '../parts/batches.ts';
import { follow } from '../parts/course.ts';
import type { OptimiserKind } from '../parts/optimiser.ts';
import { type TrainingOptions, warmed } from '../parts/options.ts';
import { evaluationBatch } from '../parts/output-classifier.ts';
import type { Plastic } from '../parts/plastic.ts';
import { softmaxHead, softmaxRows } from '../parts/softmax-head.ts';
import { type Hearing, isHeard } from '../parts/votes.ts';
import { goodnessClassifier, headFeatures } from './classifier.ts';
import { type Coupling, coupled } from './coupling.ts';
import { deadUnits } from './dead-units.ts';
import { dreams } from './dreams.ts';
import type { GoodnessKind } from './goodness.ts';
import { localRule, signsOf } from './layer.ts';
import type { LossKind } from './loss.ts';
import {
  hardNegatives,
  type NegativeKind,
  randomNegatives,
  summedEvidence,
  triedNegatives,
} from './negatives.ts';
import { peers } from './peers.ts';
import type { Phases } from './phases.ts';
import { drawPairs, type Pairs, roomForPairs, type SoftRule, softRule, type TaughtRule } from './taught.ts';
import { type aims, blocksFor } from './variants.ts';

export interface ForwardForwardOptions extends TrainingOptions {
  /** value of a label that is on, in units of the row's voltage or of the pixel */
  labelStrength: number;
  negatives: NegativeKind | 'tried' | 'dreamt';
  /** wrong labels tried for each case, where negatives are tried */
  tries: number;
  loss: LossKind;
  goodness: GoodnessKind;
  /** whether positive cases get large goodness or small */
  aim: (typeof aims)[number];
  /** θ, goodness per unit */
  threshold: number;
  blocks: number;
  /** steps in which the rate of the layers rises */
  warmUp: number;
  /** λ of peer normalisation */
  peerStrength: number;
  headRate: number;
  /** what layers make of a teacher's probabilities, where there is a teacher */
  softRule: SoftRule;
  /** passes for each label when an answer is asked for */
  reads: number;
  /** a lesson for boxes that learn after every so many steps; 0 for none */
  boxLessons: number;
}

/** What tells the members of the family apart. */
export interface Member {
  /** the plastic crossbars, with the optimiser of the learner */
  readonly layers: readonly Plastic[];
  /** softness of the loss of a layer, in units of goodness */
  temperatureOf(units: number): number;
  readonly headOptimiser: OptimiserKind;
  readonly coupling: Coupling;
  readonly hearing: Hearing;
  /** where positive and negative updates come at different times */
  readonly phases?: Phases;
}

export function trainForwardForward(
  lesson: Lesson<Access, ForwardForwardOptions>,
  { layers, temperatureOf, headOptimiser, coupling, hearing, phases }: Member,
): Classifier {
  const { chip, engine, options } = lesson;
  const { batch, labelStrength: strength, goodness } = options;
  const isMixed = options.aim === 'mixed';
  const sign = options.aim === 'minimise' ? -1 : 1;
  const blocksOf = (units: number): number => Math.min(units, blocksFor(options));
  if (isMixed && lesson.training.taught)
    throw new RangeError('layers of mixed aims cannot learn from a teacher');
  const features = headFeatures(chip, Math.max(batch, evaluationBatch), engine);
  const most = Math.max(batch, evaluationBatch);
  const head = softmaxHead(features.columns, chip.classes, most, engine, lesson.digital, headOptimiser);
  const rules = chip.layers.map(({ units }) =>
    localRule(
      units,
      batch,
      {
        loss: options.loss,
        goodness,
        blocks: blocksOf(units),
        threshold: options.threshold * units,
        temperature: temperatureOf(units),
        sign,
        isMixed,
      },
      engine,
    ),
  );
  const judgeAll = coupled(coupling, layers.length, batch);
  const evidenceOfAll = summedEvidence(rules, hearing, batch);
  const judgeAlone = coupled({ kind: 'none' }, layers.length, batch);
  head.restore('head', lesson.start?.outside);
  const lessonOfTeacher = lesson.training.taught && taughtRules();
  const circles = chip.layers.map(({ units }) => peers(units, options.peerStrength, engine));
  const [positive, neutral, negative] = [1, 2, 3].map(() => chip.newInnerPass(batch)) as [Pass, Pass, Pass];
  const wrong = new Uint8Array(batch);
  const batches = batchesOf(lesson.training, batch, engine, lesson.stream);
  const draws = lesson.stream('negatives');
  const dreamt =
    options.negatives === 'dreamt'
      ? dreams(lesson.training, batch, engine, lesson.stream('dreams'))
      : undefined;
  const likely = engine.matrix(dreamt ? batch : 0, chip.classes);
  const classifier = goodnessClassifier(
    chip,
    {
      head,
      features,
      strength,
      // where all blocks aim at the same, their goodnesses add up
      signsOf: units => (isMixed ? signsOf({ blocks: blocksOf(units), sign, isMixed }) : [sign]),
      temperatureOf,
      goodness,
      hearing,
      reads: options.reads,
    },
    engine,
  );
  let steps = 0;
  engine.keep(
    () => steps,
    kept => {
      steps = kept;
    },
  );

  /** What the voting layers make of the held images with these labels. */
  function evidenceOf(classes: Uint8Array): Float32Array {
    chip.send({ kind: 'classes', classes, strength }, negative);
    return evidenceOfAll(positive.outputs, negative.outputs);
  }

  /** The softmax on the neutral pass learns, and says which wrong label is the most tempting, if nothing else does. */
  function chooseNegatives(labels: Uint8Array, anneal: number): void {
    chip.send({ kind: 'neutral', strength }, neutral);
    head.learn(features.read(neutral), labels, options.headRate * anneal);
    if (options.negatives === 'hard') hardNegatives(head.probabilities(), labels, draws, wrong);
    else if (options.negatives === 'tried')
      triedNegatives(chip.classes, labels, draws, options.tries, evidenceOf, wrong);
    else randomNegatives(chip.classes, labels, draws, wrong);
  }

  /** The negative pass is of the chip's own text, which it writes on by one symbol. */
  function dream(images: Matrix): void {
    const { begin, windows, draw, next, advance } = dreamt!;
    begin(images);
    chip.hold(windows);
    chip.send({ kind: 'neutral', strength }, neutral);
    softmaxRows(head.logits(features.read(neutral)), likely);
    draw(likely);
    chip.send({ kind: 'classes', classes: next, strength }, negative);
    advance();
  }

  /** Rules for soft labels, and the pairs they are about. */
  function taughtRules(): { pairs: Pairs; rules: TaughtRule[] } {
    const pairs = roomForPairs(batch);
    const voting = chip.layers.filter((_, l) => isHeard(l, chip.layers.length, hearing)).length;
    const { temperature } = lesson.training.taught!;
    const soft = chip.layers.map(({ units }) => {
      const scale = temperatureOf(units) / voting;
      const asked = { rule: options.softRule, scale, temperature, sign, pairs, kind: goodness };
      return softRule(units, batch, asked, engine);
    });
    return { pairs, rules: soft };
  }

  function step(drawn: Batch, anneal: number): number {
    chip.hold(drawn.images);
    const { labels, taught } = drawn;
    const rate = options.rate * anneal * warmed(drawn.number, options.warmUp);
    if (taught && lessonOfTeacher) return softStep(taught, labels, lessonOfTeacher, { anneal, rate });
    chip.send({ kind: 'classes', classes: labels, strength }, positive);
    chooseNegatives(labels, anneal);
    if (dreamt) dream(drawn.images);
    else chip.send({ kind: 'classes', classes: wrong, strength }, negative);
    const loss = learn(rules, judgeAll, rate);
    if (options.boxLessons > 0 && ++steps % options.boxLessons === 0) {
      if (dreamt) chip.hold(drawn.images);
      teachBoxes(labels);
    }
    return loss;
  }

  /** A step on a teacher's word: the softmax learns it, and both labels are drawn. */
  function softStep(
    taught: TaughtBatch,
    labels: Uint8Array,
    { pairs, rules: soft }: { pairs: Pairs; rules: readonly TaughtRule[] },
    { anneal, rate }: { anneal: number; rate: number },
  ): number {
    chip.send({ kind: 'neutral', strength }, neutral);
    head.learn(features.read(neutral), labels, options.headRate * anneal, undefined, taught);
    drawPairs(options.softRule, taught, head.probabilities(), labels, draws, pairs);
    const told: Labels =
      options.softRule === 'label-vector'
        ? { kind: 'values', values: taught.probabilities, strength }
        : { kind: 'classes', classes: pairs.first, strength };
    chip.send(told, positive);
    chip.send({ kind: 'classes', classes: pairs.second, strength }, negative);
    return learn(soft, judgeAlone, rate);
  }

  /** Every layer changes its weights by what it measured in the two passes. @returns mean loss over the layers */
  function learn(applied: readonly TaughtRule[], judge: typeof judgeAll, rate: number): number {
    const evidence = applied.map((rule, l) => rule.measure(positive.outputs[l]!, negative.outputs[l]!));
    const loss = judge(applied, evidence);
    layers.forEach((layer, l) => {
      const { positiveDelta, negativeDelta } = applied[l]!;
      const common = circles[l]!.push(positive.outputs[l]!, -1 / batch); // descent, and the mean over the batch
      const awake = { pass: positive, delta: positiveDelta, common };
      const asleep = { pass: negative, delta: negativeDelta };
      layer.collect(phases ? phases.only(awake, asleep) : [awake, asleep]);
      phases?.adjust(l, layer.gradient);
    });
    if (!phases || phases.learns()) for (const layer of layers) layer.step(rate);
    phases?.next();
    return loss;
  }

  /** Boxes that learn are paid by what the positive cases cost the layer behind them, the negatives as they were. */
  function teachBoxes(labels: Uint8Array): void {
    chip.teachBoxes({ kind: 'classes', classes: labels, strength }, positive, (l, out) =>
      rules[l]!.costs(positive.outputs[l]!, out),
    );
  }

  const told = { ...classifier, measures: () => deadUnits(chip, lesson.training, strength, engine) };
  follow(lesson, options.epochs, batches, step, progress => lesson.epoch({ ...progress, classifier: told }));
  return told;
}
