/**
 * @file Learners that perturb: their estimates are right on average, in direction and in size; what is moved comes back; and what it
 * costs in writes is on the meter.
 */
import { fc, test } from '@fast-check/vitest';
import { beforeEach, describe, expect } from 'vitest';
import type { Chip } from '../../src/chips/chip.ts';
import type { ChipModel } from '../../src/chips/model.ts';
import { viewOf } from '../../src/chips/views.ts';
import type { Samples } from '../../src/data/data.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { Matrix } from '../../src/engine/matrix.ts';
import { permutation, type Stream, streamOf } from '../../src/engine/streams.ts';
import type { Learner } from '../../src/learners/learner.ts';
import { type SoftmaxHead, softmaxHead } from '../../src/learners/parts/softmax-head.ts';
import { crossEntropies, perturbedCurrents } from '../../src/learners/perturbation/currents.ts';
import { forwardGradient } from '../../src/learners/perturbation/forward-gradient.ts';
import type { Asked } from '../../src/learners/perturbation/loss-only.ts';
import {
  clockwork,
  multiplexedGradientDescent,
} from '../../src/learners/perturbation/multiplexed-gradient-descent.ts';
import { nodePerturbation } from '../../src/learners/perturbation/node-perturbation.ts';
import { addEstimate, spsa } from '../../src/learners/perturbation/spsa.ts';
import {
  addDifferences,
  weightPerturbationLearner,
} from '../../src/learners/perturbation/weight-perturbation.ts';
import { perturbedWeights } from '../../src/learners/perturbation/weights.ts';
import { tensorflow, tensorOf } from '../fixtures/autodiff.ts';
import {
  apart,
  chipModel,
  chipOf,
  crossbarOf,
  gaussianMatrix,
  meanOf,
  pixels,
  pulsedCell,
  scattering,
} from '../fixtures/chips.ts';
import { chipFor, optionsOf, teach } from '../fixtures/lessons.ts';
import { syntheticImages } from '../fixtures/synthetic-images.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 27 });
const tf = await tensorflow();
type Tensor = ReturnType<typeof tensorOf>;
const learner = (member: unknown) => member as Learner;

beforeEach(() => engine.arena.reset());

/** Four images, three classes, a chip of 7 × 8 and 9 × 6 weights, and a readout that stands still. */
const labels = Uint8Array.from([0, 2, 1, 2]);
function bench(model: ChipModel = chipModel({ layers: [8, 6] })) {
  const chip = chipOf(model, engine);
  const view = viewOf(chip, 'measured', () => {
    throw new Error('no data sheet');
  });
  const head = softmaxHead(6, 3, 4, engine, () => {});
  head.weights.data.set(gaussianMatrix(engine, 6, 3, 'head').data);
  const images = pixels(engine, 4, 6);
  view.hold(images);
  const pass = view.newPass(4);
  const stream = (path: string): Stream => streamOf(1, path);
  const loss = () => {
    view.send({ kind: 'off' }, pass);
    return head.judge(pass.delivered, labels);
  };
  const asked = (size: number): Asked => ({
    weights: perturbedWeights(view, size, engine, stream, () => {}),
    loss,
    lastLoss: loss,
  });
  return { chip, view, head, images, pass, stream, asked };
}

const normalised = (x: Tensor): Tensor =>
  tf.div(x, tf.add(tf.sqrt(tf.mean(tf.square(x), 1, true)), 1e-4)) as Tensor;
const withBias = (x: Tensor): Tensor => tf.concat([x, tf.ones([x.shape[0], 1])], 1) as Tensor;
const activity = (x: Tensor, w: Tensor): Tensor => tf.relu(tf.matMul(withBias(x), w)) as Tensor;
const crossEntropy = (logits: Tensor, truth: Uint8Array): Tensor =>
  tf.neg(
    tf.mean(
      tf.sum(
        tf.mul(
          tf.oneHot(tf.tensor1d(Array.from(truth), 'int32'), logits.shape[1]),
          tf.logSoftmax(logits as never),
        ),
        1,
      ),
    ),
  ) as Tensor;

/** The true gradient of the mean loss, all layers one after another. */
function trueGradient(
  weights: readonly Matrix[],
  images: Matrix,
  head: Pick<SoftmaxHead, 'weights' | 'bias'>,
  truth: Uint8Array,
) {
  const loss = (...ws: Tensor[]) => {
    const features = ws.reduce((x, w) => normalised(activity(x, w)), normalised(tensorOf(images)));
    return crossEntropy(
      tf.add(tf.matMul(features, tensorOf(head.weights)), tensorOf(head.bias)) as Tensor,
      truth,
    );
  };
  const gradients = tf.tidy(() =>
    tf
      .grads(loss as never)(weights.map(tensorOf))
      .map(g => Array.from(g.dataSync())),
  );
  return gradients.flat();
}

