/** @file Updates that keep more than the cells that multiply: accumulators, pairs of one-sided cells, fast and slow arrays. */
import { fc, test } from '@fast-check/vitest';
import { beforeEach, describe, expect } from 'vitest';
import type { PulsedCell } from '../../src/chips/cells/cell.ts';
import type { Chip } from '../../src/chips/chip.ts';
import type { Update } from '../../src/chips/updates/index.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { Matrix } from '../../src/engine/matrix.ts';
import { gaussians, streamOf } from '../../src/engine/streams.ts';
import { cellOf } from '../fixtures/cells.ts';
import {
  apart,
  chipModel,
  chipOf,
  crossbarOf,
  deviationOf,
  gaussianMatrix,
  meanOf,
} from '../fixtures/chips.ts';
import { updateOf } from '../fixtures/updates.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 27 });
beforeEach(() => engine.arena.reset());

const [rows, columns] = [6, 11];
const chipWith = (cell: PulsedCell, update: Update): Chip =>
  chipOf(chipModel({ layers: [columns], cell, crossbar: crossbarOf(1), update }), engine, {
    inputs: rows - 1,
  });
const weightsOf = (chip: Chip): Float32Array => chip.parts.crossbars[0]!.weights.data;
const all = (value: number): Matrix => {
  const m = engine.matrix(rows, columns);
  m.data.fill(value);
  return m;
};

describe('mixed precision', () => {
  const perfect = cellOf('constant-step', { states: 100 });
  const step = 0.02;

  test.prop([fc.array(fc.double({ min: -0.1, max: 0.1, noNaN: true }), { minLength: 1, maxLength: 15 })], {
    numRuns: 20,
  })('loses nothing: cells and accumulator together hold what was asked, to less than a step', changes => {
    const chip = chipWith(perfect, updateOf('mixed-precision'));
    let asked = 0;
    for (const change of changes) {
      chip.update(0, all(change));
      asked = asked + change;
      if (Math.abs(asked) > 0.9) return; // near the bounds
      const held = weightsOf(chip)[7]!;
      expect(Math.abs(asked - held)).toBeLessThan(step + 1e-5);
      expect(Math.abs(held / step - Math.round(held / step))).toBeLessThan(1e-3);
    }
  });

  test('outer products add up in the accumulator as changes do, and are on the bill', () => {
    const chip = chipWith(perfect, updateOf('mixed-precision'));
    const { writer } = chip.parts.crossbars[0]!;
    const x = gaussianMatrix(engine, 4, rows, 'x');
    const delta = gaussianMatrix(engine, 4, columns, 'delta');
    writer.pulse!(x, delta, 0.03);
    weightsOf(chip).forEach((w, k) => {
      let sum = 0;
      for (let b = 0; b < 4; b++)
        sum += x.data[b * rows + Math.floor(k / columns)]! * delta.data[b * columns + (k % columns)]!;
      expect(Math.abs(w - 0.03 * sum)).toBeLessThan(step + 1e-5);
    });
    expect(chip.meter.digitalMacs).toBe(4 * rows * columns);
  });

  test('transfers come when they are due, no cell gets more than the most, and the rest stays', () => {
    const chip = chipWith(perfect, updateOf('mixed-precision', { transferEvery: 3, maximumPulses: 5 }));
    const seen = Array.from({ length: 9 }, () => {
      chip.update(0, all(0.05));
      return Math.round(weightsOf(chip)[0]! / step);
    });
    expect(seen).toEqual([0, 0, 5, 5, 5, 10, 10, 10, 15]);
    expect(chip.meter.pulses).toBe(15 * rows * columns);
  });

  test('programming empties the accumulator', () => {
    const chip = chipWith(perfect, updateOf('mixed-precision'));
    chip.update(0, all(0.019));
    chip.write(0, all(0.5));
    chip.update(0, all(0.019));
    expect(weightsOf(chip)[0]).toBe(0.5);
  });
});

