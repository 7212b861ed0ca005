/** @file The ways of writing, on one crossbar of many alike cells. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { Cell } from '../../src/chips/cells/cell.ts';
import type { Chip } from '../../src/chips/chip.ts';
import type { ChipModel } from '../../src/chips/model.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { Matrix } from '../../src/engine/matrix.ts';
import {
  apart,
  chipModel,
  chipOf,
  crossbarOf,
  deviationOf,
  gaussianMatrix,
  linearCell,
  meanOf,
  pulsedCell,
} from '../fixtures/chips.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 27 });
const [rows, columns] = [50, 203]; // 10,150 pairs, not a multiple of the kernels' groups
const chipWith = (given: Partial<ChipModel>): Chip =>
  chipOf(chipModel({ layers: [columns], crossbar: crossbarOf(1), ...given }), engine, { inputs: rows - 1 });
const weightsOf = (chip: Chip): Float32Array => chip.parts.crossbars[0]!.weights.data;
const all = (value: number): Matrix => {
  const m = engine.matrix(rows, columns);
  m.data.fill(value);
  return m;
};
/** Asks every pair for the same change. */
const ask = (chip: Chip, change: number, times = 1): Float32Array => {
  for (let t = 0; t < times; t++) chip.update(0, all(change));
  return weightsOf(chip);
};

describe('ideal', () => {
  test.prop([fc.float({ min: -2, max: 2, noNaN: true }), fc.float({ min: -3, max: 3, noNaN: true })], {
    numRuns: 20,
  })('moves every pair by the change times its response and stops it at its bounds', (target, change) => {
    engine.arena.reset();
    const chip = chipWith({ cell: linearCell({ variation: 0.2 }) });
    chip.write(0, all(target));
    const before = weightsOf(chip).slice();
    const { low, high, response } = chip.parts.crossbars[0]!.flaws!;
    const wanted = before.map((w, k) => w + change * response.data[k]!);
    const allowed = wanted.map((w, k) => Math.max(low.data[k]!, Math.min(high.data[k]!, w)));
    expect(apart(ask(chip, change), allowed)).toBeLessThan(1e-5);
  });

  test('without a range it adds, without end', () => {
    const chip = chipWith({ crossbar: crossbarOf(0), cell: linearCell({ variation: 0.2 }) });
    expect(ask(chip, 100, 3).every(w => w === 300)).toBe(true);
  });
});

describe.each<[string, Partial<ChipModel>]>([
  ['ideal', { update: { kind: 'ideal' } }],
  ['pulsed', { update: { kind: 'pulsed', maximumPulses: 10 } }],
])('programming once: %s', (_, given) => {
  const cellOf = (programmingNoise: number, variation = 0): Cell =>
    pulsedCell('soft-bounds', { programmingNoise, variation });

  test('lands on the target without programming noise, within the bounds of each pair', () => {
    const chip = chipWith({ ...given, cell: cellOf(0, 0.1) });
    const target = gaussianMatrix(engine, rows, columns, 'target', 0.8);
    chip.write(0, target);
    const { low, high } = chip.parts.crossbars[0]!.flaws!;
    expect(weightsOf(chip)).toEqual(
      target.data.map((t, k) => Math.min(high.data[k]!, Math.max(low.data[k]!, t))),
    );
  });

  test('errs by √2 · programming noise · range, two cells a pair, afresh every time', () => {
    const chip = chipWith({ ...given, cell: cellOf(0.01), crossbar: crossbarOf(3) });
    const [one, two] = [1, 2].map(() => {
      chip.write(0, all(0.5));
      return weightsOf(chip).slice();
    });
    const sigma = Math.SQRT2 * 0.01 * 3;
    for (const landed of [one!, two!]) {
      expect(Math.abs(meanOf(landed) - 0.5)).toBeLessThan(4 * sigma * Math.sqrt(1 / landed.length));
      expect(Math.abs(deviationOf(landed) / sigma - 1)).toBeLessThan(0.03);
    }
    expect(Math.abs(meanOf(one!.map((w, k) => (w - 0.5) * (two![k]! - 0.5))) / sigma ** 2)).toBeLessThan(
      0.05,
    );
  });
});