const dot = (u: ArrayLike<number>, v: ArrayLike<number>) =>
  Array.from(u).reduce((sum, x, k) => sum + x * v[k]!, 0);
const cosine = (u: ArrayLike<number>, v: ArrayLike<number>) => dot(u, v) / Math.sqrt(dot(u, u) * dot(v, v));
/** how many times `v`, by projection, `u` is */
const scale = (u: ArrayLike<number>, v: ArrayLike<number>) => dot(u, v) / dot(v, v);
const all = (matrices: readonly Matrix[]) => matrices.flatMap(m => Array.from(m.data));
const weightsOf = (chip: Chip) => chip.parts.crossbars.map(c => c.weights);

describe('of many estimates by moved weights, the mean is the gradient', () => {
  const size = 0.003;
  const draws = 8000;
  test.each<[string, (asked: Asked) => number]>([
    [
      'simultaneous perturbation',
      asked => {
        for (let n = 0; n < draws; n++) addEstimate(asked, size);
        return draws;
      },
    ],
    [
      'forward differences of all weights at once',
      asked => {
        for (let n = 0; n < draws; n++) addDifferences(asked, size, 1);
        return draws;
      },
    ],
    [
      'forward differences in groups',
      asked => {
        for (let n = 0; n < draws / 4; n++) addDifferences(asked, size, 7);
        return draws / 4;
      },
    ],
    [
      'multiplexed, with three different clocks',
      asked => {
        const step = clockwork({ size, perturbationTime: 2, updateTime: 1e9, sampleTime: 3 }, engine);
        for (let n = 0; n < draws / 2; n++) step({ ...asked, rate: 0 });
        return (draws / 2) * 3;
      },
    ],
  ])('%s', (_, collect) => {
    const { chip, images, head, asked } = bench();
    const by = asked(size);
    const ticks = collect(by);
    by.weights.shift(0);
    const truth = trueGradient(weightsOf(chip), images, head, labels);
    expect(truth.filter(g => Math.abs(g) > 1e-3).length).toBeGreaterThan(30); // a chip that is alive
    const mean = all(by.weights.gradients).map(g => g / ticks);
    expect(cosine(mean, truth)).toBeGreaterThan(0.97);
    expect(scale(mean, truth)).toBeGreaterThan(0.9);
    expect(scale(mean, truth)).toBeLessThan(1.1);
  });
});

test('moved one by one, as Jabri and Flower have it, weights give the gradient without noise', () => {
  const { chip, images, head, asked } = bench();
  const by = asked(0.001);
  const count = all(by.weights.gradients).length;
  addDifferences(by, 0.001, count);
  by.weights.shift(0);
  const truth = trueGradient(weightsOf(chip), images, head, labels);
  expect(cosine(all(by.weights.gradients), truth)).toBeGreaterThan(0.9999);
  expect(scale(all(by.weights.gradients), truth)).toBeCloseTo(1, 2);
});

