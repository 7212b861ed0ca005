import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import {
  deviation,
  mean,
  studentDistribution,
  studentQuantile,
  summarise,
} from '../../src/report/statistics.ts';

const values = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 2, maxLength: 30 });

describe('Student’s t', () => {
  // 97.5 % quantiles as printed in every table of t
  test.each([
    [1, 12.706],
    [2, 4.303],
    [3, 3.182],
    [4, 2.776],
    [5, 2.571],
    [9, 2.262],
    [30, 2.042],
    [1000, 1.962],
  ])('with %i degrees of freedom leaves 2.5 %% above %f', (degrees, quantile) => {
    expect(studentQuantile(0.975, degrees)).toBeCloseTo(quantile, 3);
  });

  property.prop([fc.double({ min: 0.001, max: 0.999, noNaN: true }), fc.integer({ min: 1, max: 60 })])(
    'quantile and distribution undo each other',
    (probability, degrees) => {
      expect(studentDistribution(studentQuantile(probability, degrees), degrees)).toBeCloseTo(probability, 9);
    },
  );

  test('is symmetric', () => {
    expect(studentQuantile(0.1, 7)).toBeCloseTo(-studentQuantile(0.9, 7), 12);
  });

  test('refuses what is no probability and no count', () => {
    expect(() => studentQuantile(1, 3)).toThrow('between 0 and 1');
    expect(() => studentDistribution(1, 2.5)).toThrow('whole number');
  });
});

describe('a summary', () => {
  test('has the interval of a worked example', () => {
    // 4.1 4.3 4.4 4.6 5.1: mean 4.5, s = 0.3808, t(4) = 2.7764, half = 0.4728
    const summary = summarise([4.1, 4.3, 4.4, 4.6, 5.1], 'student')!;
    expect(summary.mean).toBeCloseTo(4.5, 10);
    expect(summary.deviation).toBeCloseTo(0.3808, 4);
    expect(summary.low).toBeCloseTo(4.0272, 4);
    expect(summary.high).toBeCloseTo(4.9728, 4);
  });

  test('by range reaches from the smallest to the largest value', () => {
    expect(summarise([5, 3, 4], 'range')).toMatchObject({
      count: 3,
      low: 3,
      high: 5,
      minimum: 3,
      maximum: 5,
    });
  });

  test('of one value has no spread, of nothing is nothing', () => {
    expect(summarise([7], 'student')).toMatchObject({ mean: 7, deviation: 0, low: 7, high: 7 });
    expect(summarise([], 'range')).toBeUndefined();
  });

  property.prop([values, fc.constantFrom('student' as const, 'range' as const)])(
    'puts the mean inside its interval',
    (some, method) => {
      const { low, high, mean: centre } = summarise(some, method)!;
      expect(low).toBeLessThanOrEqual(centre + 1e-9);
      expect(high).toBeGreaterThanOrEqual(centre - 1e-9);
    },
  );

  property.prop([values, fc.double({ min: 0, max: 50, noNaN: true })])(
    'spread does not change with a shift',
    (some, shift) => {
      const shifted = some.map(value => value + shift);
      expect(deviation(shifted)).toBeCloseTo(deviation(some), 6);
      expect(mean(shifted)).toBeCloseTo(mean(some) + shift, 6);
    },
  );
});
