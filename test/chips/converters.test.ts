/** @file Converter circuits: what each promises, and what mismatch does to it. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { capacitorLevels, mismatches } from '../../src/chips/converters/capacitors.ts';
import type { Adc, AdcOf } from '../../src/chips/converters/converter.ts';
import { buildConversion } from '../../src/chips/converters/index.ts';
import { nominalAdc } from '../../src/chips/converters/nominal.ts';
import { ranged } from '../../src/chips/converters/range.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { gaussians, streamOf } from '../../src/engine/streams.ts';
import { apart, converter, gaussianMatrix, meanOf } from '../fixtures/chips.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 25 });

type Circuit = Exclude<Adc, { kind: 'none' | 'clip' | 'uniform' }>;
const circuit = { bits: 6, range: 2, comparatorOffset: 0, gain: 200 };
const sar: AdcOf<'sar'> = { kind: 'sar', ...circuit, group: 3, capacitorMismatch: 0 };
const stage = { ...circuit, group: 3, samplingMismatch: 0, feedbackMismatch: 0, parasitic: 0 };
const circuits: Circuit[] = [
  { kind: 'ramp', ...circuit, capacitorMismatch: 0 },
  sar,
  { ...sar, split: true },
  { kind: 'pipeline', ...stage },
  { kind: 'cyclic', ...stage },
];
const named = circuits.map(adc => ({ adc, name: 'split' in adc ? 'split sar' : adc.kind }));
const mismatched = (adc: Circuit): Circuit =>
  adc.kind === 'ramp' || adc.kind === 'sar'
    ? { ...adc, capacitorMismatch: 0.05, comparatorOffset: 0.02 }
    : { ...adc, samplingMismatch: 0.03, feedbackMismatch: 0.03, comparatorOffset: 0.02 };

/** `values` on every one of some columns, converted. [values, columns] */
function converted(adc: Adc, values: readonly number[], columns = 1, seed = 1): Float32Array {
  const x = engine.matrix(values.length, columns);
  values.forEach((v, b) => {
    x.data.fill(v, b * columns, (b + 1) * columns);
  });
  buildConversion(adc, columns, values.length, engine, path => streamOf(seed, path))!(x);
  return x.data;
}
const column = (of: Float32Array, columns: number, j: number) => of.filter((_, k) => k % columns === j);
const staircase = (low: number, high: number, points: number) =>
  Array.from({ length: points }, (_, k) => low + ((high - low) * (k + 0.5)) / points);

describe('a converter of one sign', () => {
  const adc = { ...converter(4, 3), levels: 'even' as const, low: -1 };

  test.prop([fc.float({ min: -4, max: 4, noNaN: true })])('has its levels between its ends', value => {
    engine.arena.reset();
    const step = 4 / 15;
    const clipped = Math.max(-1, Math.min(3, value));
    const y = converted(adc, [value])[0]!;
    expect(Math.abs(y - clipped)).toBeLessThanOrEqual(step / 2 + 1e-6);
    const code = (y + 1) / step;
    expect(Math.abs(code - Math.round(code))).toBeLessThan(1e-5);
  });

  test('rounds at random to the same levels, right in the mean', () => {
    engine.arena.reset();
    const values = converted({ ...adc, rounding: 'stochastic' }, new Array(4000).fill(0.7));
    expect(new Set(Array.from(values, v => Math.round((v + 1) / (4 / 15)))).size).toBe(2);
    expect(meanOf(values)).toBeCloseTo(0.7, 1.8);
  });
});