describe('pulsed', () => {
  const pulses = (
    given: Parameters<typeof pulsedCell>[1] = {},
    maximumPulses = 1000,
  ): Partial<ChipModel> => ({
    cell: pulsedCell('constant-step', given),
    update: { kind: 'pulsed', maximumPulses },
  });
  const soft = (given: Parameters<typeof pulsedCell>[1] = {}): Partial<ChipModel> => ({
    ...pulses(),
    cell: pulsedCell('soft-bounds', given),
  });
  const step = 2 / 100; // hundred states over twice the range

  test.prop([fc.double({ min: -3, max: 3, noNaN: true })], { numRuns: 15 })(
    'the mean change is the intended one, however small; every cell moves by whole steps',
    inSteps => {
      engine.arena.reset();
      const moved = ask(chipWith(pulses()), inSteps * step);
      const share = inSteps - Math.floor(inSteps);
      const tolerance = 5 * Math.sqrt((share * (1 - share)) / moved.length) + 1e-4;
      expect(Math.abs(meanOf(moved) / step - inSteps)).toBeLessThan(tolerance);
      for (const steps of new Set(moved.map(w => Math.round(w / step))))
        expect([Math.floor(inSteps), Math.ceil(inSteps)]).toContain(steps);
    },
  );

  test('the steps are those of the number of states: as many pulses lead from one end to the other', () => {
    const chip = chipWith(pulses());
    chip.write(0, all(-1));
    expect(apart(ask(chip, step, 99), all(1 - step).data)).toBeLessThan(1e-4);
    expect(apart(ask(chip, step, 1), all(1).data)).toBeLessThan(1e-4);
  });

  test('constant steps end at the bounds of each pair', () => {
    const chip = chipWith(pulses({ variation: 0.1 }));
    const { low, high } = chip.parts.crossbars[0]!.flaws!;
    expect(ask(chip, 0.5, 10)).toEqual(high.data);
    expect(ask(chip, -0.5, 20)).toEqual(low.data);
  });

  test('no pair gets more pulses than the most there are', () => {
    expect(apart(ask(chipWith(pulses({}, 7)), 0.9), all(7 * step).data)).toBeLessThan(1e-6);
  });

  test('soft bounds shrink the step in proportion to the distance from the bound, up and down', () => {
    for (const sign of [1, -1]) {
      const chip = chipWith(soft());
      for (const at of [0, 0.5, -0.5, 0.9]) {
        chip.write(0, all(at));
        const single = ask(chip, sign * step)[0]! - at;
        expect(single / (sign * step)).toBeCloseTo(1 - sign * at, 3);
      }
    }
  });

  test('many soft pulses at once are as many one by one', () => {
    const [once, singly] = [1, 2].map(() =>
      chipWith(soft({ variation: 0.1, stepVariation: 0.3, asymmetry: 0.5 })),
    );
    expect(apart(ask(once!, 20 * step), ask(singly!, step, 20))).toBeLessThan(1e-4);
  });

  test.prop([fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 1, maxLength: 8 })], {
    numRuns: 20,
  })('soft bounds are never left, whatever is asked and however noisy the pulses', changes => {
    engine.arena.reset();
    const chip = chipWith(soft({ variation: 0.3, stepVariation: 0.5, cycleNoise: 2, asymmetry: 0.5 }));
    const { low, high } = chip.parts.crossbars[0]!.flaws!;
    for (const change of changes) ask(chip, change);
    expect(weightsOf(chip).every((w, k) => w >= low.data[k]! && w <= high.data[k]!)).toBe(true);
  });

  test.each([0.5, -0.4])(
    'asymmetry %f is up step over down step, less one; their mean is the nominal step',
    asymmetry => {
      const up = ask(chipWith(pulses({ asymmetry })), step)[0]!;
      const down = -ask(chipWith(pulses({ asymmetry })), -step)[0]!;
      expect(up / down - 1).toBeCloseTo(asymmetry, 4);
      expect((up + down) / 2 / step).toBeCloseTo(1, 4);
    },
  );

  test('as many pulses up as down leave a symmetric cell in place and lift one with larger up steps', () => {
    const shaken = (asymmetry: number): number => {
      const chip = chipWith(pulses({ asymmetry }));
      for (let t = 0; t < 5; t++) ask(ask(chip, step) && chip, -step);
      return meanOf(weightsOf(chip));
    };
    expect(Math.abs(shaken(0))).toBeLessThan(1e-6);
    expect(shaken(0.2)).toBeGreaterThan(0.1 * step * 5);
    expect(shaken(-0.2)).toBeLessThan(-0.1 * step * 5);
  });

  test('step variation is the spread of the steps, up and down apart, and fixed for life', () => {
    const chip = chipWith(pulses({ stepVariation: 0.2 }));
    const up = ask(chip, step).slice();
    const again = ask(chip, step).map((w, k) => w - up[k]!);
    const down = ask(chip, -step).map((w, k) => up[k]! + again[k]! - w);
    expect(apart(up, again)).toBeLessThan(1e-6);
    for (const steps of [up, down]) {
      expect(meanOf(steps) / step).toBeCloseTo(1, 2);
      expect(Math.abs(deviationOf(steps) / step - 0.2)).toBeLessThan(0.01);
    }
    const covariance = meanOf(up.map((u, k) => (u / step - 1) * (down[k]! / step - 1)));
    expect(Math.abs(covariance) / 0.2 ** 2).toBeLessThan(0.05);
  });

  test('a pair with a larger range takes larger steps', () => {
    const chip = chipWith(pulses({ variation: 0.1 }));
    const { response } = chip.parts.crossbars[0]!.flaws!;
    expect(
      apart(
        ask(chip, step),
        response.data.map(r => r * step),
      ),
    ).toBeLessThan(1e-6);
  });

  test.each([1, 16])(
    'cycle noise of %i pulses has the standard deviation of one times the root of their number',
    number => {
      const moved = ask(chipWith(pulses({ cycleNoise: 0.3 })), number * step);
      expect(meanOf(moved) / (number * step)).toBeCloseTo(1, 1);
      expect(Math.abs(deviationOf(moved) / (0.3 * step * Math.sqrt(number)) - 1)).toBeLessThan(0.03);
    },
  );
});

