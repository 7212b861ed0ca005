/** @file What a report says of distillation, and that other numbers make it say something else. */
import { describe, expect, test } from 'vitest';
import { study } from '../../src/report/study.ts';
import { type TransferAnswer, transferWords } from '../../src/report/transfer-words.ts';
import { answer } from '../../src/report/words.ts';
import { type MadeUpStudent, madeUpDistillation, madeUpRun } from '../fixtures/made-up-study.ts';

const sentences = ({ places, findings }: TransferAnswer): string[] => [
  ...places.map(({ text }) => text),
  ...findings,
];
const words = (...students: MadeUpStudent[]) =>
  sentences(transferWords(study(madeUpDistillation(students))))
    .join('\n')
    .replaceAll('\u00a0', ' ');
const soft = (errors: number[], agreements = errors.map(e => 100 - e)): MadeUpStudent => ({
  arm: 'soft',
  samples: 250,
  errors,
  agreements,
});
const hard = (errors: number[], agreements = errors.map(e => 100 - e)): MadeUpStudent => ({
  ...soft(errors, agreements),
  arm: 'hard',
  distill: { targets: 'true' },
});

describe('soft labels against hard ones', () => {
  test('win where they do on every pair', () => {
    expect(words(soft([18, 19, 20]), hard([22, 21, 23]))).toContain(
      'at 250 images wins (19.0 against 22.0 %) on error and wins (81.0 against 78.0 %) on agreement',
    );
  });
  test('lose where they do on every pair', () => {
    expect(words(soft([24, 25, 26]), hard([22, 21, 23]))).toContain(
      'at 250 images loses (25.0 against 22.0 %)',
    );
  });
  test('are level where pairs of chips disagree', () => {
    expect(words(soft([18, 24, 20]), hard([22, 21, 23]))).toContain(
      'is level (20.7 against 22.0 %) on error',
    );
  });
  test('of five pairs, one may go the other way', () => {
    expect(words(soft([18, 18, 18, 18, 24]), hard([22, 22, 22, 22, 23]))).toContain('wins');
    expect(words(soft([18, 18, 18, 24, 24]), hard([22, 22, 22, 23, 23]))).toContain('is level');
  });
  test('may win on agreement and lose on error, and both are said', () => {
    expect(words(soft([8, 8.2, 8.1], [94, 94.2, 94.4]), hard([7.5, 7.6, 7.7], [93, 93.1, 93.2]))).toContain(
      'loses (8.1 against 7.6 %) on error and wins (94.2 against 93.1 %) on agreement',
    );
  });
});

describe('copies', () => {
  const copied = (errors: number[]): MadeUpStudent => ({
    ...soft(errors),
    arm: 'copied',
    samples: 0,
    distill: { start: 'copy' },
  });
  test('pay where they err less than anybody who was told', () => {
    expect(words(soft([12, 12]), copied([5, 6]))).toContain(
      'Copying weights pays here: “copied” errs on 5.5 %',
    );
  });
  test('do not where they err more', () => {
    expect(words(soft([12, 12]), copied([90, 91]))).toContain('Weights are better not copied here');
  });
});

test('a class left out is told with what its bias mends', () => {
  expect(words({ ...soft([15, 16]), leftOut: { before: 79, after: 45 } })).toContain(
    '“soft”, 250 images, 79.0 % and 45.0 %',
  );
  expect(words({ ...soft([15, 16]), leftOut: { before: 79, after: 45 } })).toContain(
    'Of class 3, which the transfer set has no image of',
  );
});

test('the nearest student stands beside the teacher’s own second reading, and the price is named', () => {
  const text = words(soft([18, 19]));
  expect(text).toContain('gives 81.5 % of its teacher');
  expect(text).toContain('the teacher repeats 98.0 % of its own');
  expect(text).toContain('11 passes an image');
});

test('the heading says what the best of those told softly make of it', () => {
  const of = study(madeUpDistillation([soft([18, 19]), { ...soft([12, 13]), samples: 1000 }, hard([2, 3])]));
  expect(answer(of).headline.replaceAll('\u00a0', ' ')).toBe(
    'A teacher that errs on 5.5 % makes a student that errs on 12.5 % after 1,000 images (“soft”)',
  );
});

test('a run without students has none of it', () => {
  expect(sentences(transferWords(study(madeUpRun())))).toEqual([]);
});
