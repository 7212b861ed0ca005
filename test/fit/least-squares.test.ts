import { describe, expect, test } from 'vitest';
import { leastSquares } from '../../src/fit/least-squares.ts';

/** NIST Statistical Reference Datasets, nonlinear regression: data, model and certified values. */
const references = [
  {
    name: 'Misra1a',
    x: [77.6, 114.9, 141.1, 190.8, 239.9, 289, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760],
    y: [10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.4, 75.47, 81.78],
    model: (p: Float64Array, x: number) => p[0]! * (1 - Math.exp(-p[1]! * x)),
    starts: [
      [500, 0.0001],
      [250, 0.0005],
    ],
    values: [238.94212918, 5.5015643181e-4],
    errors: [2.7070075241, 7.2668688436e-6],
    sum: 0.12455138894,
  },
  {
    name: 'DanWood',
    x: [1.309, 1.471, 1.49, 1.565, 1.611, 1.68],
    y: [2.138, 3.421, 3.597, 4.34, 4.882, 5.66],
    model: (p: Float64Array, x: number) => p[0]! * x ** p[1]!,
    starts: [
      [1, 5],
      [0.7, 4],
    ],
    values: [0.76886226176, 3.8604055871],
    errors: [0.01828197386, 0.051726610913],
    sum: 0.0043173084083,
  },
];

describe('least squares', () => {
  for (const { name, x, y, model, starts, values, errors, sum } of references)
    test.each(starts)(`find the certified values and errors of ${name} from %d, %d`, (...start) => {
      const found = leastSquares({
        start,
        count: x.length,
        residuals: (p, out) => out.set(x.map((at, i) => y[i]! - model(p, at))),
      });
      for (const [j, value] of values.entries()) expect(found.values[j]! / value).toBeCloseTo(1, 6);
      for (const [j, error] of errors.entries())
        expect(Math.sqrt(found.covariance[j * 3]!) / error).toBeCloseTo(1, 5);
      expect(found.sumOfSquares / sum).toBeCloseTo(1, 8);
    });

  test('stay within bounds, and find the best there', () => {
    // (p₀ − 3)² + (p₀ + p₁ − 4)²: the least at p₀ = 3, p₁ = 1; with p₀ ≤ 2 at p₁ = 2
    const { values } = leastSquares({
      start: [0, 0],
      low: [-5, -5],
      high: [2, 5],
      count: 2,
      residuals: (p, out) => out.set([p[0]! - 3, p[0]! + p[1]! - 4]),
    });
    expect(values[0]).toBe(2);
    expect(values[1]).toBeCloseTo(2, 8);
  });

  test('say which parameters nothing depends on', () => {
    const { values, covariance } = leastSquares({
      start: [1, 7],
      count: 3,
      residuals: (p, out) => out.set([p[0]! - 1, p[0]! - 2, p[0]! - 4]),
    });
    expect(values[0]).toBeCloseTo(7 / 3, 8);
    expect(values[1]).toBe(7);
    expect(covariance[0]).toBeCloseTo(14 / 3 / 3, 6); // Σr² = 14/3, one degree of freedom for 3 − 2
    expect(covariance[3]).toBeNaN();
  });

  test('are the same whether or not it is told which residuals a parameter has a part in', () => {
    const groups = [
      [1, 2, 4],
      [8, 7, 9],
    ];
    const problem = {
      start: [0, 0, 0.5],
      count: 6,
      residuals: (p: Float64Array, out: Float64Array) =>
        out.set(groups.flatMap((ys, k) => ys.map((y, i) => y - p[k]! * Math.exp(p[2]! * i)))),
    };
    const told = leastSquares({
      ...problem,
      rows: [
        [0, 3],
        [3, 6],
        [0, 6],
      ],
    });
    const plain = leastSquares(problem);
    expect([...told.values]).toEqual([...plain.values].map(x => expect.closeTo(x, 8)));
    expect([...told.covariance]).toEqual([...plain.covariance].map(x => expect.closeTo(x, 8)));
  });
});
