import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Engine, openEngine } from '../../src/engine/engine.ts';
import {
  gaussians,
  integer,
  integers,
  permutation,
  philox4x32,
  streamOf,
  uniforms,
  words,
} from '../../src/engine/streams.ts';

describe('philox4x32', () => {
  // Random123's kat_vectors: zeros, ones, digits of π
  test.each([
    [[0, 0, 0, 0], [0, 0], '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
    [[-1, -1, -1, -1], [-1, -1], '408f276d 41c83b0e a20bc7c6 6d5451fd'],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      'd16cfe09 94fdcceb 5001e420 24126ea1',
    ],
  ])('of counter %j and key %j is the known answer', ([c0, c1, c2, c3], [k0, k1], answer) => {
    const block = philox4x32(c0!, c1!, c2!, c3!, k0!, k1!);
    expect([...block].map(word => word.toString(16).padStart(8, '0')).join(' ')).toBe(answer);
  });
});

describe('a stream', () => {
  test('depends on seed and path, and on nothing else', () => {
    const first = words(streamOf(1, 'a/b'), 8);
    words(streamOf(2, 'a/c'), 100);
    expect(words(streamOf('1', 'a/b'), 8)).toEqual(first);
    expect(words(streamOf(2, 'a/b'), 8)).not.toEqual(first);
    expect(words(streamOf(1, 'a/bb'), 8)).not.toEqual(first);
    expect(words(streamOf('1","a', 'b'), 8)).not.toEqual(words(streamOf('1', 'a","b'), 8));
    expect(words(streamOf(1, 'ü'), 8)).not.toEqual(words(streamOf(1, 'ţ'), 8));
  });

  test('gives the same numbers in one piece and in whole blocks', () => {
    const pieces = streamOf(1, 'pieces');
    const inPieces = [4, 8, 400, 0, 40].flatMap(n => [...gaussians(pieces, n)]);
    expect(inPieces).toEqual([...gaussians(streamOf(1, 'pieces'), 452)]);
    expect(pieces.position).toBe(113);
  });

  test('can be read from any position, beyond 2^32 blocks too', () => {
    const far = { ...streamOf(1, 'far'), position: 2 ** 32 - 1 };
    const two = words(far, 8);
    expect(far.position).toBe(2 ** 32 + 1);
    expect(two.slice(4)).toEqual(words({ ...far, position: 2 ** 32 }, 4));
    expect(two.slice(4)).not.toEqual(words({ ...far, position: 0 }, 4));
  });

  test('is uncorrelated with that of another path or seed', () => {
    const n = 100_000;
    const a = gaussians(streamOf(1, 'layer/1'), n);
    for (const other of [streamOf(1, 'layer/2'), streamOf(2, 'layer/1')]) {
      const b = gaussians(other, n);
      expect(Math.abs(a.reduce((sum, value, k) => sum + value * b[k]!, 0) / n)).toBeLessThan(
        4 / Math.sqrt(n),
      );
    }
  });
});

describe('draws', () => {
  test('permutation holds each number once, and every first place is as likely', () => {
    expect([...permutation(streamOf(1, 'p'), 1001)].sort((a, b) => a - b)).toEqual([...Array(1001).keys()]);
    const stream = streamOf(2, 'p');
    const firsts = [0, 0, 0, 0, 0];
    for (let i = 0; i < 5000; i++) firsts[permutation(stream, 5)[0]!]!++;
    for (const count of firsts) expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(800));
  });

  test('integers stay below their limit and reach all below it', () => {
    expect(new Set(integers(streamOf(1, 'i'), 1000, 7))).toEqual(new Set([0, 1, 2, 3, 4, 5, 6]));
    expect(integer(streamOf(1, 'i'), 2 ** 32)).toBe(words(streamOf(1, 'i'), 1)[0]);
  });

  test('uniforms have mean 1/2, variance 1/12 and stay in [0, 1)', () => {
    const u = uniforms(streamOf(1, 'u'), 1_000_000);
    const mean = u.reduce((sum, value) => sum + value, 0) / u.length;
    expect(mean).toBeCloseTo(1 / 2, 2);
    expect(u.reduce((sum, value) => sum + (value - mean) ** 2, 0) / u.length).toBeCloseTo(1 / 12, 3);
    expect(u.every(value => value >= 0 && value < 1)).toBe(true);
  });
});

describe('4 million Gaussians of the fast kernels', () => {
  const n = 4_000_000;
  let engine: Engine;
  let x: Float32Array;
  beforeAll(async () => {
    engine = await openEngine({ product: 'plain', bytes: 2 ** 25 });
    const m = engine.matrix(1, n);
    engine.kernels.addGaussian(m, 1, streamOf(5, 'moments'));
    x = m.data;
  });
  afterAll(() => engine.close());

  const moment = (power: number) => x.reduce((sum, value) => sum + value ** power, 0) / n;

  // limits are five standard errors
  test.each([
    ['mean', 1, 0, Math.sqrt(1)],
    ['variance', 2, 1, Math.sqrt(2)],
    ['skewness', 3, 0, Math.sqrt(15)],
    ['kurtosis', 4, 3, Math.sqrt(96)],
  ])('have the right %s', (_, power, expected, spread) => {
    expect(Math.abs(moment(power) - expected)).toBeLessThan((5 * spread) / Math.sqrt(n));
  });

  test.each([
    [1, 0.317310508],
    [3, 0.002699796],
    [4.5, 6.795e-6],
  ])('exceed %f standard deviations as often as they should', (limit, expected) => {
    const share = x.reduce((count, value) => count + (Math.abs(value) > limit ? 1 : 0), 0) / n;
    expect(Math.abs(share - expected)).toBeLessThan(5 * Math.sqrt(expected / n));
  });

  test('have no correlation between neighbours', () => {
    for (const lag of [1, 2, 3, 4, 16, 1024]) {
      let sum = 0;
      for (let k = lag; k < n; k++) sum += x[k]! * x[k - lag]!;
      expect(Math.abs(sum / n)).toBeLessThan(5 / Math.sqrt(n));
    }
  });

  test('are those of the plain draw', () => {
    const plain = gaussians(streamOf(5, 'moments'), 100_003);
    for (let k = 0; k < plain.length; k++)
      if (Math.abs(plain[k]! - x[k]!) > 2e-6) expect(x[k]).toBe(plain[k]);
  });
});
