/** @file Several cells at a crossing: their weighted sum is the weight, one of them or all are written, and what strays averages out. */
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { buildArray, type CellArray } from '../../src/chips/cells/array.ts';
import type { PulsedCell } from '../../src/chips/cells/cell.ts';
import { drawFlaws } from '../../src/chips/cells/flaws.ts';
import type { Devices } from '../../src/chips/cells/vector.ts';
import { crossbarProblems } from '../../src/chips/crossbar-fit.ts';
import type { ChipModel } from '../../src/chips/model.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { streamOf } from '../../src/engine/streams.ts';
import { cellFile } from '../fixtures/cell-files.ts';
import {
  apart,
  chipModel,
  chipOf,
  crossbarOf,
  deviationOf,
  gaussianMatrix,
  meanOf,
  passOf,
  pixels,
  pulsedCell,
} from '../fixtures/chips.ts';
import { updateOf } from '../fixtures/updates.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 27 });
type Given = Parameters<typeof pulsedCell>[1];
const soft = (devices?: Partial<Devices>, given: Given = {}) =>
  pulsedCell('soft-bounds', {
    ...given,
    ...(devices && { devices: { count: 2, policy: 'random', ...devices } }),
  }) as PulsedCell;

function arrayOf(cell: PulsedCell, count = 2000, seed = 1): CellArray {
  const stream = (path: string) => streamOf(seed, path);
  const flaws = drawFlaws(cell, 1, 1, count, engine, stream)!;
  return buildArray(cell, engine.matrix(1, count), flaws, 1, engine, stream);
}
/** Every cell gets n pulses, sample by sample. */
function pulsed(array: CellArray, samples: number, n = 1): Float32Array {
  for (let t = 0; t < samples; t++) {
    array.turn?.();
    for (let k = 0; k < array.weights.data.length; k++) array.pulse(k, n);
  }
  return array.weights.data;
}
/** Weight of a soft-bounds cell after n pulses up from 0, of 0.02 at 0. */
const risen = (n: number) => 1 - (1 - 0.02) ** n;

describe('what a pulse does', () => {
  test('all cells written are one cell, as long as they are alike', () => {
    engine.arena.reset();
    const all = arrayOf(soft({ count: 3, policy: 'all' }), 4);
    expect(all.together).toBe(3);
    expect(all.granularity).toBeCloseTo(0.02, 9);
    expect(pulsed(all, 17)[0]).toBeCloseTo(risen(17), 5);
  });

  property.prop([fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 23 })], { numRuns: 20 })(
    'one after the other takes the samples in turn',
    (count, samples) => {
      engine.arena.reset();
      const array = arrayOf(soft({ count, policy: 'sequential' }), 3);
      const of = (k: number) => risen(Math.floor(samples / count) + (k < samples % count ? 1 : 0));
      const expected = Array.from({ length: count }, (_, k) => of(k) / count).reduce((a, b) => a + b);
      expect(pulsed(array, samples)[1]).toBeCloseTo(expected, 5);
      expect([array.together, array.granularity * count]).toEqual([1, expect.closeTo(0.02, 7)]);
    },
  );

  test('a fixed one is the first, and the others stay', () => {
    engine.arena.reset();
    const array = arrayOf(soft({ count: 2, policy: 'fixed', shares: [0.3, 0.7] }), 3);
    expect(pulsed(array, 9)[2]).toBeCloseTo(0.3 * risen(9), 5);
    expect(array.granularity).toBeCloseTo(0.3 * 0.02, 9);
  });

  test('any of them is each as often as another, the same one at all crossings', () => {
    engine.arena.reset();
    const array = arrayOf(soft({ count: 4, shares: [1, 10, 100, 1000] }), 2);
    const seen = new Map<number, number>();
    for (let t = 0; t < 400; t++) {
      const before = array.weights.data.slice();
      pulsed(array, 1, t % 2 === 0 ? 1 : -1);
      const moved = Math.abs(array.weights.data[0]! - before[0]!);
      expect(array.weights.data[1]! - before[1]!).toBeCloseTo(array.weights.data[0]! - before[0]!, 5);
      const which = Math.round(Math.log10(moved / 0.02));
      seen.set(which, (seen.get(which) ?? 0) + 1);
    }
    expect([...seen.keys()].sort()).toEqual([0, 1, 2, 3]);
    for (const times of seen.values())
      expect(Math.abs(times - 100)).toBeLessThan(4.5 * Math.sqrt(400 * 0.25 * 0.75));
  });
});

