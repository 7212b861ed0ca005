/**
 * @file Layer-local softmax: every layer has a linear readout of its own on its measured activity and learns by the cross-entropy of that
 * readout alone. Nothing crosses a box, there are no negatives, one pass is enough. The strongest cheap rival of Forward-Forward:
 * it has the same virtue.
 *
 * Layer l: h = y/rms(y), p = softmax(h A + c), δ = 1[y > 0] · (rms′(y)ᵀ (p − t) Aᵀ), ΔW = −xᵀ δ.
 */
import { strict } from '../description.ts';
import { type Matrix, rowsOf } from '../engine/matrix.ts';
import { type Classifier, defineLearner } from './learner.ts';
import { batchesOf } from './parts/batches.ts';
import { annealed, trainingOptions } from './parts/options.ts';
import { evaluationBatch } from './parts/output-classifier.ts';
import { partsOf } from './parts/passes.ts';
import { plasticLayers } from './parts/plastic.ts';
import { logSoftmaxRows, softmaxHead } from './parts/softmax-head.ts';
import { countVotes, voteReadouts } from './parts/votes.ts';

export const localSoftmax = defineLearner({
  name: 'local-softmax',
  summary: 'every layer learns by a softmax readout of its own; forward only, no negatives',
  source:
    'Greedy local losses: Belilovsky et al. 2019 (arXiv 1812.11446), Nøkland and Eidnes 2019 (arXiv 1901.06656); linear readouts, all layers at once',
  access: 'measured',
  options: strict(trainingOptions({ epochs: 10, rate: 0.003 })),
  passes: () => ({ training: 1 }),
  needs: () => ({ labels: 'none' }),
  train(lesson) {
    const { chip, engine, options } = lesson;
    const { kernels } = engine;
    const { batch, epochs } = options;
    const most = Math.max(batch, evaluationBatch);
    const layers = plasticLayers(chip, engine, lesson.stream);
    const features = chip.layers.map(shape => engine.matrix(most, shape.units));
    const deltas = chip.layers.map(shape => engine.matrix(batch, shape.units));
    const heads = chip.layers.map(shape =>
      softmaxHead(shape.units, chip.classes, most, engine, lesson.digital),
    );
    const batches = batchesOf(lesson.training, batch, engine, lesson.stream);
    const pass = chip.newInnerPass(batch);
    const classifier = votingClassifier();

    function step(images: Matrix, labels: Uint8Array, rate: number): number {
      chip.hold(images);
      chip.send({ kind: 'off' }, pass);
      let loss = 0;
      for (let l = 0; l < layers.length; l++) {
        const y = pass.outputs[l]!;
        const h = rowsOf(features[l]!, 0, batch);
        const delta = deltas[l]!;
        kernels.normaliseRows(y, h, chip.epsilon);
        loss += heads[l]!.learn(h, labels, rate);
        heads[l]!.errorsBack(h);
        kernels.normaliseRowsBack(y, h, delta, chip.epsilon);
        kernels.gate(y, delta);
        chip.correlate(l, [{ pass, delta }], layers[l]!.gradient);
      }
      for (const layer of layers) layer.step(rate);
      return loss / layers.length;
    }

    /** The sum of the layers' log-probabilities. */
    function votingClassifier(): Classifier {
      const passOf = partsOf(chip, chip.newInnerPass(evaluationBatch));
      return {
        readouts: voteReadouts('log-probability', chip.layers.length, 1),
        classify(images, answers) {
          const seen = passOf(images.rows);
          chip.hold(images);
          chip.send({ kind: 'off' }, seen);
          const votes = heads.map((head, l) => {
            const h = rowsOf(features[l]!, 0, images.rows);
            kernels.normaliseRows(seen.outputs[l]!, h, chip.epsilon);
            const logits = head.logits(h);
            logSoftmaxRows(logits);
            return logits;
          });
          countVotes(votes, answers);
        },
      };
    }

    for (let epoch = 1; epoch <= epochs; epoch++) {
      const rate = options.rate * annealed(epoch, epochs);
      let loss = 0;
      for (const { images, labels } of batches.epoch(epoch)) loss += step(images, labels, rate);
      lesson.epoch({ epoch, epochs, loss: loss / batches.perEpoch, classifier });
    }
    return classifier;
  },
});
