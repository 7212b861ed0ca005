/** @file Learners of two forward passes: what goes in, what is learnt from it, against the formulas and against autodiff. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { Term } from '../../src/chips/access.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { Matrix } from '../../src/engine/matrix.ts';
import { gaussians, permutation, streamOf, uniforms } from '../../src/engine/streams.ts';
import { pepita } from '../../src/learners/forward-only/pepita.ts';
import { signalPropagation } from '../../src/learners/forward-only/signal-propagation.ts';
import type { Learner } from '../../src/learners/learner.ts';
import { softmaxHead } from '../../src/learners/parts/softmax-head.ts';
import { relative, tensorflow, tensorOf } from '../fixtures/autodiff.ts';
import { apart, chipModel, meanOf, scattering } from '../fixtures/chips.ts';
import { chipFor, errorsOf, optionsOf, recorded, teach } from '../fixtures/lessons.ts';
import { syntheticImages } from '../fixtures/synthetic-images.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 27 });
const tf = await tensorflow();
type Tensor = ReturnType<typeof tensorOf>;
const samples = syntheticImages(30, 'forward only');
const boxes = { front: { kind: 'none' as const }, between: { ...scattering, noise: 0.1 } };
const model = chipModel({ layers: [12, 9], boxes });

/** A copy that stays where kernels can read it. */
function copyOf({ rows, columns, data }: Matrix): Matrix {
  const copy = engine.matrix(rows, columns);
  copy.data.set(data);
  return copy;
}

beforeEach(() => engine.arena.reset());

/** The labels of the one batch of an epoch. */
const labelsOf = (epoch: number) =>
  Uint8Array.from(
    permutation(streamOf(1, `learner/order/epoch/${epoch}`), samples.length),
    sample => samples.labels[sample]!,
  );

describe('pepita', () => {
  interface Seen {
    held: Matrix[];
    delivered: Matrix;
    outputs: Matrix[][];
    asked: { inputs: Matrix; delta: Matrix }[];
  }

  /** What every step held, measured and asked for. */
  function steps(epochs: number): Seen[] {
    const learner = pepita as unknown as Learner;
    const options = optionsOf(learner, {
      batch: 30,
      epochs,
      readoutRate: 0.05,
      feedback: 2,
    });
    const chip = chipFor(learner, options, model, engine, samples);
    const tape: Seen[] = [];
    teach({
      learner,
      options,
      chip,
      engine,
      training: samples,
      through: view => ({
        ...view,
        hold(images) {
          view.hold(images);
          if (!tape.length || tape.at(-1)!.held.length === 2)
            tape.push({ held: [], delivered: images, outputs: [], asked: [] });
          tape.at(-1)!.held.push(copyOf(images));
        },
        send(labels, pass, nudges) {
          view.send(labels, pass, nudges);
          const step = tape.at(-1)!;
          step.outputs.push('outputs' in pass ? pass.outputs.map(copyOf) : []);
          if ('delivered' in pass) step.delivered = copyOf(pass.delivered as Matrix);
        },
        correlate(layer, terms: readonly Term[], out) {
          view.correlate(layer, terms, out);
          const { pass, delta } = terms[0]!;
          tape.at(-1)!.asked.push({ inputs: copyOf(pass.inputs[layer]!), delta: copyOf(delta) });
        },
      }),
    });
    return tape;
  }

  test('sends x + F e the second time, and learns the difference of the two passes', () => {
    const tape = steps(4);
    const readout = softmaxHead(9, 10, 30, engine, () => {}); // learns what the learner's own learns
    const bound = 2 * Math.sqrt(6 / samples.inputs);
    const feedback = uniforms(streamOf(1, 'learner/feedback'), 10 * samples.inputs).map(
      u => bound * (2 * u - 1),
    );
    expect(tape.length).toBe(4);
    tape.forEach(({ held, delivered, outputs, asked }, step) => {
      const [x, modulated] = held as [Matrix, Matrix];
      readout.learn(delivered, labelsOf(step + 1), step < 2 ? 0.05 : (0.05 * (1 + 2 * (3 - step))) / 4);
      const errors = readout.errors();
      const wanted = x.data.map((pixel, k) => {
        const [b, i] = [Math.floor(k / x.columns), k % x.columns];
        let sum = pixel;
        for (let c = 0; c < 10; c++) sum += errors.data[b * 10 + c]! * feedback[c * x.columns + i]!;
        return sum;
      });
      expect(apart(modulated.data, wanted)).toBeLessThan(1e-4);
      expect(apart(modulated.data, x.data)).toBeGreaterThan(0.1);
      expect(Math.min(...modulated.data)).toBeLessThan(-0.1); // outside what an image can be

      asked.forEach(({ inputs, delta }, l) => {
        const [plain, second] = [outputs[0]![l]!, outputs[1]![l]!];
        expect(
          apart(
            delta.data,
            plain.data.map((y, k) => y - second.data[k]!),
          ),
        ).toBe(0);
        expect(delta.data.some(d => d !== 0)).toBe(true);
        if (l > 0) return;
        const rms = Math.sqrt(meanOf(modulated.data.slice(0, 100).map(v => v * v))) + 1e-4;
        const row = modulated.data.slice(0, 100).map(v => v / rms);
        expect(apart(inputs.data.slice(0, 100), row)).toBeLessThan(1e-4);
      });
    });
  });
});

