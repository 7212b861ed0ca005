/** @file Learners on local fields: those that need nothing but a layer's own activities learn there, those that need whole matrices say so. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { ChipModel } from '../../src/chips/model.ts';
import { viewOf } from '../../src/chips/views.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { streamOf } from '../../src/engine/streams.ts';
import { learners } from '../../src/learners/index.ts';
import { plasticLayers } from '../../src/learners/parts/plastic.ts';
import {
  chipModel,
  converter,
  crossbarOf,
  deviationOf,
  flawed,
  pulsedCell,
  scattering,
} from '../fixtures/chips.ts';
import { chipFor, errorsOf, optionsOf, suited, teach } from '../fixtures/lessons.ts';
import { syntheticImages } from '../fixtures/synthetic-images.ts';

const engine = await openEngine({ bytes: 2 ** 28 });
const images = syntheticImages(500, 'training');
const few = syntheticImages(100, 'training');
const unseen = syntheticImages(230, 'unseen');
beforeEach(() => engine.arena.reset());

/** 3 × 3 fields of 4 × 4 pixels, then 2 × 2 fields of four of those. */
const fields: ChipModel['layers'] = [
  { grid: [10, 10], field: [4, 4], stride: [3, 3], channels: 8, normaliser: 'layer' },
  { grid: [3, 3], field: [2, 2], stride: [1, 1], channels: 16, normaliser: 'layer' },
];
const all = Object.values(learners);
const isDense = (learner: (typeof all)[number]) => learner.needs(optionsOf(learner)).dense === true;
const isNetwork = (learner: (typeof all)[number]) =>
  learner.needs(optionsOf(learner)).network?.kind === 'resistive';

/** A little of everything: cells, noise, converters, tiles, circuits, boxes. */
const hard = flawed({
  layers: fields,
  dac: converter(8, 6),
  adc: converter(8, 12),
  crossbar: crossbarOf(1, 10),
  boxes: { front: scattering, between: { ...scattering, noise: 0.1, bits: 4 } },
});

function trained(
  name: string,
  model: ChipModel,
  given: Record<string, unknown>,
  seed = 1,
  training = images,
) {
  const learner = learners[name]!;
  const options = optionsOf(learner, given);
  const chip = chipFor(learner, options, model, engine, training, seed);
  const losses: number[] = [];
  const classifier = teach({
    learner,
    options,
    chip,
    engine,
    training,
    seed,
    each: p => losses.push(p.loss),
  });
  return { digest: chip.digest(), losses, errors: errorsOf(classifier, unseen, engine), chip, options };
}

test('there are learners of both kinds', () => {
  expect(all.filter(isDense).length).toBeGreaterThan(3);
  expect(all.filter(learner => !isDense(learner)).length).toBeGreaterThan(10);
});

test.each(all.filter(isDense).map(({ name }) => name))('%s is not given a chip of local fields', name => {
  const learner = learners[name]!;
  const chip = () => chipFor(learner, optionsOf(learner), chipModel({ layers: fields }), engine, few);
  expect(chip).toThrow('a learner that needs whole crossbars cannot have a chip of local fields');
});

test.each(all.filter(isNetwork).map(({ name }) => name))(
  '%s is not, for there no current flows back',
  name => {
    const learner = learners[name]!;
    const model = suited(learner, optionsOf(learner), chipModel({ layers: fields }));
    const chip = () => chipFor(learner, optionsOf(learner), model, engine, few);
    expect(chip).toThrow('each of its layers is one crossbar');
  },
);

const able = all.filter(learner => !isDense(learner) && !isNetwork(learner)).map(({ name }) => name);

