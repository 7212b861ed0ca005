/**
 * @file Forward-Forward by goodness alone. Of a pass with a true and of one with a wrong label the layers tell one number each; the loss makes a
 * factor of them, and the lines of each layer write outer products of what they hold, times that factor. No activity is ever known
 * outside the layer that has it, so none is digitised. What `train.ts` has beside this and what it would cost: a softmax on the neutral pass, which
 * proposes negatives, reads units one by one, and is paid for where it is asked for.
 *
 * Lines hold one pair of passes. Weights of a batch move after all of its pairs, here as in all of this project; on a chip after every pair.
 */
import type { MeasuredView } from '../../chips/access.ts';
import type { Access } from '../../chips/model.ts';
import type { Matrix } from '../../engine/matrix.ts';
import type { Classifier, Lesson } from '../learner.ts';
import { type Batch, batchesOf } from '../parts/batches.ts';
import { follow } from '../parts/course.ts';
import { type WriteKind, warmed } from '../parts/options.ts';
import { evaluationBatch } from '../parts/output-classifier.ts';
import { initialWeights } from '../parts/plastic.ts';
import { softmaxHead } from '../parts/softmax-head.ts';
import { headFeatures, toldClassifier } from './classifier.ts';
import { coupled } from './coupling.ts';
import { deadUnits } from './dead-units.ts';
import { localRule } from './layer.ts';
import { hardNegatives, randomNegatives, summedEvidence, triedNegatives } from './negatives.ts';
import { keptOfPeers } from './peers.ts';
import type { ForwardForwardOptions, Member } from './train.ts';

type Asked = ForwardForwardOptions & { writes: WriteKind };
type Told = Pick<Member, 'temperatureOf' | 'headOptimiser' | 'coupling' | 'hearing'>;

/** Trains the lesson's chip. @throws RangeError where an option asks for more than goodness can say */
export function trainByGoodness(
  lesson: Lesson<Access, Asked>,
  { temperatureOf, headOptimiser, coupling, hearing }: Told,
): Classifier {
  const { chip, engine, options } = lesson;
  const { batch, labelStrength: strength, loss, reads } = options;
  mustSuffice(lesson);
  initialWeights(chip, engine, lesson.stream, lesson.start);
  const sign = options.aim === 'minimise' ? -1 : 1;
  const rules = chip.layers.map(({ units }) => {
    const scale = { threshold: options.threshold * units, temperature: temperatureOf(units) };
    return localRule(1, batch, { loss, goodness: 'told', blocks: 1, sign, ...scale }, engine);
  });
  const evidence = summedEvidence(rules, hearing, batch);
  const judge = coupled(coupling, rules.length, batch);
  const [positive, negative] = [chip.newAppraisal(batch), chip.newAppraisal(batch)];
  const wrong = new Uint8Array(batch);
  const draws = lesson.stream('negatives');
  const proposer = options.negatives === 'hard' ? proposerOf(lesson, headOptimiser) : undefined;
  const peers = { strength: -options.peerStrength / batch, keep: keptOfPeers }; // descent, and the mean over the batch

  /** What the voting layers make of the held images with these labels. */
  function evidenceOf(classes: Uint8Array): Float32Array {
    chip.send({ kind: 'classes', classes, strength }, negative);
    return evidence(positive.goodness, negative.goodness);
  }

  function chooseNegatives(labels: Uint8Array, anneal: number): void {
    const { classes } = chip;
    if (proposer) hardNegatives(proposer.propose(labels, anneal), labels, draws, wrong);
    else if (options.negatives === 'tried')
      triedNegatives(classes, labels, draws, options.tries, evidenceOf, wrong);
    else randomNegatives(classes, labels, draws, wrong);
  }

  function step({ images, labels, number }: Batch, anneal: number): number {
    const rate = options.rate * anneal * warmed(number, options.warmUp);
    chip.hold(images);
    chip.send({ kind: 'classes', classes: labels, strength }, positive);
    chooseNegatives(labels, anneal);
    chip.send({ kind: 'classes', classes: wrong, strength }, negative);
    const mean = judge(
      rules,
      rules.map((rule, l) => rule.measure(positive.goodness[l]!, negative.goodness[l]!)),
    );
    rules.forEach(({ positiveDelta, negativeDelta }, l) => {
      const good = { pass: positive, factors: positiveDelta, peers };
      chip.reinforce(l, [good, { pass: negative, factors: negativeDelta }], -rate);
    });
    return mean;
  }

  const reading = { strength, temperatureOf, hearing, reads };
  const told = {
    ...toldClassifier(chip, sign, reading, proposer?.outside, engine),
    measures: () => deadUnits(chip, lesson.training, strength, engine),
  };
  const batches = batchesOf(lesson.training, batch, engine, lesson.stream);
  follow(lesson, options.epochs, batches, step, progress => lesson.epoch({ ...progress, classifier: told }));
  return told;
}

function mustSuffice({ options, training }: Lesson<Access, Asked>): void {
  const { goodness, blocks, aim, negatives, boxLessons, writes } = options;
  const lacking =
    writes !== 'outer-products'
      ? 'changes are worked out from activities; lines that hold theirs write "outer-products"'
      : goodness !== 'squares' || blocks > 1 || aim === 'mixed'
        ? 'circuits add up the squares of a whole layer: goodness "squares", one block, one aim'
        : negatives === 'dreamt'
          ? 'dreamt text is read off activities'
          : boxLessons > 0
            ? 'lessons of boxes are paid by activities'
            : training.taught
              ? 'the softmax that learns from a teacher reads activities'
              : undefined;
  if (lacking) throw new RangeError(`goodness alone is measured, but ${lacking}`);
}

/** A softmax on the units of the neutral pass, which says what wrong label is the most tempting: measured one by one, and paid for. */
function proposerOf(
  { chip, engine, options, digital, start }: Lesson<Access, Asked> & { readonly chip: MeasuredView },
  optimiser: Told['headOptimiser'],
) {
  const { batch, labelStrength: strength } = options;
  const features = headFeatures(chip, Math.max(batch, evaluationBatch), engine);
  const head = softmaxHead(features.columns, chip.classes, batch, engine, digital, optimiser);
  head.restore('head', start?.outside);
  const neutral = chip.newInnerPass(batch);
  return {
    outside: head.outside('head'),
    /** Learns from the images held. @returns probabilities of the classes [batch, classes] */
    propose(labels: Uint8Array, anneal: number): Matrix {
      chip.send({ kind: 'neutral', strength }, neutral);
      head.learn(features.read(neutral), labels, options.headRate * anneal);
      return head.probabilities();
    },
  };
}