describe.each(named)('$name', ({ adc }) => {
  test.prop([fc.float({ min: -3, max: 3, noNaN: true })])(
    'without mismatch is within half a step of what it converts',
    value => {
      engine.arena.reset();
      const step = (2 * adc.range) / 2 ** adc.bits;
      const clipped = Math.max(-adc.range, Math.min(adc.range, value));
      expect(Math.abs(converted(adc, [value])[0]! - clipped)).toBeLessThanOrEqual(step / 2 + 1e-6);
    },
  );

  test('has 2^bits levels, mirrored about 0, which is none of them', () => {
    engine.arena.reset();
    const levels = [...new Set(converted(adc, staircase(-2.2, 2.2, 4096)))].sort((a, b) => a - b);
    expect(levels).toHaveLength(2 ** adc.bits);
    levels.forEach((level, k) => {
      expect(level).toBe(-levels.at(-1 - k)!);
      expect(level).not.toBe(0);
    });
  });

  test('with mismatch errs, the same way at every conversion of a life, another way in another', () => {
    engine.arena.reset();
    const values = staircase(-2, 2, 300);
    const [first, again, other] = [1, 1, 2].map(seed => converted(mismatched(adc), values, 1, seed));
    expect(first).toEqual(again);
    expect(first).not.toEqual(other);
    expect(first).not.toEqual(converted(adc, values));
    expect(converted(nominalAdc(mismatched(adc)), values)).toEqual(converted(adc, values));
  });

  test('with mismatch still follows its input', () => {
    engine.arena.reset();
    const values = staircase(-1.9, 1.9, 500);
    expect(apart(converted(mismatched(adc), values), values)).toBeLessThan(0.4); // of a range of 4
  });

  test.runIf(adc.kind !== 'ramp')('columns of a group err alike, groups do not', () => {
    engine.arena.reset();
    const all = converted(mismatched(adc), staircase(-2, 2, 300), 7);
    const of = (j: number) => column(all, 7, j);
    expect(of(1)).toEqual(of(0));
    expect(of(2)).toEqual(of(0));
    expect(of(3)).not.toEqual(of(0));
    expect(of(6)).not.toEqual(of(3));
  });
});

describe('circuits', () => {
  test('every comparator of a ramp is its own, the ramp is common', () => {
    engine.arena.reset();
    const values = staircase(-2, 2, 300);
    const [ramp] = circuits as [AdcOf<'ramp'>];
    const offset = converted({ ...ramp, comparatorOffset: 0.05 }, values, 2);
    expect(column(offset, 2, 0)).not.toEqual(column(offset, 2, 1));
    const bent = converted({ ...ramp, capacitorMismatch: 0.1 }, values, 2);
    expect(column(bent, 2, 0)).toEqual(column(bent, 2, 1));
  });

  test('redundant stages forgive offsets of comparators; of the last, only its own step is at stake', () => {
    engine.arena.reset();
    const pipeline = { ...circuits[3]!, comparatorOffset: 0.04 } as Adc;
    const values = staircase(-1.7, 1.7, 800);
    expect(apart(converted(pipeline, values), values)).toBeLessThan(0.07 + (2 * 0.04 * 4) / 32);
  });

  test('capacitors off by σ per unit are off by √n σ for n units', () => {
    const bits = 5;
    const spreads = Array.from({ length: 4000 }, (_, k) => {
      const z = gaussians(streamOf(k, 'capacitors'), mismatches(bits));
      const levels = capacitorLevels({ ...sar, bits, capacitorMismatch: 0.01 }, z, 0);
      return (levels[16 + 8]! - 0.5) ** 2; // the capacitor of 8 over that of 16
    });
    // relative variances σ²/8 and σ²/16 add up
    expect(Math.sqrt(meanOf(spreads)) / (0.5 * 0.01 * Math.sqrt(1 / 8 + 1 / 16))).toBeCloseTo(1, 1);
  });

  test('a split array without mismatch is a whole one, but for what its amplifier sees', () => {
    const z = new Float32Array(mismatches(6));
    const [whole, split] = [sar, { ...sar, split: true }].map(adc => capacitorLevels(adc, z, 0));
    expect(apart(whole!, split!)).toBeLessThan(1e-9); // the gain is 1e10
  });

  test('a weak amplifier shrinks levels, those far from the middle most', () => {
    const z = new Float32Array(mismatches(6));
    const levels = capacitorLevels({ ...sar, gain: 30 }, z, 0);
    const share = (code: number) => levels[code]! / ((code - 32) / 32);
    expect(share(63)).toBeLessThan(share(40));
    expect(share(40)).toBeLessThan(1);
    // 1/(1 + (1 + X/32)/A) at code 63
    expect(share(63)).toBeCloseTo(1 / (1 + (1 + 31 / 32) / 10 ** 1.5), 9);
  });
});

