/** @file The linear twin of a box: what a ridge regression must find. */
import { describe, expect, test } from 'vitest';
import { openEngine } from '../../src/engine/engine.ts';
import { ridge, solve } from '../../src/learners/parts/ridge.ts';
import { apart, gaussianMatrix } from '../fixtures/chips.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 25 });
const units = 7;

describe('a ridge regression', () => {
  test('finds the matrix of a linear box, whatever its offset, with a vanishing penalty', () => {
    const box = gaussianMatrix(engine, units, units, 'box');
    const twin = ridge(units, 50, 1e-9, engine);
    for (const name of ['one', 'two', 'three']) {
      const x = gaussianMatrix(engine, 50, units, name);
      const z = engine.matrix(50, units);
      engine.gemm.multiply(x, box, z);
      for (let k = 0; k < z.data.length; k++) z.data[k]! += 3 + (k % units);
      twin.observe(x, z);
    }
    twin.fit();
    const transposed = engine.matrix(units, units);
    engine.kernels.transpose(box, transposed);
    expect(apart(twin.slope.data, transposed.data)).toBeLessThan(1e-4);
  });

  test('shrinks every slope by 1/(1 + λ) where inputs are white', () => {
    const twin = ridge(1, 4, 0.25, engine);
    const x = engine.matrix(4, 1);
    x.data.set([-1, 1, -1, 1]);
    const z = engine.matrix(4, 1);
    z.data.set([-2, 2, -2, 2]);
    twin.observe(x, z);
    twin.fit();
    expect(twin.slope.data[0]).toBeCloseTo(2 / 1.25, 6);
  });

  test('forgets after a fit', () => {
    const twin = ridge(1, 2, 1e-9, engine);
    const [x, z] = [engine.matrix(2, 1), engine.matrix(2, 1)];
    for (const slope of [5, -3]) {
      x.data.set([-1, 1]);
      z.data.set([-slope, slope]);
      twin.observe(x, z);
      twin.fit();
      expect(twin.slope.data[0]).toBeCloseTo(slope, 5);
    }
  });
});

test('the solver leaves no residual', () => {
  const half = gaussianMatrix(engine, 9, 9, 'half').data;
  const a = new Float64Array(81);
  for (let i = 0; i < 9; i++)
    for (let j = 0; j < 9; j++)
      a[i * 9 + j] =
        (i === j ? 1 : 0) + half.subarray(i * 9, i * 9 + 9).reduce((s, v, k) => s + v * half[j * 9 + k]!, 0);
  const b = Float64Array.from(gaussianMatrix(engine, 9, 9, 'right').data);
  const x = b.slice();
  solve(a.slice(), x, 9);
  for (let i = 0; i < 9; i++)
    for (let j = 0; j < 9; j++) {
      let sum = 0;
      for (let k = 0; k < 9; k++) sum += a[i * 9 + k]! * x[k * 9 + j]!;
      expect(sum).toBeCloseTo(b[i * 9 + j]!, 9);
    }
});