describe('one-sided pairs', () => {
  const pcm = cellOf('linear-step', { states: 200, lowest: 0, upSlope: 0.9 });

  test('only ever raise a cell: the more has been asked up and down, the fuller both are', () => {
    const chip = chipWith(pcm, updateOf('one-sided', { refreshEvery: 0 }));
    for (let t = 0; t < 200; t++) chip.update(0, all(t % 2 ? 0.02 : -0.02));
    expect(Math.abs(meanOf(weightsOf(chip)))).toBeLessThan(0.02);
    for (let t = 0; t < 10; t++) chip.update(0, all(0.02));
    expect(meanOf(weightsOf(chip))).toBeLessThan(0.1); // of 0.2: both are nearly full
  });

  test('refreshed pairs keep their weight, to about a step a refresh, and room to move', () => {
    const even = cellOf('constant-step', { states: 200, lowest: 0 });
    const [renewed, full] = [1, 0].map(refreshEvery => {
      const chip = chipWith(even, updateOf('one-sided', { refreshEvery }));
      chip.write(0, all(0.3));
      for (let t = 0; t < 400; t++) chip.update(0, all(t % 2 ? 0.02 : -0.02));
      return chip;
    });
    expect(Math.abs(meanOf(weightsOf(renewed!)) - 0.3)).toBeLessThan(0.02);
    expect(Math.abs(meanOf(weightsOf(full!)))).toBeLessThan(1e-6); // both at their bound
    for (const chip of [renewed!, full!]) chip.update(0, all(0.1));
    expect(Math.abs(meanOf(weightsOf(renewed!)) - 0.4)).toBeLessThan(0.03);
    expect(Math.abs(meanOf(weightsOf(full!)))).toBeLessThan(1e-6);
    expect(renewed!.meter.cellsWritten).toBeGreaterThan(full!.meter.cellsWritten);
  });

  describe('that are only ever lowered', () => {
    const even = { lowest: 0, upExponent: 1, downExponent: 1, states: 100 };
    const filament = cellOf('power-step', { ...even, resetLevel: 1 });
    const siemens = filament.maximumConductance - filament.minimumConductance;
    const crossbarOfOne = (chip: Chip) => chip.parts.crossbars[0]!;
    /** Both cells of a pair, in units of weight: what both carry is on the bill, and the weight is the rest. */
    const pairOf = (chip: Chip, k: number) => {
      const both = crossbarOfOne(chip).writer.common!().data[k]! / siemens;
      const w = weightsOf(chip)[k]!;
      return [both + Math.max(w, 0), both + Math.max(-w, 0)] as const;
    };

    test.each([
      ['changes', {}],
      ['changes, refreshed with verification', { verify: 60 }],
      ['trains', { coincidences: {} as never }],
    ])('are raised ones seen from the other end, wear and refreshes and all: %s', (_, given) => {
      const endurance = { writes: 1e9, spread: 0, death: 'value' } as const;
      const [raised, lowered] = (['up', 'down'] as const).map(direction => {
        const cell = cellOf('power-step', { ...even, resetLevel: direction === 'up' ? 0 : 1, endurance });
        const chip = chipWith(cell, updateOf('one-sided', { direction, ...given }));
        chip.write(0, gaussianMatrix(engine, rows, columns, 'target', 0.3));
        const { pulse, change } = crossbarOfOne(chip).writer;
        for (let t = 0; t < 60; t++) {
          const noise = (n: number, m: number, name: string, sigma: number) =>
            gaussianMatrix(engine, n, m, `${name}/${t}`, sigma);
          if (pulse) pulse(noise(3, rows, 'x', 1), noise(3, columns, 'delta', 1), 0.05);
          else change(noise(rows, columns, 'change', 0.1));
        }
        return chip;
      });
      expect(apart(weightsOf(lowered!), weightsOf(raised!))).toBeLessThan(1e-5);
      expect({ ...lowered!.meter }).toEqual({ ...raised!.meter });
      const { pulses, cellsWritten } = lowered!.meter;
      expect(cellsWritten).toBeGreaterThan(4 * rows * columns); // programmed, and refreshed about once or more
      const [wear, worn] = [lowered!.wear()!.meanWrites, raised!.wear()!.meanWrites];
      expect(Math.abs(wear / worn - 1)).toBeLessThan(0.01); // which cell of a pair is told by its weight, roughly at 0
      expect(wear * 2 * rows * columns).toBeGreaterThan(pulses);
    });

    test.prop([fc.array(fc.double({ min: -0.3, max: 0.3, noNaN: true }), { minLength: 1, maxLength: 12 })], {
      numRuns: 10,
    })('lower a cell or leave it, an increase the minus cell and a decrease the plus cell', changes => {
      const noisy = { ...filament, cycleNoise: 0.2, resetLevel: 0.8, resetNoise: 0.05 };
      const chip = chipWith(noisy, updateOf('one-sided', { direction: 'down', refreshEvery: 0 }));
      let before = [3, 50].map(k => pairOf(chip, k));
      for (const change of changes) {
        chip.update(0, all(change));
        const now = [3, 50].map(k => pairOf(chip, k));
        now.forEach(([plus, minus], i) => {
          const [wasPlus, wasMinus] = before[i]!;
          if (change > 0) expect(Math.abs(plus - wasPlus)).toBeLessThan(1e-6);
          else expect(Math.abs(minus - wasMinus)).toBeLessThan(1e-6);
          expect(plus - wasPlus).toBeLessThan(1e-6);
          expect(minus - wasMinus).toBeLessThan(1e-6);
        });
        before = now;
      }
    });

    test('are set where both have run low, and written back: to half a step if verified, whatever a SET leaves', () => {
      const scattered = { ...filament, resetLevel: 0.8, resetNoise: 0.1 };
      const down = { direction: 'down', verify: 200, nearlyFull: 0.6, refreshEvery: 41 } as const;
      const chip = chipWith(scattered, updateOf('one-sided', down));
      const fullest = (k: number) => Math.max(...pairOf(chip, k));
      chip.write(0, all(0.2));
      expect(crossbarOfOne(chip).weightConductance(1) / siemens).toBeCloseTo(0.8 + 0.6, 5); // what its reads pay for
      for (let t = 0; t < 40; t++) chip.update(0, all(t % 2 ? 0.1 : -0.1));
      const before = weightsOf(chip).slice();
      expect(Math.max(...before.map((_, k) => fullest(k)))).toBeLessThan(0.5);
      chip.update(0, all(0)); // refreshes
      expect(apart(weightsOf(chip), before)).toBeLessThan(0.0081);
      expect(Math.min(...before.map((_, k) => fullest(k)))).toBeGreaterThan(0.5);
      expect(chip.meter.cellsWritten).toBe(4 * rows * columns);
    });
  });

  test('are programmed to any weight, either way', () => {
    const chip = chipWith(pcm, updateOf('one-sided'));
    const target = gaussianMatrix(engine, rows, columns, 'target', 0.2);
    chip.write(0, target);
    expect(apart(weightsOf(chip), target.data)).toBeLessThan(1e-6);
  });
});