describe.each([1, 2, 4])('with %d cells at a crossing', count => {
  const devices = { count, policy: 'all' as const };

  test('the mean step is that of one cell, and its spread falls as 1/√n, from pulse to pulse and from cell to cell', () => {
    for (const flaw of [{ cycleNoise: 0.5 }, { gainVariation: 0.3 }]) {
      engine.arena.reset();
      const steps = pulsed(arrayOf(soft(devices, flaw)), 1);
      const spread = 0.02 * Object.values(flaw)[0]!;
      expect(meanOf(steps)).toBeCloseTo(0.02, 3);
      expect((deviationOf(steps) * Math.sqrt(count)) / spread).toBeCloseTo(1, 1);
    }
  });

  test('noise of programming and of reads falls as 1/√n as well, and there are n times as many cells', () => {
    engine.arena.reset();
    const cell = soft(devices, { readNoise: 0.05, programmingNoise: 0.03, minimumConductance: 1e-6 });
    const model = chipModel({ layers: [40], cell, crossbar: crossbarOf(1), update: updateOf('stochastic') });
    const chip = chipOf(model, engine, { inputs: 99 });
    const [crossbar] = chip.parts.crossbars;
    const target = engine.matrix(100, 40);
    target.data.fill(0.2);
    chip.write(0, target);
    const w = crossbar!.weights.data;
    expect((deviationOf(w) * Math.sqrt(count)) / (Math.SQRT2 * 0.03)).toBeCloseTo(1, 1);
    expect(crossbar!.pairNoise * Math.sqrt(count)).toBeCloseTo(Math.SQRT2 * 0.05, 9);
    expect(crossbar!.cells).toBe(2 * count);
    const one = 2 * cell.minimumConductance + meanOf(w.map(Math.abs)) * (cell.maximumConductance - 1e-6);
    expect(crossbar!.weightConductance(1) / (count * one)).toBeCloseTo(1, 5);
  });
});

const writes: [string, ChipModel['update']][] = [
  ['pulsed', updateOf('pulsed')],
  ['stochastic', updateOf('stochastic')],
  ['stochastic, separate', updateOf('stochastic', { trains: 'separate' })],
  ['mixed-precision', updateOf('mixed-precision')],
];
describe.each(writes)('written by %s', (_, update) => {
  test.each<Devices['policy']>(['all', 'sequential', 'random'])(
    'changes land as they are asked for, whichever cell they go to: %s',
    policy => {
      engine.arena.reset();
      const cell = pulsedCell('constant-step', {
        devices: { count: 3, policy },
        states: 400,
        gainVariation: 0.2,
      });
      const model = chipModel({ layers: [15], cell, crossbar: crossbarOf(1), update });
      const chip = chipOf(model, engine, { inputs: 14 });
      const change = engine.matrix(15, 15);
      for (let t = 0; t < 12; t++) {
        change.data.fill(0.0125);
        chip.update(0, change);
      }
      const w = chip.parts.crossbars[0]!.weights.data;
      expect(meanOf(w)).toBeGreaterThan(0.14);
      expect(meanOf(w)).toBeLessThan(0.16);
      // a pulse of all three cells moves the weight as far as three of one each
      expect(chip.meter.pulses / 225 / (0.15 / (0.005 / 3))).toBeCloseTo(1, 1);
    },
  );
});

test('weights that are put in past all physics are where pulses go on from', () => {
  engine.arena.reset();
  const cell = soft({ count: 2, policy: 'all' }, { writeNoise: 0.5 });
  const model = chipModel({ layers: [5], cell, crossbar: crossbarOf(1), update: updateOf('pulsed') });
  const chip = chipOf(model, engine);
  const weights = gaussianMatrix(engine, 7, 5, 'w', 0.1);
  const held = weights.data.slice();
  chip.restore([weights]);
  expect(chip.parts.crossbars[0]!.weights.data).toEqual(held);
  const change = engine.matrix(7, 5);
  change.data.fill(0.02);
  chip.update(0, change);
  expect(apart(chip.parts.crossbars[0]!.weights.data, held)).toBeLessThan(0.1);
});

test.each(['reram-es', 'reram-sb', 'capacitor', 'ecram-li', 'ecram-mo', 'idealised'])(
  'two and four cells of %s are less apart than one',
  async name => {
    engine.arena.reset();
    const cell = (await cellFile(name)) as PulsedCell;
    const stray = (devices?: Devices) => {
      const single = arrayOf({ ...cell, writeNoise: 0, ...(devices && { devices }) }, 300);
      return deviationOf(pulsed(single, 1, 8)) / single.granularity;
    };
    const [one, two, four] = [undefined, 2, 4].map(count =>
      stray(count === undefined ? undefined : { count, policy: 'all' }),
    ) as [number, number, number];
    expect(one / two).toBeGreaterThan(1.2);
    expect(two / four).toBeGreaterThan(1.2);
  },
);

test('what they do not go together with is said', () => {
  const cell = soft({ count: 2 });
  const base = { layers: [5], cell, crossbar: crossbarOf(1), update: updateOf('stochastic') };
  const said = (given: Partial<ChipModel>) =>
    crossbarProblems(chipModel({ ...base, ...given }))[0]?.message ?? '';
  expect(said({})).toBe('');
  expect(said({ update: { kind: 'ideal' } })).toMatch(/pulsed, stochastic, mixed-precision, not ideal/);
  expect(said({ crossbar: crossbarOf(0) })).toMatch(/weightRange above 0/);
  expect(said({ cell: soft({ count: 3, shares: [1, 2] }) })).toMatch(/as many shares, not 2/);
  const endurance = { writes: 10, spread: 0, death: 'value' as const };
  expect(said({ cell: soft({}, { endurance }) })).toMatch(/no errors, drift/);
  const faults = { stuckOn: 0.1, stuckOff: 0, open: 0, brokenRows: 0, brokenColumns: 0 };
  expect(said({ crossbar: { ...crossbarOf(1), faults } })).toMatch(/no wires, faults/);
  expect(() => chipOf(chipModel({ ...base, crossbar: { ...crossbarOf(1), faults } }), engine)).toThrow(
    /no wires/,
  );
  expect(() => passOf(chipOf(chipModel(base), engine), pixels(engine, 4, 6))).not.toThrow();
});
