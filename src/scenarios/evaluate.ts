/**
 * @file Judging a classifier on a set: error in percent, per read-out.
 */
import { gather, type Samples } from '../data/data.ts';
import type { Engine } from '../engine/engine.ts';
import { rowsOf } from '../engine/matrix.ts';
import type { Classifier } from '../learners/learner.ts';
import { evaluationBatch } from '../learners/parts/output-classifier.ts';

/** Gives errors in percent, one per read-out of the classifier, on any samples of that many inputs; null where there are none. */
export type Judge = (classifier: Classifier, samples: Samples) => (number | null)[];

/** Takes its room once. */
export function judgeOf(inputs: number, engine: Engine): Judge {
  const images = engine.matrix(evaluationBatch, inputs);
  const labels = new Uint8Array(evaluationBatch);
  return (classifier, samples) => {
    const answers = classifier.readouts.map(() => new Int32Array(evaluationBatch));
    const wrong = classifier.readouts.map(() => 0);
    const order = Uint32Array.from({ length: samples.length }, (_, i) => i);
    for (let from = 0; from < samples.length; from += evaluationBatch) {
      const count = Math.min(evaluationBatch, samples.length - from);
      const batch = rowsOf(images, 0, count);
      gather(samples, order, from, batch, labels);
      classifier.classify(batch, answers);
      answers.forEach((answer, k) => {
        for (let b = 0; b < count; b++) if (answer[b] !== labels[b]) wrong[k]!++;
      });
    }
    return wrong.map(w => (samples.length > 0 ? (100 * w) / samples.length : null));
  };
}
