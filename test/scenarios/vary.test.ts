import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { load } from '../../src/scenarios/load.ts';
import { plan } from '../../src/scenarios/plan.ts';
import { spread } from '../../src/scenarios/vary.ts';
import { freshFolder, write } from '../fixtures/folders.ts';
import { known } from '../fixtures/known.ts';
import { scenario } from '../fixtures/world.ts';

/** The scenario of a file with these keys. */
async function loaded(
  changes: Record<string, unknown>,
  options: { overrides?: string[]; quick?: boolean } = {},
) {
  const cwd = freshFolder();
  write(cwd, { 'scenarios/x.json': scenario(changes) });
  return load('scenarios/x.json', known, { cwd, ...options });
}
const axis = async (path: string, values: unknown) => (await loaded({ vary: { [path]: values } })).vary[0];

describe('a range', () => {
  test('has both ends and equal distances between', async () => {
    const { settings, vary } = await loaded({
      vary: { 'chip.cell.readNoise': { from: 0, to: 0.3, steps: 7 } },
    });
    const values = [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3];
    expect(settings.map(({ chip }) => chip.cell.readNoise)).toEqual(values);
    expect(vary).toEqual([
      { path: 'chip.cell.readNoise', labels: values.map(String), values, scale: 'linear' },
    ]);
  });

  test('has equal ratios on a log scale', async () => {
    expect(
      await axis('learners.*.epochs', { from: 1, to: 1000, steps: 4, scale: 'log' }).catch(String),
    ).toMatchObject({ values: [1, 10, 100, 1000], scale: 'log' });
  });

  test('keeps the unit it is written in', async () => {
    const range = { from: '1 uS', to: '25 uS', steps: 3 };
    const { settings, vary } = await loaded({ vary: { 'chip.cell.maximumConductance': range } });
    expect(settings.map(({ chip }) => chip.cell.maximumConductance)).toEqual([1e-6, 13e-6, 25e-6]);
    expect(vary[0]).toMatchObject({
      labels: ['1 uS', '13 uS', '25 uS'],
      values: [1, 13, 25],
      unit: 'uS',
      scale: 'linear',
    });
  });

  test.prop([
    fc.integer({ min: 1, max: 1e6 }),
    fc.integer({ min: 1, max: 1e6 }),
    fc.integer({ min: 2, max: 50 }),
    fc.constantFrom('linear' as const, 'log' as const),
  ])('runs from end to end in one direction, in decimals of at most 12 digits', (a, b, steps, scale) => {
    fc.pre(a !== b);
    const values = spread(a / 1000, b / 1000, steps, scale);
    expect([values[0], values.at(-1)]).toEqual([a / 1000, b / 1000]);
    const sorted = [...values].sort((x, y) => (a < b ? x - y : y - x));
    expect(values).toEqual(sorted);
    for (const x of values) expect(Number(x.toPrecision(12))).toBe(x);
  });

  test('names the trials that a list of the same numbers names', async () => {
    const ids = async (values: unknown) =>
      plan(await loaded({ vary: { 'chip.cell.readNoise': values } })).map(({ id }) => id);
    expect(await ids({ from: 0, to: 0.3, steps: 4 })).toEqual(await ids([0, 0.1, 0.2, 0.3]));
  });

  test('may come from the command line', async () => {
    const overrides = ['vary.data.train={"from": 10, "to": 20, "steps": 2}'];
    expect((await loaded({}, { overrides })).settings.map(({ data }) => data.train)).toEqual([10, 20]);
  });
});

describe('an axis', () => {
  test.each<[string, unknown, object]>([
    ['of numbers', [1, 2], { values: [1, 2], scale: 'linear' }],
    ['of one unit', ['1 %', '2 %'], { values: [1, 2], unit: '%' }],
    ['that is said to be logarithmic', { values: [1, 10], scale: 'log' }, { values: [1, 10], scale: 'log' }],
    ['of labelled numbers', [{ label: 'few', value: 10 }], { labels: ['few'], values: [10] }],
    ['of labels that are numbers', [{ label: '2', value: '5 %' }], { values: [5], unit: '%' }],
  ])('%s has values', async (_, values, expected) => {
    const path = JSON.stringify(values).includes('%') ? 'chip.cell.readNoise' : 'data.train';
    expect(await axis(path, values)).toMatchObject(expected);
  });

  test('of lists is numeric by its labels', async () => {
    const layers = [
      { label: '1', value: [8] },
      { label: '2', value: [8, 8] },
    ];
    expect(await axis('chip.layers', layers)).toMatchObject({ values: [1, 2] });
  });

  test.each<[string, string, unknown]>([
    ['words', 'chip.boxes.between', ['none', 'comparator']],
    ['two units', 'chip.cell.readNoise', ['1 %', 0.02]],
    ['objects', 'chip.dac', [{ kind: 'none' }]],
  ])('of %s has none', async (_, path, values) => {
    expect(await axis(path, values)).not.toHaveProperty('values');
  });
});

describe('paths that are zipped', () => {
  const zip = { 'chip.cell.readNoise': [0.1, 0.2], 'data.train': { from: 10, to: 20, steps: 2 } };

  test('change together', async () => {
    const { settings, vary } = await loaded({ zip });
    expect(settings.map(({ chip, data }) => [chip.cell.readNoise, data.train])).toEqual([
      [0.1, 10],
      [0.2, 20],
    ]);
    expect(vary.map(({ path, zippedWith }) => [path, zippedWith])).toEqual([
      ['chip.cell.readNoise', ['data.train']],
      ['data.train', ['chip.cell.readNoise']],
    ]);
  });

  test('are crossed with what is varied, and with other groups', async () => {
    const { settings } = await loaded({
      vary: { checkpoints: [1, 2] },
      zip: [zip, { 'data.test': [5, 6, 7], 'data.validation': [1, 1, 2] }],
    });
    expect(settings).toHaveLength(2 * 2 * 3);
    expect(settings[1]!.labels).toEqual({
      checkpoints: '1',
      'chip.cell.readNoise': '0.1',
      'data.train': '10',
      'data.test': '6',
      'data.validation': '1',
    });
  });

  test('may be changed from the command line', async () => {
    const overrides = ['zip.data.train=[30, 40]'];
    expect((await loaded({ zip }, { overrides })).settings.map(({ data }) => data.train)).toEqual([30, 40]);
  });
});