describe('the uniform converter', () => {
  test('rounds at random to the right mean, and to its two neighbours only', () => {
    engine.arena.reset();
    const adc: Adc = { ...converter(3, 3), rounding: 'stochastic' }; // levels at whole numbers
    const out = converted(adc, Array(4000).fill(1.3));
    expect(new Set(out)).toEqual(new Set([1, 2]));
    expect(meanOf(out)).toBeCloseTo(1.3, 1);
  });

  test('of an even number of levels has one more than of an odd number, and none at 0', () => {
    engine.arena.reset();
    const levels = (given: 'odd' | 'even') => [
      ...new Set(converted({ ...converter(4, 1), levels: given }, staircase(-1, 1, 1000))),
    ];
    expect(levels('odd')).toHaveLength(15);
    expect(levels('odd')).toContain(0);
    expect(levels('even')).toHaveLength(16);
    expect(levels('even')).not.toContain(0);
    expect(Math.max(...levels('even'))).toBe(1);
  });

  test('leaves exact levels alone whichever way it rounds', () => {
    engine.arena.reset();
    const values = [-3, -1, 0, 2, 3];
    for (const rounding of ['nearest', 'stochastic'] as const)
      expect([...converted({ ...converter(3, 3), rounding }, values)].map(v => v + 0)).toEqual(values);
  });
});

describe('ranges', () => {
  const dac = converter(4, 3); // steps of 3/7
  const extent = { rows: 10, weight: 0.5, weightStep: 0.1 };
  const rangeOf = (adc: Adc) => (adc as { range: number }).range;

  test('the maximal one is what all rows can give, so nothing is clipped', () => {
    expect(rangeOf(ranged({ ...converter(8, 1), ranging: 'maximal' }, dac, extent))).toBe(15);
  });

  test('of the granular one a step is the smallest current there is', () => {
    for (const adc of [converter(8, 1), { ...converter(8, 1), levels: 'even' as const }, sar]) {
      const full = rangeOf(ranged({ ...adc, ranging: 'granular' }, dac, extent));
      const levels = [
        ...new Set(converted({ ...adc, range: full } as Adc, staircase(-full, full, 5000))),
      ].sort((a, b) => a - b);
      engine.arena.reset();
      expect(levels[1]! - levels[0]!).toBeCloseTo((3 / 7) * 0.1, 5);
    }
  });

  test('a given one stays', () => {
    expect(ranged(converter(8, 1), dac, extent)).toEqual(converter(8, 1));
    expect(rangeOf(ranged({ ...sar, ranging: 'given' }, { kind: 'none' }, extent))).toBe(2);
  });

  test('neither has a meaning without steps to count', () => {
    expect(() => ranged({ ...sar, ranging: 'maximal' }, { kind: 'none' }, extent)).toThrow(/needs a DAC/);
    expect(() => ranged({ ...sar, ranging: 'granular' }, dac, { ...extent, weightStep: 0 })).toThrow(
      /stated bits/,
    );
  });
});

test('noise of a signal does not change what a converter without mismatch is', () => {
  engine.arena.reset();
  const x = gaussianMatrix(engine, 50, 6, 'signal');
  const before = x.data.slice();
  for (const { adc } of named) {
    x.data.set(before);
    buildConversion(adc, 6, 50, engine, path => streamOf(1, path))!(x);
    const once = x.data.slice();
    buildConversion(adc, 6, 50, engine, path => streamOf(2, path))!(x);
    expect(x.data).toEqual(once); // levels convert to themselves
  }
});
