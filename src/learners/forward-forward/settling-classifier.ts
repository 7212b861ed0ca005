/**
 * @file Answers of layers that see each other: they are run with each label, and the label wins whose goodness, averaged over some middle steps,
 * is best. Every step alone is a read-out too; and the softmax on the pass from below, which knows no label.
 */
import type { MeasuredView, Pass } from '../../chips/access.ts';
import type { Engine } from '../../engine/engine.ts';
import { type Matrix, rowsOf } from '../../engine/matrix.ts';
import type { Classifier } from '../learner.ts';
import { evaluationBatch } from '../parts/output-classifier.ts';
import { partsOf } from '../parts/passes.ts';
import { largestOfRows, type SoftmaxHead } from '../parts/softmax-head.ts';
import { countVotes, voteReadouts } from '../parts/votes.ts';
import type { headFeatures } from './classifier.ts';
import { goodnessOf } from './goodness.ts';

export interface SettlingReading {
  readonly head: SoftmaxHead;
  readonly features: ReturnType<typeof headFeatures>;
  readonly strength: number;
  /** +1 where positive cases have the larger goodness, −1 where the smaller */
  readonly sign: number;
  /** softness of the loss, in units of goodness: what a vote is in units of */
  readonly temperature: number;
  readonly steps: number;
  /** the steps over which goodness is averaged, from 1 */
  readonly from: number;
  readonly to: number;
}

export function settlingClassifier(
  chip: MeasuredView,
  { head, features, strength, sign, temperature, steps, from, to }: SettlingReading,
  engine: Engine,
): Classifier {
  const { classes, layers } = chip;
  const passOf = partsOf(chip, chip.newInnerPass(evaluationBatch));
  const room = () => engine.matrix(evaluationBatch, classes);
  const byLayer = layers.map(room);
  const byStep = Array.from({ length: steps }, room);
  const sums = engine.matrix(evaluationBatch, 1);
  const measures = layers.map(({ units }) => goodnessOf('squares', units, 1, engine));
  const voted = voteReadouts('goodness', layers.length, classes * (1 + to), 'all');
  const stepwise = byStep.map((_, t) => ({
    name: `goodness, step ${t + 1} alone`,
    role: 'single step' as const,
    passes: classes * (2 + t),
  }));
  const softmax = voted.length + steps;

  /** Adds what step t says for a label. */
  function addVotes(label: number, t: number, pass: Pass): void {
    const good = rowsOf(sums, 0, pass.batch);
    const isHeard = t + 1 >= from && t + 1 <= to;
    layers.forEach((_, l) => {
      measures[l]!.measure(pass.outputs[l]!, good);
      for (let b = 0; b < pass.batch; b++) {
        const vote = (sign * good.data[b]!) / temperature;
        byStep[t]!.data[b * classes + label]! += vote;
        if (isHeard) byLayer[l]!.data[b * classes + label]! += vote / (to - from + 1);
      }
    });
  }

  /** Runs the chip with every label. @returns logits of the softmax, from the first pass from below */
  function fillVotes(images: Matrix, upTo: number): Matrix {
    const pass = passOf(images.rows);
    chip.hold(images);
    for (const votes of [...byLayer, ...byStep]) engine.kernels.fill(votes, 0);
    let logits: Matrix | undefined;
    for (let value = 0; value < classes; value++) {
      chip.send({ kind: 'off' }, pass);
      logits ??= head.logits(features.read(pass));
      for (let t = 0; t < upTo; t++) {
        chip.send({ kind: 'class', value, strength }, pass);
        addVotes(value, t, pass);
      }
    }
    return logits!;
  }

  return {
    readouts: [...voted, ...stepwise, { name: 'softmax, one pass', role: 'one pass', passes: 1 }],
    classify(images, answers) {
      const logits = fillVotes(images, steps);
      const held = (votes: Matrix) => rowsOf(votes, 0, images.rows);
      countVotes(byLayer.map(held), answers, 'all');
      byStep.forEach((votes, t) => {
        largestOfRows(held(votes), answers[voted.length + t]!);
      });
      largestOfRows(logits, answers[softmax]!);
    },
    scores(images, readout, out) {
      if (readout === softmax) {
        const pass = passOf(images.rows);
        chip.hold(images);
        chip.send({ kind: 'off' }, pass);
        out.data.set(head.logits(features.read(pass)).data);
        return;
      }
      fillVotes(images, to);
      engine.kernels.fill(out, 0);
      for (const votes of byLayer) engine.kernels.addScaled(rowsOf(votes, 0, images.rows), 1, out);
    },
    outside: head.outside('head'),
  };
}
