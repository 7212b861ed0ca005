import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { attempt, failure } from '../../src/lab/attempt.ts';
import { boxName, csv, type Row, rowsOf } from '../../src/lab/rows.ts';
import { summaryOf } from '../../src/lab/summary.ts';
import { runTrial } from '../fixtures/fake-trial.ts';
import { planned } from '../fixtures/trials.ts';
import { bench } from '../fixtures/world.ts';

/** Reads comma-separated values by the rules of RFC 4180. */
function readBack(text: string): string[][] {
  const lines: string[][] = [[]];
  const fields = /("(?:[^"]|"")*"|[^",\n]*)([,\n])/gy;
  for (const match of text.matchAll(fields)) {
    const [, field, end] = match as unknown as [string, string, string];
    lines.at(-1)!.push(field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field);
    if (end === '\n') lines.push([]);
  }
  return lines.slice(0, -1);
}

describe('the table of results', () => {
  test.prop([
    fc.array(fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'µ') }), { minLength: 1 }),
  ])('reads back whatever is in it', texts => {
    const row: Row = Object.fromEntries(texts.map((text, i) => [`column ${i}`, text]));
    expect(readBack(csv([row]))).toEqual([Object.keys(row), texts]);
  });

  test('has a row for each trial that has a result, with what is varied in columns of its own', async () => {
    const { trials, ...rest } = await planned({
      learners: ['stand-in', { learner: 'stand-in', as: 'a, "quoted" one', ends: 'throws' }],
      vary: { 'chip.cell.readNoise': ['1 %', '2 %'], 'data.train': [{ label: 'few', value: 10 }] },
    });
    const plan = { trials, ...rest };
    const split = await bench.loadSplit(trials[0]!.specification.data);
    const done = await attempt(runTrial, trials[0]!, split, () => {});
    const failed = { result: failure(trials[1]!, new Error('layer 2:\nNaN')), seconds: undefined };
    const found = new Map([
      [trials[0]!.id, summaryOf(done)],
      [trials[1]!.id, summaryOf(failed)],
    ]);
    const [heading, ...lines] = readBack(csv(rowsOf(plan, found)));
    expect(heading!.join(',')).toBe(
      'trial,scenario,learner,access,chip,box,seed,status,test_error_percent,validation_error_percent,epochs,forward_passes,' +
        'reverse_passes,energy_J,weights_digest,seconds,chip.cell.readNoise,data.train,error',
    );
    const [first, second] = lines.map(line =>
      Object.fromEntries(heading!.map((column, i) => [column, line[i]])),
    );
    expect(lines).toHaveLength(2);
    expect(first).toMatchObject({
      trial: trials[0]!.id,
      scenario: 'test',
      learner: 'stand-in',
      chip: 'own',
      box: 'none',
      seed: '1',
      status: 'done',
      test_error_percent: String(done.result.readouts[0]!.testErrorPercent),
      epochs: '3',
      forward_passes: '60',
      energy_J: '0.000003',
      'chip.cell.readNoise': '1 %',
      'data.train': 'few',
      error: '',
    });
    expect(second).toMatchObject({
      learner: 'a, "quoted" one',
      status: 'failed',
      test_error_percent: '',
      error: 'layer 2:\nNaN',
    });
  });

  test('of nothing is empty', () => {
    expect(csv([])).toBe('');
  });
});

test('boxes are named by where they are', () => {
  const none = { kind: 'none' } as const;
  const comparator = { kind: 'comparator', fanIn: 3, noise: 0, smoothing: 0.5 } as const;
  const scattering = {
    kind: 'scattering',
    strength: 1,
    fanIn: 3,
    curves: [],
    noise: 0,
    bits: 4,
    smoothing: 0.5,
  } as const;
  expect(boxName({ front: none, between: none })).toBe('none');
  expect(boxName({ front: none, between: comparator })).toBe('comparator');
  expect(boxName({ front: comparator, between: none })).toBe('front comparator');
  expect(boxName({ front: comparator, between: comparator })).toBe('comparator everywhere');
  expect(boxName({ front: comparator, between: { ...scattering, curves: ['tanh'] } })).toBe(
    'front comparator, then scattering',
  );
});
