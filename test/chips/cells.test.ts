/** @file What pulses do to cells: step responses, their spread from cell to cell and pulse to pulse, bounds, decay, resets. */
import { fc, test } from '@fast-check/vitest';
import { beforeEach, describe, expect } from 'vitest';
import { buildArray, type CellArray } from '../../src/chips/cells/array.ts';
import type { PulsedCell } from '../../src/chips/cells/cell.ts';
import { drawFlaws } from '../../src/chips/cells/flaws.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { streamOf } from '../../src/engine/streams.ts';
import { cellOf } from '../fixtures/cells.ts';
import { deviationOf, meanOf } from '../fixtures/chips.ts';
import { apartness, critical } from '../fixtures/distributions.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 27 });
const cells = 10_000;
beforeEach(() => engine.arena.reset());

/** Cells at a start, in a range of 1 unless it is said. */
function arrayOf(cell: PulsedCell, { count = cells, start = 0, range = 1, seed = 1 } = {}): CellArray {
  const stream = (path: string) => streamOf(seed, path);
  const flaws = drawFlaws(cell, range, 1, count, engine, stream)!;
  const array = buildArray(cell, engine.matrix(1, count), flaws, range, engine, stream);
  if (start !== 0) {
    array.weights.data.fill(start);
    array.written();
  }
  return array;
}
const each = (array: CellArray, act: (k: number) => void): Float32Array => {
  for (let k = 0; k < array.weights.data.length; k++) act(k);
  return array.weights.data.slice();
};

const kinds = {
  'constant-step': cellOf('constant-step', { states: 80 }),
  'linear-step': cellOf('linear-step', { states: 80, upSlope: 0.6, downSlope: 0.3 }),
  'growing steps': cellOf('linear-step', { states: 80, upSlope: -0.4, downSlope: -0.2 }),
  'soft-bounds': cellOf('soft-bounds', { states: 80, asymmetry: 0.3 }),
  'soft-bounds of several slopes': cellOf('soft-bounds', { states: 80, slopeVariation: 0.3 }),
  'soft-bounds with a reference': cellOf('soft-bounds', { states: 80, reference: 0.2, asymmetry: 0.3 }),
  'exponential-step': cellOf('exponential-step', { states: 80, upExponent: 2, upFactor: 0.3 }),
  'power-step': cellOf('power-step', { states: 20, upExponent: 1.7, downExponent: 0.6 }),
  'piecewise-step': cellOf('piecewise-step', { states: 80, upNodes: [1.5, 1, 0.2], downNodes: [0.1, 1] }),
} satisfies Record<string, PulsedCell>;

