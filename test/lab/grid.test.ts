/** @file What a tuning tries: laws of grids, draws and extensions. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { around, drawn, further, mostDrawn } from '../../src/lab/grid.ts';

describe('values of a grid', () => {
  test('are a third of the default, itself and three times it', () => {
    expect(around(0.003)).toEqual([0.001, 0.003, 0.009]);
    expect(around(0.1)).toEqual([0.033, 0.1, 0.3]);
  });

  const value = fc.double({ min: 1e-6, max: 100, noNaN: true }).map(x => Number(x.toPrecision(2)));
  test.prop([value, fc.integer({ min: 2, max: mostDrawn }), fc.nat()])(
    'are drawn apart from one another, within a factor of ten, the default first',
    (middle, n, seed) => {
      const values = drawn(middle, n, 'rate', seed);
      expect(values[0]).toBe(middle);
      expect(new Set(values).size).toBe(n);
      for (const each of values) {
        expect(each / middle).toBeGreaterThan(0.0995);
        expect(each / middle).toBeLessThan(10.05);
      }
      expect(drawn(middle, n, 'rate', seed)).toEqual(values);
    },
  );

  test('are drawn on a log scale: half of them below the default', () => {
    const below = Array.from({ length: 20 }, (_, seed) => drawn(1, 51, 'rate', seed))
      .flat()
      .filter(x => x < 1);
    expect(below.length / 1000).toBeCloseTo(0.5, 1);
    expect(drawn(1, 9, 'rate', 1)).not.toEqual(drawn(1, 9, 'rate', 2));
    expect(drawn(1, 9, 'rate', 1)).not.toEqual(drawn(1, 9, 'temperature', 1));
  });
});

describe('one value more', () => {
  const tried = (...errors: number[]) => [1, 3, 9].map((value, k) => ({ value, error: errors[k]! }));
  const anything = () => true;

  test('lies beyond the edge where the best does, at the same ratio', () => {
    expect(further(tried(1, 2, 3), 1, anything)).toBe(0.333);
    expect(further(tried(3, 2, 1), 9, anything)).toBe(27);
  });

  test('lies between the best and the better beside it, else', () => {
    expect(further(tried(3, 1, 2), 3, anything)).toBeCloseTo(Math.sqrt(27), 1);
    expect(further(tried(2, 1, 3), 3, anything)).toBeCloseTo(Math.sqrt(3), 1);
    expect(further([...tried(2, 1, 3)].reverse(), 3, anything)).toBeCloseTo(Math.sqrt(3), 1);
  });

  test('stays where the option allows it', () => {
    expect(further(tried(3, 2, 1), 9, value => value <= 10)).toBeCloseTo(Math.sqrt(27), 1);
  });
});