describe('moved weights', () => {
  const changes = (chip: Chip, before: number[]) => all(weightsOf(chip)).map((w, k) => w - before[k]!);

  test('are where the perturbation puts them, and come back on an ideal chip', () => {
    const { chip, asked } = bench();
    const { weights } = asked(0.01);
    const before = all(weightsOf(chip));
    for (let n = 0; n < 50; n++) {
      weights.draw();
      weights.shift(1);
      const out = changes(chip, before);
      expect(out.every(d => Math.abs(Math.abs(d) - 0.01) < 1e-5)).toBe(true);
      weights.shift(-1);
      expect(
        apart(
          changes(chip, before),
          out.map(d => -d),
        ),
      ).toBeLessThan(2e-5);
      if (n % 2) weights.shift(0); // the next draw takes the way back along
    }
    expect(apart(changes(chip, before), [...before].fill(0))).toBeLessThan(1e-5);
  });

  test('come back when they learn, by what was learnt and nothing else', () => {
    const { chip, asked } = bench();
    const { weights, loss } = asked(0.01);
    weights.draw();
    weights.shift(-1);
    weights.shift(0);
    const before = all(weightsOf(chip));
    weights.draw();
    weights.shift(1);
    loss();
    weights.accumulate(3);
    const signs = all(weights.gradients).map(Math.sign);
    weights.learn(0.125);
    // Adam's first step is the rate, against the gradient
    expect(
      apart(
        changes(chip, before),
        signs.map(s => -0.125 * s),
      ),
    ).toBeLessThan(1e-5);
    expect(all(weights.gradients).every(g => g === 0)).toBe(true);
  });

  test('that stood at their bound come back to one perturbation within it, and stay there', () => {
    const { chip, view, asked } = bench(chipModel({ layers: [8, 6], crossbar: crossbarOf(1) }));
    const { weights } = asked(0.01);
    const full = chip.parts.crossbars.map(({ rows, columns }) => engine.matrix(rows, columns));
    full.forEach((m, l) => {
      m.data.forEach((_, k) => {
        m.data[k] = k % 2 ? 1 : -1;
      });
      view.write(l, m);
    });
    const inwards = all(weightsOf(chip)).map(w => -Math.sign(w) * 0.01);
    const before = all(weightsOf(chip));
    for (let n = 0; n < 30; n++) {
      weights.draw();
      weights.shift(1);
      weights.shift(-1);
      weights.shift(0);
      expect(apart(changes(chip, before), inwards)).toBeLessThan(1e-5);
    }
  });

  test('are put back before a new perturbation, in the same write', () => {
    const { chip, asked } = bench();
    const { weights } = asked(0.01);
    const before = all(weightsOf(chip));
    const cells = before.length;
    const written = chip.meter.cellsWritten;
    for (let n = 1; n <= 5; n++) {
      weights.draw();
      weights.shift(1);
      weights.shift(1); // is there already
      expect(chip.meter.cellsWritten).toBe(written + n * cells);
    }
    expect(changes(chip, before).every(d => Math.abs(Math.abs(d) - 0.01) < 1e-5)).toBe(true);
  });

  test('in groups are every weight once', () => {
    const { chip, asked } = bench();
    const { weights } = asked(0.01);
    const before = all(weightsOf(chip));
    const moved = before.map(() => 0);
    for (let group = 0; group < 9; group++) {
      weights.draw(group, 9);
      weights.shift(1);
      changes(chip, before).forEach((d, k) => {
        if (Math.abs(d) > 0.005) moved[k]!++;
      });
    }
    expect(moved.every(n => n === 1)).toBe(true);
  });
});

test('the estimate by currents is right on average, and its variance smaller than by weights', () => {
  const { chip, view, head, images, pass, stream, asked } = bench();
  const size = 0.01;
  const by = asked(size);
  const currents = perturbedCurrents(view, 4, size, engine, stream, () => {});
  const truth = trueGradient(weightsOf(chip), images, head, labels);
  const [without, nudged] = [engine.matrix(4, 1), engine.matrix(4, 1)];
  const gradients = weightsOf(chip).map(({ rows, columns }) => engine.matrix(rows, columns));

  function byCurrents(): number[] {
    view.send({ kind: 'off' }, pass);
    head.judge(pass.delivered, labels);
    crossEntropies(head.probabilities(), labels, without);
    currents.draw();
    view.send({ kind: 'off' }, pass, currents.nudges);
    head.judge(pass.delivered, labels);
    crossEntropies(head.probabilities(), labels, nudged);
    gradients.forEach((out, l) => {
      view.correlate(l, [{ pass, delta: currents.errors(l, without, nudged) }], out);
    });
    return all(gradients).map(g => g / 4);
  }
  function byWeights(): number[] {
    for (const g of by.weights.gradients) engine.kernels.fill(g, 0);
    addEstimate(by, size);
    return all(by.weights.gradients);
  }

  const draws = 1500;
  const [node, weight] = [byCurrents, byWeights].map(draw => {
    const sum = truth.map(() => 0);
    let squares = 0;
    for (let n = 0; n < draws; n++) {
      draw().forEach((g, k) => {
        sum[k]! += g / draws;
        squares += (g - truth[k]!) ** 2 / draws;
      });
    }
    return { mean: sum, variance: squares / dot(truth, truth) };
  });
  expect(cosine(node!.mean, truth)).toBeGreaterThan(0.98);
  expect(scale(node!.mean, truth)).toBeGreaterThan(0.9);
  expect(scale(node!.mean, truth)).toBeLessThan(1.1);
  expect(weight!.variance).toBeGreaterThan(0.7 * truth.length); // one number for that many weights
  expect(weight!.variance).toBeLessThan(1.4 * truth.length);
  expect(node!.variance).toBeLessThan(weight!.variance / 3);
});

