/** @file What a report says of tuning: the same effort for all, every setting tried, and no test error. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { writeReport } from '../../src/report/index.ts';
import { method } from '../../src/report/method.ts';
import { type Run, study } from '../../src/report/study.ts';
import type { LearnerTuning, Tried, TuningFile } from '../../src/scenarios/tuning-file.ts';
import { freshFolder } from '../fixtures/folders.ts';
import { madeUpRun, writeRun } from '../fixtures/made-up-study.ts';

const tried = (rate: number, mean: number, changes: Partial<Tried> = {}): Tried => ({
  options: { rate },
  mean,
  spread: 0.25,
  each: { scattering: mean - 1, comparator: mean + 1 },
  failed: 0,
  passes: 20000,
  ...changes,
});
const tuned = (learner: string, best: number, all: Tried[], isAtEdge = false): LearnerTuning => ({
  learner,
  chosen: { rate: best },
  isAtEdge,
  passes: 60000,
  tried: all,
});
const tuning: TuningFile = {
  format: 1,
  rule: 'lowest mean',
  command: 'mortal tune scenarios/made-up.json',
  versions: { mortal: '9.9.9' },
  data: { set: 'mnist', train: 1000, validation: 500, test: 100 },
  chips: ['reference'],
  seeds: [101, 102],
  settings: 3,
  samples: 30000,
  learners: {
    ff: tuned('ff', 0.003, [tried(0.001, 7.25), tried(0.003, 6.5), tried(0.009, 100, { failed: 2 })]),
    'local-softmax': tuned('local-softmax', 0.01, [tried(0.001, 9), tried(0.003, 8), tried(0.01, 7.5)], true),
    pepita: tuned('pepita', 0.003, [tried(0.003, 33.3)]),
  },
};
const content = { file: 'tuning/made-up.json', content: tuning };

const run = (changes: Partial<Run> = {}): Run => {
  const table = { scattering: { ff: 4, 'local-softmax': 4, 'readout-only': 30 } };
  const made = madeUpRun({ table });
  return { ...made, about: { ...made.about, tuning: content }, ...changes };
};
const textOf = (markup: string) => markup.replace(/<[^>]*>/g, '').replaceAll('\u00a0', ' ');
const rowsOf = (markup: string) =>
  [...markup.matchAll(/<tr[^>]*>(.*?)<\/tr>/gs)].map(row =>
    [...row[1]!.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(cell => textOf(cell[1]!)).join('|'),
  );
const told = (of: Run) => method(study(of)).markup;

describe('the report of a tuned scenario', () => {
  const markup = told(run());

  test('shows every setting tried of its own learners, and marks the chosen one', () => {
    const rows = rowsOf(markup);
    expect(rows).toContain('learner|setting 1|setting 2|setting 3|at the edge|passes');
    expect(rows).toContain('ff|0.001: 7.25 ± 0.25|0.003: 6.50 ± 0.25|0.009: 100.00 ± 0.25*||60,000');
    expect(rows).toContain(
      'local-softmax|0.001: 9.00 ± 0.25|0.003: 8.00 ± 0.25|0.01: 7.50 ± 0.25|yes|60,000',
    );
    expect(markup).toMatch(/class="number best">0\.003: 6\.50/);
    expect(markup.match(/class="number best">/g)).toHaveLength(2);
    expect(rows.some(row => row.startsWith('pepita'))).toBe(false);
  });

  test('says which file, what effort, who was not tuned, and what the scenario set itself', () => {
    const text = textOf(markup);
    expect(text).toContain('tuning/made-up.json');
    expect(text).toContain('mortal tune scenarios/made-up.json');
    expect(text).toContain('3 settings and 30,000 training images in all');
    expect(text).toContain('Not in that file, so untuned: readout-only.');
    expect(text).toContain('Set by the scenario itself: rate 0.003 of local-softmax.');
    expect(text).not.toContain('none was tuned for it here');
  });

  test('warns where it shows chips that were tuned on', () => {
    expect(textOf(markup)).not.toContain('flatter');
    const onSame = { ...content, content: { ...tuning, seeds: [2, 101] } };
    const about = { ...run().about, tuning: onSame };
    expect(textOf(told(run({ about })))).toContain('Seed 2: tuned on and shown here');
  });

  test('has no such section without a tuning file', () => {
    const { tuning: _none, ...about } = run().about;
    expect(told(run({ about }))).not.toContain('What each learner was given');
  });
});

test('the report of the tuning itself has all learners, place by place, and no test error', async () => {
  const folder = freshFolder();
  await writeRun(run({ command: tuning.command }), folder);
  const page = readFileSync(await writeReport(folder), 'utf8')
    .split('</style>')[1]!
    .split('<script>')[0]!;
  const rows = rowsOf(page);
  expect(rows).toContain('pepita|0.003: 33.30 ± 0.25|–|–||60,000');
  expect(rows).toContain('rate 0.001|6.25|8.25|7.25 ± 0.25|20,000');
  expect(textOf(page)).toContain('mortal 9.9.9');
  expect(page).not.toMatch(/test error/i);
});
