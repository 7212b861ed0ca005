/** @file Mappings, faults and what reads make of them. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { conditions } from '../../src/chips/condition.ts';
import { meanPairConductance } from '../../src/chips/mapping.ts';
import { buildMapping, meanConductance } from '../../src/chips/mappings/index.ts';
import { type MappingModel, weightOf } from '../../src/chips/mappings/mapping.ts';
import type { ChipModel } from '../../src/chips/model.ts';
import { fullPassOf } from '../../src/chips/pass.ts';
import { openEngine } from '../../src/engine/engine.ts';
import {
  apart,
  chipModel,
  chipOf,
  converter,
  crossbarOf,
  deviationOf,
  linearCell,
  meanOf,
  passOf,
  pixels,
  product,
  writeWeights,
} from '../fixtures/chips.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 27 });
const cell = linearCell({ minimumConductance: 1e-6, maximumConductance: 2.6e-5 });
const range = 2;
const continuous: MappingModel[] = [
  { kind: 'one-sided' },
  { kind: 'two-sided' },
  { kind: 'offset' },
  { kind: 'offset', reference: 'column' },
];
const stepped: MappingModel[] = [
  { kind: 'one-sided', cellBits: 4 },
  { kind: 'two-sided', cellBits: 4 },
  { kind: 'offset', cellBits: 4 },
  { kind: 'offset', cellBits: 3, reference: 'column' },
  { kind: 'sliced', weightBits: 8, slices: 2 },
  { kind: 'sliced', weightBits: 6, slices: 5 },
  { kind: 'sliced', weightBits: 5, slices: 1 },
];
const named = (of: MappingModel[]) => of.map(model => ({ model, name: JSON.stringify(model) }));
const weight = fc.float({ min: -range, max: range, noNaN: true });

/** Conductances of w, and the weight that their currents stand for. */
function held(model: MappingModel, w: number) {
  const { cells, slices, rest, hold, step } = buildMapping(model, cell, range);
  const G = new Float64Array(cells.length);
  hold(w, G, 0);
  const read = cells.reduce((sum, { slice, factor }, c) => sum + slices[slice]! * factor * G[c]!, 0) - rest;
  return { G, read, step, slices };
}
const made = (given: Partial<ChipModel>, asked = {}) => {
  const chip = chipOf(chipModel({ cell, ...given }), engine, asked);
  writeWeights(chip, engine, 0.5);
  return chip;
};
const effectiveOf = (given: Partial<ChipModel>) => made(given).parts.crossbars[0]!.effective().data;

describe.each(named([...continuous, ...stepped]))('$name', ({ model }) => {
  test.prop([weight])('cells stay within what they can hold, and stand for the weight', w => {
    const { G, read, step, slices } = held(model, w);
    for (const g of G) {
      expect(g).toBeGreaterThanOrEqual(cell.minimumConductance * (1 - 1e-12));
      expect(g).toBeLessThanOrEqual(cell.maximumConductance * (1 + 1e-12));
    }
    const finest = Math.min(...slices) * step; // of the lowest digit, where there are several
    expect(Math.abs(read - w)).toBeLessThanOrEqual(finest / 2 + 1e-6);
  });

  test('0 is 0', () => {
    expect(Math.abs(held(model, 0).read)).toBeLessThan(1e-9);
  });

  test('the mean conductance is that of the cells', () => {
    const weights = Float32Array.of(0.3, -1.7, 0, 2);
    const sums = Array.from(weights, w => held(model, w).G.reduce((sum, g) => sum + g, 0));
    expect(meanConductance({ data: weights }, buildMapping(model, cell, range))).toBeCloseTo(
      meanOf(sums),
      12,
    );
  });
});

