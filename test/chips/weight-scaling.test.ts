/** @file Weights in units of the largest of their tile or column: what cells store, what comes out, and the books. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { crossbarProblems } from '../../src/chips/crossbar-fit.ts';
import type { LocalFields } from '../../src/chips/fields/local-fields.ts';
import type { MappingModel } from '../../src/chips/mappings/mapping.ts';
import type { ChipModel } from '../../src/chips/model.ts';
import { fullPassOf } from '../../src/chips/pass.ts';
import type { WeightScaling } from '../../src/chips/weight-scaling.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { Matrix } from '../../src/engine/matrix.ts';
import {
  amplifier,
  apart,
  chipModel,
  chipOf,
  converter,
  crossbarOf,
  deviationOf,
  gaussianMatrix,
  linearCell,
  passOf,
  pixels,
  product,
  pulsedCell,
  writeWeights,
} from '../fixtures/chips.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 27 });
const [rows, columns] = [13, 6];
const range = 2;
const column: WeightScaling = { per: 'column', omega: 1 };
const tile: WeightScaling = { per: 'tile', omega: 0.5 };
/** Tiles of 5 rows and 4 columns, each with ADCs of its own. */
const cut = (weightScaling?: WeightScaling) => ({
  weightRange: range,
  tileRows: 5,
  tileColumns: 4,
  ...(weightScaling && { weightScaling }),
});
const fine = converter(20, 64);
const scaled = (given: Partial<ChipModel> = {}, weightScaling = column) =>
  chipModel({ layers: [columns], crossbar: { ...crossbarOf(range), weightScaling }, ...given });
const made = (model: ChipModel, asked = {}) =>
  chipOf(model, engine, { inputs: rows - 1, batch: 8, ...asked });
/** Columns of very different size: 10^(j − 3). */
const uneven = (name = 'uneven'): Matrix => {
  const m = gaussianMatrix(engine, rows, columns, name);
  m.data.forEach((w, k) => {
    m.data[k] = w * 10 ** ((k % columns) - 3);
  });
  return m;
};
const copy = ({ data, ...m }: Matrix): Matrix => {
  const out = engine.matrix(m.rows, m.columns);
  out.data.set(data);
  return out;
};
const largestOf = ({ data }: Matrix, rowsFrom: number, to: number, j: number) => {
  let most = 0;
  for (let i = rowsFrom; i < Math.min(to, rows); i++) most = Math.max(most, Math.abs(data[i * columns + j]!));
  return most;
};
const mappings: MappingModel[] = [
  { kind: 'one-sided' },
  { kind: 'two-sided' },
  { kind: 'offset' },
  { kind: 'offset', cellBits: 6, reference: 'column' },
  { kind: 'sliced', weightBits: 8, slices: 3 },
];
const reads: [string, ChipModel['adc']][] = [
  ['as they are', { kind: 'none' }],
  ['by ADCs', fine],
];
const cases = mappings.flatMap(mapping =>
  reads.map(([how, adc]) => ({ mapping, adc, name: `${JSON.stringify(mapping)}, read ${how}` })),
);
describe.each(cases)('$name', ({ mapping, adc }) => {
  test('columns of any size are read as they were written, up to the step of a cell', () => {
    const cell = linearCell({ minimumConductance: 1e-6 });
    const chip = made(
      scaled({ cell, adc, crossbar: { ...crossbarOf(range), mapping, weightScaling: column } }),
    );
    const wanted = uneven();
    chip.write(0, copy(wanted));
    const [crossbar] = chip.parts.crossbars;
    const { inputs, currents } = fullPassOf(passOf(chip, pixels(engine, 8, rows - 1)));
    const exact = product(inputs[0]!, crossbar!.effective());
    const steps = mapping.kind === 'sliced' ? 127 : mapping.kind === 'offset' && mapping.cellBits ? 31 : 1e5;
    for (let j = 0; j < columns; j++) {
      expect(largestOf(crossbar!.stored(), 0, rows, j)).toBeCloseTo(range, 5);
      const most = largestOf(wanted, 0, rows, j);
      const off = (k: number) => Math.abs(crossbar!.effective().data[k]! - wanted.data[k]!);
      for (let k = j; k < rows * columns; k += columns) expect(off(k)).toBeLessThan((0.51 * most) / steps);
      for (let k = j; k < exact.length; k += columns)
        expect(Math.abs(currents[0]!.data[k]! - exact[k]!)).toBeLessThan(2e-4 * most);
    }
  });
});

