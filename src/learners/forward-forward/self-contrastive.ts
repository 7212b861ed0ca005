/**
 * @file Self-contrastive Forward-Forward: no labels while layers learn. A positive case is an image put together with itself, a negative one an
 * image put together with another of the batch; both halves meet the same weights, so a layer sees the sum of the two, and the sum of an image
 * with itself, brought to mean square 1, is the image. Layers raise the goodness of the one and lower that of the other. A softmax on the
 * normalised activities of the layers ≥ 2 learns beside them, from the positive pass. Where we differ: images are put together at the chip's
 * entry only, not anew before every layer, for boxes cannot be opened; Hinton's peer normalisation keeps units alive.
 */

import type { Pass } from '../../chips/access.ts';
import { ratio, strict } from '../../description.ts';
import type { Matrix } from '../../engine/matrix.ts';
import { integers, type Stream } from '../../engine/streams.ts';
import { type Classifier, defineLearner } from '../learner.ts';
import { type Batch, batchesOf } from '../parts/batches.ts';
import { follow } from '../parts/course.ts';
import { adam } from '../parts/optimiser.ts';
import { trainingOptions } from '../parts/options.ts';
import { evaluationBatch } from '../parts/output-classifier.ts';
import { partsOf } from '../parts/passes.ts';
import { plasticLayers } from '../parts/plastic.ts';
import { largestOfRows, softmaxHead } from '../parts/softmax-head.ts';
import { headFeatures } from './classifier.ts';
import { localRule } from './layer.ts';
import { peers } from './peers.ts';

export const selfContrastive = defineLearner({
  name: 'self-contrastive',
  summary: 'Forward-Forward without labels: an image against a blend of two; a softmax reads it',
  source: 'Chen, Liu et al. 2025 (Nature Communications 16:5978), SCFF; putting together at the entry alone',
  access: 'measured',
  memory: "one layer's activities of two passes; a softmax on the normalised layers ≥ 2",
  options: strict({
    ...trainingOptions({ epochs: 10, rate: 0.001 }),
    headRate: ratio('learning rate of the softmax', { exclusiveMinimum: 0, default: 0.003 }),
    temperature: ratio('softness of the loss, as a share of the units of a layer', {
      exclusiveMinimum: 0,
      default: 0.1,
    }),
    threshold: ratio('θ, goodness per unit', { exclusiveMinimum: 0, default: 1 }),
    peerStrength: ratio('λ of peer normalisation', { minimum: 0, default: 0.003 }),
  }),
  passes: () => ({ training: 2 }),
  needs: () => ({ labels: 'none' }),
  train(lesson): Classifier {
    const { chip, engine, options } = lesson;
    const { batch } = options;
    const most = Math.max(batch, evaluationBatch);
    const layers = plasticLayers(chip, engine, lesson.stream, adam(), lesson.start);
    const features = headFeatures(chip, most, engine);
    const head = softmaxHead(features.columns, chip.classes, most, engine, lesson.digital);
    head.restore('head', lesson.start?.outside);
    const rules = chip.layers.map(({ units }) => {
      const rule = { loss: 'threshold', goodness: 'squares', blocks: 1, sign: 1 } as const;
      const scales = { threshold: options.threshold * units, temperature: options.temperature * units };
      return localRule(units, batch, { ...rule, ...scales }, engine);
    });
    const circles = chip.layers.map(({ units }) => peers(units, options.peerStrength, engine));
    const [positive, negative] = [chip.newInnerPass(batch), chip.newInnerPass(batch)];
    const blends = engine.matrix(batch, chip.inputs);
    const partners = lesson.stream('partners');
    const batches = batchesOf(lesson.training, batch, engine, lesson.stream);

    function learnLayer(l: number): number {
      const rule = rules[l]!;
      rule.measure(positive.outputs[l]!, negative.outputs[l]!);
      const loss = rule.judge();
      const common = circles[l]!.push(positive.outputs[l]!, -1 / batch);
      const terms = [
        { pass: positive, delta: rule.positiveDelta, common },
        { pass: negative, delta: rule.negativeDelta },
      ];
      chip.correlate(l, terms, layers[l]!.gradient);
      return loss;
    }

    function step({ images, labels, taught }: Batch, anneal: number): number {
      send(images, positive);
      head.learn(features.read(positive), labels, options.headRate * anneal, undefined, taught);
      blend(images, partners, blends);
      send(blends, negative);
      let loss = 0;
      // the first layer's images are held no more for the positive pass; its product is made from what drove the rows
      for (let l = 0; l < layers.length; l++) loss += learnLayer(l) / layers.length;
      for (const layer of layers) layer.step(options.rate * anneal);
      return loss;
    }

    function send(images: Matrix, pass: Pass): void {
      chip.hold(images);
      chip.send({ kind: 'off' }, pass);
    }

    const passOf = partsOf(chip, chip.newInnerPass(evaluationBatch));
    const logitsOf = (images: Matrix): Matrix => {
      const pass = passOf(images.rows);
      send(images, pass);
      return head.logits(features.read(pass));
    };
    const classifier: Classifier = {
      readouts: [{ name: 'softmax, one pass', role: 'principal', passes: 1 }],
      classify: (images, answers) => largestOfRows(logitsOf(images), answers[0]!),
      scores: (images, _principal, out) => out.data.set(logitsOf(images).data),
      outside: head.outside('head'),
    };
    follow(lesson, options.epochs, batches, step, progress => lesson.epoch({ ...progress, classifier }));
    return classifier;
  },
});

/** out = each image and another one of the batch, half and half; the last of a batch of one with itself. */
function blend(images: Matrix, partners: Stream, out: Matrix): void {
  const { rows, columns, data } = images;
  const steps = rows > 1 ? integers(partners, rows, rows - 1) : new Uint32Array(1);
  for (let b = 0; b < rows; b++) {
    const other = ((b + 1 + steps[b]!) % rows) * columns;
    for (let i = 0; i < columns; i++)
      out.data[b * columns + i] = (data[b * columns + i]! + data[other + i]!) / 2;
  }
}
