/**
 * @file The commands beside `run`, and one run of real trials.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { si } from '../../src/cli/si.ts';
import { realWorld } from '../../src/cli/world.ts';
import { dataSets } from '../../src/data/index.ts';
import { filesOf, freshFolder, write } from '../fixtures/folders.ts';
import { mortal, scenario } from '../fixtures/world.ts';

const root = process.cwd();

describe('mortal', () => {
  test.each(['run', 'status', 'report', 'check', 'list', 'inspect', 'fit', 'data'])(
    '%s --help has an example',
    async command => {
      const { code, out } = await mortal(root, [command, '--help']);
      expect(code).toBe(0);
      expect(out).toMatch(new RegExp(`Examples?:\n  \\$ mortal ${command}`));
    },
  );

  test('check says what a file is', async () => {
    const folder = freshFolder();
    write(folder, {
      'x.json': scenario({ vary: { 'data.train': [10, 20] } }),
      'my-box.json': { kind: 'comparator' },
      'my-chip.json': { model: 'reference', layers: [5] },
      'cells/mine.json': { model: 'ideal', readNoise: '1 %' },
      'x.schema.json': { $schema: 'https://json-schema.org/draft/2020-12/schema' },
    });
    const files = ['x.json', 'my-box.json', 'my-chip.json', 'cells/mine.json', 'x.schema.json'];
    const { code, out, err } = await mortal(folder, ['check', ...files]);
    expect(code, err).toBe(0);
    expect(out.trim().split('\n')).toEqual([
      'x.json: a scenario of 4 trials (1 learner × 2 settings × 2 seeds)',
      'my-box.json: a box',
      'my-chip.json: a chip',
      'cells/mine.json: a cell',
      'x.schema.json: a schema, for editors',
    ]);
  });

  test('check reads the quick version of a scenario as well', async () => {
    const folder = freshFolder();
    write(folder, {
      'x.json': scenario({ quick: { seeds: 1 } }),
      'bad.json': scenario({ quick: { 'data.trian': 1 } }),
    });
    const { code, out, err } = await mortal(folder, ['check', 'x.json', 'bad.json']);
    expect(code).toBe(2);
    expect(out).toBe(
      'x.json: a scenario of 2 trials (1 learner × 1 setting × 2 seeds); quick: 1 trials (1 learner × 1 setting × 1 seed)\n',
    );
    expect(err).toContain('bad.json:16:19 data.trian: unknown key "trian"; did you mean "train"?');
  });

  test('check goes on after a bad file, and ends badly', async () => {
    const folder = freshFolder();
    write(folder, { 'a.json': '{', 'b.json': scenario() });
    const { code, out, err } = await mortal(folder, ['check', 'a.json', 'b.json']);
    expect(code).toBe(2);
    expect(err).toContain('a.json:1:2: not JSON');
    expect(out).toContain('b.json: a scenario of 2 trials');
  });

  test('check finds all files that come with the program in order', async () => {
    const paths = ['devices', 'scenarios'].flatMap(folder =>
      Object.keys(filesOf(join(root, folder)))
        .filter(path => path.endsWith('.json'))
        .filter(path => path !== 'paper/characters.json' || existsSync('/usr/share/common-licenses/GPL-3'))
        .filter(path => path !== 'paper/cifar.json' || dataSets(['cifar10'])[0]!.found)
        .map(path => join(folder, path)),
    );
    const { code, err } = await mortal(root, ['check', ...paths], { known: realWorld().known });
    expect(code, err).toBe(0);
  });

  test('list has every kind', async () => {
    const { out } = await mortal(root, ['list']);
    for (const line of [
      /^ +ff +measured +a stand-in/m,
      /^ +reference +Three hidden/m,
      /^ +scenarios\/ff-vs-backprop\.json/m,
    ])
      expect(out).toMatch(line);
    expect((await mortal(root, ['list', 'boxes'])).out).toMatch(/^comparator +Mixed three ways/m);
  });

  test('inspect tells rows, columns, tiles and cells', async () => {
    const folder = freshFolder();
    write(folder, {
      'c.json': { model: 'reference', layers: [10, 20], crossbar: { tileRows: 8, tileColumns: 10 } },
    });
    const { out } = await mortal(folder, ['inspect', 'c.json', '--data', 'tiny']);
    expect(out).toMatch(/^16 inputs, 2 layers, 780 cells$/m);
    expect(out).toMatch(/^ +1 +17 +10 +3 +340$/m);
    expect(out).toMatch(/^ +2 +11 +20 +4 +440$/m);
    expect(out).toMatch(
      /^cell +linear: minimumConductance 100 nS, maximumConductance 25\.0 µS, variation 0\.1/m,
    );
  });

  test('inspect measures an individual, the same one for the same seed', async () => {
    const inspect = async (chip: string, seed: string) => {
      const { out } = await mortal(root, ['inspect', chip, '--data', 'tiny', '--json', '--seed', seed]);
      return JSON.parse(out).individual;
    };
    const [one, again, other, ideal] = await Promise.all([
      inspect('reference', '1'),
      inspect('reference', '1'),
      inspect('reference', '2'),
      inspect('ideal', '1'),
    ]);
    expect(again).toEqual(one);
    expect(other).not.toEqual(one);
    expect(one[0].largestWeight.mean).toBeCloseTo(1, 1);
    expect(one[0].largestWeight.least).toBeLessThan(0.9);
    expect(ideal[0]).toEqual({ layer: 1, activity: { least: 1, mean: 1, most: 1 } });
  });

  test('inspect refuses a trained chip that is none', async () => {
    const folder = freshFolder();
    write(folder, { 'c.json': { model: 'reference', layers: [10] }, 'x.safetensors': {} });
    const asked = ['inspect', 'c.json', '--data', 'tiny', '--html', 'x.html', '--trained', 'x.safetensors'];
    const { code, err } = await mortal(folder, asked);
    expect(code).toBe(2);
    expect(err).toMatch(/^--trained x\.safetensors: /);
    expect(filesOf(folder)).not.toHaveProperty('x.html');
  });

  test('data says where a set was found', async () => {
    const { code, out } = await mortal(root, ['data', 'mnist']);
    expect(code).toBe(0);
    expect(out).toMatch(/^ {2}training +60000 images of 28 × 28, 10 classes$/m);
  });
});

test('real trials give the same bytes in this process and in two workers', async () => {
  const folder = freshFolder();
  write(folder, {
    'x.json': scenario({
      data: { set: 'mnist', train: 200, validation: 100, test: 100 },
      chip: { model: 'reference', layers: [20, 20] },
      learners: ['ff', 'readout-only'],
      seeds: 1,
    }),
  });
  const argv = ['run', 'x.json', '--set', 'learners.*.epochs=1'];
  const here = await mortal(folder, [...argv, '--workers', '0', '--out', 'here'], realWorldBut());
  const there = await mortal(folder, [...argv, '--workers', '2', '--out', 'there'], realWorldBut());
  expect([here.code, there.code], here.err + there.err).toEqual([0, 0]);
  const results = filesOf(join(folder, 'here/results'));
  expect(Object.keys(results)).toHaveLength(2);
  expect(filesOf(join(folder, 'there/results'))).toEqual(results);
  expect(readFileSync(join(folder, 'here/report.html'), 'utf8')).toContain('A test');
});

/** Real learners, data, trials and report. */
function realWorldBut() {
  const { known, bench, writeReport } = realWorld();
  return { known, bench, writeReport };
}

test.each([
  [1234, '', '1.23 k'],
  [999.9, '', '1.00 k'],
  [3.45e-6, 'J', '3.45 µJ'],
  [0.291e-12, 'J', '291 fJ'],
  [0, 'J', '0 J'],
  [12, '', '12.0'],
  [Number.NaN, 'J', ''],
])('%s %s is written "%s"', (x, unit, text) => {
  expect(si(x, unit)).toBe(text);
});