test('programming errs by the same share of columns of any size, without scaling by the more the smaller they are', () => {
  const cell = linearCell({ programmingNoise: 0.02 });
  const wanted = gaussianMatrix(engine, 200, 2, 'errors', 0.2);
  for (let k = 0; k < 400; k += 2) wanted.data[k]! *= 0.01;
  const errors = (crossbar: ChipModel['crossbar']) => {
    const chip = made(chipModel({ layers: [2], cell, crossbar }), { inputs: 199 });
    chip.write(0, copy(wanted));
    const off = chip.parts.crossbars[0]!.weights.data.map((w, k) => w - wanted.data[k]!);
    return [0, 1].map(j => deviationOf(off.filter((_, k) => k % 2 === j)));
  };
  const most = Math.max(...wanted.data.map(Math.abs));
  const [small, large] = errors({ ...crossbarOf(1), weightScaling: column }) as [number, number];
  expect(large / (Math.SQRT2 * 0.02 * most)).toBeCloseTo(1, 0);
  expect(small / large).toBeCloseTo(0.01, 2);
  const [plainSmall, plainLarge] = errors(crossbarOf(1)) as [number, number];
  expect(plainSmall / plainLarge).toBeCloseTo(1, 0);
});

describe('tile by tile', () => {
  const model = scaled({ crossbar: cut(tile), adc: fine, dac: converter(20, 8) });

  test('each has a factor of its own, the largest of its weights over ω times the range', () => {
    const chip = made(model);
    const wanted = uneven();
    chip.write(0, copy(wanted));
    const { scales } = chip.parts.crossbars[0]!.state()!;
    for (let t = 0; t < 3; t++)
      for (let j = 0; j < columns; j++) {
        const alike = j < 4 ? [0, 1, 2, 3] : [4, 5];
        const most = Math.max(...alike.map(other => largestOf(wanted, 5 * t, 5 * t + 5, other)));
        expect(scales![t * columns + j]).toBeCloseTo(most / (0.5 * range), 5);
      }
  });

  test('reads both ways are products with the weights, and their digital multiplications are billed', () => {
    const chip = made(model);
    const wanted = uneven();
    chip.write(0, copy(wanted));
    const before = chip.meter.digitalMacs;
    const pass = fullPassOf(passOf(chip, pixels(engine, 8, rows - 1)));
    expect(chip.meter.digitalMacs - before).toBe(8 * 3 * columns);
    const exact = product(pass.inputs[0]!, wanted);
    const { scales } = chip.parts.crossbars[0]!.state()!;
    const step = 128 / (2 ** 20 - 1); // of the ADCs, in units of what cells store
    for (let k = 0; k < exact.length; k++) {
      const s = [0, 1, 2].reduce((sum, t) => sum + scales![t * columns + (k % columns)]!, 0);
      expect(Math.abs(pass.currents[0]!.data[k]! - exact[k]!)).toBeLessThan(0.55 * step * s);
    }
    const delta = gaussianMatrix(engine, 8, columns, 'delta');
    const back = engine.matrix(8, rows);
    const { reversePasses, dacConversions, columnReads } = chip.meter;
    chip.parts.crossbars[0]!.reverse(delta, back);
    expect(chip.meter.reversePasses - reversePasses).toBe(8);
    expect(chip.meter.columnReads - columnReads).toBe(8 * rows);
    expect(chip.meter.dacConversions - dacConversions).toBe(8 * 3 * columns); // every tile by its own factors
    const transposed = engine.matrix(columns, rows);
    engine.kernels.transpose(wanted, transposed);
    expect(apart(back.data, product(delta, transposed)) / Math.max(...back.data)).toBeLessThan(1e-5);
  });
});

test.prop([fc.integer({ min: 0, max: 99 }), fc.boolean()], { numRuns: 6 })(
  'factors of 1 change no bit, noise and pulses included',
  (seed, isByTrains) => {
    engine.arena.reset();
    const lives = [{}, { weightScaling: column }].map(extra => {
      const chip = made(
        chipModel({
          layers: [columns],
          cell: pulsedCell('soft-bounds', { readNoise: 0.02, cycleNoise: 0.3, programmingNoise: 0.01 }),
          crossbar: { ...crossbarOf(range), ...extra },
          adc: converter(6, 8),
          update: isByTrains ? stochastic : { kind: 'pulsed', maximumPulses: 31 },
        }),
        { seed },
      );
      const target = gaussianMatrix(engine, rows, columns, 'ones', 0.3);
      for (let j = 0; j < columns; j++) target.data[j] = range;
      chip.write(0, target);
      chip.imprint(0, [{ pass: passOf(chip, pixels(engine, 8, rows - 1)), delta: errors() }], 0.3);
      const out = passOf(chip, pixels(engine, 8, rows - 1)).delivered.data.slice();
      const back = engine.matrix(8, rows);
      chip.parts.crossbars[0]!.reverse(errors(), back);
      return { digest: chip.digest(), out, back: back.data.slice(), pulses: chip.meter.pulses };
    });
    expect(lives[1]).toEqual(lives[0]);
  },
);
const errors = () => gaussianMatrix(engine, 8, columns, 'errors', 0.2);
const stochastic = {
  kind: 'stochastic' as const,
  trains: 'compressed' as const,
  longest: 31,
  variableLength: true,
  balanced: true,
  resolution: 0,
};

