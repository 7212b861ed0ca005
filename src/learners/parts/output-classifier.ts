/**
 * @file Answering by softmax heads on what leaves the chip: one pass an image.
 */
import type { MeasuredView } from '../../chips/access.ts';
import type { Classifier, Readout } from '../learner.ts';
import { partsOf } from './passes.ts';
import { largestOfRows, type SoftmaxHead } from './softmax-head.ts';

/** Images that a classifier is given at once, at most. */
export const evaluationBatch = 500;

/** Classifies by softmax heads on what leaves the chip: one pass, one answer per head. */
export function outputClassifier(
  chip: MeasuredView,
  heads: readonly { head: SoftmaxHead; readout: Readout }[],
): Classifier {
  const passOf = partsOf(chip, chip.newDelivery(evaluationBatch));
  return {
    readouts: heads.map(h => h.readout),
    classify(images, answers) {
      const pass = passOf(images.rows);
      chip.hold(images);
      chip.send({ kind: 'off' }, pass);
      heads.forEach(({ head }, k) => {
        largestOfRows(head.logits(pass.delivered), answers[k]!);
      });
    },
    scores(images, readout, out) {
      const pass = passOf(images.rows);
      chip.hold(images);
      chip.send({ kind: 'off' }, pass);
      out.data.set(heads[readout]!.head.logits(pass.delivered).data);
    },
    outside: heads[0]!.head.outside('head'),
  };
}

/** The principal read-out of every learner that answers by a softmax on the chip's output lines. */
export const outputReadout: Readout = { name: 'softmax on the output lines', role: 'principal', passes: 1 };