describe.each(Object.entries<PulsedCell>(kinds))('%s', (_, cell) => {
  test.prop([fc.double({ min: -0.9, max: 0.9, noNaN: true }), fc.integer({ min: -30, max: 30 })], {
    numRuns: 30,
  })('many pulses at once are as many one by one', (start, n) => {
    const [once, singly] = [arrayOf(cell, { count: 1, start }), arrayOf(cell, { count: 1, start })];
    once.pulse(0, n);
    singly.pulseSingly(0, n);
    expect(once.weights.data[0]).toBeCloseTo(singly.weights.data[0]!, 5);
  });

  test('up pulses raise, down pulses lower, and bounds hold however noisy they are', () => {
    const noisy = { ...cell, cycleNoise: 3, highestVariation: 0.3, lowestVariation: 0.3, gainVariation: 0.3 };
    const quiet = arrayOf(cell, { count: 1 });
    quiet.pulse(0, 1);
    expect(quiet.weights.data[0]).toBeGreaterThan(0);
    quiet.pulse(0, -2);
    expect(quiet.weights.data[0]).toBeLessThan(0);
    const array = arrayOf(noisy, { count: 500 });
    for (const n of [40, -80, 3, -1]) each(array, k => array.pulse(k, n));
    array.weights.data.forEach((w, k) => {
      expect(w).toBeGreaterThanOrEqual(array.steps.low.data[k]!);
      expect(w).toBeLessThanOrEqual(array.steps.high.data[k]!);
    });
  });

  test('a range twice as large scales all there is', () => {
    const [one, two] = [1, 2].map(range => {
      const array = arrayOf({ ...cell, cycleNoise: 0.3, gainVariation: 0.2 }, { count: 50, range });
      return each(array, k => array.pulse(k, k % 2 ? 5 : -4));
    });
    one!.forEach((w, k) => {
      expect(two![k]).toBeCloseTo(2 * w, 4);
    });
  });

  test.each(['step', 'step-at-zero'] as const)(
    'noise of %s: mean and spread are those of single pulses',
    noiseOf => {
      if (noiseOf === 'step-at-zero' && !('cycleNoiseOf' in cell)) return;
      const noisy = { ...cell, cycleNoise: 0.5, ...('cycleNoiseOf' in cell && { cycleNoiseOf: noiseOf }) };
      for (const n of [12, -12]) {
        const once = arrayOf(noisy as PulsedCell, { start: 0.1 });
        const together = each(once, k => once.pulse(k, n));
        const other = arrayOf(noisy as PulsedCell, { start: 0.1, seed: 2 });
        const singly = each(other, k => other.pulseSingly(k, n));
        expect(Math.abs(meanOf(together) - meanOf(singly))).toBeLessThan(
          5 * deviationOf(singly) * Math.sqrt(2 / cells),
        );
        expect(Math.abs(deviationOf(together) / deviationOf(singly) - 1)).toBeLessThan(0.04);
        expect(apartness(together, singly)).toBeLessThan(critical(cells, cells));
      }
    },
  );
});

test('closed forms of noise are exact to the second moment where the step has shrunk by much', () => {
  // g ← g (1 − f (1 + c ξ)): E g = g₀ qⁿ, E g² = g₀² (q² + f² c²)ⁿ
  const [f, c, n] = [0.1, 0.5, 20];
  const cell = cellOf('soft-bounds', { states: 2 / f, cycleNoise: c });
  const array = arrayOf(cell, { start: -0.99 });
  const moved = each(array, k => array.pulse(k, n));
  const q = 1 - f;
  const left = 1.99 * q ** n;
  const variance = 1.99 ** 2 * ((q * q + (f * c) ** 2) ** n - q ** (2 * n));
  expect(Math.abs(meanOf(moved) - (1 - left))).toBeLessThan(5 * Math.sqrt(variance / cells));
  expect(Math.abs(deviationOf(moved) / Math.sqrt(variance) - 1)).toBeLessThan(0.03);
});

