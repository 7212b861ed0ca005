/**
 * @file Signal propagation: labels go through the same chip as images. A fixed random encoder turns each class into an image; the batch
 * goes through, then the ten label images; and every layer learns to bring an image's activity near that of its label and away from
 * those of the other labels, by measured activities of that layer alone:
 *
 * h = y/rms(y) of the image, t_c the same of label c, z_c = k · h·t_c / units, p = softmax(z), and both sides of the product move:
 * δ^h = k/units (p − 1_label) T, δ^t_c = k/units Σ_b (p_bc − 1_label) h_b, each through normaliser and nominal rectifier.
 *
 * An image is classified by the label whose activity is nearest, in one pass: the t_c are remembered as running means over the training
 * steps. Ten label passes a batch are cheap where the paper's code sends a label along with every sample.
 */
import type { Pass } from '../../chips/access.ts';
import { ratio, strict } from '../../description.ts';
import { type Matrix, rowsOf } from '../../engine/matrix.ts';
import { type Classifier, defineLearner } from '../learner.ts';
import { batchesOf } from '../parts/batches.ts';
import { follow } from '../parts/course.ts';
import { trainingOptions } from '../parts/options.ts';
import { evaluationBatch } from '../parts/output-classifier.ts';
import { partsOf } from '../parts/passes.ts';
import { plasticLayers } from '../parts/plastic.ts';
import { logSoftmaxRows } from '../parts/softmax-head.ts';
import { countVotes, voteReadouts } from '../parts/votes.ts';
import { type Likeness, likeness } from './likeness.ts';

/** Classes of every data set there is; `passes` has to know before there is one. */
const classes = 10;

export const signalPropagation = defineLearner({
  name: 'signal-propagation',
  summary: 'labels pass through the chip as images do; layers bring the two together, each by itself',
  source:
    'Kohan, Rietman and Siegelmann 2023, IEEE Transactions on Neural Networks and Learning Systems (arXiv 2204.01723); here a fixed random encoder into the pixels, one label image a class, cosines, Adam',
  access: 'measured',
  memory: "one layer's activities, of the batch and of ten class images",
  options: strict({
    ...trainingOptions({ epochs: 10, rate: 0.001 }),
    sharpness: ratio('k: logits are this times the cosine of two activities', {
      exclusiveMinimum: 0,
      maximum: 1e4,
      default: 20,
    }),
  }),
  passes: ({ batch }) => ({ training: 1 + classes / batch }),
  needs: () => ({ labels: 'none' }),
  train(lesson) {
    const { chip, engine, options } = lesson;
    const { kernels } = engine;
    const { batch } = options;
    if (chip.classes !== classes)
      throw new RangeError(
        `signal-propagation counts its passes for ${classes} classes, not ${chip.classes}`,
      );
    const most = Math.max(batch, evaluationBatch);
    const layers = plasticLayers(chip, engine, lesson.stream);
    const labelImages = engine.matrix(classes, chip.inputs);
    kernels.addGaussian(labelImages, 1, lesson.stream('encoder'));
    const features = chip.layers.map(shape => engine.matrix(most, shape.units));
    const targets = chip.layers.map(shape => engine.matrix(classes, shape.units));
    const remembered = chip.layers.map(shape => engine.matrix(classes, shape.units));
    const near: Likeness[] = chip.layers.map(({ units }) =>
      likeness(units, classes, most, options.sharpness, engine, lesson.digital),
    );
    const batches = batchesOf(lesson.training, batch, engine, lesson.stream);
    const [pass, labelPass] = [chip.newInnerPass(batch), chip.newInnerPass(classes)];

    function normalised(l: number, seen: Pass): Matrix {
      const h = rowsOf(features[l]!, 0, seen.batch);
      kernels.normaliseRows(seen.outputs[l]!, h, chip.epsilon);
      return h;
    }

    /** From the error at normalised activities to that at the currents, in place. */
    function toCurrents(l: number, seen: Pass, error: Matrix): Matrix {
      kernels.normaliseRowsBack(seen.outputs[l]!, error, error, chip.epsilon);
      kernels.gate(seen.outputs[l]!, error);
      return error;
    }

    function learnLayer(l: number, labels: Uint8Array): number {
      const t = targets[l]!;
      kernels.normaliseRows(labelPass.outputs[l]!, t, chip.epsilon);
      kernels.addScaled(remembered[l]!, -0.1, remembered[l]!);
      kernels.addScaled(t, 0.1, remembered[l]!);
      const { loss, images, signals } = near[l]!.errors(normalised(l, pass), t, labels);
      const terms = [
        { pass, delta: toCurrents(l, pass, images) },
        { pass: labelPass, delta: toCurrents(l, labelPass, signals) },
      ];
      layers[l]!.collect(terms);
      return loss;
    }

    function step(images: Matrix, labels: Uint8Array, rate: number): number {
      chip.hold(images);
      chip.send({ kind: 'off' }, pass);
      chip.hold(labelImages);
      chip.send({ kind: 'off' }, labelPass);
      let loss = 0;
      for (let l = 0; l < layers.length; l++) loss += learnLayer(l, labels);
      for (const layer of layers) layer.step(rate);
      return loss / layers.length;
    }

    const passOf = partsOf(chip, chip.newInnerPass(evaluationBatch));
    const classifier: Classifier = {
      readouts: voteReadouts('likeness', layers.length, 1),
      classify(images, answers) {
        const seen = passOf(images.rows);
        chip.hold(images);
        chip.send({ kind: 'off' }, seen);
        const votes = near.map((n, l) => n.logits(normalised(l, seen), remembered[l]!));
        votes.forEach(logSoftmaxRows);
        countVotes(votes, answers);
      },
    };

    follow(
      lesson,
      options.epochs,
      batches,
      ({ images, labels }, anneal) => step(images, labels, options.rate * anneal),
      progress => lesson.epoch({ ...progress, classifier }),
    );
    return classifier;
  },
});
