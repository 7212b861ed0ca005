import { describe, expect, test } from 'vitest';
import { summarise } from '../../src/report/statistics.ts';
import { cellOf, type Run, study } from '../../src/report/study.ts';
import { compare, isLevel, loss, standings } from '../../src/report/verdict.ts';
import { madeUpRun, type Table } from '../fixtures/made-up-study.ts';

const small: Table = {
  a: { ff: [3, 4, 5], 'readout-only': 20 },
  b: { ff: [6, 'failed', 7], 'readout-only': 30 },
};

/** The same run with other settings for each trial. */
const withSettings = (
  run: Run,
  change: (settings: Record<string, string>, seed: number) => Record<string, string>,
): Run => ({
  ...run,
  trials: run.trials.map(trial => ({
    ...trial,
    planned: {
      ...trial.planned,
      settings: change({ ...trial.planned.settings }, trial.planned.specification.seed),
    },
  })),
});

describe('a study', () => {
  const sorted = study(madeUpRun({ table: small }));

  test('has learners and settings in the order of the scenario', () => {
    expect(sorted.learners.map(learner => learner.name)).toEqual(['ff', 'readout-only']);
    expect(sorted.settings.map(setting => setting.label)).toEqual(['a', 'b']);
    expect(sorted.seeds).toEqual([1, 2, 3]);
  });

  test('leaves failed trials out of the mean and keeps them', () => {
    const cell = cellOf(sorted, sorted.learners[0]!, sorted.settings[1]!)!;
    expect(cell.error).toMatchObject({ mean: 6.5, count: 2, maximum: 7 });
    expect(cell.failed.map(trial => trial.planned.specification.seed)).toEqual([2]);
  });

  test('uses Student’s t from five chips on in every cell', () => {
    expect(sorted.interval).toBe('range');
    expect(study(madeUpRun({ table: { a: { ff: 4 } }, seeds: [1, 2, 3, 4, 5] })).interval).toBe('student');
    expect(
      study(madeUpRun({ table: { a: { ff: [1, 2, 3, 4, 'failed'] } }, seeds: [1, 2, 3, 4, 5] })).interval,
    ).toBe('range');
  });

  test('sorts a plan that goes seed by seed as well', () => {
    const run = madeUpRun({ table: small });
    const bySeed = {
      ...run,
      trials: [...run.trials].sort((x, y) => x.planned.specification.seed - y.planned.specification.seed),
    };
    expect(study(bySeed).cells.map(cell => cell.error?.mean)).toEqual(
      sorted.cells.map(cell => cell.error?.mean),
    );
  });
});

describe('settings are called', () => {
  const labels = (run: Run) => study(run).settings.map(setting => setting.label);
  const run = madeUpRun({ table: { x: { ff: 4 }, y: { ff: 5 } } });

  test('by their value, where it speaks', () => expect(labels(run)).toEqual(['x', 'y']));

  test('with the name of the path, where the value is a number', () => {
    const numbers = madeUpRun({ table: { '0.1': { ff: 4 }, '0.2': { ff: 5 } }, path: 'chip.cell.readNoise' });
    expect(labels(numbers)).toEqual(['read noise 0.1', 'read noise 0.2']);
  });

  test('with all names, where several paths vary, as short as they can be told apart', () => {
    const crossed = withSettings(run, settings => ({
      'chip.boxes.front.noise': settings['chip.boxes']!,
      'chip.boxes.between.noise': settings['chip.boxes']!,
    }));
    expect(labels(crossed)).toEqual(['front noise x, between noise x', 'front noise y, between noise y']);
  });

  test('without paths that never change', () => {
    expect(labels(withSettings(run, settings => ({ ...settings, 'data.train': '1000' })))).toEqual([
      'x',
      'y',
    ]);
  });

  test('after the chip, where nothing varies', () => {
    expect(labels(withSettings(madeUpRun({ table: { x: { ff: 4 } } }), () => ({})))).toEqual([
      'reference chip',
    ]);
  });
});

describe('verdicts', () => {
  const verdicts = (table: Table) => {
    const sorted = study(madeUpRun({ table }));
    return Object.fromEntries(
      standings(sorted, sorted.settings[0]!).map(each => [each.learner.name, each.verdict]),
    );
  };

  test('one word for each learner', () => {
    expect(
      verdicts({
        a: {
          ff: [4, 4, 4],
          'local-softmax': [4.4, 4.4, 4.4],
          'backprop-loop': [5.1, 5.1, 5.1],
          'backprop-blind': [90, 90, 90],
          'backprop-oracle': [3.7, 3.7, 3.7],
          'readout-only': [32, 32, 32],
        },
      }),
    ).toEqual({
      ff: 'best',
      'local-softmax': 'level',
      'backprop-loop': 'behind',
      'backprop-blind': 'collapsed',
      'backprop-oracle': 'bound',
      'readout-only': 'control',
    });
  });

  test('a transparent learner can break down like any other', () => {
    expect(verdicts({ a: { ff: 4, 'backprop-oracle': 50 } })['backprop-oracle']).toBe('collapsed');
  });

  test('half a point above nothing is no collapse', () => {
    expect(verdicts({ a: { ff: [0, 0, 0], 'local-softmax': [0.4, 0.4, 0.4] } })).toEqual({
      ff: 'best',
      'local-softmax': 'level',
    });
  });

  test('level is half a point, or its own spread up to half of the other', () => {
    const of = (...values: number[]) => summarise(values, 'range')!;
    expect(isLevel(of(4.5), of(4))).toBe(true);
    expect(isLevel(of(4.6), of(4))).toBe(false);
    expect(isLevel(of(4, 5, 6), of(4))).toBe(true);
    expect(isLevel(of(1, 7, 13), of(4))).toBe(false);
  });

  test('a learner can be better here and worse there', () => {
    const sorted = study(
      madeUpRun({ table: { a: { ff: 4, 'local-softmax': 8 }, b: { ff: 8, 'local-softmax': 4 } } }),
    );
    const [ff, local] = sorted.learners;
    expect(compare(sorted, ff!, local!).map(each => each.side)).toEqual(['first', 'second']);
  });

  test('losses are paired by chip', () => {
    const sorted = study(madeUpRun({ table: { a: { ff: [3, 10, 5] }, b: { ff: [4, 'failed', 8] } } }));
    expect(loss(sorted, sorted.learners[0]!, sorted.settings[0]!, sorted.settings[1]!)).toBeCloseTo(2, 10);
  });
});