describe('from cell to cell', () => {
  const stepsOf = (given: Parameters<typeof cellOf<'constant-step'>>[1]) => {
    const { steps, granularity } = arrayOf(cellOf('constant-step', given));
    return [steps.up, steps.down].map(({ data }) => Float64Array.from(data, s => s / granularity));
  };
  const correlation = (a: Float64Array, b: Float64Array) =>
    (meanOf(a.map((v, k) => v * b[k]!)) - meanOf(a) * meanOf(b)) / deviationOf(a) / deviationOf(b);

  test.each([
    ['stepVariation', 0],
    ['gainVariation', 1],
    ['asymmetryVariation', -1],
  ] as const)('%s spreads up and down steps with correlation %i', (key, rho) => {
    const [up, down] = stepsOf({ [key]: 0.2 });
    for (const steps of [up!, down!]) {
      expect(meanOf(steps)).toBeCloseTo(1, 1);
      expect(Math.abs(deviationOf(steps) - 0.2)).toBeLessThan(0.006);
    }
    expect(Math.abs(correlation(up!, down!) - rho)).toBeLessThan(0.04);
  });

  test('a log-normal gain has the spread of its logarithm, and no step is negative', () => {
    const [up] = stepsOf({ gainVariation: 0.7, gainDistribution: 'log-normal' });
    expect(Math.min(...up!)).toBeGreaterThan(0);
    expect(Math.abs(deviationOf(up!.map(Math.log)) - 0.7)).toBeLessThan(0.02);
    expect(Math.abs(meanOf(up!.map(Math.log)))).toBeLessThan(0.03);
    const [normal] = stepsOf({ gainVariation: 1.5 });
    expect(Math.min(...normal!)).toBeGreaterThanOrEqual(0);
  });

  test('bounds are spread relative to their nominal value, each for itself', () => {
    const cell = cellOf('constant-step', {
      highest: 1.25,
      lowest: -0.75,
      highestVariation: 0.1,
      lowestVariation: 0.2,
    });
    const { high, low } = arrayOf(cell, { range: 2 }).steps;
    expect(meanOf(high.data)).toBeCloseTo(2.5, 1);
    expect(Math.abs(deviationOf(high.data) - 0.25)).toBeLessThan(0.008);
    expect(meanOf(low.data)).toBeCloseTo(-1.5, 1);
    expect(Math.abs(deviationOf(low.data) - 0.3)).toBeLessThan(0.01);
  });

  test('stuck pairs do not move, lie within their range, and are as many as stated', () => {
    const array = arrayOf(
      cellOf('constant-step', { stuck: 0.3, stuckRange: 0.1, states: 50, diffusion: 0.01 }),
    );
    const before = array.weights.data.slice();
    const after = each(array, k => array.pulse(k, 7));
    array.relax();
    const stuck = Array.from(before.keys()).filter(k => before[k] === after[k]);
    expect(Math.abs(stuck.length / cells - 0.3)).toBeLessThan(0.02);
    for (const k of stuck) {
      expect(Math.abs(before[k]!)).toBeLessThanOrEqual(0.1);
      expect(array.weights.data[k]).toBe(before[k]);
    }
    expect(deviationOf(Float64Array.from(stuck, k => before[k]!))).toBeCloseTo(0.1 / Math.sqrt(3), 2);
  });
});

describe('a reference at the symmetry point', () => {
  const cell = cellOf('soft-bounds', {
    states: 100,
    asymmetry: 0.4,
    asymmetryVariation: 0.1,
    highestVariation: 0.1,
    referencePoint: 'symmetry',
  });

  test('makes up and down step alike at weight 0, in every cell', () => {
    const { response } = arrayOf(cell);
    for (let k = 0; k < cells; k++)
      expect(response.step(k, 0, true)).toBeCloseTo(-response.step(k, 0, false), 7);
  });

  test('is where pulses up and down in turn lead', () => {
    const array = arrayOf(cell, { start: 0.5, count: 200 });
    for (let turn = 0; turn < 2000; turn++) each(array, k => array.pulseSingly(k, turn % 2 ? 1 : -1));
    for (const w of array.weights.data) expect(Math.abs(w)).toBeLessThan(0.02);
  });
});

describe('write noise', () => {
  const cell = cellOf('constant-step', { states: 200, writeNoise: 4 });

  test('is on what is read, of the stated size, and drawn at every write', () => {
    const array = arrayOf(cell);
    const [first, second] = [1, 2].map(() => each(array, k => array.pulse(k, 1)));
    const noise = [first!.map(w => w - 0.01), second!.map(w => w - 0.02)];
    for (const one of noise) expect(Math.abs(deviationOf(one) / 0.04 - 1)).toBeLessThan(0.03);
    expect(Math.abs(meanOf(noise[0]!.map((v, k) => v * noise[1]![k]!))) / 0.04 ** 2).toBeLessThan(0.05);
  });

  test('does not add up: what the pulses move is hidden behind it', () => {
    const array = arrayOf(cell);
    for (let turn = 0; turn < 50; turn++) each(array, k => array.pulse(k, turn % 2 ? 1 : -1));
    expect(Math.abs(deviationOf(array.weights.data) / 0.04 - 1)).toBeLessThan(0.03);
  });
});

