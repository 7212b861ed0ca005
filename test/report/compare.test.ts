import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { realWorld } from '../../src/cli/world.ts';
import { compareRuns } from '../../src/report/compare.ts';
import { finding } from '../../src/report/compare-page.ts';
import { writeComparison } from '../../src/report/index.ts';
import { type Run, study } from '../../src/report/study.ts';
import { type MadeUp, madeUpRun, type Table, writeRun } from '../fixtures/made-up-study.ts';

const table: Table = { a: { ff: [4, 5, 6], 'local-softmax': [4, 4.1, 4.2] }, b: { ff: [7, 8, 'failed'] } };
const better: Table = { a: { ff: [3, 4.01, 4.99], 'backprop-loop': 4 }, b: { ff: [7, 8, 9] } };

/** The run with another option of Forward-Forward and other weights. */
const changed = (options: MadeUp): Run => {
  const run = madeUpRun(options);
  return {
    ...run,
    name: 'changed',
    trials: run.trials.map(trial => ({
      ...trial,
      planned: {
        ...trial.planned,
        specification: {
          ...trial.planned.specification,
          chip: { ...trial.planned.specification.chip, layers: [100] },
          options: { ...trial.planned.specification.options, rate: 0.01 },
        },
      },
    })),
  };
};

test('learners and settings of both runs are paired by seed', () => {
  const { pairs, alone } = compareRuns(study(madeUpRun({ table })), study(changed({ table: better })));
  expect(pairs.map(pair => `${pair.learner.name} ${pair.setting.label}`)).toEqual(['ff a', 'ff b']);
  expect(pairs[0]!.difference!.mean).toBeCloseTo(-1, 10);
  expect(pairs[0]!.p).toBeLessThan(0.001);
  expect(pairs[1]).toMatchObject({ failed: [1, 0], difference: { count: 2, mean: 0 } });
  expect(alone).toEqual({ first: ['local-softmax'], second: ['backprop-loop'] });
});

test('what was asked differently is told, and nothing else', () => {
  const one: Table = { a: { ff: 4 } };
  const { discrepancies } = compareRuns(study(madeUpRun({ table: one })), study(changed({ table: one })));
  expect(discrepancies).toEqual([
    { path: 'chip.layers', first: '[300,300,300]', second: '[100]' },
    { path: 'learners.ff.rate', first: '0.003', second: '0.01' },
  ]);
});

test('the finding names who differs beyond chance', () => {
  const between = (other: Table) =>
    finding(compareRuns(study(madeUpRun({ table })), study(changed({ table: other }))));
  expect(between(better)).toBe('B against A: `ff` better in 1 of 2 settings');
  expect(between(table)).toBe('Every chip errs the same in both runs');
  expect(between({ z: { 'backprop-loop': 4 } })).toBe('The runs have no learner and setting in common');
});

test('the page is written beside the first run and asks nothing of the network', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'compare-'));
  try {
    const [first, second] = [join(folder, 'one'), join(folder, 'two')];
    await writeRun(madeUpRun({ table }), first);
    await writeRun(madeUpRun({ table: better }), second);
    const path = await writeComparison(first, second);
    expect(path).toBe(join(first, 'compare-two.html'));
    const text = await readFile(path, 'utf8');
    expect(text).toContain('chips in both');
    expect(text).not.toMatch(/(?:src|href)="(?!#)/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('the command line sets two runs side by side, where it is told', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'compare-'));
  try {
    await writeRun(madeUpRun({ table }), join(folder, 'one'));
    await writeRun(madeUpRun({ table: better }), join(folder, 'two'));
    const told: string[] = [];
    const stream = { write: (text: string) => told.push(text) } as unknown as NodeJS.WritableStream;
    const world = { ...realWorld(), cwd: folder, stdout: stream, stderr: stream };
    expect(await main(['report', 'one', 'two', '--out', 'both.html'], world)).toBe(0);
    expect(told.join('')).toBe('Comparison: both.html\n');
    expect(await readFile(join(folder, 'both.html'), 'utf8')).toContain('B − A');
    expect(await main(['report', 'one', 'three'], world)).toBe(2);
    expect(told.at(-1)).toContain('three is no folder of a run');
  } finally {
    await rm(folder, { recursive: true });
  }
});
