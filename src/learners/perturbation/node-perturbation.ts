/**
 * @file Node perturbation: known noise ξ ~ N(0, s²) on the currents of all layers, a pass with it and one without, and
 * ΔW_l = −Σ (L̃ − L)/s² · xᵀ ξ_l over the samples of the batch. Noise at n units does the work of noise at n × rows weights, and every
 * sample has its own: a far smaller variance than weight perturbation's, and no write but the update.
 *
 * x is what drove the rows in the pass with noise. So the estimate is, on average and for any s, the gradient of the loss of the chip with
 * that noise (Stein's identity, layer by layer); with x of the other pass it would be so for small s only.
 * The noise of boxes is another one in the two passes and enters L̃ − L; smaller s makes that worse, not better.
 */
import { strict } from '../../description.ts';
import type { Matrix } from '../../engine/matrix.ts';
import { defineLearner } from '../learner.ts';
import { batchesOf } from '../parts/batches.ts';
import { follow } from '../parts/course.ts';
import { evaluationBatch, outputClassifier, outputReadout } from '../parts/output-classifier.ts';
import { plasticLayers } from '../parts/plastic.ts';
import { softmaxHead } from '../parts/softmax-head.ts';
import { crossEntropies, perturbedCurrents } from './currents.ts';
import { currentPerturbation, perturbationOptions } from './options.ts';

export const nodePerturbation = defineLearner({
  name: 'node-perturbation',
  summary: 'known noise on every neuron’s current; what it does to the loss is the error there',
  source:
    'Flower and Jabri 1993 (NIPS 5); Werfel, Xie and Seung 2005, Neural Computation 17:2699; here all layers at once, Adam, and the exact gradient for the softmax outside the chip',
  access: 'measured',
  memory: "all layers' activities and perturbations; one number a case",
  options: strict({
    ...perturbationOptions({ epochs: 10, rate: 0.0001, readoutRate: 0.003 }),
    size: currentPerturbation(0.3),
  }),
  passes: () => ({ training: 2 }),
  needs: () => ({ labels: 'none' }),
  train(lesson) {
    const { chip, engine, options } = lesson;
    const { batch } = options;
    const layers = plasticLayers(chip, engine, lesson.stream);
    const most = Math.max(batch, evaluationBatch);
    const head = softmaxHead(chip.layers.at(-1)!.units, chip.classes, most, engine, lesson.digital);
    const batches = batchesOf(lesson.training, batch, engine, lesson.stream);
    const currents = perturbedCurrents(chip, batch, options.size, engine, lesson.stream, lesson.digital);
    const [quiet, nudged] = [chip.newDelivery(batch), chip.newPass(batch)];
    const [losses, nudgedLosses] = [engine.matrix(batch, 1), engine.matrix(batch, 1)];

    function step(images: Matrix, labels: Uint8Array, anneal: number): number {
      currents.draw();
      chip.hold(images);
      chip.send({ kind: 'off' }, nudged, currents.nudges);
      head.judge(nudged.delivered, labels);
      crossEntropies(head.probabilities(), labels, nudgedLosses);
      chip.send({ kind: 'off' }, quiet);
      const loss = head.learn(quiet.delivered, labels, options.readoutRate * anneal);
      crossEntropies(head.probabilities(), labels, losses); // by the readout as it was for the other pass
      layers.forEach(({ gradient }, l) => {
        const delta = currents.errors(l, losses, nudgedLosses);
        chip.correlate(l, [{ pass: nudged, delta }], gradient);
      });
      for (const layer of layers) layer.step(options.rate * anneal);
      return loss;
    }

    const classifier = outputClassifier(chip, [{ head, readout: outputReadout }]);
    follow(
      lesson,
      options.epochs,
      batches,
      ({ images, labels }, anneal) => step(images, labels, anneal),
      progress => lesson.epoch({ ...progress, classifier }),
    );
    return classifier;
  },
});
