/** @file What every learner of the registry keeps to. A new one is tested by being listed. */
import { beforeEach, describe, expect, test } from 'vitest';
import { accesses, type ChipModel } from '../../src/chips/model.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { learners } from '../../src/learners/index.ts';
import type { Classifier, Learner } from '../../src/learners/learner.ts';
import { evaluationBatch } from '../../src/learners/parts/output-classifier.ts';
import {
  chipModel,
  converter,
  crossbarOf,
  linearCell,
  pulsedCell,
  rectifier,
  scattering,
} from '../fixtures/chips.ts';
import { chipFor, errorsOf, optionsOf, teach } from '../fixtures/lessons.ts';
import { syntheticImages } from '../fixtures/synthetic-images.ts';

const engine = await openEngine({ bytes: 2 ** 28 });
const training = syntheticImages(500, 'training');
const unseen = syntheticImages(230, 'unseen');

/** A chip with a little of everything that learning has to bear. */
const model = chipModel({
  layers: [40, 40],
  cell: linearCell({ variation: 0.1, readNoise: 0.002, programmingNoise: 0.005 }),
  crossbar: crossbarOf(2),
  dac: converter(8, 6),
  neuron: rectifier({ gain: 0.05, offset: 0.05, knee: 0.05, compression: 0.01 }),
});

const noisyBox = { ...scattering, noise: 0.1, bits: 4 };

/** Without Adam learners take larger rates; asleep or awake, ff-sleep uses one half of every step. */
const rates: Record<string, number> = {
  'ff-hinton': 0.05,
  'ff-one-shot': 0.05,
  'ff-sleep': 0.1,
  'ff-generative': 0.05,
  'ff-recurrent': 0.05,
  'ff-unsupervised': 0.05,
};

/** A short course that suffices whatever the defaults. */
const course = (learner: Learner, given: Record<string, unknown> = {}) =>
  optionsOf(learner, { batch: 50, epochs: 12, rate: rates[learner.name] ?? 0.004, ...given });

function taught(
  learner: Learner,
  given: Record<string, unknown> = {},
  seed = 1,
  each?: (c: Classifier) => void,
) {
  const options = course(learner, given);
  const chip = chipFor(learner, options, model, engine, training, seed);
  const losses: number[] = [];
  const classifier = teach({
    learner,
    options,
    chip,
    engine,
    training,
    seed,
    each: ({ loss, classifier: current }) => {
      losses.push(loss);
      each?.(current);
    },
  });
  return { options, chip, classifier, losses };
}

beforeEach(() => engine.arena.reset());

test('the registry lists learners by the name they give themselves', () => {
  expect(Object.keys(learners).length).toBeGreaterThan(5);
  for (const [name, learner] of Object.entries(learners)) expect(learner.name).toBe(name);
});

