/**
 * @file Answers of a chip with fast weights: it lives through the sequence, then every symbol is tried behind the question, and the one with the
 * most goodness is the answer.
 */
import type { Pass } from '../../chips/access.ts';
import { type Matrix, rowsOf } from '../../engine/matrix.ts';
import type { Classifier, Lesson } from '../learner.ts';
import { evaluationBatch } from '../parts/output-classifier.ts';
import { partsOf } from '../parts/passes.ts';
import { countVotes, voteReadouts } from '../parts/votes.ts';
import { type MemoryOptions, rememberer } from './rememberer.ts';

export function recallClassifier(
  lesson: Pick<
    Lesson<'measured', MemoryOptions & { readonly temperature: number }>,
    'chip' | 'engine' | 'options' | 'training' | 'digital'
  >,
): Classifier {
  const { chip, engine, options } = lesson;
  const { classes, layers } = chip;
  const mind = rememberer(lesson, evaluationBatch);
  const passOf = partsOf(chip, chip.newInnerPass(evaluationBatch));
  const votes = layers.map(() => engine.matrix(evaluationBatch, classes));
  const sums = engine.matrix(evaluationBatch, 1);

  /** Goodness of every symbol behind the question, over the temperature of the loss. */
  function vote(images: Matrix): Matrix[] {
    const pass = passOf(images.rows);
    mind.live(images);
    for (let value = 0; value < classes; value++) {
      mind.ask({ kind: 'class', value, strength: options.labelStrength }, pass);
      layers.forEach((_, l) => {
        addVotes(pass, l, value);
      });
    }
    return votes.map(v => rowsOf(v, 0, images.rows));
  }

  function addVotes(pass: Pass, l: number, value: number): void {
    const good = rowsOf(sums, 0, pass.batch);
    engine.kernels.sumSquares(pass.outputs[l]!, good);
    const voice = 1 / (options.temperature * layers[l]!.units);
    for (let b = 0; b < pass.batch; b++) votes[l]!.data[b * classes + value] = voice * good.data[b]!;
  }

  return {
    readouts: voteReadouts('goodness', layers.length, options.remembered + 2 * classes, 'all'),
    classify: (images, answers) => countVotes(vote(images), answers, 'all'),
    scores(images, readout, out) {
      engine.kernels.fill(out, 0);
      vote(images).forEach((layer, l) => {
        const isCounted = readout === 0 || (readout === 1 ? l > 0 : l === readout - 2);
        if (isCounted) engine.kernels.addScaled(layer, 1, out);
      });
    },
  };
}
