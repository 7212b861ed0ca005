/** @file Scenarios, descriptions and files of chips with local fields. */
import { describe, expect, test } from 'vitest';
import type { ChipModel } from '../../src/chips/model.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { workOf } from '../../src/lab/estimate.ts';
import { learners } from '../../src/learners/index.ts';
import { describeChip } from '../../src/scenarios/describe-chip.ts';
import { judgeOf } from '../../src/scenarios/evaluate.ts';
import { load } from '../../src/scenarios/load.ts';
import { chipOfBytes, revived } from '../../src/scenarios/saved-chip.ts';
import { roughBytes } from '../../src/scenarios/sense.ts';
import { runTrial } from '../../src/scenarios/trial.ts';
import type { TrialSpecification } from '../../src/scenarios/trial-files.ts';
import { chipModel, crossbarOf, linearCell } from '../fixtures/chips.ts';
import { freshFolder, write } from '../fixtures/folders.ts';
import { known } from '../fixtures/known.ts';
import { optionsOf } from '../fixtures/lessons.ts';
import { syntheticSplit } from '../fixtures/synthetic-images.ts';
import { mortal } from '../fixtures/world.ts';

const all = { ...known, learners };
const tiny = { grid: [4, 4], field: [2, 2], stride: [2, 2], channels: 3 };

async function loaded(layers: unknown[], names: string[] = ['ff']) {
  const cwd = freshFolder();
  const scenario = {
    title: 'Fields',
    question: '?',
    data: { set: 'tiny', train: 10, validation: 0, test: 10 },
    chip: { model: 'ideal', layers },
    learners: names,
    seeds: 1,
  };
  write(cwd, { 'scenarios/test.json': scenario });
  return load('scenarios/test.json', all, { cwd });
}

describe('a scenario', () => {
  test('takes units and local fields in one chip, and fills in what is not said', async () => {
    const { settings } = await loaded([tiny, 20]);
    expect(settings[0]!.chip.layers).toEqual([{ ...tiny, normaliser: 'layer' }, 20]);
  });

  test.each([
    [[{ ...tiny, stride: [2, 1.5] }], 'chip.layers.0.stride.1: found 1.5, a whole number is needed'],
    [
      [{ ...tiny, field: [3, 2] }],
      'chip.layers.0.stride: fields of 3 rows every 2 do not end with a grid of 4',
    ],
    [
      [{ ...tiny, grid: [5, 4], stride: [3, 2] }],
      'chip.layers.0.grid: 16 inputs do not lie on a grid of 5 × 4',
    ],
    [
      [tiny, { ...tiny, field: [1, 1], stride: [1, 1] }],
      'chip.layers.1.grid: 12 inputs do not lie on a grid',
    ],
    [[{ ...tiny, filed: 1 }], 'chip.layers.0.filed: unknown key "filed"; did you mean "field"?'],
    [[{ grid: [4, 4], field: [2, 2], stride: [2, 2] }], 'chip.layers.0: "channels" is missing'],
    [['10'], 'chip.layers.0: found "10", a whole number or an object is needed'],
  ])('says what is wrong with %j, and where', async (layers, message) => {
    await expect(loaded(layers)).rejects.toThrow(message);
  });

  test('refuses learners that need whole crossbars, at their entries', async () => {
    const asked = loaded([10, tiny], ['ff', 'backprop-loop']);
    await expect(asked).rejects.toThrow('10 inputs do not lie on a grid');
    const fitting = loaded([16, tiny], ['ff', 'backprop-loop']);
    await expect(fitting).rejects.toThrow(
      /test\.json:\d+:\d+ learners\.1: "backprop-loop" needs layers of one crossbar, from all inputs to all units, but layer 2 of the chip has local fields/,
    );
  });
});

