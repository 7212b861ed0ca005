/** @file What soft labels are worth in hard ones, and where copies are overtaken: known lines, and what must come out of them. */
import { describe, expect, test } from 'vitest';
import { armPoints } from '../../src/report/arms.ts';
import { equivalents, worthTwice } from '../../src/report/efficiency.ts';
import { overtakings } from '../../src/report/overtaking.ts';
import { study } from '../../src/report/study.ts';
import { type TransferAnswer, transferWords } from '../../src/report/transfer-words.ts';
import { type MadeUpStudent, madeUpDistillation } from '../fixtures/made-up-study.ts';

const sentences = ({ places, findings }: TransferAnswer): string[] => [
  ...places.map(({ text }) => text),
  ...findings,
];
const sizes = [250, 1000, 4000];
type Law = (samples: number, pair: number) => number;

/** Students whose errors follow laws of the size. */
const studentsOf = (soft: Law, hard: Law, pairs = 3): MadeUpStudent[] =>
  sizes.flatMap(samples =>
    (
      [
        ['soft', soft, {}],
        ['hard', hard, { targets: 'true' }],
      ] as const
    ).map(([arm, law, distill]) => {
      const errors = Array.from({ length: pairs }, (_, k) => law(samples, k));
      return { arm, samples, distill, errors, agreements: errors.map(e => 100 - e) };
    }),
  );
const pointsOf = (students: readonly MadeUpStudent[]) => armPoints(study(madeUpDistillation(students)));
const wordsOf = (students: readonly MadeUpStudent[]) =>
  sentences(transferWords(study(madeUpDistillation(students))))
    .join('\n')
    .replaceAll('\u00a0', ' ');
/** error ∝ size^−½ */
const root =
  (worth: number): Law =>
  samples =>
    400 / Math.sqrt(worth * samples);

describe('soft labels', () => {
  test('that are worth 1.5 hard ones at every size are found to be, and never twice as many', () => {
    const points = pointsOf(studentsOf(root(1.5), root(1)));
    for (const { samples, hard } of equivalents(points, 'soft', 'hard').slice(0, 2)) {
      expect(hard.kind).toBe('found');
      if (hard.kind === 'found') expect(hard.value / samples).toBeCloseTo(1.5, 3);
    }
    expect(equivalents(points, 'soft', 'hard')[2]!.hard).toMatchObject({ kind: 'outside', above: 3 });
    expect(worthTwice(points, 'soft', 'hard')).toMatchObject({ kind: 'outside', below: 3 });
    expect(worthTwice(pointsOf(studentsOf(root(3), root(1))), 'soft', 'hard')).toMatchObject({ above: 3 });
  });

  test('whose worth falls as a power of the size are worth twice as many where the power says, pair by pair', () => {
    // worth = 2 (n / at)^−½, from log-linear lines, so that interpolation is exact
    const falling: Law = (samples, pair) => root(2 * (samples / (600 + 50 * pair)) ** -0.5)(samples, pair);
    const found = worthTwice(pointsOf(studentsOf(falling, root(1))), 'soft', 'hard');
    expect(found.kind).toBe('found');
    if (found.kind !== 'found') return;
    expect(found.value).toBeCloseTo((600 * 650 * 700) ** (1 / 3), -1);
    expect(found.low).toBeLessThan(found.value);
    expect(found.high).toBeGreaterThan(found.value);
    const words = wordsOf(studentsOf(falling, root(1)));
    expect(words).toContain('At 650 [');
    expect(words).toContain('“soft” is worth exactly twice as many of “hard”');
    expect(words).toMatch(/250 do as much as \d+ \(3\.2 times as many/);
  });

  test('of one size alone are not compared along a line', () => {
    expect(wordsOf(studentsOf(root(1.5), root(1)).slice(0, 2))).not.toContain('do as much as');
  });
});

describe('copies along the strength of boxes', () => {
  /** A copy whose error grows along the levels, against students that err alike at all. */
  const given = (growth: (level: number, pair: number) => number): MadeUpStudent[] =>
    [0.25, 0.5, 1].flatMap(level => [
      { arm: 'told', samples: 1000, level, errors: [10, 10], agreements: [90, 90] },
      {
        arm: 'copied',
        samples: 0,
        level,
        distill: { start: 'copy' },
        errors: [0, 1].map(pair => growth(level, pair)),
        agreements: [95, 95],
      },
    ]);
  const of = (students: MadeUpStudent[]) => {
    const made = study(madeUpDistillation(students));
    return overtakings(made, armPoints(made), ['told']);
  };

  test('are overtaken where the lines cross as drawn', () => {
    // log error is linear in the level: 10 % at 0.4 and 0.6
    const [found] = of(given((level, pair) => 10 * Math.exp(level - (pair === 0 ? 0.4 : 0.6))));
    expect(found).toMatchObject({ overtaken: 2, ahead: 0, behind: 0 });
    expect(found!.at!.level).toBeCloseTo(0.5, 3);
    expect(found!.at!.low).toBeCloseTo(0.4, 3);
    expect(wordsOf(given((level, pair) => 10 * Math.exp(level - (pair === 0 ? 0.4 : 0.6))))).toContain(
      '“told” errs less than “copied” from boxes 0.5 [0.4, 0.6] on (2 pairs',
    );
  });

  test('may be ahead to the end, or behind from the start', () => {
    expect(of(given(() => 5))).toMatchObject([{ overtaken: 0, ahead: 2, at: undefined }]);
    expect(wordsOf(given(() => 5))).toContain('at no boxes up to 1');
    expect(wordsOf(given(() => 50))).toContain('at every boxes from 0.25 on');
  });
});

describe('students that learn nothing of the transfer set', () => {
  test('stand in a table once, however many sizes are crossed with them', () => {
    const copied = [250, 1000].map(() => ({
      arm: 'copied',
      samples: 0,
      distill: { start: 'copy' as const },
      errors: [50],
      agreements: [50],
    }));
    expect(pointsOf(copied).length).toBe(1);
  });
});