test.each(able)('%s trains on flawed fields with boxes, the same twice', name => {
  const steps = name === 'ff-recurrent' ? { steps: 2, from: 1, to: 2 } : {};
  const course = { batch: 50, epochs: 1, rate: 0.004, ...steps };
  const [one, same] = [1, 2].map(() => trained(name, hard, course, 1, few));
  expect(same!.digest).toBe(one!.digest);
  expect(same!.losses).toEqual(one!.losses);
  expect(same!.errors).toEqual(one!.errors);
  const used = few.length * learners[name]!.passes(one!.options).training;
  expect(one!.chip.meter.forwardPasses).toBeGreaterThanOrEqual(used);
  expect(one!.losses.every(Number.isFinite)).toBe(true);
});

describe('learn what the images are', () => {
  test.each([
    ['ff', 0.01],
    ['local-softmax', 0.01],
    ['mono-forward', 0.01],
    ['ff-unsupervised', 0.05],
    ['backprop-reversible', 0.01],
  ])('%s', (name, rate) => {
    const { errors, losses } = trained(name, chipModel({ layers: fields }), { batch: 50, epochs: 12, rate });
    expect(errors[0]).toBeLessThan(40);
    expect(losses.at(-1)!).toBeLessThan(losses[0]!);
  });

  test('ff-recurrent, on fields that are cut off at the edges and see those above', () => {
    const cut: ChipModel['layers'] = [
      { grid: [10, 10], field: [5, 5], stride: [2, 2], channels: 3, normaliser: 'layer', edges: 'truncated' },
      { grid: [5, 5], field: [3, 3], stride: [1, 1], channels: 4, normaliser: 'layer', edges: 'truncated' },
    ];
    const course = { batch: 50, epochs: 7, rate: 0.05, steps: 3, from: 2, to: 3 };
    const { errors, losses } = trained('ff-recurrent', chipModel({ layers: cut }), course);
    expect(errors[0]).toBeLessThan(40);
    expect(losses.at(-1)!).toBeLessThan(losses[0]!);
  });

  test('ff, by pulses on rows and columns of every field', () => {
    const model = chipModel({
      layers: fields,
      cell: pulsedCell('soft-bounds', { states: 1200, cycleNoise: 0.3 }),
      crossbar: crossbarOf(1),
      update: {
        kind: 'stochastic',
        trains: 'compressed',
        longest: 31,
        variableLength: true,
        balanced: true,
        resolution: 0,
      },
    });
    const course = { batch: 20, epochs: 10, rate: 0.1, writes: 'outer-products' };
    const { errors, chip } = trained('ff', model, course);
    expect(errors[0]).toBeLessThan(40);
    expect(chip.meter.pulses).toBeGreaterThan(0);
  });

  test('ff-hinton, from a label that two of the fields can see', () => {
    const course = { batch: 50, epochs: 12, rate: 0.1 };
    expect(trained('ff-hinton', chipModel({ layers: fields }), course).errors[0]).toBeLessThan(60);
  });
});

test('backprop-reversible cannot go back through normalisers of single fields', () => {
  const blocks = fields.map(layer =>
    typeof layer === 'number' ? layer : { ...layer, normaliser: 'blocks' as const },
  );
  expect(() => trained('backprop-reversible', chipModel({ layers: blocks }), { epochs: 1 })).toThrow(
    'a normaliser of the whole layer',
  );
});

test('initial weights are as large as the fields, not the layer below, ask for; biases are 0', () => {
  const learner = learners['local-softmax']!;
  const chip = chipFor(learner, optionsOf(learner), chipModel({ layers: fields }), engine, few);
  const view = viewOf(chip, 'measured', () => {
    throw new Error('no data sheet here');
  });
  plasticLayers(view, engine, path => streamOf(1, path));
  chip.parts.crossbars.forEach(({ weights }, l) => {
    const shape = chip.parts.shapes[l]!;
    const rest = Array.from(weights.data).filter(w => w !== 0);
    expect(deviationOf(rest) * Math.sqrt(shape.places[0]!.inputs)).toBeCloseTo(1, 1);
    expect(weights.data.length - rest.length).toBe(shape.units);
    for (const { firstRow, inputs, columns } of shape.places)
      for (let j = 0; j < columns; j++) expect(weights.data[(firstRow + inputs) * columns + j]).toBe(0);
  });
});