describe('left alone', () => {
  test('weights decay to the reset level, by 1/e in a lifetime', () => {
    const array = arrayOf(cellOf('constant-step', { lifetime: 100, resetLevel: 0.2 }), { start: 0.9 });
    for (let t = 0; t < 100; t++) array.relax();
    expect(array.weights.data[5]).toBeCloseTo(0.2 + 0.7 * 0.99 ** 100, 4);
  });

  test('weights diffuse with the root of the updates', () => {
    const array = arrayOf(cellOf('constant-step', { diffusion: 0.01 }));
    for (let t = 0; t < 25; t++) array.relax();
    expect(Math.abs(deviationOf(array.weights.data) / 0.05 - 1)).toBeLessThan(0.03);
    expect(Math.abs(meanOf(array.weights.data))).toBeLessThan(0.0025);
  });

  test('without either, nothing changes', () => {
    const array = arrayOf(cellOf('constant-step', { writeNoise: 3 }), { start: 0.3 });
    const before = array.weights.data.slice();
    array.relax();
    expect(array.weights.data).toEqual(before);
  });
});

test('a reset leads to the level of each cell, with noise of its own every time', () => {
  const cell = cellOf('constant-step', { resetLevel: 0.1, resetVariation: 0.03, resetNoise: 0.01 });
  const array = arrayOf(cell, { start: 0.8 });
  const [first, second] = [1, 2].map(() => each(array, k => array.reset(k)));
  expect(meanOf(first!)).toBeCloseTo(0.1, 2);
  expect(Math.abs(deviationOf(first!) / Math.hypot(0.03, 0.01) - 1)).toBeLessThan(0.03);
  expect(Math.abs(deviationOf(first!.map((w, k) => w - second![k]!)) / (0.01 * Math.SQRT2) - 1)).toBeLessThan(
    0.03,
  );
});

describe('soft bounds', () => {
  test('of which the slopes vary end each at a weight of its own, and differ by that much', () => {
    const cell = cellOf('soft-bounds', { states: 80, slopeVariation: 0.15 });
    const { response, steps } = arrayOf(cell);
    const size = steps.up.data[0]!;
    const slopes = (isUp: boolean) =>
      Array.from(
        { length: cells },
        (_, k) => (1 - Math.abs(response.step(k, isUp ? 0.5 : -0.5, isUp)) / size) / 0.5,
      );
    const [up, down] = [slopes(true), slopes(false)];
    for (const each of [up, down]) {
      expect(meanOf(each)).toBeCloseTo(1, 2);
      expect(deviationOf(each)).toBeCloseTo(0.15, 2);
    }
    const together = meanOf(up.map((x, k) => (x - 1) * (down[k]! - 1))) / 0.15 ** 2;
    expect(Math.abs(together)).toBeLessThan(0.05); // up and down apart
    for (let k = 0; k < 20; k++) expect(response.step(k, 0, true)).toBeCloseTo(size, 8);
  });

  test('of which the slopes vary have weight 0 where their steps are alike, if the reference is set there', () => {
    const cell = cellOf('soft-bounds', {
      states: 80,
      slopeVariation: 0.3,
      asymmetryVariation: 0.1,
      referencePoint: 'symmetry',
    });
    const { response } = arrayOf(cell, { count: 100 });
    for (let k = 0; k < 100; k++)
      expect(response.step(k, 0, true) + response.step(k, 0, false)).toBeCloseTo(0, 7);
  });

  test.prop(
    [fc.double({ min: 0.001, max: 0.1, noNaN: true }), fc.double({ min: 1.2, max: 6, noNaN: true })],
    {
      numRuns: 20,
    },
  )('draw a curve that is exponential in the number of pulses', (rate, beyond) => {
    const [lowest, highest] = [-1, beyond - 1];
    const cell = cellOf('soft-bounds', {
      states: 4 / (rate * beyond),
      lowest,
      highest,
      asymmetry: highest - 1,
    });
    const array = arrayOf(cell, { count: 1, start: lowest });
    for (const p of [1, 10, 40]) {
      array.weights.data[0] = lowest;
      array.written();
      array.pulseSingly(0, p);
      expect(array.weights.data[0]).toBeCloseTo(lowest + beyond * (1 - (1 - rate) ** p), 4);
    }
  });
});
