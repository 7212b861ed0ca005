/**
 * @file What Python makes of `results.csv` is what the report says. Skipped, with a word, where there is no Python.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPlan } from '../../src/lab/plan-file.ts';
import { Store } from '../../src/lab/store.ts';
import { writeReport } from '../../src/report/index.ts';
import { writeRun } from '../fixtures/made-up-study.ts';
import { axis, madeUpSweep, type Point } from '../fixtures/made-up-sweep.ts';

const hasPython = spawnSync('python3', ['-c', 'import csv']).status === 0;
if (!hasPython) console.warn('No python3 on the PATH: results.csv is not read by Python’s csv module.');

/** Means by learner and level, as a person with Python would compute them. */
const script = `
import csv, json, sys
from collections import defaultdict
errors = defaultdict(list)
with open(sys.argv[1], newline='', encoding='utf-8') as file:
    for row in csv.DictReader(file):
        if row['status'] == 'done':
            errors[row['learner'] + ' ' + row['chip.cell.readNoise']].append(float(row['test_error_percent']))
print(json.dumps({key: sum(values) / len(values) for key, values in errors.items()}))
`;

const noise = axis('chip.cell.readNoise', [1, 10, 100], { unit: '%' });
const law = (point: Point, seed: number) => Number(point[noise.path]) / 7 + seed;
const laws = {
  ff: law,
  'backprop-loop': (point: Point, seed: number) => (seed === 2 ? ('failed' as const) : law(point, seed)),
};

describe('results.csv', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tables-'));
    await writeRun(madeUpSweep({ vary: [noise], laws }), folder);
    const [plan, store] = [readPlan(folder), new Store(folder)];
    store.derive(
      plan,
      store.summaries(plan.trials, () => {}),
    );
  });
  afterAll(() => rm(folder, { recursive: true }));

  test.skipIf(!hasPython)(
    'read by Python has the numbers of the report (skipped without python3)',
    async () => {
      const { stdout, stderr } = spawnSync('python3', ['-c', script, join(folder, 'results.csv')], {
        encoding: 'utf8',
      });
      expect(stderr).toBe('');
      const means: Record<string, number> = JSON.parse(stdout);
      const page = await readFile(await writeReport(folder), 'utf8');
      const figure = page.match(/id="figure-sweep">.*?<\/figure>/s)![0];
      const lines = [...figure.matchAll(/<tr>(.*?)<\/tr>/gs)].map(line =>
        [...line[1]!.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/g)].map(cell => cell[1]!),
      );
      const [heading, ...rows] = lines;
      const column = (name: string) => heading!.indexOf(name);
      expect(rows).toHaveLength(Object.keys(means).length);
      for (const row of rows) {
        const mean = means[`${row[column('learner')]} ${row[column('chip.cell.readNoise')]}`];
        expect(Number(row[column('mean_percent')])).toBeCloseTo(mean!, 3);
      }
    },
  );

  test('has the columns that the README of reports explains', async () => {
    const [heading] = (await readFile(join(folder, 'results.csv'), 'utf8')).split('\n');
    const readme = await readFile(new URL('../../reports/README.md', import.meta.url), 'utf8');
    for (const column of heading!.split(','))
      if (column !== noise.path) expect(readme).toContain(`\`${column}\``);
  });

  test('and results.jsonl say the same', async () => {
    const [first] = (await readFile(join(folder, 'results.jsonl'), 'utf8')).split('\n');
    const [heading, line] = (await readFile(join(folder, 'results.csv'), 'utf8')).split('\n');
    const row = JSON.parse(first!);
    expect(Object.keys(row)).toEqual(heading!.split(','));
    expect(
      Object.values(row)
        .map(value => value ?? '')
        .join(),
    ).toBe(line);
  });
});
