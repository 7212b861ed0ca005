import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeReport } from '../../src/report/index.ts';
import { page } from '../../src/report/page.ts';
import { study } from '../../src/report/study.ts';
import { glance, readouts, results } from '../../src/report/tables.ts';
import { type MadeUp, madeUpRun, writeRun } from '../fixtures/made-up-study.ts';

/** The page without figures: the text is what is tested. */
const written = (options: MadeUp) => page(study(madeUpRun(options)), []);

/** Text of a table, cells separated by a stroke. */
const cellsOf = (markup: string): string[] =>
  [...markup.matchAll(/<tr[^>]*>(.*?)<\/tr>/gs)].map(row =>
    [...row[1]!.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)]
      .map(cell => cell[1]!.replace(/<[^>]*>/g, ''))
      .join('|')
      .replaceAll('\u00a0', ' '),
  );

describe('tables', () => {
  const table = {
    scattering: {
      ff: [4, 4.2, 4.7],
      'backprop-blind': ['failed', 'failed', 'failed'],
      'local-softmax': [4, 'failed', 5],
    },
  } as const;
  const sorted = study(madeUpRun({ table }));

  test('have mean, spread, worst chip, passes, energy and number of chips', () => {
    // mean 4.3, sd 0.36; 60 passes of 10,000 images at 4.6 nJ = 2.76 mJ; 10 passes of 4.6 nJ for an image
    expect(cellsOf(results(sorted).markup)).toContain('ff|measured|4.3 ± 0.4|4.7|60|10|2.76|46.0|3');
  });

  test('show failed trials as failed', () => {
    const rows = cellsOf(results(sorted).markup);
    expect(rows).toContain('backprop-blind|documented|failed on 3 of 3|–|–|–|–|0 of 3');
    expect(rows).toContain('local-softmax|measured|4.5 ± 0.7|5.0|15|1|0.690|4.60|2 of 3');
  });

  test('have every readout of every learner', () => {
    const rows = cellsOf(readouts(sorted).markup);
    expect(rows).toContain('ff|votes of all layers|principal|10|4.3 ± 0.4|4.0 to 4.7|4.5');
    expect(rows).toContain('|layer 3|single layer|10|5.6 ± 0.5|5.2 to 6.1|5.9');
    expect(rows.filter(row => row.includes('single layer'))).toHaveLength(6);
  });

  test('tell errors driven backwards', () => {
    const run = madeUpRun({ table: { a: { 'backprop-loop': 4 } } });
    const trials = run.trials.map(trial => {
      const meter = trial.result!.meter!;
      return {
        ...trial,
        result: {
          ...trial.result!,
          meter: { ...meter, training: { ...meter.training, reversePasses: 300000 } },
        },
      };
    });
    expect(cellsOf(results(study({ ...run, trials })).markup).join()).toContain('15 + 30 back');
  });

  test('at a glance show errors across settings', () => {
    const rows = cellsOf(
      glance(
        study(
          madeUpRun({ table: { a: { ff: [4, 4, 4] }, b: { ff: [9, 9, 9], 'local-softmax': [8, 8, 8] } } }),
        ),
      ).markup,
    );
    expect(rows).toEqual(['learner|access|a|b', 'ff|measured|4.0|9.0', 'local-softmax|measured|–|8.0']);
  });
});

describe('the page', () => {
  test('escapes all text from files', async () => {
    const nasty = '<script>alert("x")</script>';
    const text = await written({
      title: nasty,
      question: `${nasty}?`,
      table: { [nasty]: { ff: 4, [nasty]: 'failed' } },
      learners: {
        ff: { access: 'measured', epochs: 2, passes: 3, answering: 10 },
        [nasty]: { access: 'measured', epochs: 1, passes: 1, answering: 1 },
      },
    });
    expect(text).not.toContain(nasty);
    expect(text.match(/<script/g)).toHaveLength(2); // its own data and its own script
    expect(text).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;');
  });

  test('asks nothing of the network', async () => {
    const text = await page(study(madeUpRun()));
    const addresses = [...text.matchAll(/\b(?:src|href)="([^"]*)"/g)].map(match => match[1]!);
    expect(addresses.length).toBeGreaterThan(10);
    for (const address of addresses) expect(address).toMatch(/^(#|data:image\/png)/);
    expect(text).not.toMatch(/@import|url\((?!#)/);
  });

  test('tells how to repeat the run, and every option', async () => {
    const text = await written({});
    for (const part of [
      'mortal run scenarios/made-up.json',
      'SHA-256',
      '<dt>temperature</dt><dd>30</dd>',
      'cell.maximumConductance',
      '25\u00a0µS',
      'node v20.20.2',
    ]) {
      expect(text).toContain(part);
    }
  });

  test('explains parameters in the words of the description', async () => {
    expect(await written({})).toContain('conductance of a nominal cell that is fully on');
  });

  test('carries settings and results as data', async () => {
    const text = await written({ table: { a: { ff: [4, 'failed', 'missing'] } } });
    const data = JSON.parse(text.match(/id="study">(.*?)<\/script>/s)![1]!);
    expect(data.trials.map((trial: { status: string }) => trial.status)).toEqual([
      'done',
      'failed',
      'missing',
    ]);
    expect(data.trials[0].readouts[0].testErrorPercent).toBe(4);
    expect(data.chips[data.trials[0].chip].layers).toEqual([300, 300, 300]);
  });

  test('says what is not claimed', async () => {
    const text = await written({});
    expect(text).toContain('Anything beyond mnist with 10,000 training images, and beyond 3\u00a0chips');
    expect(text).toContain('exists in a simulator only');
  });
});

describe('from a folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'report-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('the same files give the same bytes', async () => {
    await writeRun(madeUpRun(), folder);
    const path = await writeReport(folder);
    expect(path).toBe(join(folder, 'report.html'));
    const first = await readFile(path, 'utf8');
    await writeReport(folder);
    expect(await readFile(path, 'utf8')).toBe(first);
  });

  test('a torn result is set aside and named, the rest is told', async () => {
    const run = madeUpRun({ table: { a: { ff: 4 } } });
    await writeRun(run, folder);
    await writeFile(join(folder, 'results', `${run.trials[1]!.planned.id}.json`), '{"format": 1, "id": ');
    const text = await readFile(await writeReport(folder), 'utf8');
    expect(text).toContain(`results/${run.trials[1]!.planned.id}.json is torn`);
    expect(text).toContain('1 of 3\u00a0trials has no result yet');
    expect(await readdir(join(folder, 'set-aside'))).toHaveLength(1);
  });

  test('a folder without a plan is refused', async () => {
    await expect(writeReport(folder)).rejects.toThrow('plan.json');
  });
});
