/** @file What every way of writing keeps to, whatever its cells; and every pulsed cell under the plainest of them. */
import { beforeEach, describe, expect, test } from 'vitest';
import { Cell, type PulsedCell } from '../../src/chips/cells/cell.ts';
import type { Chip } from '../../src/chips/chip.ts';
import { isByPulses, Update } from '../../src/chips/updates/index.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { Matrix } from '../../src/engine/matrix.ts';
import { cellOf } from '../fixtures/cells.ts';
import {
  apart,
  chipModel,
  chipOf,
  crossbarOf,
  gaussianMatrix,
  linearCell,
  meanOf,
} from '../fixtures/chips.ts';
import { updateOf } from '../fixtures/updates.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 27 });
beforeEach(() => engine.arena.reset());

const [rows, columns] = [7, 13];
const kindsOf = <K extends string>(union: unknown) =>
  (union as { oneOf: { properties: { kind: { const: K } } }[] }).oneOf.map(
    ({ properties }) => properties.kind.const,
  );
const updates = kindsOf<Update['kind']>(Update).map((kind): [string, Update] => [
  kind,
  {
    ...updateOf(kind),
    ...(kind.includes('transfer') || kind === 'tiki-taka' ? { rowsPerTransfer: rows } : {}),
  },
]);
const cells = kindsOf<Cell['kind']>(Cell)
  .filter(kind => kind !== 'linear')
  .map((kind): [string, PulsedCell] => [kind, cellOf(kind, { states: 60 }) as PulsedCell]);

const chipWith = (update: Update, cell: Cell, seed = 1): Chip =>
  chipOf(chipModel({ layers: [columns], cell, crossbar: crossbarOf(1), update }), engine, {
    inputs: rows - 1,
    seed,
  });
const weightsOf = (chip: Chip): Float32Array => chip.parts.crossbars[0]!.weights.data;
const all = (value: number): Matrix => {
  const m = engine.matrix(rows, columns);
  m.data.fill(value);
  return m;
};
const soft = (given: Parameters<typeof cellOf<'soft-bounds'>>[1] = {}) =>
  cellOf('soft-bounds', { states: 60, ...given });
const varied = {
  cycleNoise: 1,
  gainVariation: 0.3,
  stepVariation: 0.2,
  highestVariation: 0.2,
  lowestVariation: 0.2,
  diffusion: 0.01,
  lifetime: 50,
};

/** A short life of writing. */
function live(chip: Chip, changes = 8, spread = 0.1): Chip {
  chip.write(0, gaussianMatrix(engine, rows, columns, 'target', 0.3));
  for (let t = 0; t < changes; t++)
    chip.update(0, gaussianMatrix(engine, rows, columns, `change/${t}`, spread));
  return chip;
}

describe.each(updates)('the update %s', (_, update) => {
  test('does the same with the same seed, and otherwise with another', () => {
    const digests = [1, 1, 2].map(seed => live(chipWith(update, soft(varied), seed)).digest());
    expect(digests[1]).toBe(digests[0]);
    expect(digests[2]).not.toBe(digests[0]);
  });

  test('programs targets to the point where nothing errs', () => {
    const chip = chipWith(update, soft());
    const target = gaussianMatrix(engine, rows, columns, 'target', 0.2);
    chip.write(0, target);
    const tolerance = update.kind === 'program-verify' ? update.tolerance : 1e-6;
    expect(apart(weightsOf(chip), target.data)).toBeLessThanOrEqual(tolerance);
  });

  test('of nothing moves nothing and gives no pulse', () => {
    const chip = chipWith(update, soft());
    chip.write(0, gaussianMatrix(engine, rows, columns, 'target', 0.2));
    const before = weightsOf(chip).slice();
    for (let t = 0; t < 5; t++) chip.update(0, all(0));
    expect(weightsOf(chip)).toEqual(before);
    expect(chip.meter.pulses).toBe(0);
  });

  test('asked upward again and again goes up, asked downward down, and is on the bill', () => {
    for (const sign of [1, -1]) {
      const chip = chipWith(update, soft({ cycleNoise: 0.3 }));
      for (let t = 0; t < 40; t++) chip.update(0, all(sign * 0.03));
      expect(sign * meanOf(weightsOf(chip))).toBeGreaterThan(0.2);
      expect(chip.meter.pulses + chip.meter.cellsWritten).toBeGreaterThan(40);
    }
  });

  test('stays within the bounds of every pair, however hard it is pushed', () => {
    const chip = live(chipWith(update, soft(varied)), 12, 3);
    const { low, high } = chip.parts.crossbars[0]!.flaws!;
    const isPair = update.kind === 'one-sided'; // its second cell has a bound of its own
    if (isPair) expect(Math.max(...weightsOf(chip).map(Math.abs))).toBeLessThan(2.5);
    else
      weightsOf(chip).forEach((w, k) => {
        expect(w).toBeGreaterThanOrEqual(low.data[k]!);
        expect(w).toBeLessThanOrEqual(high.data[k]!);
      });
  });

  test('leaves stuck pairs where they are', () => {
    const chip = chipWith(update, soft({ stuck: 1, stuckRange: 0.4 }));
    const before = weightsOf(chip).slice();
    expect(Math.max(...before.map(Math.abs))).toBeGreaterThan(0.1);
    live(chip);
    expect(weightsOf(chip)).toEqual(before);
  });

  test('needs a cell with a step response only if it pulses', () => {
    const build = () => chipWith(update, linearCell());
    if (isByPulses(update))
      expect(build).toThrow('pulses need a cell with a step response and a weightRange above 0');
    else expect(build).not.toThrow();
  });
});

describe.each(cells)('the cell %s', (_, cell) => {
  test.each(['pulsed', 'stochastic', 'mixed-precision'] as const)(
    'follows the mean of what is asked: %s',
    kind => {
      const chip = chipWith(updateOf(kind), cell);
      const change = 2 / 60;
      for (let t = 0; t < 3; t++) chip.update(0, all(change));
      const moved = meanOf(weightsOf(chip));
      expect(moved / (3 * change)).toBeGreaterThan(0.75); // steps that shrink with the weight fall a little short
      expect(moved / (3 * change)).toBeLessThan(1.1);
    },
  );

  test('is an individual on every chip where its parameters spread', () => {
    const [one, other] = [1, 2].map(seed =>
      live(chipWith(updateOf('pulsed'), { ...cell, gainVariation: 0.3 }, seed)),
    );
    expect(apart(weightsOf(one!), weightsOf(other!))).toBeGreaterThan(0.01);
  });
});