describe.each(Object.entries(learners))('%s', (_, learner) => {
  test('says what it is, where it comes from and how much it may know', () => {
    expect(learner.summary).toMatch(/^\S.{15,}$/); // one line
    expect(learner.source).toMatch(/\S.{10,}/s);
    expect(accesses).toContain(learner.access);
    for (const [name, schema] of Object.entries(learner.options.properties)) {
      expect(schema.description, name).toMatch(/\S/);
      expect(schema.default, name).toBeDefined();
    }
    expect(['none', 'lines', 'pixels']).toContain(learner.needs(optionsOf(learner)).labels);
  });

  test('learns: few errors on images it has not seen, where chance has 90 %', () => {
    const { options, classifier, losses } = taught(learner);
    const errors = errorsOf(classifier, unseen, engine);
    expect(errors[0]).toBeLessThan(40);
    expect(losses.length).toBe(options.epochs);
    expect(losses.every(Number.isFinite)).toBe(true);
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
  });

  test('spends the chip passes it declares, in training and per read-out', () => {
    const { options, chip, classifier } = taught(learner, { epochs: 3 });
    const perSample = chip.meter.forwardPasses / (3 * training.length);
    expect(perSample).toBeCloseTo(learner.passes(options).training, 9);
    expect(chip.meter.reversePasses > 0).toBe(learner.access === 'reversible');
    const before = chip.meter.forwardPasses;
    errorsOf(classifier, unseen, engine, 230);
    // read-outs of one method share their passes
    const spent = new Map(classifier.readouts.map(({ name, passes }) => [name.split(',')[0], passes]));
    const most = Math.max(...spent.values());
    const declared = [...spent.values()].reduce((sum, passes) => sum + passes, 0);
    const perImage = (chip.meter.forwardPasses - before) / unseen.length;
    expect(perImage).toBeGreaterThanOrEqual(most);
    expect(perImage).toBeLessThanOrEqual(declared);
  });

  test('pays for what it computes outside the chip', () => {
    const { chip, classifier } = taught(learner, { epochs: 1 });
    const trained = chip.meter.digitalMacs;
    expect(trained).toBeGreaterThan(training.length * 40 * 10);
    errorsOf(classifier, unseen, engine);
    expect(chip.meter.digitalMacs).toBeGreaterThan(trained);
  });

  test('the same seed gives the same weights and answers, another seed others', () => {
    const [one, same, other] = [1, 1, 2].map(seed => {
      const { chip, classifier, losses } = taught(learner, { epochs: 2 }, seed);
      return { digest: chip.digest(), losses, errors: errorsOf(classifier, unseen, engine) };
    });
    expect(same).toEqual(one);
    expect(other!.digest).not.toBe(one!.digest);
    expect(other!.losses).not.toEqual(one!.losses);
  });

  test('judging in between changes no weight and nothing that is learnt on a quiet chip', () => {
    const options = course(learner, { epochs: 3 });
    const quiet = chipModel({ layers: [20, 20] });
    const digests = [false, true].map(judged => {
      const chip = chipFor(learner, options, quiet, engine, training);
      teach({
        learner,
        options,
        chip,
        engine,
        training,
        each: ({ classifier }) => {
          const before = chip.digest();
          if (judged) errorsOf(classifier, unseen, engine);
          expect(chip.digest()).toBe(before);
        },
      });
      return chip.digest();
    });
    expect(digests[1]).toBe(digests[0]);
  });

  test('classifies batches of any size up to the largest alike, with classes for answers', () => {
    const options = course(learner, { epochs: 1 });
    const chip = chipFor(learner, options, chipModel({ layers: [20, 20] }), engine, training);
    const classifier = teach({ learner, options, chip, engine, training });
    const errors = [1, 77, 230].map(size => errorsOf(classifier, unseen, engine, size));
    expect(errors[1]).toEqual(errors[0]);
    expect(errors[2]).toEqual(errors[0]);

    const images = engine.matrix(evaluationBatch, unseen.inputs);
    images.data.fill(0.5);
    const answers = classifier.readouts.map(() => new Int32Array(evaluationBatch).fill(-1));
    classifier.classify(images, answers);
    for (const answer of answers) for (const a of answer) expect(a >= 0 && a < 10).toBe(true);
    expect(classifier.readouts.filter(({ role }) => role === 'principal').length).toBe(1);
    expect(classifier.readouts[0]!.role).toBe('principal');
  });

  test.each([
    ['one layer', [30], 50],
    ['four layers', [20, 30, 10, 20], 50],
    ['batches that leave images over', [20, 20], 70],
    ['a batch of one', [10, 10], 1],
    ['all images at once', [20, 20], 500],
  ])('trains with %s', (_name, layers, batch) => {
    const few = batch === 1 ? syntheticImages(30, 'few') : training;
    const options = course(learner, { epochs: 2, batch });
    const chip = chipFor(learner, options, { ...model, layers }, engine, few);
    const classifier = teach({ learner, options, chip, engine, training: few });
    const used = few.length - (few.length % batch);
    expect(chip.meter.forwardPasses / (2 * used)).toBeCloseTo(learner.passes(options).training, 9);
    expect(errorsOf(classifier, unseen, engine).every(e => e >= 0 && e <= 100)).toBe(true);
  });

  test.each<[string, Partial<ChipModel>]>([
    ['boxes everywhere', { boxes: { front: noisyBox, between: noisyBox } }],
    ['converters and tiles', { adc: converter(6, 8), crossbar: crossbarOf(2, 30) }],
    [
      'pulsed cells',
      {
        cell: pulsedCell('soft-bounds', { variation: 0.1, cycleNoise: 0.3 }),
        update: { kind: 'pulsed', maximumPulses: 31 },
      },
    ],
    [
      'cells that are programmed and verified',
      { update: { kind: 'program-verify', tries: 3, tolerance: 0.01 } },
    ],
  ])('trains on a chip with %s, the same twice', (_name, given) => {
    const options = course(learner, { epochs: 2 });
    const [one, same] = [1, 2].map(() => {
      const chip = chipFor(learner, options, { ...model, layers: [20, 20], ...given }, engine, training);
      const classifier = teach({ learner, options, chip, engine, training });
      return { errors: errorsOf(classifier, unseen, engine), digest: chip.digest() };
    });
    expect(same).toEqual(one);
    expect(one!.errors[0]).toBeLessThanOrEqual(100);
  });

  test('trains with batches larger than those of judging', () => {
    const many = syntheticImages(610, 'many');
    const options = course(learner, { epochs: 1, batch: 600 });
    const chip = chipFor(learner, options, { ...model, layers: [12, 12] }, engine, many);
    const classifier = teach({ learner, options, chip, engine, training: many });
    expect(errorsOf(classifier, unseen, engine)[0]).toBeLessThanOrEqual(100);
  });
});