describe('signal propagation', () => {
  const learner = signalPropagation as unknown as Learner;

  test('every layer descends its own loss through images and label images both, inputs taken as given', () => {
    const options = optionsOf(learner, { batch: 30, epochs: 3, rate: 0.02, sharpness: 7 });
    const chip = chipFor(learner, options, model, engine, samples);
    const tape = recorded({ learner, options, chip, engine, training: samples });
    expect(tape.length).toBe(6);
    tape.forEach(({ layer, takes, gradient, weights }, k) => {
      expect(takes.map(({ inputs }) => inputs.rows)).toEqual([30, 10]);
      const loss = (w: Tensor) => {
        const [h, t] = takes.map(({ inputs }) => {
          const y = tf.relu(tf.matMul(tensorOf(inputs), w));
          return tf.div(y, tf.add(tf.sqrt(tf.mean(tf.square(y), 1, true)), 1e-4)) as Tensor;
        });
        const logits = tf.mul(7 / w.shape[1], tf.matMul(h!, t!, false, true));
        const truth = tf.oneHot(tf.tensor1d(Array.from(labelsOf(1 + Math.floor(k / 2))), 'int32'), 10);
        return tf.neg(tf.sum(tf.mul(truth, tf.logSoftmax(logits))));
      };
      const expected = tf.tidy(
        () =>
          tf
            .grad(loss as never)(tensorOf(weights[layer]!))
            .dataSync() as Float32Array,
      );
      expect(relative(gradient.data, expected)).toBeLessThan(1e-4);
    });
  });

  test('label images are one a class, the same every time, and drawn from the seed', () => {
    const options = optionsOf(learner, { batch: 10, epochs: 2 });
    const chip = chipFor(learner, options, model, engine, samples);
    const held: Matrix[] = [];
    teach({
      learner,
      options,
      chip,
      engine,
      training: samples,
      through: view => ({
        ...view,
        hold(images) {
          view.hold(images);
          held.push(copyOf(images));
        },
      }),
    });
    const encoder = gaussians(streamOf(1, 'learner/encoder'), 10 * samples.inputs);
    const labelImages = held.filter((_, k) => k % 2);
    expect(labelImages.length).toBe(6);
    for (const { data } of labelImages) expect(apart(data, encoder)).toBeLessThan(1e-5);
  });

  test('counts its passes for ten classes and says so when there are others', () => {
    const options = optionsOf(learner, { batch: 10, epochs: 1 });
    const others = { ...samples, classes: 11 };
    const chip = chipFor(learner, options, model, engine, others);
    expect(() => teach({ learner, options, chip, engine, training: others })).toThrow(
      'counts its passes for 10 classes, not 11',
    );
  });
});

test.each([
  [pepita, 0.001],
  [signalPropagation, 0.003],
])('$name: hidden layers learn, not the readout alone', (member, own) => {
  const learner = member as unknown as Learner;
  const many = syntheticImages(200, 'hidden');
  const wrong = (rate: number) => {
    const options = optionsOf(learner, { batch: 50, epochs: 60, rate });
    const chip = chipFor(learner, options, chipModel({ layers: [10, 10], boxes }), engine, many);
    return errorsOf(teach({ learner, options, chip, engine, training: many }), many, engine)[0]!;
  };
  const [learnt, still] = [wrong(own), wrong(1e-9)];
  expect(learnt).toBeLessThan(0.8 * still);
});