const model: ChipModel = chipModel({
  layers: [
    { grid: [10, 10], field: [4, 4], stride: [3, 3], channels: 6, normaliser: 'layer' },
    { grid: [3, 3], field: [2, 2], stride: [1, 1], channels: 8, normaliser: 'blocks' },
  ],
  cell: linearCell({ variation: 0.1, programmingNoise: 0.01 }),
  crossbar: { ...crossbarOf(1), tileRows: 10 },
});

describe('a chip', () => {
  test('is described by its crossbars, and costs their cells', () => {
    const { layers } = describeChip(model, 100);
    expect(layers).toEqual([
      { layer: 1, crossbars: 9, rows: 17, columns: 6, tiles: 18, cells: 2 * 9 * 17 * 6 },
      { layer: 2, crossbars: 4, rows: 25, columns: 8, tiles: 12, cells: 2 * 4 * 25 * 8 },
    ]);
    expect(() => describeChip(model, 99)).toThrow('99 inputs do not lie on a grid');
    const sizes = { inputs: () => 100, passes: () => 1 };
    const data = { set: 'x', train: 10, validation: 0, test: 0 };
    const work = workOf({ data, chip: model, options: { epochs: 1 } } as never, sizes);
    expect(work).toBe(10 * (9 * 17 * 6 + 4 * 25 * 8));
    const less = roughBytes(model, { inputs: 100, classes: 10, training: 1, test: 1 });
    const dense = { ...model, layers: [54, 32] };
    expect(less).toBeLessThan(roughBytes(dense, { inputs: 100, classes: 10, training: 1, test: 1 }));
  });

  test('is inspected, an individual too', async () => {
    const folder = freshFolder();
    write(folder, { 'c.json': { model: 'reference', layers: [tiny, 5] } });
    const { out } = await mortal(folder, ['inspect', 'c.json', '--data', 'tiny', '--seed', '1']);
    expect(out).toMatch(/^layer +crossbars +rows +columns +tiles +cells$/m);
    expect(out).toMatch(/^ +1 +4 +5 +3 +4 +120$/m);
    expect(out).toMatch(/^ +2 +1 +13 +5 +1 +130$/m);
    expect(out).toMatch(/^ +1 +0\.\d+ +\d\.\d+ +1\.\d+ /m); // largest weights of the pairs of all fields
  });

  test.each(['ff', 'ff-unsupervised', 'local-softmax'])(
    'of %s answers as it did when it is taken out of its file',
    async learner => {
      const split = syntheticSplit({ training: 200, validation: 50, test: 100 });
      const specification: TrialSpecification = {
        format: 1,
        data: { set: 'synthetic', train: 200, validation: 50, test: 100 },
        chip: model,
        learner,
        options: optionsOf(learners[learner]!, { batch: 20, epochs: 3, rate: 0.01 }),
        seed: 1,
        checkpoints: 1,
      };
      const kept = new Map<string, Uint8Array>();
      const artefacts = {
        read: (key: string) => kept.get(key),
        write: (key: string, bytes: Uint8Array) => void kept.set(key, bytes),
      };
      const trial = { id: 'x', specification, pictures: true, isKept: true };
      const { readouts, weightsDigest, pictures, meter } = await runTrial(trial, split, {
        progress() {},
        artefacts,
      });
      const engine = await openEngine({ bytes: 2 ** 27 });
      const { chip, classifier } = revived(chipOfBytes(kept.get('chip-x')!), split.training, engine);
      expect(chip.digest()).toBe(weightsDigest);
      const errors = judgeOf(split.test.inputs, engine)(classifier, split.test);
      expect(errors).toEqual(readouts.map(({ testErrorPercent }) => testErrorPercent));
      expect(meter!.training.energy.total).toBeGreaterThan(0);
      // the first picture is of the first field: grey outside
      const drawn = Buffer.from(pictures!.receptiveFields!.bytes, 'base64').subarray(0, 100);
      drawn.forEach((byte, i) => {
        if (i % 10 >= 4 || i >= 40) expect(byte).toBe(128);
      });
      expect(new Set(drawn).size).toBeGreaterThan(8);
    },
  );
});
