/**
 * @file Answers of a Forward-Forward chip: one pass per class, and the class whose label gives most goodness; or one pass with the
 * neutral label and a softmax on the normalised activities of the layers ≥ 2.
 */
import type { Labels, MeasuredView, Pass } from '../../chips/access.ts';
import type { Engine } from '../../engine/engine.ts';
import { type Matrix, rowsOf } from '../../engine/matrix.ts';
import type { Classifier } from '../learner.ts';
import { evaluationBatch } from '../parts/output-classifier.ts';
import { partsOf } from '../parts/passes.ts';
import { largestOfRows, type SoftmaxHead } from '../parts/softmax-head.ts';
import { countVotes, type Hearing, isHeard, voteReadouts } from '../parts/votes.ts';
import { type GoodnessKind, goodnessOf } from './goodness.ts';

/**
 * Normalised activities of layers side by side: what a softmax reads.
 * @param layers from 0; those from the second on, or the only one, when absent
 */
export function headFeatures(
  chip: MeasuredView,
  most: number,
  engine: Engine,
  layers: readonly number[] = upperLayers(chip),
) {
  const units = layers.map(l => chip.layers[l]!.units);
  const columns = units.reduce((sum, n) => sum + n, 0);
  const all = engine.matrix(most, columns);
  const parts = units.map(n => engine.matrix(most, n));
  return {
    columns,
    read(pass: Pass): Matrix {
      const out = rowsOf(all, 0, pass.batch);
      let at = 0;
      parts.forEach((room, k) => {
        const part = rowsOf(room, 0, pass.batch);
        engine.kernels.normaliseRows(pass.outputs[layers[k]!]!, part, chip.epsilon);
        putColumns(part, out, at);
        at += part.columns;
      });
      return out;
    },
  };
}

/** The layers from the second on (from 0: 1, 2 …), or the only one. */
export const upperLayers = ({ layers }: MeasuredView): number[] =>
  layers.map((_, l) => l).slice(layers.length > 1 ? 1 : 0);

function putColumns(from: Matrix, to: Matrix, at: number): void {
  const n = from.columns;
  for (let b = 0; b < from.rows; b++)
    to.data.set(from.data.subarray(b * n, (b + 1) * n), b * to.columns + at);
}

/** How goodness is voted with. */
export interface Voting {
  readonly strength: number;
  /** softness of the loss of a layer, in units of goodness: what its vote is in units of */
  temperatureOf(units: number): number;
  readonly hearing: Hearing;
  /** passes for each label, over which goodness is averaged */
  readonly reads: number;
}

/** How a Forward-Forward chip is read. */
export interface Reading extends Voting {
  /** the softmax on the neutral pass, and what it reads */
  readonly head: SoftmaxHead;
  readonly features: ReturnType<typeof headFeatures>;
  /** of each block of a layer: +1 where positive cases have the larger goodness, −1 where the smaller */
  signsOf(units: number): readonly number[];
  readonly goodness: GoodnessKind;
}

export function goodnessClassifier(
  chip: MeasuredView,
  { head, features, signsOf, goodness, ...reading }: Reading,
  engine: Engine,
): Classifier {
  const { layers } = chip;
  const passOf = partsOf(chip, chip.newInnerPass(evaluationBatch));
  const signs = layers.map(({ units }) => signsOf(units));
  const sums = signs.map(({ length }) => engine.matrix(evaluationBatch, length));
  const measures = layers.map(({ units }, l) => goodnessOf(goodness, units, signs[l]!.length, engine));
  const election = elections(
    chip,
    signs,
    reading,
    (labels, count) => {
      const pass = passOf(count);
      chip.send(labels, pass);
      return layers.map((_, l) => {
        const good = rowsOf(sums[l]!, 0, count);
        measures[l]!.measure(pass.outputs[l]!, good);
        return good;
      });
    },
    engine,
  );
  const voted = election.readouts.length;

  function onePass(count: number): Matrix {
    const pass = passOf(count);
    chip.send({ kind: 'neutral', strength: reading.strength }, pass);
    return head.logits(features.read(pass));
  }

  return {
    readouts: [...election.readouts, { name: 'softmax, one pass', role: 'one pass', passes: 1 }],
    classify(images, answers) {
      election.classify(images, answers);
      largestOfRows(onePass(images.rows), answers[voted]!);
    },
    scores(images, readout, out) {
      if (readout < voted) return election.scores(images, out);
      chip.hold(images);
      out.data.set(onePass(images.rows).data);
    },
    outside: head.outside('head'),
  };
}

/** Answers by goodness alone, as the layers tell it by themselves: nothing else is measured. */
export function toldClassifier(
  chip: MeasuredView,
  sign: number,
  reading: Voting,
  outside: Classifier['outside'],
  engine: Engine,
): Classifier {
  const passOf = partsOf(chip, chip.newAppraisal(evaluationBatch));
  const election = elections(
    chip,
    chip.layers.map(() => [sign]),
    reading,
    (labels, count) => {
      const pass = passOf(count);
      chip.send(labels, pass);
      return pass.goodness;
    },
    engine,
  );
  return {
    readouts: election.readouts,
    classify: election.classify,
    scores: (images, _readout, out) => election.scores(images, out),
    ...(outside && { outside }),
  };
}

/**
 * One pass or several for every class; the class of most goodness wins.
 * @param signs of the blocks of each layer
 * @param goodnessOfPass sends the held images, `count` of them, and gives the goodness of each layer [count, blocks]
 */
function elections(
  chip: MeasuredView,
  signs: readonly (readonly number[])[],
  { strength, temperatureOf, hearing, reads }: Voting,
  goodnessOfPass: (labels: Labels, count: number) => readonly Matrix[],
  engine: Engine,
) {
  const { classes, layers } = chip;
  const votes = layers.map(() => engine.matrix(evaluationBatch, classes));
  const voices = layers.map(({ units }, l) => signs[l]!.map(sign => sign / (reads * temperatureOf(units))));

  /** Adds what one pass of that label says. */
  function addVotes(labels: Labels & { kind: 'class' }, count: number): void {
    goodnessOfPass(labels, count).forEach((good, l) => {
      const own = voices[l]!;
      for (let b = 0; b < count; b++)
        for (let k = 0; k < own.length; k++)
          votes[l]!.data[b * classes + labels.value]! += own[k]! * good.data[b * own.length + k]!;
    });
  }

  /** Goodness of every label, by one pass or several. */
  function fillAllVotes(images: Matrix): void {
    chip.hold(images);
    for (const vote of votes) engine.kernels.fill(vote, 0);
    for (let value = 0; value < classes; value++)
      for (let k = 0; k < reads; k++) addVotes({ kind: 'class', value, strength }, images.rows);
  }

  return {
    readouts: voteReadouts('goodness', layers.length, reads * classes, hearing),
    classify(images: Matrix, answers: readonly Int32Array[]): void {
      fillAllVotes(images);
      countVotes(
        votes.map(v => rowsOf(v, 0, images.rows)),
        answers,
        hearing,
      );
    },
    scores(images: Matrix, out: Matrix): void {
      fillAllVotes(images);
      engine.kernels.fill(out, 0);
      votes.forEach((vote, l) => {
        if (isHeard(l, layers.length, hearing))
          engine.kernels.addScaled(rowsOf(vote, 0, images.rows), 1, out);
      });
    },
  };
}
