import { describe, expect, test } from 'vitest';
import { canonical } from '../../src/scenarios/canonical.ts';
import { load } from '../../src/scenarios/load.ts';
import { plan } from '../../src/scenarios/plan.ts';
import { freshFolder, write } from '../fixtures/folders.ts';
import { known } from '../fixtures/known.ts';
import { scenario } from '../fixtures/world.ts';

const folder = freshFolder();

async function loaded(changes: Record<string, unknown>, overrides: string[] = []) {
  write(folder, { 'scenarios/test.json': scenario(changes) });
  return load('scenarios/test.json', known, { cwd: folder, overrides });
}
const chipOf = async (chip: unknown) => (await loaded({ chip })).settings[0]!.chip;

describe('a scenario', () => {
  test('has nothing left open', async () => {
    const { settings, seeds, name } = await loaded({});
    const { chip, entries, checkpoints, chipName } = settings[0]!;
    expect(name).toBe('test');
    expect(seeds).toEqual([1, 2]);
    expect(checkpoints).toBe(5);
    expect(chipName).toBe('reference');
    expect(chip.cell).toEqual({
      kind: 'linear',
      minimumConductance: 1e-7,
      maximumConductance: 25e-6,
      variation: 0.1,
      readNoise: 0.005,
      programmingNoise: 0.01,
      stuck: 0,
      stuckRange: 0,
    });
    expect(chip.energy.readTime).toBe(1e-8);
    expect(entries[0]!.options).toEqual({ epochs: 3, milliseconds: 0, ends: 'well' });
    expect(JSON.stringify(chip)).not.toMatch(/"(source|description|\$schema)":"/); // words are not part of what is asked
  });

  test('is the same whatever order its keys have', async () => {
    const trials = plan(
      await loaded({ chip: { model: 'reference', layers: [9], cell: { readNoise: 0, variation: 0 } } }),
    );
    const turned = plan(
      await loaded({ chip: { cell: { variation: 0, readNoise: '0 %' }, layers: [9], model: 'reference' } }),
    );
    expect(turned.map(({ id }) => id)).toEqual(trials.map(({ id }) => id));
    expect(trials[0]!.id).toMatch(/^[0-9a-f]{16}$/);
  });

  test('takes comments and trailing commas', async () => {
    write(folder, { 'c.json': `// words\n${JSON.stringify(scenario()).replace(/}$/, ', /* more */ }')}` });
    expect((await load('c.json', known, { cwd: folder })).title).toBe('A test');
  });

  test('says which device files took part, and what they say of themselves', async () => {
    const { devices } = await loaded({});
    expect(devices.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'box none',
      'cell reference',
      'chip reference',
      'neuron rectifier',
    ]);
    expect(devices[1]!.source).toContain('Joshi');
  });

  test('seeds may be a list', async () => {
    expect(plan(await loaded({ seeds: [7, 3] })).map(({ specification }) => specification.seed)).toEqual([
      7, 3,
    ]);
  });
});

describe('a chip', () => {
  test('starts from a file and differs in what is written', async () => {
    const chip = await chipOf({ model: 'reference', cell: { readNoise: '3 %' }, dac: { bits: 4 } });
    expect(chip.cell).toMatchObject({ kind: 'linear', readNoise: 0.03, variation: 0.1 });
    expect(chip.dac).toEqual({ kind: 'uniform', bits: 4, range: 6 });
  });

  test('takes another device by name, and starts it from there', async () => {
    expect((await chipOf({ model: 'reference', cell: 'ideal' })).cell.readNoise).toBe(0);
    const between = { model: 'scattering', strength: '50 %' };
    expect((await chipOf({ model: 'reference', boxes: { between } })).boxes.between).toMatchObject({
      kind: 'scattering',
      strength: 0.5,
      noise: 0.1,
    });
  });

  test('takes a device of another kind whole', async () => {
    const cell = { kind: 'soft-bounds', states: 50 };
    const chip = await chipOf({ model: 'reference', cell, dac: { kind: 'none' } });
    expect(chip.cell).toMatchObject({ kind: 'soft-bounds', states: 50, readNoise: 0, variation: 0 });
    expect(chip.dac).toEqual({ kind: 'none' });
  });

  test("may be a file of one's own, with cells of one's own, found from where they are named", async () => {
    write(folder, {
      'scenarios/my/chip.json': { model: 'reference', cell: 'cells/mine.json', layers: [5] },
      'scenarios/my/cells/mine.json': { model: 'reference', variation: 0 },
    });
    const chip = await chipOf('my/chip.json');
    expect(chip.layers).toEqual([5]);
    expect(chip.cell).toMatchObject({ variation: 0, readNoise: 0.005 });
  });

  test('may have a box whose curve is a formula', async () => {
    const between = { kind: 'expression', expression: 'tanh(x) + 0.1 * a' };
    expect((await chipOf({ model: 'ideal', boxes: { between } })).boxes.between).toMatchObject({
      kind: 'expression',
      expression: { text: 'tanh(x) + 0.1 * a' },
      noise: 0,
    });
  });
});

describe('what is varied', () => {
  test('is crossed, the last path fastest, seeds outside', async () => {
    const trials = plan(
      await loaded({
        vary: {
          'chip.cell.readNoise': ['1 %', { label: 'loud', value: 0.5 }],
          'data.train': [10, 20],
        },
      }),
    );
    expect(
      trials.map(({ settings, specification }) => [...Object.values(settings), specification.seed]),
    ).toEqual([
      ['1 %', '10', 1],
      ['1 %', '20', 1],
      ['loud', '10', 1],
      ['loud', '20', 1],
      ['1 %', '10', 2],
      ['1 %', '20', 2],
      ['loud', '10', 2],
      ['loud', '20', 2],
    ]);
    expect(trials[2]!.specification.chip.cell.readNoise).toBe(0.5);
    expect(new Set(trials.map(({ id }) => id)).size).toBe(8);
  });

  test('and does not touch a learner leaves it one trial in several settings', async () => {
    const trials = plan(
      await loaded({ learners: ['ff', 'readout-only'], vary: { 'learners.ff.rate': [0.1, 0.2] }, seeds: 1 }),
    );
    const ids = (name: string) =>
      new Set(trials.filter(({ learner }) => learner === name).map(({ id }) => id)).size;
    expect([trials.length, ids('ff'), ids('readout-only')]).toEqual([4, 2, 1]);
  });

  test('may be whole parts of a chip', async () => {
    const values = [
      { label: 'none', value: { front: 'none', between: 'none' } },
      { label: 'everywhere', value: { front: 'scattering', between: 'scattering' } },
    ];
    const { settings } = await loaded({ vary: { 'chip.boxes': values } });
    expect(settings.map(({ chip }) => chip.boxes.front.kind)).toEqual(['none', 'scattering']);
  });

  test('is taken from the command line with "vary."', async () => {
    const { vary } = await loaded({}, ['vary.chip.cell.readNoise=[0, 0.1]']);
    expect(vary).toMatchObject([{ path: 'chip.cell.readNoise', labels: ['0', '0.1'] }]);
  });
});

test('canonical JSON has its keys in order, all the way down', () => {
  expect(canonical({ b: [{ d: 1, c: undefined }], a: 'é' })).toBe('{"a":"é","b":[{"d":1}]}');
});
