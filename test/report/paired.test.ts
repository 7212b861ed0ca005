import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { differences } from '../../src/report/paired.ts';
import { banded, holm, pairedP } from '../../src/report/statistics.ts';
import { study } from '../../src/report/study.ts';
import { madeUpRun } from '../fixtures/made-up-study.ts';

describe('a paired t-test', () => {
  test('has the p of a worked example', () => {
    // differences 1 2 3 4 5: t = 3 / (1.5811 / √5) = 4.2426, 4 degrees of freedom, p = 0.01324
    expect(pairedP([1, 2, 3, 4, 5])).toBeCloseTo(0.01324, 4);
    expect(pairedP([-1, 0, 1])).toBe(1);
  });

  test('says nothing of two chips or of equal differences', () => {
    expect(pairedP([1, 2])).toBeUndefined();
    expect(pairedP([1, 1, 1])).toBeUndefined();
  });
});

describe('Holm’s correction', () => {
  test('is that of a worked example', () => {
    const corrected = holm([0.01, 0.04, 0.03, 0.005]);
    [0.03, 0.06, 0.06, 0.02].forEach((p, k) => {
      expect(corrected[k]).toBeCloseTo(p, 12);
    });
  });

  property.prop([fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 })])(
    'keeps the order, lowers nothing and stays below Bonferroni',
    probabilities => {
      const corrected = holm(probabilities);
      probabilities.forEach((p, k) => {
        expect(corrected[k]).toBeGreaterThanOrEqual(p);
        expect(corrected[k]).toBeLessThanOrEqual(Math.min(1, p * probabilities.length) + 1e-12);
        probabilities.forEach((q, j) => {
          if (p <= q) expect(corrected[k]).toBeLessThanOrEqual(corrected[j]!);
        });
      });
    },
  );
});

test('differences are taken on the same chips only', () => {
  const all = differences(
    study(
      madeUpRun({
        table: {
          a: { ff: [3, 10, 5, 4], 'backprop-loop': [4, 12, 'failed', 7], 'local-softmax': 'missing' },
        },
        seeds: [1, 2, 3, 4],
      }),
    ),
  );
  expect(all).toHaveLength(1);
  expect(all[0]).toMatchObject({ learner: { name: 'backprop-loop' }, difference: { count: 3, mean: 2 } });
  // differences 1 2 3: t = 2 / (1 / √3) = 3.4641, 2 degrees of freedom, p = 0.0742; a single comparison
  expect(all[0]!.p).toBeCloseTo(0.0742, 4);
});

test('without Forward-Forward there is nothing to differ from', () => {
  expect(differences(study(madeUpRun({ table: { a: { 'local-softmax': 4, 'backprop-loop': 5 } } })))).toEqual(
    [],
  );
});

test('bands are the range below three chips', () => {
  expect(banded([1, 2])).toMatchObject({ method: 'range', low: 1, high: 2 });
  expect(banded([1, 2, 3])!.method).toBe('student');
});