describe('what is varied is refused where', () => {
  const range = { from: 0, to: 1, steps: 3 };
  const path = 'chip.cell.readNoise';
  test.each<[string, Record<string, unknown>, string]>([
    [
      'it is no list',
      { vary: { [path]: 3 } },
      'x.json:16:28 vary.chip.cell.readNoise: found 3, a list of values is needed',
    ],
    ['a range has no steps', { vary: { [path]: { from: 0, to: 1 } } }, `vary.${path}: "steps" is missing`],
    [
      'a range has one step',
      { vary: { [path]: { ...range, steps: 1 } } },
      `vary.${path}.steps: found 1, 2 is the least`,
    ],
    [
      'a key is misspelt',
      { vary: { [path]: { ...range, scala: 'log' } } },
      'unknown key "scala"; did you mean "scale"?',
    ],
    [
      'a scale is unknown',
      { vary: { [path]: { ...range, scale: 'lin' } } },
      'found "lin", needed is "linear" or "log"',
    ],
    [
      'a log range starts at 0',
      { vary: { [path]: { ...range, scale: 'log' } } },
      'from 0 to 1: on a "log" scale, both ends have to be above 0',
    ],
    [
      'a log list holds words',
      { vary: { [path]: { values: ['a', 'b'], scale: 'log' } } },
      'all values have to be numbers above 0',
    ],
    [
      'ends differ in unit',
      { vary: { [path]: { ...range, to: '5 %' } } },
      'from 0 to 5 %: both ends need the same unit',
    ],
    ['both ends are the same', { vary: { [path]: { ...range, to: 0 } } }, 'both ends are the same'],
    [
      'an end is a word',
      { vary: { [path]: { ...range, to: 'high' } } },
      'found "high", a number is needed, or a number with a unit',
    ],
    [
      'a value of a range is out of place',
      { vary: { 'data.train': { from: 10, to: 15, steps: 3 } } },
      'x.json:16:19 data.train: found 12.5, a whole number is needed',
    ],
    [
      'zipped lists differ in length',
      { zip: { [path]: [0, 1], 'data.train': [1, 2, 3] } },
      'x.json:20:5 zip.data.train: paths that are zipped need as many values each, but chip.cell.readNoise has 2, data.train has 3',
    ],
    [
      'a zipped pair is there twice',
      { zip: { [path]: [0, 0], 'data.train': [1, 1] } },
      `zip.${path}: the value "0, 1" is there a second time`,
    ],
    ['zip is a number', { zip: 3 }, 'x.json:15:10 zip: found 3, an object is needed: path → values'],
    [
      'one path is varied twice',
      { vary: { [path]: [1] }, zip: { 'chip.cell': ['ideal'] } },
      'chip.cell: overlaps with chip.cell.readNoise',
    ],
    ['zip holds seeds', { zip: { seeds: [1, 2] } }, 'zip.seeds: "seeds" cannot be varied'],
    [
      'there are too many',
      { vary: { [path]: { ...range, steps: 10_000 }, 'data.train': [1, 2] } },
      '20000 combinations are more than 10000',
    ],
  ])('%s', async (_, changes, message) => {
    await expect(loaded(changes)).rejects.toThrow(message);
  });
});

describe('a quick run', () => {
  const quick = { 'data.train': 10, 'vary.chip.cell.readNoise': [0.3], seeds: 1 };
  const changes = { vary: { 'chip.cell.readNoise': [0.1, 0.2] }, quick };

  test('has what the scenario says for it, and a name of its own', async () => {
    const { name, title, settings, seeds } = await loaded(changes, { quick: true });
    expect([name, title, seeds]).toEqual(['x-quick', 'A test (quick)', [1]]);
    expect(settings.map(({ chip, data }) => [chip.cell.readNoise, data.train])).toEqual([[0.3, 10]]);
  });

  test('leaves the whole one as it is', async () => {
    const { quick: _, ...rest } = changes;
    const ids = async (keys: object) => plan(await loaded({ ...keys })).map(({ id }) => id);
    expect(await ids(changes)).toEqual(await ids(rest));
  });

  test('gives way to the command line', async () => {
    const { seeds } = await loaded(changes, { quick: true, overrides: ['seeds=3'] });
    expect(seeds).toEqual([1, 2, 3]);
  });

  test('is refused where the scenario has none, and where its path leads nowhere', async () => {
    await expect(loaded({}, { quick: true })).rejects.toThrow('x.json:1:1: the scenario has no "quick"');
    const wrong = loaded({ quick: { 'learners.ff.epochs': 1 } }, { quick: true });
    await expect(wrong).rejects.toThrow('x.json:16:27 learners.ff.epochs: the scenario has no learner "ff"');
  });
});

test('pictures are planned for the first seed of a setting, whatever its number', async () => {
  const trials = plan(await loaded({ seeds: [7, 3], vary: { 'data.train': [10, 20] } }));
  expect(trials.map(({ pictures }) => pictures)).toEqual([true, true, false, false]);
});