describe('over a whole training, the gradients asked for are the true ones on average', () => {
  const samples = syntheticImages(20, 'estimates');
  const epochs = 1000;
  const options = { batch: 20, epochs, rate: 1e-9, readoutRate: 0.001, size: 0.01 };

  /** Trains; `each` sees every step's passes and labels, `gradient` every outer product. */
  function follow(
    member: Learner,
    chip: Chip,
    each: (
      outputs: readonly Matrix[],
      delivered: Matrix | undefined,
      truth: Uint8Array,
      epoch: number,
    ) => void,
    gradient: (layer: number, g: Matrix) => void,
  ) {
    let epoch = 0;
    teach({
      learner: member,
      options: optionsOf(member, options),
      chip,
      engine,
      training: samples,
      through: view => ({
        ...view,
        send(given, pass, nudges) {
          view.send(given, pass, nudges);
          if (nudges) return;
          epoch++;
          const order = permutation(streamOf(1, `learner/order/epoch/${epoch}`), 20);
          const truth = Uint8Array.from(order, sample => samples.labels[sample]!);
          const delivered = 'delivered' in pass ? (pass.delivered as Matrix) : undefined;
          each('outputs' in pass ? pass.outputs : [], delivered, truth, epoch);
        },
        correlate(layer, terms, out) {
          view.correlate(layer, terms, out);
          gradient(layer, out);
        },
      }),
    });
  }

  const annealed = (epoch: number) =>
    epoch <= epochs / 2 ? 0.001 : (0.001 * (1 + 2 * (epochs - epoch))) / epochs;

  /** The images in order, as a batch; their losses do not depend on it. */
  function wholeBatch(s: Samples): Matrix {
    const m = engine.matrix(s.length, s.inputs);
    m.data.set(s.pixels);
    m.data.forEach((v, k) => {
      m.data[k] = v / 255;
    });
    return m;
  }

  test('node perturbation: of the loss at the readout', () => {
    const member = learner(nodePerturbation);
    const chip = chipFor(member, options, chipModel({ layers: [6, 5] }), engine, samples);
    const readout = softmaxHead(5, 10, 20, engine, () => {}); // the learner's own cannot be seen: this one learns the same
    const images = wholeBatch(samples);
    const sums = weightsOf(chip).map(w => new Float64Array(w.data.length));
    let truth: number[] = [];
    const add = (g: number[]) => {
      truth = truth.length ? truth.map((t, k) => t + g[k]!) : g;
    };
    follow(
      member,
      chip,
      (_, delivered, batchLabels, epoch) => {
        if (epoch % 25 === 0) add(trueGradient(weightsOf(chip), images, readout, samples.labels));
        readout.learn(delivered!, batchLabels, annealed(epoch));
      },
      (layer, g) => {
        for (let k = 0; k < g.data.length; k++) sums[layer]![k]! += g.data[k]! / 20 / 25;
      },
    );
    const estimate = sums.flatMap(s => Array.from(s));
    expect(cosine(estimate, truth)).toBeGreaterThan(0.97);
    expect(scale(estimate, truth)).toBeGreaterThan(0.9);
    expect(scale(estimate, truth)).toBeLessThan(1.1);
  });

  test('forward gradient: of each layer’s own loss, its input taken as given', () => {
    const member = learner(forwardGradient);
    const chip = chipFor(member, options, chipModel({ layers: [6, 5] }), engine, samples);
    const readouts = [6, 5].map(units => softmaxHead(units, 10, 20, engine, () => {}));
    const images = wholeBatch(samples);
    const sums = weightsOf(chip).map(w => new Float64Array(w.data.length));
    const truth = weightsOf(chip).map(w => new Float64Array(w.data.length));
    const add = () =>
      tf.tidy(() => {
        let x = normalised(tensorOf(images));
        weightsOf(chip).forEach((w, l) => {
          const { weights, bias } = readouts[l]!;
          const loss = (v: Tensor) =>
            crossEntropy(
              tf.add(tf.matMul(normalised(activity(x, v)), tensorOf(weights)), tensorOf(bias)) as Tensor,
              samples.labels,
            );
          const g = tf
            .grad(loss as never)(tensorOf(w))
            .dataSync();
          for (let k = 0; k < g.length; k++) truth[l]![k]! += g[k]!;
          x = normalised(activity(x, tensorOf(w)));
        });
      });
    follow(
      member,
      chip,
      (outputs, _, batchLabels, epoch) => {
        if (epoch % 25 === 0) add();
        outputs.forEach((y, l) => {
          const features = { rows: 20, columns: y.columns, data: scratch(20 * y.columns) };
          engine.kernels.normaliseRows(y, features, 1e-4);
          readouts[l]!.learn(features, batchLabels, annealed(epoch));
        });
      },
      (layer, g) => {
        for (let k = 0; k < g.data.length; k++) sums[layer]![k]! += g.data[k]! / 20 / 25;
      },
    );
    sums.forEach((estimate, l) => {
      expect(cosine(estimate, truth[l]!)).toBeGreaterThan(0.97);
      expect(scale(estimate, truth[l]!)).toBeGreaterThan(0.9);
      expect(scale(estimate, truth[l]!)).toBeLessThan(1.1);
    });
  });

  let room: Matrix | undefined;
  function scratch(n: number): Float32Array {
    if (!room || room.data.buffer !== engine.arena.memory.buffer) room = engine.matrix(1, 1000);
    return room.data.subarray(0, n);
  }
  beforeEach(() => {
    room = undefined;
  });
});