describe('program-verify', () => {
  const verified = (
    tries: number,
    tolerance: number,
    programmingNoise: number,
    given: Partial<ChipModel> = {},
  ) =>
    chipWith({
      cell: linearCell({ programmingNoise }),
      update: { kind: 'program-verify', tries, tolerance },
      ...given,
    });

  test('with tries enough every pair lands within the tolerance', () => {
    const chip = verified(1000, 0.02, 0.02, { crossbar: crossbarOf(2) });
    const target = gaussianMatrix(engine, rows, columns, 'target', 0.4);
    chip.write(0, target);
    expect(apart(weightsOf(chip), target.data)).toBeLessThanOrEqual(0.04 + 1e-6);
    chip.update(0, all(0.1));
    expect(
      apart(
        weightsOf(chip),
        target.data.map(t => t + 0.1),
      ),
    ).toBeLessThanOrEqual(0.04 + 1e-6);
  });

  test('pairs that are close enough are left alone; every attempt on the others is counted', () => {
    const chip = verified(5, 0.05, 0);
    const target = all(0);
    target.data.fill(0.3, 0, 1000);
    target.data.fill(0.04, 1000, 3000);
    chip.write(0, target);
    expect(chip.meter.cellsWritten).toBe(1000);
    expect(
      weightsOf(chip)
        .subarray(1000, 3000)
        .every(w => w === 0),
    ).toBe(true);
    chip.update(0, all(0.02)); // targets are kept in full: 0.04 + 0.02 is too far from 0 by now
    expect(chip.meter.cellsWritten).toBe(3000);
    expect(weightsOf(chip)[2000]).toBeCloseTo(0.06, 6);
  });

  test('attempts come to the share that misses, try after try', () => {
    const sigma = Math.SQRT2 * 0.03;
    const chip = verified(3, sigma, 0.03); // 31.7 % of Gaussian errors are beyond one standard deviation
    chip.write(0, all(0.5));
    const perPair = chip.meter.cellsWritten / weightsOf(chip).length;
    expect(perPair).toBeCloseTo(1 + 0.3173 + 0.3173 ** 2, 1);
  });

  test('one try errs like plain programming, the best of several errs less', () => {
    const errors = [1, 4].map(tries => {
      const chip = verified(tries, 0, 0.02);
      chip.write(0, all(0.7));
      return deviationOf(weightsOf(chip));
    });
    expect(Math.abs(errors[0]! / (Math.SQRT2 * 0.02) - 1)).toBeLessThan(0.03);
    expect(errors[1]!).toBeLessThan(errors[0]! / 2);
  });

  test('a try that lands further off does not stay', () => {
    const chip = verified(1, 0, 0.2);
    chip.write(0, all(0.5));
    for (let round = 0; round < 3; round++) {
      const before = weightsOf(chip).slice();
      chip.write(0, all(0.5));
      expect(weightsOf(chip).every((w, k) => Math.abs(w - 0.5) <= Math.abs(before[k]! - 0.5))).toBe(true);
    }
  });

  describe.each([
    ['known by their weights', {}],
    ['known one by one', { programming: { kind: 'constant' as const, sigma: 1e-9 } }],
  ])('cells %s', (_, given) => {
    const faults = { stuckOn: 0.1, stuckOff: 0.1, open: 0, brokenRows: 0, brokenColumns: 0 };
    const cell = linearCell({ minimumConductance: 1e-6, ...given });

    test('that do not follow are made up for by the other of their pair', () => {
      const target = gaussianMatrix(engine, rows, columns, 'target', 0.2);
      const missed = (['ideal', 'program-verify'] as const).map(kind => {
        const update = kind === 'ideal' ? { kind } : { kind, tries: 3, tolerance: 0.002 };
        const chip = chipWith({ cell, update, crossbar: { ...crossbarOf(1), faults } });
        const asked = engine.matrix(rows, columns);
        asked.data.set(target.data);
        chip.write(0, asked);
        const effective = chip.parts.crossbars[0]!.effective().data;
        return effective.filter((w, k) => Math.abs(w - target.data[k]!) > 0.01).length / effective.length;
      });
      // one of ten cells is on, one off. Missed blindly: one of the two is on, or that which carries the weight is off
      expect(Math.abs(missed[0]! - (1 - 0.9 * 0.8))).toBeLessThan(0.015);
      // out of reach: that which does not carry it is on; else that which does is off, or on beside one that is off
      expect(Math.abs(missed[1]! - (0.1 + 0.9 * 0.1 + 0.1 * 0.1))).toBeLessThan(0.015);
    });
  });

  test('bounds hold for targets beyond them', () => {
    const chip = verified(3, 0.001, 0.01, { cell: linearCell({ variation: 0.1, programmingNoise: 0.01 }) });
    chip.write(0, all(5));
    const { high } = chip.parts.crossbars[0]!.flaws!;
    expect(weightsOf(chip)).toEqual(high.data);
  });
});

test.each(['update', 'write'] as const)('%s reaches the layer it is asked of and no other', verb => {
  const chip = chipOf(chipModel(), engine);
  chip[verb](1, gaussianMatrix(engine, 8, 5, 'change'));
  const [first, second] = chip.parts.crossbars;
  expect(first!.weights.data.every(w => w === 0)).toBe(true);
  expect(second!.weights.data.every(w => w !== 0)).toBe(true);
});
