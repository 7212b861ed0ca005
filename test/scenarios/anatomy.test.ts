/** @file A chip laid open: each flaw is what it says it is, shares add up, and a trained chip is judged with and without them. */
import { describe, expect, test } from 'vitest';
import { type Condition, conditions } from '../../src/chips/condition.ts';
import type { ChipModel } from '../../src/chips/model.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { rowsOf } from '../../src/engine/matrix.ts';
import { learners } from '../../src/learners/index.ts';
import { anatomyPage } from '../../src/report/anatomy-page.ts';
import { ablationOf } from '../../src/scenarios/ablation.ts';
import { anatomyOf } from '../../src/scenarios/anatomy.ts';
import { type CellMaps, mapOf } from '../../src/scenarios/cell-maps.ts';
import { alone, flawless, flaws, flawsOf } from '../../src/scenarios/flaws.ts';
import { chipFor, learnerOf, train } from '../../src/scenarios/raise.ts';
import { chipOfBytes, chipToBytes } from '../../src/scenarios/saved-chip.ts';
import type { TrialSpecification } from '../../src/scenarios/trial-files.ts';
import {
  chipModel,
  converter,
  crossbarOf,
  linearCell,
  pixels,
  rectifier,
  scattering,
} from '../fixtures/chips.ts';
import { optionsOf } from '../fixtures/lessons.ts';
import { syntheticSplit } from '../fixtures/synthetic-images.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 28 });
const everything = chipModel({
  layers: [12, 8],
  cell: linearCell({ minimumConductance: 1e-7, variation: 0.1, readNoise: 0.01, programmingNoise: 0.01 }),
  crossbar: {
    ...crossbarOf(1, 16),
    mapping: { kind: 'one-sided', cellBits: 5 },
    faults: { stuckOn: 0.01, stuckOff: 0.01, open: 0, brokenRows: 0, brokenColumns: 0 },
    currentLimit: 1e-3,
  },
  wires: { kind: 'exact', wordResistance: 2, bitResistance: 2, sourceResistance: 0, senseResistance: 0 },
  dac: converter(6, 6),
  adc: converter(6, 6),
  neuron: rectifier({ gain: 0.1, offset: 0.1, knee: 0.1, compression: 0.02 }),
  goodness: { kind: 'squarers', gain: 0.1, offset: 0, noise: 0, bits: 8, range: 8, power: 5e-6 },
  generators: { kind: 'holding', gain: 0.1, offset: 0, energy: 3e-13 },
  boxes: { front: { kind: 'none' }, between: { ...scattering, noise: 0.05 } },
});
const laid = (model: ChipModel) => ({
  model,
  seed: 2,
  images: pixels(engine, 20, 10),
  classes: 3,
});

describe('flaws', () => {
  const bent = {
    ...everything,
    crossbar: { ...crossbarOf(1), curve: { kind: 'sinh' as const, voltage: 0.3 } },
  };
  const alive: ChipModel = {
    ...everything,
    cell: {
      ...everything.cell,
      programming: { kind: 'constant', sigma: 1e-7 },
      fluctuation: {
        kind: 'one-over-f',
        reference: 25e-6,
        amplitude: 0.01,
        exponent: 0.5,
        most: 1,
        start: 20,
        readTime: 1e-7,
      },
      drift: { kind: 'retention', points: [] },
      endurance: { writes: 1e6, spread: 0.1, death: 'off' },
    } as ChipModel['cell'],
  };
  test.each(flaws.map(flaw => [flaw.name, flaw] as const))(
    '%s can be taken away, and left alone',
    (_, flaw) => {
      const model = flaw.name === 'bent cells' ? bent : alive;
      expect(flaw.isThere(model)).toBe(true);
      expect(flaw.isThere(flaw.without(model))).toBe(false);
      const names = flawsOf(alone(model, flaw)).map(({ name }) => name);
      expect(names).toContain(flaw.name);
      // noise of boxes needs boxes, boxes that are noisy bring it
      expect(names.filter(name => name !== flaw.name && !/boxes/.test(name))).toEqual([]);
      expect(flawsOf(flawless(model))).toEqual([]);
    },
  );
});

describe('what the outputs are off by', () => {
  test('is nothing for a chip without flaws', () => {
    const { disturbances, together } = anatomyOf(laid(chipModel({ crossbar: crossbarOf(1) })), engine);
    expect(disturbances).toEqual([]);
    expect(together).toBe(0);
  });

  test('is all of one flaw where there is one, and as it says all at once', () => {
    const model = chipModel({ crossbar: crossbarOf(1), neuron: rectifier({ gain: 0.1 }) });
    const { disturbances, together } = anatomyOf(laid(model), engine);
    expect(disturbances.map(({ name }) => name)).toEqual(['gain of neurons']);
    expect(disturbances[0]!.share).toBeGreaterThan(1e-4);
    expect(disturbances[0]!.share).toBeCloseTo(together, 12);
  });

  test('grows with the square of the noise', () => {
    const shareAt = (readNoise: number) =>
      anatomyOf(
        laid(chipModel({ layers: [60, 40], crossbar: crossbarOf(1), cell: linearCell({ readNoise }) })),
        engine,
      ).disturbances[0]!.share;
    expect(shareAt(0.002) / shareAt(0.001)).toBeGreaterThan(3.6);
    expect(shareAt(0.002) / shareAt(0.001)).toBeLessThan(4.4);
  });

  test('the page tells all there is', async () => {
    const anatomy = anatomyOf(laid({ ...everything, crossbar: crossbarOf(1, 16) }), engine);
    expect(anatomy.disturbances.map(({ name }) => name)).toContain('noise of boxes');
    expect(anatomy.drop!.columns.every(ratio => ratio > 0 && ratio < 1)).toBe(true);
    const { total, ...terms } = anatomy.pass;
    expect(Object.values(terms).reduce((sum, joules) => sum + joules, 0) / total).toBeCloseTo(1, 9);
    const page = await anatomyPage('made up', anatomy);
    for (const name of ['noise', 'pass', 'cells', 'drop', 'curves', 'stairs'])
      expect(page).toContain(`id="figure-${name}"`);
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
  });
});

