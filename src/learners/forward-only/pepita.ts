/**
 * @file PEPITA: two forward passes, the second on an image that the error of the first has been added to, x′ = x + F e with F random and
 * fixed and e = softmax(o) − t. Each layer learns from the difference that makes, ΔW_l = −η Σ x′_{l−1}ᵀ (y_l − y′_l): nothing goes
 * backward, and nothing of the chip need be known. The readout outside the chip learns by e itself.
 *
 * F e is in units of pixels and may carry an image below 0 or above 1; the chip then scales the sum to mean square 1, as every image.
 * The signal is a small difference of two passes: noise of boxes, another one in each pass, stands against it.
 */
import { ratio, strict } from '../../description.ts';
import type { Matrix } from '../../engine/matrix.ts';
import { defineLearner } from '../learner.ts';
import { batchesOf } from '../parts/batches.ts';
import { follow } from '../parts/course.ts';
import { trainingOptions } from '../parts/options.ts';
import { evaluationBatch, outputClassifier, outputReadout } from '../parts/output-classifier.ts';
import { plasticLayers } from '../parts/plastic.ts';
import { softmaxHead } from '../parts/softmax-head.ts';

export const pepita = defineLearner({
  name: 'pepita',
  summary: 'a second pass on the image plus the projected error; layers learn from the difference',
  source:
    'Dellaferrera and Kreiman 2022 (ICML, arXiv 2201.11665), algorithm 1; here Adam, no dropout, and a softmax outside the chip',
  access: 'measured',
  memory: "all layers' activities of two passes; a random matrix from errors to pixels",
  options: strict({
    ...trainingOptions({ epochs: 10, rate: 0.0001 }),
    readoutRate: ratio('learning rate of the softmax outside the chip; same schedule', {
      exclusiveMinimum: 0,
      maximum: 100,
      default: 0.003,
    }),
    feedback: ratio('elements of F are uniform within this times √(6 / pixels), either way', {
      exclusiveMinimum: 0,
      maximum: 1e4,
      default: 0.05,
    }),
  }),
  passes: () => ({ training: 2 }),
  needs: () => ({ labels: 'none' }),
  train(lesson) {
    const { chip, engine, options } = lesson;
    const { kernels, gemm } = engine;
    const { batch } = options;
    const layers = plasticLayers(chip, engine, lesson.stream);
    const most = Math.max(batch, evaluationBatch);
    const head = softmaxHead(chip.layers.at(-1)!.units, chip.classes, most, engine, lesson.digital);
    const batches = batchesOf(lesson.training, batch, engine, lesson.stream);
    const feedback = engine.matrix(chip.classes, chip.inputs); // Fᵀ
    const bound = options.feedback * Math.sqrt(6 / chip.inputs);
    kernels.uniform(feedback, -bound, bound, lesson.stream('feedback'));
    const modulated = engine.matrix(batch, chip.inputs);
    const deltas = chip.layers.map(shape => engine.matrix(batch, shape.units));
    const [plain, second] = [chip.newPass(batch), chip.newInnerPass(batch)];

    function step(images: Matrix, labels: Uint8Array, anneal: number): number {
      chip.hold(images);
      chip.send({ kind: 'off' }, plain);
      const loss = head.learn(plain.delivered, labels, options.readoutRate * anneal);
      gemm.multiply(head.errors(), feedback, modulated);
      lesson.digital(batch * feedback.data.length);
      kernels.addScaled(images, 1, modulated);
      chip.hold(modulated);
      chip.send({ kind: 'off' }, second);
      layers.forEach(({ gradient }, l) => {
        const delta = deltas[l]!;
        kernels.copy(plain.outputs[l]!, delta);
        kernels.addScaled(second.outputs[l]!, -1, delta);
        chip.correlate(l, [{ pass: second, delta }], gradient);
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
