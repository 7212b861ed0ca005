/**
 * @file Forward gradients with local losses: every layer has a softmax readout of its own, and learns what noise on its currents does to the
 * loss of that readout alone: δ_l = (L̃_l − L_l)/s² · ξ_l. As layer-local softmax, but without any derivative of the neuron circuits;
 * as node perturbation, but no loss has to come from behind boxes that a layer does not know.
 *
 * The paper takes the directional derivative by forward-mode differentiation, which a chip cannot; here it is the difference of two
 * measured passes. All layers are perturbed in the same pass: what those below do to a layer's loss is noise of mean zero.
 */
import type { Pass } from '../../chips/access.ts';
import { strict } from '../../description.ts';
import { type Matrix, rowsOf } from '../../engine/matrix.ts';
import { type Classifier, defineLearner } from '../learner.ts';
import { batchesOf } from '../parts/batches.ts';
import { follow } from '../parts/course.ts';
import { evaluationBatch } from '../parts/output-classifier.ts';
import { partsOf } from '../parts/passes.ts';
import { plasticLayers } from '../parts/plastic.ts';
import { logSoftmaxRows, softmaxHead } from '../parts/softmax-head.ts';
import { countVotes, voteReadouts } from '../parts/votes.ts';
import { crossEntropies, perturbedCurrents } from './currents.ts';
import { currentPerturbation, perturbationOptions } from './options.ts';

export const forwardGradient = defineLearner({
  name: 'forward-gradient',
  summary:
    'known noise on every neuron’s current; what it does to the layer’s own readout is the error there',
  source:
    'Ren et al. 2022 (arXiv 2210.03310): activity perturbation with local losses; here by differences, linear readouts, one group a layer, Adam',
  access: 'measured',
  memory: "one layer's activities and perturbations; a softmax for each layer",
  options: strict({
    ...perturbationOptions({ epochs: 10, rate: 0.0003, readoutRate: 0.003 }),
    size: currentPerturbation(0.3),
  }),
  passes: () => ({ training: 2 }),
  needs: () => ({ labels: 'none' }),
  train(lesson) {
    const { chip, engine, options } = lesson;
    const { kernels } = engine;
    const { batch } = options;
    const most = Math.max(batch, evaluationBatch);
    const layers = plasticLayers(chip, engine, lesson.stream);
    const features = chip.layers.map(shape => engine.matrix(most, shape.units));
    const heads = chip.layers.map(shape =>
      softmaxHead(shape.units, chip.classes, most, engine, lesson.digital),
    );
    const batches = batchesOf(lesson.training, batch, engine, lesson.stream);
    const currents = perturbedCurrents(chip, batch, options.size, engine, lesson.stream, lesson.digital);
    const [quiet, nudged] = [chip.newInnerPass(batch), chip.newInnerPass(batch)];
    const [losses, nudgedLosses] = [engine.matrix(batch, 1), engine.matrix(batch, 1)];

    function normalised(l: number, seen: Pass): Matrix {
      const h = rowsOf(features[l]!, 0, seen.batch);
      kernels.normaliseRows(seen.outputs[l]!, h, chip.epsilon);
      return h;
    }

    /** One layer's share of a step: its readout learns, its gradient is ready. */
    function learnLayer(l: number, labels: Uint8Array, readoutRate: number): number {
      const head = heads[l]!;
      head.judge(normalised(l, nudged), labels);
      crossEntropies(head.probabilities(), labels, nudgedLosses);
      const loss = head.learn(normalised(l, quiet), labels, readoutRate);
      crossEntropies(head.probabilities(), labels, losses); // by the readout as it was for the other pass
      const delta = currents.errors(l, losses, nudgedLosses);
      layers[l]!.collect([{ pass: nudged, delta }]);
      return loss;
    }

    function step(images: Matrix, labels: Uint8Array, anneal: number): number {
      currents.draw();
      chip.hold(images);
      chip.send({ kind: 'off' }, quiet);
      chip.send({ kind: 'off' }, nudged, currents.nudges);
      let loss = 0;
      for (let l = 0; l < layers.length; l++) loss += learnLayer(l, labels, options.readoutRate * anneal);
      for (const layer of layers) layer.step(options.rate * anneal);
      return loss / layers.length;
    }

    const passOf = partsOf(chip, chip.newInnerPass(evaluationBatch));
    const classifier: Classifier = {
      readouts: voteReadouts('log-probability', layers.length, 1),
      classify(images, answers) {
        const seen = passOf(images.rows);
        chip.hold(images);
        chip.send({ kind: 'off' }, seen);
        const votes = heads.map((head, l) => head.logits(normalised(l, seen)));
        votes.forEach(logSoftmaxRows);
        countVotes(votes, answers);
      },
    };

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