test('a map made smaller keeps the mean', () => {
  const values = Float64Array.from({ length: 400 * 300 }, (_, k) => k % 7);
  const map = mapOf(values, 400, 300);
  expect([map.width, map.height]).toEqual([150, 200]);
  const mean = (of: ArrayLike<number>) => Array.from(of).reduce((sum, v) => sum + v, 0) / of.length;
  expect(mean(map.values)).toBeCloseTo(mean(values), 9);
});

test('a map made smaller shows a block by the commonest of what has befallen its cells', () => {
  const marks = new Uint8Array(400 * 300);
  marks.fill(conditions.indexOf('cut'), 300 * 7, 300 * 8); // a line in the fourth row of blocks
  marks[300 * 6 + 10] = conditions.indexOf('on');
  marks[300 * 399 + 299] = conditions.indexOf('on');
  const map = mapOf(new Float64Array(400 * 300), 400, 300, marks);
  const shown = conditions.map((_, k) => map.marks!.filter(mark => mark === k).length);
  expect(map.marks!.slice(150 * 3, 150 * 4).every(mark => conditions[mark] === 'cut')).toBe(true);
  expect(shown).toEqual(
    conditions.map(which => ({ sound: 150 * 199 - 1, cut: 150, on: 1 })[which as string] ?? 0),
  );
});

test.each<[NonNullable<ChipModel['crossbar']['mapping']>, string]>([
  [{ kind: 'one-sided' }, 'layer 1, negative'],
  [{ kind: 'offset' }, 'layer 1, cells'],
  [{ kind: 'sliced', weightBits: 5, slices: 2 }, 'layer 1, negative, digit 2'],
])(
  'the page shows cells that do not answer, how they are held, and how many they are: %o',
  async (mapping, named) => {
    const faults = { stuckOn: 0.2, stuckOff: 0.1, open: 0, brokenRows: 0.1, brokenColumns: 0 };
    const cell = linearCell({ stuck: 0.1 });
    const model = chipModel({ layers: [30], cell, crossbar: { ...crossbarOf(1), mapping, faults } });
    const anatomy = anatomyOf(laid(model), engine);
    const [{ faulty, count }] = anatomy.cells as [CellMaps];
    expect(count).toBe(11 * 30 * anatomy.cells[0]!.maps.length);
    const of = (condition: Condition) => faulty.find(one => one.condition === condition)?.cells ?? 0;
    expect(of('cut') % 30).toBe(0);
    expect(of('on') / count).toBeGreaterThan(0.1);
    const page = await anatomyPage('made up', anatomy);
    expect(page).toContain(named);
    for (const [condition, words] of [
      ['on', 'stuck on'],
      ['off', 'stuck off'],
      ['stuck', 'of a pair that never moves'],
    ] as const)
      expect(page).toContain(`${words}: ${of(condition).toLocaleString('en')}</li>`);
    expect(page).not.toContain('worn out');
  },
);

describe('a trained chip', () => {
  const split = syntheticSplit({ training: 200, validation: 20, test: 100 });
  const specification: TrialSpecification = {
    format: 1,
    data: { set: 'synthetic', train: 200, validation: 20, test: 100 },
    chip: chipModel({
      layers: [20],
      crossbar: crossbarOf(1),
      neuron: rectifier({ gain: 0.3, offset: 0.3 }),
      cell: linearCell({ programmingNoise: 0.02 }),
    }),
    learner: 'local-softmax',
    options: optionsOf(learners['local-softmax']!, { epochs: 5, batch: 20 }),
    seed: 1,
    checkpoints: 1,
  };

  test('is judged with each flaw off and alone, on weights that stay as they were', async () => {
    const chip = chipFor(specification, learnerOf(specification), split.training, engine);
    const classifier = train(specification, chip, split.training, engine, { epoch() {} });
    const saved = chipOfBytes(chipToBytes(chip, classifier, specification));
    const answers = classifier.readouts.map(() => new Int32Array(500));
    const images = rowsOf(engine.matrix(100, split.test.inputs), 0, 100);
    for (let k = 0; k < images.data.length; k++) images.data[k] = split.test.pixels[k]! / 255;
    classifier.classify(images, answers);
    const wrong = split.test.labels.reduce((sum, label, b) => sum + (answers[0]![b] === label ? 0 : 1), 0);
    let told = 0;
    const {
      whole,
      none,
      flaws: each,
    } = ablationOf(saved, split, engine, done => {
      told = done;
    });
    expect(whole).toBeCloseTo(wrong, 9); // of 100 images; the chip has no noise at reads
    expect(each.map(({ name }) => name)).toEqual(['gain of neurons', 'offset of neurons']); // writing is over
    expect(told).toBe(6);
    // with two flaws, without one is the other alone
    expect(each[0]!.without).toBe(each[1]!.alone);
    expect(each[1]!.without).toBe(each[0]!.alone);
    for (const error of [none, ...each.map(({ without }) => without)]) {
      expect(error).toBeGreaterThanOrEqual(0);
      expect(error).toBeLessThanOrEqual(100);
    }
  });
});