describe('a training', () => {
  const samples = syntheticImages(60, 'costs');
  const model = chipModel({ layers: [8, 7] });

  function trained(member: unknown, given: Record<string, unknown>, chipOfModel = model) {
    const options = optionsOf(learner(member), { batch: 20, ...given });
    const chip = chipFor(learner(member), options, chipOfModel, engine, samples);
    teach({ learner: learner(member), options, chip, engine, training: samples });
    return { chip, options };
  }

  test.each<[string, unknown, number, Record<string, unknown>]>([
    ['one by currents', nodePerturbation, 1, {}],
    ['one by currents and local losses', forwardGradient, 1, {}],
    ['two by forward differences', weightPerturbationLearner, 2, {}],
    ['five by forward differences in four groups', weightPerturbationLearner, 5, { groups: 4 }],
    ['three by simultaneous perturbation', spsa, 3, {}],
    ['five by four multiplexed ticks', multiplexedGradientDescent, 5, {}],
  ])('writes every cell so often a step: %s', (_, member, writes, given) => {
    const { chip } = trained(member, { epochs: 4, ...given });
    const steps = 4 * 3;
    expect(chip.meter.cellsWritten / all(weightsOf(chip)).length).toBe(1 + writes * steps);
  });

  test('by moved weights costs pulses that one by currents does not', () => {
    const pulsed = chipModel({
      layers: [8, 7],
      cell: pulsedCell('soft-bounds'),
      crossbar: crossbarOf(1),
      update: { kind: 'pulsed', maximumPulses: 31 },
    });
    const [weights, currents] = [spsa, nodePerturbation].map(
      member => trained(member, { epochs: 4, rate: 1e-6 }, pulsed).chip.meter.pulses,
    );
    expect(weights).toBeGreaterThan(20 * currents!);
  });

  test('with all clocks at one is weight perturbation to the bit', () => {
    const [one, other] = [
      trained(weightPerturbationLearner, { epochs: 3 }),
      trained(multiplexedGradientDescent, { epochs: 3, perturbationTime: 1, updateTime: 1, sampleTime: 1 }),
    ].map(({ chip }) => chip.digest());
    expect(other).toBe(one);
  });

  const ticks = fc.integer({ min: 1, max: 6 });
  test.prop([ticks, ticks, ticks], { numRuns: 15 })(
    'makes the passes that its clocks say',
    (perturbationTime, updateTime, sampleTime) => {
      engine.arena.reset();
      const clocks = { perturbationTime, updateTime, sampleTime };
      // so many steps that both clocks come round to where they were
      const { chip, options } = trained(multiplexedGradientDescent, { epochs: updateTime, ...clocks });
      const perSample = chip.meter.forwardPasses / (samples.length * updateTime);
      expect(perSample).toBeCloseTo(learner(multiplexedGradientDescent).passes(options).training, 9);
    },
  );
});

describe('hidden layers learn, not the readout alone', () => {
  const samples = syntheticImages(200, 'hidden');
  const model = chipModel({
    layers: [6, 6],
    boxes: { front: { kind: 'none' }, between: scattering },
  });
  test.each([
    [weightPerturbationLearner, 0.003],
    [spsa, 0.003],
    [multiplexedGradientDescent, 0.003],
    [nodePerturbation, 0.003],
    [forwardGradient, 0.003],
  ])('$name', (member, rate) => {
    const loss = (r: number) => {
      const options = optionsOf(learner(member), { batch: 100, epochs: 200, rate: r, readoutRate: 0.01 });
      const chip = chipFor(learner(member), options, model, engine, samples);
      const losses: number[] = [];
      teach({
        learner: learner(member),
        options,
        chip,
        engine,
        training: samples,
        each: p => losses.push(p.loss),
      });
      return meanOf(losses.slice(-10));
    };
    const [learnt, still] = [loss(rate), loss(1e-9)];
    expect(learnt).toBeLessThan(0.9 * still);
  });
});