describe('crossbars of mapped weights', () => {
  test.each(named(continuous))('multiply by the weights themselves: $name', ({ model }) => {
    engine.arena.reset();
    const chip = made({ crossbar: { ...crossbarOf(range), mapping: model } });
    const { weights } = chip.parts.crossbars[0]!;
    expect(chip.parts.crossbars[0]!.effective()).toBe(weights);
  });

  test.each(named(stepped))('multiply by what the cells stand for: $name', ({ model }) => {
    engine.arena.reset();
    const chip = made({ crossbar: { ...crossbarOf(range), mapping: model } });
    const { weights } = chip.parts.crossbars[0]!;
    const expected = Array.from(weights.data, w => held(model, w).read);
    expect(apart(chip.parts.crossbars[0]!.effective().data, expected)).toBeLessThan(2e-6);
  });

  // an ADC behind each slice and tile, fine enough to lose nothing: only the way of summing differs
  test.each(named([...continuous, ...stepped]))('with fine ADCs give the same: $name', ({ model }) => {
    engine.arena.reset();
    const chip = made(
      { layers: [5], adc: converter(16, 60), crossbar: { ...crossbarOf(range, 6), mapping: model } },
      { inputs: 13 },
    );
    const pass = passOf(chip, pixels(engine, 4, 13));
    const exact = product(pass.inputs[0]!, chip.parts.crossbars[0]!.effective());
    expect(apart(fullPassOf(pass).currents[0]!.data, exact)).toBeLessThan(0.01);
  });

  test('an ADC sees the offset of all cells, and clips it with the rest', () => {
    engine.arena.reset();
    const given = (mapping: MappingModel): Partial<ChipModel> => ({
      layers: [6],
      adc: converter(12, 4),
      crossbar: { ...crossbarOf(range), mapping },
    });
    const currents = (mapping: MappingModel) => {
      const chip = made(given(mapping), { inputs: 30 });
      const pass = passOf(chip, pixels(engine, 4, 30));
      const exact = product(pass.inputs[0]!, chip.parts.crossbars[0]!.effective());
      return apart(
        fullPassOf(pass).currents[0]!.data,
        exact.map(a => Math.max(-4, Math.min(4, a))),
      );
    };
    expect(currents({ kind: 'one-sided' })).toBeLessThan(0.01);
    expect(currents({ kind: 'offset', reference: 'column' })).toBeLessThan(0.01);
    expect(currents({ kind: 'offset' })).toBeGreaterThan(1);
  });

  test('tiles whose currents meet before one ADC are converted as one sum', () => {
    engine.arena.reset();
    const read = (summation: 'digital' | 'analog', tileRows: number) => {
      const crossbar = { ...crossbarOf(range, tileRows), summation };
      const chip = made({ layers: [5], adc: converter(3, 3), crossbar }, { inputs: 20 });
      return fullPassOf(passOf(chip, pixels(engine, 4, 20))).currents[0]!.data.slice();
    };
    expect(read('analog', 4)).toEqual(read('digital', 1024));
    expect(read('digital', 4)).not.toEqual(read('digital', 1024));
  });

  test.each(
    named([
      { kind: 'one-sided' },
      { kind: 'offset' },
      { kind: 'offset', cellBits: 4 },
      { kind: 'sliced', weightBits: 7, slices: 2 },
    ]),
  )('the noise at the output is that of every single cell: $name', ({ model }) => {
    engine.arena.reset();
    const readNoise = 0.02;
    const [minimum, maximum] = [1e-6, 2.6e-5];
    const noisy = linearCell({ minimumConductance: minimum, maximumConductance: maximum, readNoise });
    const columns = 1500;
    // with an ADC slices are read one by one, each with the noise of its cells
    const crossbar = { ...crossbarOf(range), mapping: model };
    for (const adc of [converter(16, 400), { kind: 'none' as const }]) {
      const chip = made({ layers: [columns], cell: noisy, adc, crossbar }, { inputs: 9 });
      const pass = passOf(chip, pixels(engine, 4, 9));
      const exact = product(pass.inputs[0]!, chip.parts.crossbars[0]!.effective());
      const { cells, slices } = buildMapping(model, noisy, range);
      const sigma = readNoise * (maximum - minimum);
      const perVolt = Math.hypot(...cells.map(({ slice, factor }) => slices[slice]! * factor * sigma));
      for (let b = 0; b < 4; b++) {
        const rows = pass.inputs[0]!.columns;
        const x = pass.inputs[0]!.data.subarray(b * rows, (b + 1) * rows);
        const noise = Array.from(
          { length: columns },
          (_, j) => fullPassOf(pass).currents[0]!.data[b * columns + j]! - exact[b * columns + j]!,
        );
        expect(Math.abs(deviationOf(noise) / (perVolt * Math.hypot(...x)) - 1)).toBeLessThan(0.08);
      }
    }
  });

  test('a one-sided pair has the conductance that pairs always had', () => {
    const weights = { rows: 1, columns: 3, data: Float32Array.of(0.4, -1, 2) };
    const pair = meanConductance(weights, buildMapping(undefined, cell, range));
    expect(pair).toBeCloseTo(meanPairConductance(weights, cell, range), 12);
  });
});