describe('changes', () => {
  test.prop([fc.float({ min: Math.fround(0.1), max: 1, noNaN: true })], { numRuns: 10 })(
    'are of weights, whatever their factors, and stop where cells end',
    share => {
      engine.arena.reset();
      const chip = made(scaled({ crossbar: cut({ ...tile, omega: share }), adc: fine }));
      const start = uneven('start');
      chip.write(0, copy(start));
      const change = uneven('change');
      chip.update(0, copy(change));
      const [crossbar] = chip.parts.crossbars;
      const { scales } = crossbar!.state()!;
      for (let k = 0; k < rows * columns; k++) {
        const s = scales![Math.floor(k / columns / 5) * columns + (k % columns)]!;
        const wanted = Math.max(-range * s, Math.min(range * s, start.data[k]! + change.data[k]!));
        expect(Math.abs(crossbar!.weights.data[k]! - wanted)).toBeLessThan(1e-5 * range * s);
      }
    },
  );

  const byPulses: ChipModel['update'][] = [
    stochastic,
    { ...stochastic, trains: 'separate' },
    { kind: 'mixed-precision', transferEvery: 1, maximumPulses: 1000 },
  ];
  test.each(byPulses)('that a crossbar writes by itself land, tile by tile: $kind $trains', update => {
    engine.arena.reset();
    const cell = pulsedCell('constant-step', { states: 2000 });
    const chip = made(scaled({ cell, update, crossbar: cut(tile), adc: fine, dac: converter(16, 4) }));
    const start = uneven('start');
    chip.write(0, copy(start));
    const [crossbar] = chip.parts.crossbars;
    const { scales } = crossbar!.state()!;
    const before = { ...chip.meter, trainSlots: [...chip.meter.trainSlots] };
    const x = pixels(engine, 8, rows);
    const delta = gaussianMatrix(engine, 8, columns, 'steps');
    for (let k = 0; k < delta.data.length; k++) delta.data[k]! *= 10 ** ((k % columns) - 3);
    const times = 40;
    for (let t = 0; t < times; t++) crossbar!.writer.pulse!(x, delta, 0.002);
    const xT = engine.matrix(rows, 8);
    engine.kernels.transpose(x, xT);
    const wanted = product(xT, delta);
    for (let k = 0; k < wanted.length; k++) {
      const dw = (range / 1000) * scales![Math.floor(k / columns / 5) * columns + (k % columns)]!;
      const grown = times * 0.002 * wanted[k]!;
      const pulses = (times * 0.002 * Math.abs(wanted[k]!)) / dw;
      const noise = update.kind === 'mixed-precision' ? 2 : 5 * Math.sqrt(3 * pulses + 20);
      expect(Math.abs(crossbar!.weights.data[k]! - start.data[k]! - grown) / dw).toBeLessThan(noise);
    }
    // tiles take their trains at once, on columns of their own
    expect(chip.meter.trainSlots[0]! - before.trainSlots[0]!).toBe(
      times * 8 * ('longest' in update ? 31 : 1),
    );
    expect(chip.meter.dacConversions - before.dacConversions).toBe(times * 8 * 2 * columns);
  });

  test('cells that have reached their ends are programmed anew with more room, where somebody looks', () => {
    const grown = (weightScaling: WeightScaling) => {
      const chip = made(scaled({}, weightScaling));
      writeWeights(chip, engine, 0.1);
      const more = engine.matrix(rows, columns);
      for (let t = 0; t < 40; t++) {
        more.data.fill(0.1);
        chip.update(0, more);
      }
      return { weights: chip.parts.crossbars[0]!.weights.data, written: chip.meter.cellsWritten };
    };
    const wanted = gaussianMatrix(engine, rows, columns, 'weights/0', 0.1).data.map(w => w + 4);
    const looked = grown({ per: 'column', omega: 0.5, remapEvery: 1 });
    expect(apart(looked.weights, wanted)).toBeLessThan(1e-4);
    const updates = 41 * rows * columns;
    expect(looked.written).toBeGreaterThan(updates);
    expect(looked.written).toBeLessThan(updates + 12 * rows * columns);
    expect(Math.max(...grown({ per: 'column', omega: 0.5 }).weights)).toBeLessThan(1);
  });
});

