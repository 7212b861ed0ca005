/** @file The paper's numbers beside ours, in the report and in the table of several runs. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { page } from '../../src/report/page.ts';
import { besidePaper } from '../../src/report/paper.ts';
import { study } from '../../src/report/study.ts';
import { freshFolder, write } from '../fixtures/folders.ts';
import { madeUpRun, type Table } from '../fixtures/made-up-study.ts';
import { mortal, plainChip, scenario } from '../fixtures/world.ts';

const table: Table = { a: { ff: [1.4, 1.5, 1.6], 'local-softmax': [3, 3, 3] }, b: { ff: [7, 7, 7] } };
const path = Object.keys(study(madeUpRun({ table })).settings[0]!.values)[0]!;
const withPaper = (paper: object) => {
  const run = madeUpRun({ table });
  return study({
    ...run,
    about: { ...run.about, paper: [{ errorPercent: 1.36, where: 'section 3.3', ...paper }] },
  });
};

test('a number stands beside the entry, setting and readout that it is about', () => {
  const [first, ...more] = besidePaper(withPaper({ setting: { [path]: 'a' } }));
  expect(more).toEqual([]);
  expect(first!.ours!.mean).toBeCloseTo(1.5, 10);
  expect(besidePaper(withPaper({})).map(({ cell }) => cell.setting.label)).toEqual(['a', 'b']);
  expect(besidePaper(withPaper({ learner: 'local-softmax' }))[0]!.ours!.mean).toBeCloseTo(3, 10);
  const named = besidePaper(withPaper({ readout: 'layers' }))[0]!;
  expect(named.readout).toBe('layers ≥ 2');
});

test('a number of another data set is not shown', () => {
  expect(besidePaper(withPaper({ set: 'cifar-10' }))).toEqual([]);
});

test('the report has both, and what was done there and here', async () => {
  const text = await page(withPaper({ note: '4 × 2,000 units' }), []);
  expect(text).toContain('1.36');
  expect(text).toContain('section 3.3: 4 × 2,000 units');
  expect(text.match(/1\.50\u00a0±\u00a00\.10/)).not.toBeNull();
  expect(await page(study(madeUpRun({ table })), [])).not.toContain('The paper’s numbers beside ours');
});

test('a scenario names them; several runs go into one table, as a page and as Markdown', async () => {
  const folder = freshFolder();
  const paper = [{ errorPercent: 1.36, where: 'there | or here', set: 'tiny' }];
  write(folder, {
    'scenarios/x.json': scenario({ chip: plainChip, paper }),
    'scenarios/y.json': scenario({ chip: plainChip, title: 'Another' }),
  });
  for (const name of ['x', 'y']) await mortal(folder, ['run', `scenarios/${name}.json`, '-w', '0']);
  const timings = join(folder, 'reports/x/timings');
  for (const name of readdirSync(timings))
    writeFileSync(join(timings, name), '{"seconds":60,"samplesPerSecond":1234.5,"peakBytes":8e8}');
  const { code, out, err } = await mortal(folder, ['report', '--table', 'reports/x', 'reports/y']);
  expect(code, err).toBe(0);
  expect(out).toBe('Table: reports/report.html\n');
  const lines = readFileSync(join(folder, 'reports/report.md'), 'utf8').trim().split('\n');
  expect(lines).toHaveLength(4);
  expect(lines[2]).toMatch(/^\| A test: stand-in \| 1\.36 \| \d+\.\d\d.* there \\\| or here \|$/);
  expect(lines[2]).toMatch(/\| 1\smin \| 1,230 \| 0\.80 \|/);
  expect(lines[3]).toMatch(/^\| Another: stand-in \| – \|/);
  expect(readFileSync(join(folder, 'reports/report.html'), 'utf8')).toContain('<a href="x/report.html">');
});

test('more than two runs without --table are a mistake', async () => {
  const { code, err } = await mortal(freshFolder(), ['report', 'a', 'b', 'c']);
  expect(code).toBe(2);
  expect(err).toContain('--table');
});
