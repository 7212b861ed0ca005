/** @file What is said of a chip's later life. */
import { expect, test } from 'vitest';
import { lifeWords } from '../../src/report/life-words.ts';
import { type Run, study } from '../../src/report/study.ts';
import { madeUpRun } from '../fixtures/made-up-study.ts';

const lived = (
  life: { seconds: number[]; agedErrorPercent: number[]; relearnedErrorPercent: number[] },
  asked: { accident: number; learning: boolean },
): Run => {
  const run = madeUpRun({ table: { x: { ff: [4] } }, seeds: [1] });
  return {
    ...run,
    trials: run.trials.map(trial => ({
      ...trial,
      result: {
        ...trial.result!,
        life,
        specification: {
          ...trial.result!.specification,
          life: { steps: life.seconds.length, interval: life.seconds[0]!, rate: 0.3, ...asked },
        },
      },
    })),
  };
};
const words = (...given: Parameters<typeof lived>) =>
  lifeWords(study(lived(...given)))
    .join(' ')
    .replaceAll('\u00a0', ' ');

test('a fall and a recovery are told with all three numbers', () => {
  const life = { seconds: [0, 0], agedErrorPercent: [8, 5], relearnedErrorPercent: [5, 4.75] };
  expect(words(life, { accident: 0.3, learning: true })).toBe(
    'Through an accident to 30.0 % of the units of every box and 2 more epochs, `ff` went from 4.0 to 8.0 and back to 4.8 %.',
  );
});

test('a slow decline is told with the time it took', () => {
  const life = { seconds: [86400, 2 * 86400], agedErrorPercent: [5, 9], relearnedErrorPercent: [] };
  expect(words(life, { accident: 0, learning: false })).toBe('In 2 days, `ff` went from 4.0 to 9.0 %.');
});

test('chips without a later life have nothing said of it', () => {
  expect(lifeWords(study(madeUpRun()))).toEqual([]);
});
