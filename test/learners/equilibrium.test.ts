/** @file Equilibrium propagation: what it takes for the gradient, against the loss of the same circuit with one conductance changed. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { OutputPass } from '../../src/chips/access.ts';
import type { Chip } from '../../src/chips/chip.ts';
import { viewOf } from '../../src/chips/views.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { Matrix } from '../../src/engine/matrix.ts';
import { contrast } from '../../src/learners/equilibrium/contrast.ts';
import { learners } from '../../src/learners/index.ts';
import { relative } from '../fixtures/autodiff.ts';
import {
  chipModel,
  chipOf,
  crossbarOf,
  linearCell,
  pixels,
  rectifier,
  writeWeights,
} from '../fixtures/chips.ts';
import { type Circuit, settled } from '../fixtures/circuit.ts';
import { chipFor, errorsOf, optionsOf, teach } from '../fixtures/lessons.ts';
import { syntheticImages } from '../fixtures/synthetic-images.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 28 });
beforeEach(() => engine.arena.reset());

const [batch, classes, rest] = [3, 3, 0.02];
const labels = [2, 0, 1];
const network = { kind: 'resistive', amplification: 0.7 } as const;
const cell = linearCell({ minimumConductance: rest, maximumConductance: 2 + rest });

function made(layers: readonly number[], gain = 0): Chip {
  const model = chipModel({
    layers: [...layers],
    cell,
    crossbar: crossbarOf(2),
    neuron: rectifier({ gain }),
  });
  const chip = chipOf(model, engine, { inputs: 5, classes, batch, network });
  writeWeights(chip, engine, 0.5);
  return chip;
}

/** Errors p − t of the softmax of amplified output voltages, and the loss. */
function judged(v: readonly number[], gain: number, label: number): { errors: number[]; loss: number } {
  const grown = v.map(voltage => Math.exp(gain * voltage));
  const sum = grown.reduce((a, b) => a + b, 0);
  return {
    errors: grown.map((g, c) => g / sum - (c === label ? 1 : 0)),
    loss: -Math.log(grown[label]! / sum),
  };
}

/** What equilibrium propagation takes for the gradient of every layer. */
function estimated(chip: Chip, images: Matrix, beta: number, sides: 1 | 2): Float32Array[] {
  const { shapes, crossbars } = chip.parts;
  const view = viewOf(chip, 'measured', () => {
    throw new Error('no data sheet');
  });
  const layers = crossbars.map(({ rows, columns, weights }) => ({
    wanted: weights,
    gradient: engine.matrix(rows, columns),
  }));
  const free = view.newPass(batch);
  view.hold(images);
  view.send({ kind: 'off' }, free);
  const nudged = (sign: number): OutputPass => {
    const currents = engine.matrix(batch, classes);
    for (let b = 0; b < batch; b++) {
      const v = free.delivered.data.subarray(b * classes, (b + 1) * classes);
      const { errors } = judged([...v], 1, labels[b]!);
      errors.forEach((e, c) => {
        currents.data[b * classes + c] = -sign * beta * e;
      });
    }
    const pass = view.newPass(batch);
    const nudges = shapes.map((_, l) => (l === shapes.length - 1 ? currents : undefined));
    view.send({ kind: 'off' }, pass, nudges);
    return pass;
  };
  const gradients = contrast(view, layers, batch, engine, () => {});
  if (sides === 2) gradients(nudged(1), nudged(-1), 2 * beta);
  else gradients(nudged(1), free, beta);
  return layers.map(({ gradient }) => gradient.data);
}

/** The gradient by finite differences of the loss of a circuit that knows nothing of the chip. */
function wanted(chip: Chip, images: Matrix): Float64Array[] {
  const { shapes, crossbars } = chip.parts;
  const gains = shapes.map(({ gain }) => gain!);
  const copies = crossbars.map(({ rows, columns, weights }) => ({
    rows,
    columns,
    data: Float64Array.from(weights.data) as unknown as Float32Array,
  }));
  const circuit: Circuit = { weights: copies, rest, gains };
  const inputs = chip.newPass(batch);
  chip.hold(images);
  chip.send({ kind: 'off' }, inputs);
  const rows = inputs.inputs[0]!;
  const loss = () =>
    labels.reduce((sum, label, b) => {
      const x = rows.data.subarray(b * rows.columns, (b + 1) * rows.columns - 1);
      return sum + judged(settled(circuit, x).at(-1)!, gains.at(-1)!, label).loss;
    }, 0);
  const h = 1e-5;
  return copies.map(({ data }) =>
    Float64Array.from(data, (w, k) => {
      const [up, down] = [h, -h].map(step => {
        data[k] = w + step;
        return loss();
      }) as [number, number];
      data[k] = w;
      return (up - down) / (2 * h);
    }),
  );
}

describe.each([
  ['one hidden layer', [4]],
  ['two hidden layers', [4, 3]],
])('in a network with %s', (_name, layers) => {
  test('the estimate is the gradient of the loss by every conductance, as far as single precision goes', () => {
    const chip = made(layers);
    const images = pixels(engine, batch, 5);
    const truth = wanted(chip, images);
    estimated(chip, images, 0.02, 2).forEach((gradient, l) => {
      expect(relative(gradient, truth[l]!), `layer ${l + 1}`).toBeLessThan(0.02);
    });
  });

  test('it nears the gradient as the nudge gets smaller, in proportion, and sooner from both sides', () => {
    const chip = made(layers);
    const images = pixels(engine, batch, 5);
    const truth = wanted(chip, images);
    const off = (beta: number, sides: 1 | 2) => {
      const found = estimated(chip, images, beta, sides);
      return relative([...found.at(-1)!], [...truth.at(-1)!]);
    };
    expect(off(0.4, 1) / off(0.1, 1)).toBeGreaterThan(3);
    expect(off(0.4, 1) / off(0.1, 1)).toBeLessThan(5);
    expect(off(0.1, 2)).toBeLessThan(off(0.1, 1) / 10);
  });
});

test('amplifiers that differ from unit to unit lead the estimate astray', () => {
  const images = pixels(engine, batch, 5);
  const angle = (gain: number) => {
    const chip = made([4, 3], gain);
    const [small] = [estimated(chip, images, 0.02, 2)[0]!];
    const nominal = made([4, 3]);
    return relative(small, estimated(nominal, images, 0.02, 2)[0]!);
  };
  expect(angle(0)).toBe(0);
  expect(angle(0.3)).toBeGreaterThan(0.05);
});

test('hidden conductances learn: with them frozen, outputs alone make more errors', () => {
  const learner = learners['equilibrium-propagation']!;
  const training = syntheticImages(500, 'training');
  const unseen = syntheticImages(300, 'unseen');
  const options = optionsOf(learner, { batch: 50, epochs: 12, rate: 0.004 });
  const [whole, outputs] = [false, true].map(isFrozen => {
    const chip = chipFor(learner, options, chipModel({ layers: [5] }), engine, training);
    const classifier = teach({
      learner,
      options,
      chip,
      engine,
      training,
      through: view => ({
        ...view,
        update: (l, change) => {
          if (!isFrozen || l > 0) view.update(l, change);
        },
      }),
    });
    return errorsOf(classifier, unseen, engine)[0]!;
  }) as [number, number];
  expect(whole).toBeLessThan(outputs - 10);
});
