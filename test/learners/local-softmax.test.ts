/** @file The gradient of every layer of the layer-local softmax learners, against autodiff. */

import { describe, expect, test } from 'vitest';
import { unitsOf } from '../../src/chips/fields/local-fields.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { Matrix } from '../../src/engine/matrix.ts';
import { permutation, streamOf } from '../../src/engine/streams.ts';
import type { Learner } from '../../src/learners/learner.ts';
import { cafo } from '../../src/learners/local/cafo.ts';
import { localBoosted } from '../../src/learners/local/local-boosted.ts';
import { localSoftmax } from '../../src/learners/local/local-softmax.ts';
import { monoForward } from '../../src/learners/local/mono-forward.ts';
import { type SoftmaxHead, softmaxHead } from '../../src/learners/parts/softmax-head.ts';
import { relative, tensorflow, tensorOf } from '../fixtures/autodiff.ts';
import { chipModel, scattering } from '../fixtures/chips.ts';
import { chipFor, optionsOf, type Recorded, recorded, teach } from '../fixtures/lessons.ts';
import { syntheticImages } from '../fixtures/synthetic-images.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 27 });
const tf = await tensorflow();
const samples = syntheticImages(40, 'gradients');
const { classes } = samples;
const members = [localSoftmax, localBoosted, monoForward].map(member => member as unknown as Learner);
const boxes = { front: { kind: 'none' as const }, between: { ...scattering, noise: 0.1 } };

describe.each([
  ['no box', chipModel({ layers: [12, 9, 7] })],
  ['noisy boxes, which no gradient crosses', chipModel({ layers: [12, 9, 7], boxes })],
])('on a chip with %s', (_, model) => {
  test.each(members)(
    'every layer of $name descends its own cross-entropy, input and layers below taken as given',
    learner => {
      engine.arena.reset();
      const options = optionsOf(learner, { batch: 40, epochs: 3, rate: 0.05 });
      const chip = chipFor(learner, options, model, engine, samples);
      const tape = recorded({ learner, options, chip, engine, training: samples });
      const steps = [0, 1, 2].map(s => tape.slice(3 * s, 3 * s + 3));
      // the readouts start from zero and cannot be seen from outside: others learn from the same activities
      const read = learner.name === 'mono-forward' ? 'raw' : 'normalised';
      const heads = model.layers.map(layer => softmaxHead(unitsOf(layer), classes, 40, engine, () => {}));
      steps.forEach((step, s) => {
        const order = permutation(streamOf(1, `learner/order/epoch/${s + 1}`), 40);
        const labels = Uint8Array.from(order, sample => samples.labels[sample]!);
        let below: Matrix | undefined;
        step.forEach((layer, l) => {
          if (s === 0) expect(layer.gradient.data.every(g => g === 0)).toBe(true);
          else
            expect(
              relative(layer.gradient.data, autodiff(layer, l, heads[l]!, labels, below, read)),
            ).toBeLessThan(1e-4);
          heads[l]!.learn(features(layer.takes[0]!.outputs, read), labels, s < 2 ? 0.05 : 0.05 / 3, below);
          if (learner.name === 'local-boosted') below = heads[l]!.scores();
        });
      });
    },
  );
});

test('cafo leaves the crossbars as they were, and its readouts learn on them', () => {
  engine.arena.reset();
  const learner = cafo as unknown as Learner;
  const model = chipModel({ layers: [12, 9] });
  const digest = (epochs: number) => {
    const options = optionsOf(learner, { batch: 20, epochs });
    const chip = chipFor(learner, options, model, engine, samples);
    const losses: number[] = [];
    teach({ learner, options, chip, engine, training: samples, each: ({ loss }) => losses.push(loss) });
    return { digest: chip.digest(), losses };
  };
  const [short, long] = [digest(1), digest(20)];
  expect(long.digest).toBe(short.digest);
  expect(long.losses.at(-1)).toBeLessThan(0.8 * Math.log(classes));
});

function autodiff(
  { takes, weights }: Recorded,
  l: number,
  head: SoftmaxHead,
  labels: Uint8Array,
  below: Matrix | undefined,
  read: 'raw' | 'normalised',
): Float32Array {
  const loss = (w: ReturnType<typeof tensorOf>) => {
    const y = tf.relu(tf.matMul(tensorOf(takes[0]!.inputs), w));
    const n = read === 'raw' ? y : tf.div(y, tf.add(tf.sqrt(tf.mean(tf.square(y), 1, true)), 1e-4));
    const own = tf.add(tf.matMul(n, tensorOf(head.weights)), tensorOf(head.bias));
    const logits = below ? tf.add(own, tensorOf(below)) : own;
    const truth = tf.oneHot(tf.tensor1d(Array.from(labels), 'int32'), classes);
    return tf.neg(tf.sum(tf.mul(truth, tf.logSoftmax(logits))));
  };
  return tf
    .grad(loss as never)(tensorOf(weights[l]!))
    .dataSync() as Float32Array;
}

function features(y: Matrix, read: 'raw' | 'normalised'): Matrix {
  const [given, out] = [engine.matrix(y.rows, y.columns), engine.matrix(y.rows, y.columns)];
  given.data.set(y.data);
  if (read === 'raw') return given;
  engine.kernels.normaliseRows(given, out, 1e-4);
  return out;
}
