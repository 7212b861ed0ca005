/** @file What every provider of matrix products must do. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Engine, openEngine } from '../../src/engine/engine.ts';
import { plainGemm } from '../../src/engine/gemm-plain.ts';
import { type Matrix, rowsOf } from '../../src/engine/matrix.ts';
import { gaussians, streamOf } from '../../src/engine/streams.ts';

const shapes: [m: number, k: number, n: number][] = [
  [1, 1, 1],
  [1, 7, 33],
  [1, 300, 1],
  [9, 1, 5],
  [33, 17, 1],
  [15, 16, 17],
  [16, 15, 31],
  [17, 33, 16],
  [31, 255, 33],
  [33, 257, 255],
  [255, 31, 257],
  [257, 256, 15],
];

function random(engine: Engine, rows: number, columns: number, name = 'a'): Matrix {
  const m = engine.matrix(rows, columns);
  m.data.set(gaussians(streamOf(rows * columns, name), rows * columns));
  return m;
}

/** The largest deviation from the exact product, relative to Σ |a| |b|, the most that rounding could matter. */
function error(engine: Engine, a: Matrix, b: Matrix, got: Matrix): number {
  const absolute = (m: Matrix): Matrix => ({ ...m, data: m.data.map(Math.abs) });
  const exact = engine.matrix(a.rows, b.columns);
  const scale = engine.matrix(a.rows, b.columns);
  plainGemm().multiply(a, b, exact);
  plainGemm().multiply(absolute(a), absolute(b), scale);
  return got.data.reduce((worst, value, k) => {
    const deviation = Math.abs(value - exact.data[k]!) / (scale.data[k]! || 1);
    return deviation <= worst ? worst : deviation; // not-a-number counts as worst
  }, 0);
}

describe.each(['onnxruntime', 'tfjs', 'plain'] as const)('product by %s', product => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openEngine({ product, bytes: 2 ** 26 });
  });
  afterAll(() => engine.close());

  test.each(shapes)('of %i × %i times %i columns is the exact one to 1e-5', (m, k, n) => {
    const [a, b, out] = [random(engine, m, k), random(engine, k, n, 'b'), engine.matrix(m, n)];
    out.data.fill(Number.NaN); // the old content must not matter
    engine.gemm.multiply(a, b, out);
    expect(error(engine, a, b, out)).toBeLessThan(1e-5);
  });

  test('works on rows in the middle of a matrix and leaves the others alone', () => {
    const [a, b, out] = [random(engine, 20, 33), random(engine, 40, 17, 'b'), engine.matrix(20, 17)];
    const [someA, someB, someOut] = [rowsOf(a, 3, 9), rowsOf(b, 7, 33), rowsOf(out, 5, 9)];
    out.data.fill(7);
    engine.gemm.multiply(someA, someB, someOut);
    expect(error(engine, someA, someB, someOut)).toBeLessThan(1e-5);
    expect(rowsOf(out, 0, 5).data.every(value => value === 7)).toBe(true);
    expect(rowsOf(out, 14, 6).data.every(value => value === 7)).toBe(true);
  });

  test('sees new numbers in old matrices', () => {
    const [a, b, out] = [random(engine, 8, 8), random(engine, 8, 8, 'b'), engine.matrix(8, 8)];
    engine.gemm.multiply(a, b, out);
    b.data.fill(0);
    engine.gemm.multiply(a, b, out);
    expect(out.data.every(value => value === 0)).toBe(true);
  });

  test('of nothing is zero', () => {
    const out = engine.matrix(3, 4);
    out.data.fill(1);
    engine.gemm.multiply(engine.matrix(3, 0), engine.matrix(0, 4), out);
    expect(out.data.every(value => value === 0)).toBe(true);
    engine.gemm.multiply(engine.matrix(0, 3), engine.matrix(3, 4), engine.matrix(0, 4));
  });

  test.each([
    [2, 3, 4, 5, 2, 5],
    [2, 3, 3, 5, 3, 5],
    [2, 3, 3, 5, 2, 4],
  ])('refuses %i × %i times %i × %i into %i × %i', (...[a, b, c, d, e, f]) => {
    expect(() => engine.gemm.multiply(engine.matrix(a, b), engine.matrix(c, d), engine.matrix(e, f))).toThrow(
      RangeError,
    );
  });
});

describe('onnxruntime', () => {
  test.each([
    [200, 785, 500],
    [33, 257, 31],
  ])('gives the same bits on one thread and two, %i × %i times %i columns', async (m, k, n) => {
    const outputs = await Promise.all(
      [1, 2].map(async threads => {
        const engine = await openEngine({ threads, bytes: 2 ** 24 });
        const out = engine.matrix(m, n);
        engine.gemm.multiply(random(engine, m, k), random(engine, k, n, 'b'), out);
        engine.close();
        return out.data;
      }),
    );
    expect(outputs[0]).toEqual(outputs[1]);
  });

  test('gives the same bits for all rows at once and for halves', async () => {
    const engine = await openEngine({ bytes: 2 ** 24 });
    const [a, b] = [random(engine, 200, 785), random(engine, 785, 300, 'b')];
    const [whole, halves] = [engine.matrix(200, 300), engine.matrix(200, 300)];
    engine.gemm.multiply(a, b, whole);
    for (const from of [0, 100]) engine.gemm.multiply(rowsOf(a, from, 100), b, rowsOf(halves, from, 100));
    expect(halves.data).toEqual(whole.data);
    engine.close();
  });
});
