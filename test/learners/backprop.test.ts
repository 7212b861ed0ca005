/** @file Gradients of backprop, against autodiff and finite differences. */
import { describe, expect, test } from 'vitest';
import type { MeasuredView } from '../../src/chips/access.ts';
import type { Chip } from '../../src/chips/chip.ts';
import type { ChipModel } from '../../src/chips/model.ts';
import { viewOf } from '../../src/chips/views.ts';
import { gather } from '../../src/data/data.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { Matrix } from '../../src/engine/matrix.ts';
import { permutation, streamOf } from '../../src/engine/streams.ts';
import { backpropLoop } from '../../src/learners/backprop/backprop-loop.ts';
import { backpropOracle } from '../../src/learners/backprop/backprop-oracle.ts';
import { backpropReversible } from '../../src/learners/backprop/backprop-reversible.ts';
import { backward, byWeights, type Knowledge } from '../../src/learners/backprop/backward.ts';
import type { Learner } from '../../src/learners/learner.ts';
import { softmaxHead } from '../../src/learners/parts/softmax-head.ts';
import { relative, tensorflow, tensorOf } from '../fixtures/autodiff.ts';
import {
  amplifier,
  chipModel,
  chipOf,
  crossbarOf,
  gaussianMatrix,
  passOf,
  pixels,
  rectifier,
  scattering,
  writeWeights,
} from '../fixtures/chips.ts';
import { chipFor, optionsOf, type Recorded, recorded } from '../fixtures/lessons.ts';
import { syntheticImages } from '../fixtures/synthetic-images.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 27 });
const tf = await tensorflow();
const epsilon = 1e-4;
const samples = syntheticImages(40, 'gradients');
const { classes } = samples;

describe.each<[string, Learner]>([
  ['backprop-loop', backpropLoop as unknown as Learner],
  ['backprop-oracle', backpropOracle as unknown as Learner],
])('%s on an ideal chip', (_, learner) => {
  test.each([[[9]], [[9, 7]], [[12, 9, 7]]])(
    'descends the gradient of the cross-entropy that autodiff finds, layers %o',
    layers => {
      engine.arena.reset();
      const options = optionsOf(learner, { batch: 40, epochs: 3, rate: 0.05 });
      const chip = chipFor(learner, options, chipModel({ layers }), engine, samples);
      const tape = recorded({ learner, options, chip, engine, training: samples });
      const steps = [0, 1, 2].map(s => tape.slice(s * layers.length, (s + 1) * layers.length));

      // the softmax starts from zero and cannot be seen from outside: a second one learns from the same outputs
      const head = softmaxHead(layers.at(-1)!, classes, 40, engine, () => {});
      steps.forEach((step, s) => {
        const labels = labelsOf(s + 1);
        if (s > 0)
          for (const [l, theirs] of autodiff(step, head.weights, head.bias, labels).entries())
            expect(relative(step[l]!.gradient.data, theirs)).toBeLessThan(1e-4);
        const delivered = engine.matrix(40, layers.at(-1)!);
        delivered.data.set(step[0]!.takes[0]!.delivered!.data);
        head.learn(delivered, labels, s < 2 ? 0.05 : 0.05 / 3);
      });
    },
  );
});

/** Labels in the order of epoch `epoch`. */
const labelsOf = (epoch: number): Uint8Array =>
  Uint8Array.from(permutation(streamOf(1, `learner/order/epoch/${epoch}`), 40), s => samples.labels[s]!);

/** Gradients of the summed cross-entropy at the weights of a step; normalisers as the chip has them. */
function autodiff(step: readonly Recorded[], head: Matrix, bias: Matrix, labels: Uint8Array): Float32Array[] {
  const loss = (...weights: tfTensor[]) => {
    let x = tensorOf(step[0]!.takes[0]!.inputs);
    weights.forEach((w, l) => {
      const y = tf.relu(tf.matMul(x, w));
      const rms = tf.sqrt(tf.mean(tf.square(y), 1, true));
      const n = tf.div(y, tf.add(rms, epsilon)) as tfTensor;
      x = l < weights.length - 1 ? (tf.concat([n, tf.ones([n.shape[0], 1])], 1) as tfTensor) : n;
    });
    const logits = tf.add(tf.matMul(x, tensorOf(head)), tensorOf(bias));
    const truth = tf.oneHot(tf.tensor1d(Array.from(labels), 'int32'), classes);
    return tf.neg(tf.sum(tf.mul(truth, tf.logSoftmax(logits)))) as ReturnType<typeof tf.scalar>;
  };
  const weights = step[0]!.weights.map(tensorOf);
  return tf
    .grads(loss as never)(weights)
    .map(gradient => gradient.dataSync() as Float32Array);
}
type tfTensor = ReturnType<typeof tensorOf>;

