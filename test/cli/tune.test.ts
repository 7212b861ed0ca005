/** @file `mortal tune` as a person runs it: the same effort for all, everything kept, chosen by validation errors alone. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { planFile } from '../../src/lab/plan-file.ts';
import type { Summary } from '../../src/lab/summary.ts';
import { tuningOf, tuningRows } from '../../src/lab/tuning.ts';
import { load } from '../../src/scenarios/load.ts';
import { plan } from '../../src/scenarios/plan.ts';
import type { TuningFile } from '../../src/scenarios/tuning-file.ts';
import { filesOf, freshFolder, write } from '../fixtures/folders.ts';
import { known } from '../fixtures/known.ts';
import { mortal, plainChip, scenario } from '../fixtures/world.ts';

const learners = ['ff', { learner: 'backprop-oracle', as: 'oracle' }];
function folderWith(changes: Record<string, unknown> = {}) {
  const folder = freshFolder();
  write(folder, { 'scenarios/x.json': scenario({ chip: plainChip, learners, ...changes }) });
  return folder;
}
const tune = (folder: string, ...argv: string[]) =>
  mortal(folder, ['tune', 'scenarios/x.json', '--workers', '0', ...argv]);
const textOf = (folder: string, name = 'scenarios/tuning/x.json') => readFileSync(join(folder, name), 'utf8');
const fileOf = (folder: string, name?: string): TuningFile => JSON.parse(textOf(folder, name));
const triedBy = (tuning: TuningFile, option = 'rate') =>
  Object.fromEntries(
    Object.entries(tuning.learners).map(([name, { tried }]) => [name, tried.map(t => t.options[option])]),
  );

describe('tuning', () => {
  test('tries as many settings for every learner, on chips of its own, and keeps them all', async () => {
    const folder = folderWith({ vary: { 'chip.cell.readNoise': [0, 0.01] } });
    const { code, out, err } = await tune(folder);
    expect(code, err).toBe(0);
    const { learners: found, seeds, data, settings, samples, versions } = fileOf(folder);
    expect(Object.keys(found)).toEqual(['ff', 'oracle']);
    expect(settings).toBe(3);
    expect(samples).toBe(3 * 2 * 3 * 100); // settings, noises, epochs, images
    expect(versions.mortal).toMatch(/^\d/);
    for (const { tried, chosen, passes } of Object.values(found)) {
      expect(tried.map(({ options }) => options.rate)).toEqual([0.0033, 0.01, 0.03]);
      expect(tried.map(each => each.passes)).toEqual([1200, 1200, 1200]); // two for each image
      expect(passes).toBe(3600);
      for (const { each, mean, spread } of tried) {
        expect(Object.keys(each)).toEqual(['0', '0.01']);
        expect((each['0']! + each['0.01']!) / 2).toBeCloseTo(mean, 2);
        expect(spread).toBeNull();
      }
      const least = Math.min(...tried.map(({ mean }) => mean));
      expect(tried.find(({ options }) => options.rate === chosen.rate)!.mean).toBe(least);
    }
    expect(seeds).toEqual([101]);
    expect(data.test).toBe(100);
    expect(out).toMatch(/ff +0\.0033: \d+\.\d\d +0\.01: /);
    expect(out).toContain('3 settings and 1800 training images for every learner.');
    expect(Object.keys(filesOf(join(folder, 'reports/tuning/x/results')))).toHaveLength(12);
  });

  test('tells no test error, neither in the file nor in its table', async () => {
    const folder = folderWith();
    const { out } = await tune(folder);
    const table = textOf(folder, 'reports/tuning/x/tuning.csv');
    expect(table.split('\n')[0]).toContain('setting,seed,status,validation_error_percent,training_images');
    for (const text of [out, table, textOf(folder)]) expect(text).not.toMatch(/test.?error/i);
    expect(table.match(/,yes$/gm)).toHaveLength(2);
    expect(table.match(/,no$/gm)).toHaveLength(4);
  });

  test('says how far apart chips are, where there are several', async () => {
    const folder = folderWith({ learners: ['ff'] });
    const { code, err } = await tune(folder, '--seeds', '101,102,103');
    expect(code, err).toBe(0);
    const { seeds, learners: found } = fileOf(folder);
    expect(seeds).toEqual([101, 102, 103]);
    const errors = textOf(folder, 'reports/tuning/x/tuning.csv')
      .trim()
      .split('\n')
      .slice(1)
      .map(line => line.split(','))
      .filter(cells => cells[3] === '0.01')
      .map(cells => Number(cells[8]));
    const mean = errors.reduce((a, b) => a + b) / 3;
    const variance = errors.reduce((sum, error) => sum + (error - mean) ** 2, 0) / 2;
    const tried = found.ff!.tried.find(({ options }) => options.rate === 0.01)!;
    expect(tried.mean).toBeCloseTo(mean, 2);
    expect(tried.spread).toBeCloseTo(Math.sqrt(variance), 2);
  });

  test('goes on where it stopped, and comes to the same', async () => {
    const whole = folderWith();
    await tune(whole, '--extend', '1');
    const folder = folderWith();
    const stopAtOnce = {
      onInterrupt: (stop: () => void) => {
        stop();
        return () => {};
      },
    };
    const argv = ['tune', 'scenarios/x.json', '--workers', '0', '--extend', '1'];
    const stopped = await mortal(folder, argv, stopAtOnce);
    expect(stopped.code).toBe(130);
    expect(stopped.err).toContain('to go on: mortal tune scenarios/x.json --extend 1');
    expect(existsSync(join(folder, 'scenarios/tuning'))).toBe(false);
    await tune(folder, '--extend', '1');
    expect(textOf(folder)).toBe(textOf(whole));
    const again = await tune(folder, '--extend', '1');
    expect(again.err).toContain('All 8 trials are there already.');
    expect(textOf(folder)).toBe(textOf(whole));
  });

  test('takes values for options, together', async () => {
    const folder = folderWith({ learners: ['ff'] });
    const argv = ['--grid', 'rate=0.1,0.2', '--grid', 'epochs=1,2', '--grid', 'peer=true,false'];
    const { code, err } = await tune(folder, ...argv, '-o', 'mine.json');
    expect(code, err).toBe(0);
    expect(fileOf(folder, 'mine.json').learners.ff!.tried.map(({ options }) => options)).toEqual([
      { rate: 0.1, epochs: 1, peer: true },
      { rate: 0.2, epochs: 2, peer: false },
    ]);
  });

  test('draws the same factors for every learner', async () => {
    const folder = folderWith();
    const { code, err } = await tune(folder, '--settings', '5');
    expect(code, err).toBe(0);
    const tried = triedBy(fileOf(folder));
    expect(tried.ff).toHaveLength(5);
    expect(tried.ff).toEqual(tried.oracle); // whose defaults are the same
    expect(tried.ff![0]).toBe(0.01);
  });

  test('extends by as many settings for every learner, wherever its best lies', async () => {
    const folder = folderWith();
    const { code, err } = await tune(folder, '--extend', '2');
    expect(code, err).toBe(0);
    const tuning = fileOf(folder);
    expect(tuning.settings).toBe(5);
    for (const rates of Object.values(triedBy(tuning))) {
      expect(rates.slice(0, 3)).toEqual([0.0033, 0.01, 0.03]);
      expect(new Set(rates).size).toBe(5);
    }
  });

  test('keeps what the scenario varies together, and adds its own', async () => {
    const folder = folderWith({
      learners: ['ff'],
      zip: { 'chip.cell.readNoise': [0, 0.01], 'data.train': [50, 100] },
    });
    const { code, err } = await tune(folder);
    expect(code, err).toBe(0);
    const { each } = fileOf(folder).learners.ff!.tried[0]!;
    expect(Object.keys(each)).toEqual(['0, 50', '0.01, 100']);
  });

  test('needs no scenario: a chip, learners and boxes will do', async () => {
    const folder = freshFolder();
    write(folder, { 'my-chip.json': plainChip });
    const argv = [
      'tune',
      '--learner',
      'ff',
      '--chip',
      'my-chip.json',
      '--box',
      'none',
      '--box',
      'comparator',
    ];
    const sizes = ['data.set=tiny', 'data.train=100', 'data.validation=50'].flatMap(each => ['--set', each]);
    const { code, err } = await mortal(folder, [...argv, ...sizes, '--workers', '0']);
    expect(code, err).toBe(0);
    const tuning = fileOf(folder, 'scenarios/tuning/ff-on-my-chip.json');
    expect(Object.keys(tuning.learners.ff!.tried[0]!.each)).toEqual(['none', 'comparator']);
    expect(tuning.chips).toEqual(['my-chip']);
    expect(tuning.command).toContain('mortal tune --learner ff --chip my-chip.json --box none');
  });

  test.each<[string[], string, Record<string, unknown>?]>([
    [['--grid', 'rat'], '"ff" has no option "rat"; did you mean "rate"?'],
    [['--grid', 'rate=0.1', '--grid', 'rate=0.2'], 'is there a second time'],
    [['--grid', 'rate=0.1,7'], '--grid rate=0.1,7 learners.ff.rate: found 7'],
    [['--grid', 'rate=0.1,fast'], '--grid rate=0.1,fast learners.ff.rate: found "fast"'],
    [['--grid', 'rate=0.1,0.2', '--grid', 'epochs=1,2,3'], 'as many values each'],
    [['--grid', 'peer', '--set', 'learners=["ff"]'], 'is no number; say what to try'],
    [['--set', 'learners=["readout-only"]'], '"readout-only" has no option "rate"'],
    [['--settings', '1'], 'from 2 to 100'],
    [['--settings', '4', '--grid', 'rate=0.1,0.2'], '--settings draws values itself'],
    [['--extend', '1', '--grid', 'rate=0.1'], 'two or more values above 0'],
    [['--extend', '1', '--grid', 'rate', '--grid', 'epochs=1,2,3'], 'only one option at a time'],
    [['--seeds', '1,101'], '--seeds 1: reports of the scenario show this chip (its seeds: 1, 2)'],
    [['--seeds', 'some'], 'Whole numbers are needed'],
    [['--set', 'data.validation=0'], 'options are chosen on validation images'],
    [['--chip', 'reference'], 'says already who learns on what'],
    [
      [],
      '"ff" would see 900 and "backprop-oracle" 600',
      { learners: ['ff', { learner: 'backprop-oracle', epochs: 2 }] },
    ],
    [[], 'the scenario varies learners.*.rate itself', { vary: { 'learners.*.rate': [0.1, 0.2] } }],
  ])('%j is refused before anything is run: %s', async (argv, message, changes) => {
    const folder = folderWith(changes);
    const { code, err } = await tune(folder, ...argv);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(existsSync(join(folder, 'reports'))).toBe(false);
  });

  test.each([
    [[], 'a scenario file is needed, or --learner and --chip'],
    [['--learner', 'fff', '--chip', 'reference'], '--learner fff --chip reference'],
    [['--learner', 'ff', '--chip', 'my-chp.json'], 'my-chp.json'],
  ])('without a file, %j is refused', async (argv, message) => {
    const { code, err } = await mortal(freshFolder(), ['tune', ...argv]);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});

describe('what is chosen', () => {
  async function found(errors: readonly (number | undefined)[]) {
    const folder = folderWith({
      learners: ['ff'],
      zip: { 'learners.ff.rate': [0.0033, 0.01, 0.03] },
      seeds: [101],
    });
    const asked = await load('scenarios/x.json', known, { cwd: folder });
    const whole = planFile(asked, plan(asked), 'mortal tune');
    const summaries = new Map(
      whole.trials.map(({ id }, k) => [
        id,
        {
          status: errors[k] === undefined ? 'failed' : 'done',
          validationErrorPercent: errors[k] ?? null,
        } as Summary,
      ]),
    );
    const tuning = tuningOf(whole, summaries, { options: ['rate'], known: known.learners, versions: {} });
    return { ...tuning.learners.ff!, rows: tuningRows(whole, summaries, tuning) };
  }
  test.each<[string, (number | undefined)[], number, boolean]>([
    ['has the lowest error', [5, 4, 6], 0.01, false],
    ['of equals is nearest to the default', [4, 4, 4], 0.01, false],
    ['is said to be at the edge where it is', [3, 4, 6], 0.0033, true],
    ['has not failed', [undefined, 90, 95], 0.01, false],
  ])('%s', async (_, errors, rate, isAtEdge) => {
    const { chosen, isAtEdge: edge, tried, rows } = await found(errors);
    expect(chosen).toEqual({ rate });
    expect(rows.filter(row => row.chosen === 'yes').map(row => row.rate)).toEqual([String(rate)]);
    expect(edge).toBe(isAtEdge);
    expect(tried.map(({ failed }) => failed)).toEqual(errors.map(e => (e === undefined ? 1 : 0)));
  });
});
