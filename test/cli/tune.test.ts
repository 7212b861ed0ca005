/** @file `mortal tune` as a person runs it: the same effort for all, everything kept, chosen by validation errors alone. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { planFile } from '../../src/lab/plan-file.ts';
import type { Summary } from '../../src/lab/summary.ts';
import { around, tuningOf } from '../../src/lab/tuning.ts';
import { load } from '../../src/scenarios/load.ts';
import { plan } from '../../src/scenarios/plan.ts';
import type { TuningFile } from '../../src/scenarios/tuning-file.ts';
import { filesOf, freshFolder, write } from '../fixtures/folders.ts';
import { known } from '../fixtures/known.ts';
import { mortal, plainChip, scenario } from '../fixtures/world.ts';

const learners = [{ learner: 'ff' }, { learner: 'backprop-oracle', as: 'oracle', epochs: 2 }];
function folderWith(changes: Record<string, unknown> = {}) {
  const folder = freshFolder();
  write(folder, { 'scenarios/x.json': scenario({ chip: plainChip, learners, ...changes }) });
  return folder;
}
const tune = (folder: string, ...argv: string[]) =>
  mortal(folder, ['tune', 'scenarios/x.json', '--workers', '0', ...argv]);
const fileOf = (folder: string, name = 'scenarios/tuning/x.json'): TuningFile =>
  JSON.parse(readFileSync(join(folder, name), 'utf8'));

describe('tuning', () => {
  test('tries as many settings for every learner, on chips of its own, and keeps them all', async () => {
    const folder = folderWith({ vary: { 'chip.cell.readNoise': [0, 0.01] } });
    const { code, out, err } = await tune(folder);
    expect(code, err).toBe(0);
    const { learners: found, seeds, data } = fileOf(folder);
    expect(Object.keys(found)).toEqual(['ff', 'oracle']);
    for (const { tried, chosen } of Object.values(found)) {
      expect(tried.map(({ options }) => options.rate)).toEqual([0.0033, 0.01, 0.03]);
      expect(tried.map(({ passes }) => passes > 0)).toEqual([true, true, true]);
      for (const { each, mean } of tried) {
        expect(Object.keys(each)).toEqual(['0', '0.01']);
        expect((each['0']! + each['0.01']!) / 2).toBeCloseTo(mean, 2);
      }
      const least = Math.min(...tried.map(({ mean }) => mean));
      expect(tried.find(({ options }) => options.rate === chosen.rate)!.mean).toBe(least);
    }
    expect(seeds).toEqual([101]);
    expect(data.test).toBe(100);
    expect(JSON.stringify(fileOf(folder))).not.toContain('test_error');
    expect(out).toMatch(/ff +0\.0033: \d+\.\d\d +0\.01: /);
    expect(out).not.toContain('test error');
    expect(Object.keys(filesOf(join(folder, 'reports/tuning/x/results')))).toHaveLength(12);
  });

  test('goes on where it stopped, and comes to the same', async () => {
    const folder = folderWith();
    await tune(folder);
    const first = readFileSync(join(folder, 'scenarios/tuning/x.json'), 'utf8');
    const { err } = await tune(folder);
    expect(err).toContain('All 6 trials are there already.');
    expect(readFileSync(join(folder, 'scenarios/tuning/x.json'), 'utf8')).toBe(first);
  });

  test('takes values for options, together', async () => {
    const folder = folderWith({ learners: ['ff'] });
    const { code, err } = await tune(
      folder,
      '--grid',
      'rate=0.1,0.2',
      '--grid',
      'epochs=1,2',
      '-o',
      'mine.json',
    );
    expect(code, err).toBe(0);
    expect(fileOf(folder, 'mine.json').learners.ff!.tried.map(({ options }) => options)).toEqual([
      { rate: 0.1, epochs: 1 },
      { rate: 0.2, epochs: 2 },
    ]);
  });

  test.each([
    [['--grid', 'rat'], '"ff" has no option "rat"'],
    [['--grid', 'rate=0.1,0.2', '--grid', 'epochs=1,2,3'], 'as many values each'],
    [['--grid', 'peer', '--set', 'learners=["ff"]'], 'is no number; say what to try'],
    [['--set', 'learners=["readout-only"]'], '"readout-only" has no option "rate"'],
  ])('%j is refused before anything is run', async (argv, message) => {
    const folder = folderWith();
    const { code, err } = await tune(folder, ...argv);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(existsSync(join(folder, 'reports'))).toBe(false);
  });

  test('values around a default are a third of it, itself and three times it', () => {
    expect(around(0.003)).toEqual([0.001, 0.003, 0.009]);
    expect(around(0.1)).toEqual([0.033, 0.1, 0.3]);
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
    return tuningOf(whole, summaries, known.learners).learners.ff!;
  }
  test.each<[string, (number | undefined)[], number, boolean]>([
    ['has the lowest error', [5, 4, 6], 0.01, false],
    ['of equals is nearest to the default', [4, 4, 4], 0.01, false],
    ['is said to be at the edge where it is', [3, 4, 6], 0.0033, true],
    ['has not failed', [undefined, 90, 95], 0.01, false],
  ])('%s', async (_, errors, rate, isAtEdge) => {
    const { chosen, isAtEdge: edge, tried } = await found(errors);
    expect(chosen).toEqual({ rate });
    expect(edge).toBe(isAtEdge);
    expect(tried.map(({ failed }) => failed)).toEqual(errors.map(e => (e === undefined ? 1 : 0)));
  });
});

describe('a scenario that names a tuning file', () => {
  const tuning: TuningFile = {
    format: 1,
    rule: 'lowest',
    command: 'mortal tune x',
    data: {},
    chips: [],
    seeds: [101],
    learners: {
      ff: { learner: 'ff', chosen: { rate: 0.5 }, isAtEdge: false, tried: [] },
      oracle: { learner: 'backprop-oracle', chosen: { rate: 0.25 }, isAtEdge: true, tried: [] },
    },
  };
  const optionsIn = async (folder: string) => {
    const { settings, tuning: used } = await load('scenarios/x.json', known, { cwd: folder });
    return { rates: settings[0]!.entries.map(({ options }) => options.rate), used };
  };

  test('lets learners start from what was chosen, unless they say themselves', async () => {
    const folder = folderWith({
      learners: [
        'ff',
        { learner: 'ff', as: 'own', rate: 0.75 },
        { learner: 'backprop-oracle', as: 'oracle' },
      ],
      tuned: 't.json',
    });
    write(folder, { 'scenarios/t.json': tuning });
    const { rates, used } = await optionsIn(folder);
    expect(rates).toEqual([0.5, 0.75, 0.25]);
    expect(used).toMatchObject({ file: 't.json', content: { seeds: [101] } });
  });

  test.each([
    ['is not there', undefined, 'there is no such file'],
    ['is something else', { title: 'no tuning' }, 'this is no tuning file'],
    [
      'chooses what the learner does not allow',
      { ...tuning, learners: { ff: { ...tuning.learners.ff!, chosen: { rate: 7 } } } },
      'rate',
    ],
  ])('that %s is refused, with file and line', async (_, content, message) => {
    const folder = folderWith({ learners: ['ff'], tuned: 't.json' });
    if (content) write(folder, { 'scenarios/t.json': content });
    const { code, err } = await mortal(folder, ['check', 'scenarios/x.json']);
    expect(code).toBe(2);
    expect(err).toMatch(/\.json:\d+/);
    expect(err).toContain(message);
  });
});
