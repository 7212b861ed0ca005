/** @file Forward-Forward that is told goodness alone: the same learning, and nothing measured that it could do without. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { ChipModel } from '../../src/chips/model.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { streamOf } from '../../src/engine/streams.ts';
import { triedNegatives } from '../../src/learners/forward-forward/negatives.ts';
import { learners } from '../../src/learners/index.ts';
import { cellOf } from '../fixtures/cells.ts';
import { apart, chipModel, converter, crossbarOf } from '../fixtures/chips.ts';
import { chipFor, errorsOf, optionsOf, teach } from '../fixtures/lessons.ts';
import { syntheticImages } from '../fixtures/synthetic-images.ts';

const engine = await openEngine({ bytes: 2 ** 28 });
beforeEach(() => engine.arena.reset());
const training = syntheticImages(240, 'training');
const unseen = syntheticImages(150, 'unseen');
const layers = [30, 20];
const analog: Partial<ChipModel> = {
  layers,
  cell: cellOf('soft-bounds', { states: 1200, cycleNoise: 0.3, stepVariation: 0.1 }),
  crossbar: crossbarOf(1),
  dac: { ...converter(8, 6), rows: 'entering' },
  goodness: { kind: 'squarers', gain: 0.05, offset: 0.02, noise: 0.02, bits: 8, range: 8, power: 5e-6 },
  generators: { kind: 'holding', gain: 0.05, offset: 0.02, energy: 3e-13 },
  update: {
    kind: 'stochastic',
    trains: 'compressed',
    longest: 31,
    variableLength: true,
    balanced: true,
    resolution: 0,
  },
};

function taught(name: string, given: Record<string, unknown>, model: ChipModel) {
  const learner = learners[name]!;
  const options = optionsOf(learner, {
    batch: 20,
    epochs: 2,
    rate: 0.1,
    writes: 'outer-products',
    measured: 'goodness',
    negatives: 'random',
    ...given,
  });
  const chip = chipFor(learner, options, model, engine, training);
  const losses: number[] = [];
  const classifier = teach({
    learner,
    options,
    chip,
    engine,
    training,
    each: ({ loss }) => losses.push(loss),
  });
  return { learner, options, chip, classifier, losses };
}

test('learns on a chip with flaws in every circuit, and measures no unit', () => {
  const { chip, classifier, losses } = taught('ff', { epochs: 8 }, chipModel(analog));
  expect(losses.at(-1)).toBeLessThan(losses[0]!);
  const { forwardPasses, ...meter } = chip.meter;
  expect(meter.adcConversions).toBe(0);
  expect(meter.digitalMacs).toBe(0);
  expect(meter.goodnessConversions).toBe(2 * forwardPasses); // two layers
  expect(meter.pulses).toBeGreaterThan(0);
  expect(errorsOf(classifier, unseen, engine)[0]).toBeLessThan(40);
  expect(chip.meter.adcConversions).toBe(0);
  expect(chip.meter.goodnessConversions).toBe(2 * chip.meter.forwardPasses);
});

test.each(['random', 'hard', 'tried'])('spends the passes it declares with %s negatives', negatives => {
  const { learner, options, chip } = taught('ff', { epochs: 1, negatives, tries: 3 }, chipModel({ layers }));
  const declared = { random: 2, hard: 3, tried: 5 }[negatives];
  expect(learner.passes(options).training).toBe(declared);
  expect(chip.meter.forwardPasses).toBe(declared! * training.length);
});

test('hard negatives have the units of their pass measured, and no other', () => {
  const { chip } = taught('ff', { epochs: 1, negatives: 'hard' }, chipModel(analog));
  expect(chip.meter.measuredConversions).toBe(training.length * 50);
});

test.each([
  ['ff-hinton', { rate: 0.05 }],
  ['ff-boosted', { rate: 0.05 }],
  ['ff', { aim: 'minimise', loss: 'threshold', collaboration: 'others' }],
] as const)('on a chip without flaws it does what measuring every unit does: %s, %o', (name, given) => {
  const [told, seen] = (['goodness', 'activities'] as const).map(measured => {
    const { chip, classifier } = taught(name, { ...given, measured }, chipModel({ layers }));
    const weights = chip.parts.crossbars.map(({ weights: { data } }) => data.slice());
    return { weights, error: errorsOf(classifier, unseen, engine)[0]! };
  });
  told!.weights.forEach((weights, l) => {
    expect(apart(weights, seen!.weights[l]!)).toBeLessThan(1e-4);
  });
  expect(told!.error).toBeCloseTo(seen!.error, 6);
});

describe('what goodness cannot say is refused', () => {
  test.each([
    { writes: 'changes' },
    { goodness: 'sum' },
    { blocks: 2 },
    { aim: 'mixed' },
    { negatives: 'dreamt' },
    { boxLessons: 1 },
  ])('%o', given => {
    expect(() => taught('ff', { epochs: 1, ...given }, chipModel({ layers }))).toThrow(RangeError);
  });
});

test('of the labels tried, the one of most evidence is taken, and never the true one', () => {
  const labels = Uint8Array.from({ length: 400 }, (_, b) => b % 10);
  const seen: number[][] = labels.reduce<number[][]>(all => [...all, []], []);
  const out = new Uint8Array(400);
  // the larger the label, the more evidence
  const evidence = (candidates: Uint8Array) => {
    for (const [b, c] of candidates.entries()) seen[b]!.push(c);
    return Float32Array.from(candidates, c => c);
  };
  triedNegatives(10, labels, streamOf(1, 'tried'), 3, evidence, out);
  out.forEach((label, b) => {
    expect(seen[b]!.length).toBe(3);
    expect(label).toBe(Math.max(...seen[b]!));
    expect(label).not.toBe(labels[b]);
  });
});