describe('faults', () => {
  const sound = { stuckOn: 0, stuckOff: 0, open: 0, brokenRows: 0, brokenColumns: 0 };
  const faulty = (
    given: Partial<typeof sound>,
    more: Partial<ChipModel['crossbar']> = {},
  ): Partial<ChipModel> => ({
    layers: [40],
    crossbar: { ...crossbarOf(range), faults: { ...sound, ...given }, ...more },
  });
  const differing = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Array.from(a).filter((w, k) => Math.abs(w - b[k]!) > 1e-5).length / a.length;

  test('none at all are no change', () => {
    engine.arena.reset();
    const chip = made(faulty({}));
    expect(
      apart(chip.parts.crossbars[0]!.effective().data, chip.parts.crossbars[0]!.weights.data),
    ).toBeLessThan(1e-6);
  });

  test('cells that are all on, off or open give no weight, whatever was written', () => {
    engine.arena.reset();
    for (const kind of ['stuckOn', 'stuckOff', 'open', 'brokenRows', 'brokenColumns'] as const)
      expect(Math.max(...effectiveOf(faulty({ [kind]: 1 })).map(Math.abs))).toBeLessThan(1e-6);
  });

  test('a cell stuck on adds a weight of the whole range on its side', () => {
    engine.arena.reset();
    const chip = chipOf(chipModel({ cell, ...faulty({ stuckOn: 0.2 }) }), engine); // weights of 0
    const values = [...chip.parts.crossbars[0]!.effective().data].map(w => Math.round(w * 1e4) / 1e4 + 0);
    expect(new Set(values)).toEqual(new Set([-range, 0, range]));
  });

  test('shares are of cells: a pair is struck by either of its two, and no cell twice', () => {
    engine.arena.reset();
    const model = (given: Partial<typeof sound>) => faulty(given, {});
    const clean = effectiveOf(model({}));
    // half the pairs have a cell that is off anyway, which being off does not change
    expect(Math.abs(differing(effectiveOf(model({ stuckOn: 0.3 })), clean) - (1 - 0.7 ** 2))).toBeLessThan(
      0.1,
    );
    expect(Math.abs(differing(effectiveOf(model({ stuckOff: 0.3 })), clean) - 0.3)).toBeLessThan(0.1);
    expect(
      Math.max(...effectiveOf(model({ stuckOn: 0.5, open: 0.5 })).map(w => Math.abs(w))),
    ).toBeGreaterThan(1);
    expect(() => made(model({ stuckOn: 0.6, open: 0.5 }))).toThrow(/more than all/);
  });

  test('a broken word line is one of one tile', () => {
    engine.arena.reset();
    const given = faulty({ brokenRows: 0.4 }, { tileRows: 4, tileColumns: 10 });
    const weights = effectiveOf(given);
    const isDead = (i: number, tile: number) =>
      weights.subarray(i * 40 + tile * 10, i * 40 + (tile + 1) * 10).every(w => Math.abs(w) < 1e-6);
    const rows = Array.from({ length: 7 }, (_, i) => [0, 1, 2, 3].map(tile => isDead(i, tile)));
    expect(rows.flat().filter(Boolean).length).toBeGreaterThan(2);
    expect(rows.some(tiles => tiles.includes(true) && tiles.includes(false))).toBe(true);
  });

  test.each([...continuous.slice(0, 3), ...stepped.slice(4)])(
    'what is said of every cell is what multiplies: %o',
    model => {
      engine.arena.reset();
      const given = { stuckOn: 0.1, stuckOff: 0.1, open: 0.1, brokenRows: 0.1, brokenColumns: 0.1 };
      const [crossbar] = made(faulty(given, { mapping: model })).parts.crossbars;
      const mapping = buildMapping(model, cell, range);
      const each = mapping.cells.length;
      const befallen = crossbar!.conditions()!;
      const worth = { on: cell.maximumConductance, off: cell.minimumConductance, open: 0, cut: 0 };
      const g = new Float64Array(each);
      const expected = crossbar!.weights.data.map((w, k) => {
        mapping.hold(w, g, 0);
        for (let c = 0; c < each; c++)
          g[c] = { ...worth, sound: g[c] }[conditions[befallen[k * each + c]!] as keyof typeof worth]!;
        return weightOf(mapping, g, 0);
      });
      expect(apart(crossbar!.effective().data, expected)).toBeLessThan(1e-5);
      expect(new Set(befallen).size).toBe(5);
    },
  );

  test('who writes does not know of them', () => {
    engine.arena.reset();
    const [struck, clean] = [faulty({ open: 0.3 }), faulty({})].map(given => made(given));
    expect(struck!.digest()).toBe(clean!.digest());
  });
});