/**
 * Descends ½ Σ (w − w*)² with gradients whose noise is many times their size, as those of single samples are.
 * @returns distance from the targets in the end, root mean square
 */
function distance(cell: PulsedCell, update: Update, rate: number): number {
  const chip = chipWith(cell, update);
  const targets = Float32Array.from(gaussians(streamOf(1, 'targets'), rows * columns), t => 0.4 + 0.1 * t);
  const noise = streamOf(1, 'noise');
  const change = all(0);
  const updates = 8000;
  const off = new Float64Array(rows * columns);
  for (let t = 0; t < updates; t++) {
    const errors = gaussians(noise, off.length);
    weightsOf(chip).forEach((w, k) => {
      change.data[k] = -rate * (w - targets[k]! + 0.5 * errors[k]!);
      if (t >= updates / 2) off[k]! += ((w - targets[k]!) / updates) * 2;
    });
    chip.update(0, change);
  }
  return Math.hypot(meanOf(off), deviationOf(off));
}

describe('fast and slow arrays', () => {
  const every = { rowsPerTransfer: rows };
  const plain = updateOf('pulsed');
  const tikiTaka = updateOf('tiki-taka', { ...every, transferRate: 0.02 });
  const buffered = updateOf('buffered-transfer', { ...every, transferRate: 0.02 });
  const chopped = updateOf('chopped-transfer', { ...every, transferRate: 0.1, chopProbability: 0.003 });
  const dynamic = updateOf('dynamic-transfer', { ...every, transferRate: 0.2, chopEvery: 200 });

  test('find their targets where soft bounds pull the plain update away', () => {
    const cell = cellOf('soft-bounds', { states: 200 });
    const reference = distance(cell, plain, 0.01);
    expect(reference).toBeGreaterThan(0.1);
    for (const update of [tikiTaka, buffered, chopped, dynamic])
      expect(distance(cell, update, 0.01)).toBeLessThan(0.4 * reference);
  });

  test('need a symmetry point at 0, unless signs are flipped', () => {
    const cell = cellOf('soft-bounds', { states: 200, asymmetry: 0.35, asymmetryVariation: 0.1 });
    const reference = distance(cell, buffered, 0.01);
    expect(reference).toBeGreaterThan(0.06);
    for (const update of [chopped, dynamic])
      expect(distance(cell, update, 0.01)).toBeLessThan(0.5 * reference);
  });

  test.each([tikiTaka, buffered, chopped, dynamic])('of $kind: only readings move the slow array', update => {
    const cell = cellOf('constant-step', { states: 200 });
    const rare = { ...update, transferEvery: 3, rowsPerTransfer: 2, transferRate: 1 } as Update;
    const chip = chipWith(cell, rare);
    const moved: number[][] = [];
    for (let t = 0; t < 9; t++) {
      const before = weightsOf(chip).slice();
      chip.update(0, all(0.05));
      const rowsMoved = Array.from({ length: rows }, (_, i) => i).filter(i =>
        weightsOf(chip)
          .subarray(i * columns, (i + 1) * columns)
          .some((w, j) => w !== before[i * columns + j]),
      );
      moved.push(rowsMoved);
    }
    const isDynamic = update.kind === 'dynamic-transfer'; // its first period moves nothing
    expect(moved).toEqual(isDynamic ? moved.map(() => []) : [[], [], [0, 1], [], [], [2, 3], [], [], [4, 5]]);
    expect(chip.meter.columnReads).toBe(3 * 2 * columns);
  });

  test.each([tikiTaka, buffered, chopped, dynamic])(
    'of $kind: outer products go the way of changes',
    update => {
      const chip = chipWith(cellOf('constant-step', { states: 200 }), {
        ...update,
        transferRate: 0.2,
        ...(update.kind === 'dynamic-transfer' && { chopEvery: 2 }),
      } as Update);
      const { writer } = chip.parts.crossbars[0]!;
      const x = gaussianMatrix(engine, 1, rows, 'x');
      const delta = gaussianMatrix(engine, 1, columns, 'delta');
      for (let t = 0; t < 30; t++) writer.pulse!(x, delta, 0.01);
      let along = 0;
      let size = 0;
      weightsOf(chip).forEach((w, k) => {
        const product = x.data[Math.floor(k / columns)]! * delta.data[k % columns]!;
        along += w * product;
        size += product ** 2;
      });
      expect(along / Math.sqrt(size) / Math.hypot(...weightsOf(chip))).toBeGreaterThan(0.7); // cosine
    },
  );
});

test.each(['up', 'down'] as const)(
  'one-sided pairs pushed %s keep weights that are put in, and err by one cell each',
  direction => {
    const cell = cellOf('constant-step', {
      states: 100,
      lowest: 0,
      resetLevel: 0.9,
      programmingNoise: 0.05,
    });
    const chip = chipWith(cell, updateOf('one-sided', { direction }));
    chip.restore([all(0.3)]);
    chip.update(0, all(0));
    expect(Math.abs(weightsOf(chip)[7]! - 0.3)).toBeLessThan(1e-6);

    const errors = Array.from({ length: 40 }, () => {
      chip.write(0, all(0.3));
      return [...weightsOf(chip)].map(w => w - 0.3);
    }).flat();
    // up: the cell at rest is at its bound, which cuts off one half of its error
    const variance = 0.05 ** 2 * (direction === 'up' ? 1.5 - 1 / (2 * Math.PI) : 2);
    expect(deviationOf(errors) / Math.sqrt(variance)).toBeCloseTo(1, 1);
  },
);
