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

/** How a Forward-Forward chip is read. */
export interface Reading {
  /** the softmax on the neutral pass, and what it reads */
  readonly head: SoftmaxHead;
  readonly features: ReturnType<typeof headFeatures>;
  readonly strength: number;
  /** of each block of a layer: +1 where positive cases have the larger goodness, −1 where the smaller */
  signsOf(units: number): readonly number[];
  /** softness of the loss of a layer, in units of goodness: what its vote is in units of */
  temperatureOf(units: number): number;
  readonly goodness: GoodnessKind;
  readonly hearing: Hearing;
  /** passes for each label, over which goodness is averaged */
  readonly reads: number;
}

export function goodnessClassifier(
  chip: MeasuredView,
  { head, features, strength, signsOf, temperatureOf, goodness, hearing, reads }: Reading,
  engine: Engine,
): Classifier {
  const { classes, layers } = chip;
  const passOf = partsOf(chip, chip.newInnerPass(evaluationBatch));
  const votes = layers.map(() => engine.matrix(evaluationBatch, classes));
  const signs = layers.map(({ units }) => signsOf(units));
  const sums = signs.map(({ length }) => engine.matrix(evaluationBatch, length));
  const measures = layers.map(({ units }, l) => goodnessOf(goodness, units, signs[l]!.length, engine));
  const voices = layers.map(({ units }, l) => signs[l]!.map(sign => sign / (reads * temperatureOf(units))));
  const voted = voteReadouts('goodness', layers.length, reads * classes, hearing);

  /** Adds what one pass of that label says. */
  function addVotes(labels: Labels & { kind: 'class' }, pass: Pass): void {
    chip.send(labels, pass);
    layers.forEach((_, l) => {
      const good = rowsOf(sums[l]!, 0, pass.batch);
      const own = voices[l]!;
      measures[l]!.measure(pass.outputs[l]!, good);
      for (let b = 0; b < pass.batch; b++)
        for (let k = 0; k < own.length; k++)
          votes[l]!.data[b * classes + labels.value]! += own[k]! * good.data[b * own.length + k]!;
    });
  }

  /** Goodness of every label, by one pass or several. */
  function fillAllVotes(images: Matrix): Pass {
    const pass = passOf(images.rows);
    chip.hold(images);
    for (const vote of votes) engine.kernels.fill(vote, 0);
    for (let value = 0; value < classes; value++)
      for (let k = 0; k < reads; k++) addVotes({ kind: 'class', value, strength }, pass);
    return pass;
  }

  function onePass(pass: Pass): Matrix {
    chip.send({ kind: 'neutral', strength }, pass);
    return head.logits(features.read(pass));
  }

  return {
    readouts: [...voted, { name: 'softmax, one pass', role: 'one pass', passes: 1 }],
    classify(images, answers) {
      const pass = fillAllVotes(images);
      countVotes(
        votes.map(v => rowsOf(v, 0, images.rows)),
        answers,
        hearing,
      );
      largestOfRows(onePass(pass), answers[voted.length]!);
    },
    scores(images, readout, out) {
      if (readout === voted.length) {
        chip.hold(images);
        out.data.set(onePass(passOf(images.rows)).data);
        return;
      }
      fillAllVotes(images);
      engine.kernels.fill(out, 0);
      votes.forEach((vote, l) => {
        if (isHeard(l, layers.length, hearing))
          engine.kernels.addScaled(rowsOf(vote, 0, images.rows), 1, out);
      });
    },
    outside: head.outside('head'),
  };
}
