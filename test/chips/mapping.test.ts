import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { conductances, meanPairConductance, scaleOf, weightsOf } from '../../src/chips/mapping.ts';
import { linearCell, meanOf } from '../fixtures/chips.ts';

const cases = fc.record({
  weights: fc.array(fc.float({ min: -3, max: 3, noNaN: true }), { minLength: 1, maxLength: 30 }),
  minimum: fc.constantFrom(0, 1e-7, 5e-6),
  range: fc.constantFrom(0.5, 1, 3),
});
const cellOf = (minimum: number) => linearCell({ minimumConductance: minimum, maximumConductance: 25e-6 });
const matrixOf = (weights: number[]) => ({
  rows: 1,
  columns: weights.length,
  data: Float32Array.from(weights),
});

test.prop([cases])('weights become conductances and come back', ({ weights, minimum, range }) => {
  const cell = cellOf(minimum);
  const { plus, minus } = conductances(matrixOf(weights), cell, range);
  weightsOf(plus, minus, cell, range).forEach((w, k) => {
    expect(Math.abs(w - weights[k]!)).toBeLessThan(1e-5);
  });
});

test.prop([cases])(
  'no cell is below its smallest conductance, and one of every pair rests there',
  ({ weights, minimum, range }) => {
    const cell = cellOf(minimum);
    const { plus, minus } = conductances(matrixOf(weights), cell, range);
    plus.forEach((g, k) => {
      expect(Math.min(g, minus[k]!)).toBe(Math.fround(minimum));
      expect(Math.max(g, minus[k]!)).toBeGreaterThanOrEqual(Math.fround(minimum));
    });
  },
);

test('a weight of the whole range is a cell that is fully on', () => {
  const cell = cellOf(1e-6);
  expect(scaleOf(cell, 3)).toBeCloseTo(8e-6, 12);
  const { plus, minus } = conductances(matrixOf([3, -3]), cell, 3);
  expect(plus[0]).toBeCloseTo(25e-6, 10);
  expect(minus[1]).toBeCloseTo(25e-6, 10);
});

test.prop([cases])('the mean of a pair is the mean over the pairs', ({ weights, minimum, range }) => {
  const cell = cellOf(minimum);
  const { plus, minus } = conductances(matrixOf(weights), cell, range);
  const mean = meanPairConductance(matrixOf(weights), cell, range);
  expect(Math.abs(mean - meanOf(plus.map((g, k) => g + minus[k]!)))).toBeLessThan(1e-10);
});