test('true derivatives are those of the outputs, by inputs and by weights', () => {
  const saturating = { ...amplifier, saturation: 0.4, asymmetry: 0.2 };
  const chip = made(scaled({ amplifier: saturating, crossbar: cut(tile), adc: { kind: 'clip', range: 8 } }));
  writeWeights(chip, engine, 0.3);
  const [crossbar] = chip.parts.crossbars;
  const x = gaussianMatrix(engine, 2, rows, 'x');
  const d = gaussianMatrix(engine, 2, columns, 'd');
  const [dx, dW] = [engine.matrix(2, rows), engine.matrix(rows, columns)];
  const slope = crossbar!.derivative()!;
  slope.inputsBack(x, d, dx);
  slope.weightsBack(x, d, dW);
  const out = engine.matrix(2, columns);
  const cost = () => {
    crossbar!.read(x, out);
    return out.data.reduce((sum, y, k) => sum + y * d.data[k]!, 0);
  };
  const numeric = (at: Float32Array, k: number, moved: () => void) => {
    const [kept, h] = [at[k]!, 3e-3];
    const side = (sign: number) => {
      at[k] = kept + sign * h;
      moved();
      return cost();
    };
    const slopeThere = (side(1) - side(-1)) / (2 * h);
    at[k] = kept;
    moved();
    return slopeThere;
  };
  const state = crossbar!.state()!;
  for (const k of [0, 7, 20])
    expect(dx.data[k]).toBeCloseTo(
      numeric(x.data, k, () => {}),
      2,
    );
  for (const k of [3, 29, 65]) {
    const s = state.scales![Math.floor(k / columns / 5) * columns + (k % columns)]!;
    const byStored = numeric(state.stored!, k, () => {});
    expect(dW.data[k]).toBeCloseTo(byStored / s, 2);
  }
});

describe('an individual', () => {
  const local: LocalFields = {
    grid: [3, 4],
    field: [2, 4],
    stride: [1, 1],
    channels: 5,
    normaliser: 'layer',
  };
  test.each<[string, ChipModel['layers']]>([
    ['whole', [columns, 4]],
    ['local fields', [local, 3]],
  ])('is as it was when its state is put back, drift and all: %s', (_, layers) => {
    const flat = (value: number) => ({ kind: 'constant' as const, value });
    const drift = {
      kind: 'power-law' as const,
      start: 20,
      reference: 25e-6,
      exponent: flat(0.05),
      exponentSpread: flat(0.02),
    };
    const cell = linearCell({ drift, programmingNoise: 0.02 });
    const born = () => made(chipModel({ layers, cell, crossbar: cut(column), adc: fine }), { batch: 4 });
    const chip = born();
    writeWeights(chip, engine, 0.01);
    const young = chip.parts.crossbars[0]!.weights.data.slice();
    chip.age(1e6);
    const old = chip.parts.crossbars[0]!.weights.data;
    const kept =
      old.reduce((sum, w) => sum + Math.abs(w), 0) / young.reduce((sum, w) => sum + Math.abs(w), 0);
    expect(kept).toBeCloseTo((1e6 / 20) ** -0.05, 1);
    const other = born();
    other.restore(
      chip.parts.crossbars.map(({ weights }) => weights),
      chip.parts.crossbars.map(crossbar => crossbar.state()),
    );
    for (const one of [chip, other]) one.age(1e7);
    expect(other.digest()).toBe(chip.digest());
    const images = pixels(engine, 4, 12);
    expect(passOf(other, images).delivered.data).toEqual(passOf(chip, images).delivered.data);
    const stored = chip.parts.crossbars.map(crossbar => crossbar.stored().data.slice());
    expect(other.parts.crossbars.map(crossbar => crossbar.stored().data)).toEqual(stored);
  });

  test('conducts as one that was asked for what its cells store', () => {
    const metered = (weightScaling?: WeightScaling) => {
      const { energy } = chipModel();
      const crossbar = { ...crossbarOf(range), ...(weightScaling && { weightScaling }) };
      return made(chipModel({ layers: [columns], crossbar, energy: { ...energy, accounting: 'metered' } }));
    };
    const chip = metered(column);
    chip.write(0, uneven());
    const plain = metered();
    plain.write(0, copy(chip.parts.crossbars[0]!.stored()));
    for (const one of [chip, plain]) {
      passOf(one, pixels(engine, 8, rows - 1));
      one.parts.crossbars[0]!.reverse(engine.matrix(8, columns), engine.matrix(8, rows));
    }
    expect(chip.meter.conducted).toEqual(plain.meter.conducted);
    expect(chip.meter.written).toEqual(plain.meter.written);
    const conductance = (of: typeof chip) => of.parts.crossbars[0]!.weightConductance(range);
    expect(conductance(chip)).toBe(conductance(plain));
  });
});

test('weights without bounds have no scale', () => {
  const model = scaled({ crossbar: { ...crossbarOf(0), weightScaling: column } });
  expect(() => made(model)).toThrow(/weightRange above 0/);
  expect(crossbarProblems(model)[0]?.message).toMatch(/weight scaling needs conductances/);
});
