/** @file What two chips have in common, in numbers: known cases, and what must hold for any scores. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import {
  agreementOf,
  answersOf,
  bestScale,
  divergence,
  errorPercent,
  type Scores,
} from '../../src/distill/agreement.ts';
import { calibratedScale, calibrationError, fairBiases, shifted } from '../../src/distill/calibration.ts';
import { gaussians, streamOf, uniforms } from '../../src/engine/streams.ts';

const classes = 5;
const scoresOf = (name: string, images = 400, spread = 2): Scores => ({
  values: Float32Array.from(gaussians(streamOf('scores', name), images * classes), v => spread * v),
  classes,
});
/** Labels drawn from the softmax of the scores: scores that mean what they say. */
function drawn({ values }: Scores, scale = 1): Uint8Array {
  const draws = uniforms(streamOf('scores', 'labels'), values.length / classes);
  return Uint8Array.from(draws, (u, i) => {
    const row = Array.from(values.subarray(i * classes, (i + 1) * classes), v => Math.exp(scale * v));
    const sums = row.map((_, c) => row.slice(0, c + 1).reduce((sum, v) => sum + v, 0));
    return Math.max(
      0,
      sums.findIndex(sum => u * sums.at(-1)! < sum),
    );
  });
}
const anyScores = fc
  .array(fc.integer({ min: -50, max: 50 }), { minLength: classes, maxLength: 20 * classes })
  .map(list => ({
    values: Float32Array.from(list.slice(0, list.length - (list.length % classes)), v => v / 10),
    classes,
  }));

describe('agreement', () => {
  test('of a chip with itself is whole, at any loudness and with any constant per image', () => {
    const teacher = scoresOf('teacher');
    const student = {
      values: teacher.values.map((v, k) => 0.25 * v + Math.floor(k / classes)),
      classes,
    };
    const labels = answersOf(scoresOf('truth'));
    const {
      agreementPercent,
      sameErrorsPercent,
      divergence: kl,
      scale,
    } = agreementOf(teacher, student, labels, 4);
    expect(agreementPercent).toBe(100);
    expect(sameErrorsPercent).toBe(100);
    expect(kl).toBeLessThan(1e-4);
    expect(scale).toBeCloseTo(4, 1);
  });

  test('of strangers is chance', () => {
    const { agreementPercent, matrix } = agreementOf(
      scoresOf('a', 4000),
      scoresOf('b', 4000),
      new Uint8Array(4000),
      1,
    );
    expect(agreementPercent).toBeGreaterThan(17);
    expect(agreementPercent).toBeLessThan(23);
    expect(matrix.flat().reduce((sum, n) => sum + n, 0)).toBe(4000);
    expect(matrix.reduce((sum, row, k) => sum + row[k]!, 0) / 40).toBeCloseTo(agreementPercent, 9);
  });

  test('on errors counts the same wrong class only', () => {
    const hot = (answers: number[]): Scores => ({
      values: Float32Array.from(
        answers.flatMap(a => Array.from({ length: classes }, (_, c) => (c === a ? 1 : 0))),
      ),
      classes,
    });
    const labels = Uint8Array.of(0, 0, 0, 0);
    // the teacher errs three times; the student follows once, is right once, and errs in its own way once
    const { sameErrorsPercent, agreementPercent } = agreementOf(
      hot([0, 1, 2, 3]),
      hot([0, 1, 0, 4]),
      labels,
      1,
    );
    expect(sameErrorsPercent).toBeCloseTo(100 / 3, 9);
    expect(agreementPercent).toBe(50);
    expect(errorPercent(Uint8Array.of(0, 1, 2, 3), labels)).toBe(75);
    expect(agreementOf(hot([0, 0, 0, 0]), hot([1, 1, 1, 1]), labels, 1).sameErrorsPercent).toBeNull();
  });

  test.prop([anyScores])(
    'divergence is not negative, zero from itself, and least at the best scale',
    teacher => {
      fc.pre(teacher.values.length > 0);
      expect(divergence(teacher, teacher, 1, 1)).toBeCloseTo(0, 9);
      const student = { values: teacher.values.map((v, k) => v + ((k * 7) % 3)), classes };
      const scale = bestScale(teacher, student);
      const least = divergence(teacher, student, scale, 1);
      expect(least).toBeGreaterThanOrEqual(-1e-9);
      for (const other of [0.5, 0.9, 1.1, 2])
        expect(divergence(teacher, student, other * scale, 1)).toBeGreaterThanOrEqual(least - 1e-5);
    },
  );
});

describe('calibration', () => {
  test('of scores that mean what they say is good, of ones said too loudly bad, and the scale mends it', () => {
    const honest = scoresOf('honest', 20000, 1);
    const labels = drawn(honest);
    const loud = { values: honest.values.map(v => 3 * v), classes };
    expect(calibrationError(honest, labels)).toBeLessThan(0.015);
    expect(calibrationError(loud, labels)).toBeGreaterThan(0.15);
    expect(calibratedScale(loud, labels)).toBeCloseTo(1 / 3, 1);
    expect(calibrationError(loud, labels, calibratedScale(loud, labels))).toBeLessThan(0.015);
  });

  test('is 0 for certain and right, 1 for certain and wrong', () => {
    const certain: Scores = { values: Float32Array.of(100, 0, 0, 0, 0), classes };
    expect(calibrationError(certain, Uint8Array.of(0))).toBeCloseTo(0, 9);
    expect(calibrationError(certain, Uint8Array.of(1))).toBeCloseTo(1, 9);
  });

  test.each([[[3]], [[1, 3]]])('fair biases give the classes %j their share of the answers', left => {
    const biased = shifted(
      scoresOf('biased', 5000),
      Float64Array.from([0, 0, 0, 0, 0], (_, c) => (left.includes(c) ? -6 : 0)),
    );
    const before = answersOf(biased);
    const after = answersOf(shifted(biased, fairBiases(biased, left)));
    for (const c of left) {
      expect(before.filter(a => a === c).length).toBeLessThan(200);
      expect(after.filter(a => a === c).length / 1000).toBeCloseTo(1, 1);
    }
  });
});