describe('the error that goes back, by finite differences', () => {
  const sizes = { layers: [16, 14, 12], inputs: 9 };

  /** Gradient of the summed cross-entropy of a fixed softmax by the rule of the learner, and by moving single weights. */
  function bothWays(
    chip: Chip,
    knowledgeOf: (chip: Chip) => Knowledge,
    l: number,
    images: Matrix,
  ): { ours: number[]; theirs: number[] } {
    const head = softmaxHead(12, 3, 4, engine, () => {});
    head.weights.data.set(gaussianMatrix(engine, 12, 3, 'head').data);
    head.bias.data.set([0.3, -0.2, 0.1]);
    const labels = Uint8Array.of(0, 2, 1, 1);
    const pass = passOf(chip, images);
    head.learn(pass.delivered, labels, 0); // rate 0: errors without a step
    const error = engine.matrix(4, 12);
    head.errorsBack(error);
    const view: MeasuredView = viewOf(chip, 'measured', unavailable);
    const delta = backward(view, knowledgeOf(chip), 4, engine).run(pass, error)[l]!;
    const { weights } = chip.parts.crossbars[l]!;
    const gradient = engine.matrix(weights.rows, weights.columns);
    viewOf(chip, 'transparent', unavailable).correlate(l, [{ pass, delta }], gradient);

    const lossAt = (k: number, by: number): number => {
      const kept = weights.data[k]!;
      weights.data[k] = kept + by;
      const loss = 4 * head.judge(passOf(chip, images).delivered, labels);
      weights.data[k] = kept;
      return loss;
    };
    const step = 2 ** -9;
    const now = lossAt(0, 0);
    const slopes = Array.from({ length: 60 }, (_, i) => (i * 7919) % weights.data.length).map(k => {
      const [below, above] = [now - lossAt(k, -step), lossAt(k, step) - now];
      return {
        ours: gradient.data[k]!,
        theirs: (below + above) / (2 * step),
        bend: Math.abs(above - below) / step,
      };
    });
    const smooth = slopes.filter(({ bend }) => bend < 0.02); // between two kinks of the rectifiers
    expect(smooth.length).toBeGreaterThan(30);
    return { ours: smooth.map(s => s.ours), theirs: smooth.map(s => s.theirs) };
  }
  const unavailable = () => {
    throw new Error('there is no data sheet here');
  };
  /** As the oracle has it. */
  const truth = (chip: Chip): Knowledge => {
    const { crossbarBack, neuronBack, boxBack } = viewOf(chip, 'transparent', unavailable);
    return { inputsBack: (l, d, out, pass) => crossbarBack(l, pass, d, out), neuronBack, boxBack };
  };
  const byTrueWeights = (chip: Chip, count = (_multiplyAdds: number) => {}): Knowledge => {
    const { trueWeights, neuronBack, boxBack } = viewOf(chip, 'transparent', unavailable);
    const inputsBack = byWeights(trueWeights, chip.parts.shapes, engine, count);
    return { inputsBack, neuronBack, boxBack };
  };
  const curved = rectifier({ gain: 0.2, offset: 0.2, knee: 0.5, compression: 0.2 });
  const smoothBoxes = {
    front: { kind: 'none' as const },
    between: { ...scattering, curves: ['tanh' as const, 'sine' as const] },
  };
  const models: Record<string, Partial<ChipModel>> = {
    'ideal circuits': {},
    'circuits with curves of their own': { neuron: curved },
    'circuits with curves, and boxes': { neuron: curved, boxes: smoothBoxes },
    'bent cells': { crossbar: { ...crossbarOf(4), curve: { kind: 'sinh', voltage: 0.2 } } },
    'amplifiers that saturate, offsets and a weak sign': {
      amplifier: {
        ...amplifier,
        saturation: 0.4,
        calibration: 0.2,
        asymmetry: 0.1,
        seriesResistance: 0.1,
        offset: 0.1,
      },
      driver: { noise: 0, asymmetry: 0.2, readAsymmetry: 0 },
    },
    'scales that follow the largest input, in front of amplifiers that saturate': {
      scaling: { inputs: 'abs-max', threshold: 0, overflow: 'none' },
      dac: { kind: 'clip', range: 1 },
      adc: { kind: 'clip', range: 2.5 },
      amplifier: { ...amplifier, saturation: 1 },
    },
    'scales that clip': {
      scaling: { inputs: 'constant', threshold: 1.2, overflow: 'none' },
      dac: { kind: 'clip', range: 1 },
      adc: { kind: 'clip', range: 6 },
    },
  };

  test.each(Object.entries(models).flatMap(([name, given]) => [0, 1, 2].map(l => [name, l, given] as const)))(
    'oracle: %s, layer %i',
    (_, l, given) => {
      engine.arena.reset();
      const chip = chipOf(chipModel({ layers: sizes.layers, ...given }), engine, {
        inputs: sizes.inputs,
        batch: 4,
      });
      writeWeights(chip, engine, 0.5);
      const { ours, theirs } = bothWays(chip, truth, l, pixels(engine, 4, 9));
      expect(relative(ours, theirs)).toBeLessThan(3e-3);
    },
  );

  test('the oracle asks the simulator for every weight it crosses, every circuit and every box', () => {
    engine.arena.reset();
    const learner = backpropOracle as unknown as Learner;
    const options = optionsOf(learner, { batch: 40, epochs: 2, rate: 0.05 });
    const model = chipModel({ layers: [16, 14, 12], neuron: curved, boxes: smoothBoxes });
    const chip = chipFor(learner, options, model, engine, samples);
    const tape = recorded({ learner, options, chip, engine, training: samples });
    const head = softmaxHead(12, classes, 40, engine, () => {});
    // the softmax after its first step, and the chip as it was at the second
    const delivered = engine.matrix(40, 12);
    delivered.data.set(tape[0]!.takes[0]!.delivered!.data);
    head.learn(delivered, labelsOf(1), 0.05);
    chip.parts.crossbars.forEach(({ weights }, l) => {
      weights.data.set(tape[3]!.weights[l]!.data);
    });
    const order = permutation(streamOf(1, 'learner/order/epoch/2'), 40);
    const images = engine.matrix(40, samples.inputs);
    const labels = new Uint8Array(40);
    gather(samples, order, 0, images, labels);
    const pass = passOf(chip, images);
    head.learn(pass.delivered, labels, 0);
    const error = engine.matrix(40, 12);
    head.errorsBack(error);
    const view = viewOf(chip, 'measured', unavailable);
    const deltas = backward(view, truth(chip), 40, engine).run(pass, error);
    deltas.forEach((delta, l) => {
      const { takes } = tape.slice(3).find(({ layer }) => layer === l)!;
      expect(relative(takes[0]!.delta.data, delta.data)).toBeLessThan(1e-3);
    });
  });

  test('through two normalisers the error is orthogonal to what was normalised', () => {
    engine.arena.reset();
    const chip = chipOf(chipModel({ layers: sizes.layers, boxes: smoothBoxes }), engine, {
      inputs: 9,
      batch: 4,
    });
    writeWeights(chip, engine, 0.5);
    const pass = passOf(chip, pixels(engine, 4, 9));
    const error = gaussianMatrix(engine, 4, 12, 'error');
    const deltas = backward(viewOf(chip, 'measured', unavailable), truth(chip), 4, engine).run(pass, error);
    deltas.forEach((delta, l) => {
      const y = pass.outputs[l]!; // a common factor of a row's activities is taken out by the normaliser
      for (let b = 0; b < 4; b++) {
        const [d, a] = [delta, y].map(m => m.data.subarray(b * m.columns, (b + 1) * m.columns));
        const dot = d!.reduce((sum, v, j) => sum + v * a![j]!, 0);
        expect(Math.abs(dot)).toBeLessThanOrEqual(1e-3 * Math.hypot(...d!) * Math.hypot(...a!));
      }
    });
  });

  test('a sample that left a layer silent gets an error of zero, not a large one', () => {
    const chip = chipOf(chipModel({ layers: sizes.layers }), engine, { inputs: 9, batch: 4 });
    writeWeights(chip, engine, 0.5);
    chip.parts.crossbars[1]!.weights.data.fill(-1);
    const pass = passOf(chip, pixels(engine, 4, 9));
    const error = gaussianMatrix(engine, 4, 12, 'error');
    const deltas = backward(viewOf(chip, 'measured', unavailable), truth(chip), 4, engine).run(pass, error);
    expect(deltas[1]!.data.every(d => d === 0)).toBe(true);
    expect(deltas[0]!.data.every(d => d === 0)).toBe(true);
  });

  test('multiply-adds of the way back are counted once per weight and sample, the first layer’s not needed', () => {
    const chip = chipOf(chipModel({ layers: sizes.layers }), engine, { inputs: 9, batch: 4 });
    let counted = 0;
    const knowledge = byTrueWeights(chip, n => {
      counted += n;
    });
    const back = backward(viewOf(chip, 'measured', unavailable), knowledge, 4, engine);
    back.run(passOf(chip, pixels(engine, 4, 9)), engine.matrix(4, 12));
    expect(counted).toBe(4 * (17 * 14 + 15 * 12));
  });
});

test('backprop-reversible takes the same share of every weight on the chip in a step, where it decays', () => {
  const learner = backpropReversible as unknown as Learner;
  /** Weights of the first layer after an update, and before it. */
  function updated(decay: number): [Float32Array, Float32Array] {
    engine.arena.reset();
    const options = optionsOf(learner, { batch: 40, epochs: 1, rate: 0.01, decay });
    const chip = chipFor(learner, options, chipModel({ layers: [9, 7] }), engine, samples);
    const [first] = recorded({ learner, options, chip, engine, training: samples });
    return [chip.parts.crossbars[0]!.weights.data.slice(), first!.weights[0]!.data.slice()];
  }
  const [[plain], [decayed, before]] = [updated(0), updated(0.5)];
  const gone = plain.map((w, k) => w - decayed[k]!);
  expect(
    relative(
      gone,
      before.map(w => 0.01 * 0.5 * w),
    ),
  ).toBeLessThan(1e-3);
});
