/**
 * @file Layers of local fields, held against what they stand for: a dense layer whose weights outside the fields are zero and stay so
 * (Hinton 2022, footnote 14). The mask is made here from the description's own words, field by field.
 */
import { fc, test as properties } from '@fast-check/vitest';
import { beforeEach, describe, expect, test } from 'vitest';
import type { LabelEntry, LayerShape } from '../../src/chips/access.ts';
import { layerShapes, nominal } from '../../src/chips/build.ts';
import type { Chip } from '../../src/chips/chip.ts';
import { type LocalFields, misfitOf, unitsOf } from '../../src/chips/fields/local-fields.ts';
import { snapshot } from '../../src/chips/meter.ts';
import { fullPassOf } from '../../src/chips/pass.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { Matrix } from '../../src/engine/matrix.ts';
import {
  apart,
  chipModel,
  chipOf,
  converter,
  crossbarOf,
  deviationOf,
  gaussianMatrix,
  linearCell,
  meanOf,
  passOf,
  pixels,
  product,
  pulsedCell,
  scattering,
} from '../fixtures/chips.ts';

const engine = await openEngine({ bytes: 2 ** 28 });
beforeEach(() => engine.arena.reset());

const local = (given: Partial<LocalFields> = {}): LocalFields => ({
  grid: [6, 5],
  field: [4, 3],
  stride: [2, 1],
  channels: 3,
  normaliser: 'layer',
  ...given,
});
/** 2 × 3 fields of 4 × 3 points, then one field for all rows and two columns of those. */
const layers = [local(), local({ grid: [2, 3], field: [2, 2], stride: [1, 1], channels: 4 })];
const inputs = 30;
const classes = 3;

/** The dense layer's weights [rows, units] that say the same; 0 where a unit does not look. */
function masked(layer: LocalFields, shape: LayerShape, weights: Matrix): Matrix {
  const out = engine.matrix(shape.rows, shape.units);
  const { grid, field, stride, channels } = layer;
  const below = shape.inputs / (grid[0] * grid[1]);
  const across = (grid[1] - field[1]) / stride[1] + 1;
  for (let unit = 0; unit < shape.units; unit++) {
    const point = Math.floor(unit / channels);
    const [top, left] = [Math.floor(point / across) * stride[0], (point % across) * stride[1]];
    let row = point * (weights.rows / (shape.units / channels));
    const take = (line: number) => {
      out.data[line * shape.units + unit] = weights.data[row * channels + (unit % channels)]!;
      row++;
    };
    for (let y = top; y < top + field[0]; y++)
      for (let x = left; x < left + field[1]; x++)
        for (let c = 0; c < below; c++) take((y * grid[1] + x) * below + c);
    for (let line = shape.inputs; line < shape.rows; line++) take(line);
  }
  return out;
}

/** A chip of local fields and the masked dense one, with the same random weights. */
function both(fields: readonly LocalFields[], labels: LabelEntry, from = inputs, batch = 5) {
  const asked = { inputs: from, classes, labels, batch };
  const one = chipOf(chipModel({ layers: [...fields] }), engine, asked);
  const dense = chipOf(chipModel({ layers: fields.map(unitsOf) }), engine, asked);
  fields.forEach((layer, l) => {
    const shape = one.parts.shapes[l]!;
    const { rows, columns } = shape.matrix;
    const weights = gaussianMatrix(engine, rows, columns, `weights/${l}`, 0.4);
    dense.write(l, masked(layer, shape, weights));
    one.write(l, weights);
  });
  return { one, dense };
}

const send = (chip: Chip, images: Matrix, labels: LabelEntry) => {
  const pass = chip.newPass(images.rows);
  chip.hold(images);
  const on = { kind: 'classes', classes: Uint8Array.of(2, 0, 1, 1, 2), strength: 0.7 } as const;
  chip.send(labels === 'none' ? { kind: 'off' } : on, pass);
  return pass;
};

/** Grids, fields and strides that fit, with any number of channels below and here. */
const fitting = fc
  .record({
    field: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    stride: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    points: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    channels: fc.integer({ min: 1, max: 40 }),
    below: fc.integer({ min: 1, max: 12 }),
  })
  .map(({ field, stride, points, channels, below }) => {
    const along = (axis: 0 | 1) => (points[axis] - 1) * stride[axis] + field[axis];
    const layer = local({ grid: [along(0), along(1)], field, stride, channels });
    return { layer, from: along(0) * along(1) * below, points: points[0] * points[1] };
  });

describe('a layer of local fields is the dense layer with zeros outside the fields', () => {
  test.each(['none', 'lines', 'pixels'] as const)('forward, labels: %s', labels => {
    const { one, dense } = both(layers, labels);
    const images = pixels(engine, 5, inputs);
    const [a, b] = [send(one, images, labels), send(dense, images, labels)];
    layers.forEach((_, l) => {
      expect(apart(a.inputs[l]!.data, b.inputs[l]!.data)).toBeLessThan(1e-5);
      expect(apart(a.outputs[l]!.data, b.outputs[l]!.data)).toBeLessThan(1e-5);
      expect(deviationOf(a.outputs[l]!.data)).toBeGreaterThan(0.1);
    });
    expect(apart(a.delivered.data, b.delivered.data)).toBeLessThan(1e-5);
  });

  properties.prop([fitting], { numRuns: 60 })(
    'whatever grid, field and stride',
    ({ layer, from, points }) => {
      engine.arena.reset();
      const { one, dense } = both([layer], 'none', from);
      expect(one.parts.shapes[0]!.units).toBe(points * layer.channels);
      const images = pixels(engine, 5, from);
      const [a, b] = [send(one, images, 'none'), send(dense, images, 'none')];
      expect(apart(a.outputs[0]!.data, b.outputs[0]!.data)).toBeLessThan(1e-5);
      const delta = gaussianMatrix(engine, 5, one.parts.shapes[0]!.units, 'delta');
      const [back, whole] = [one, dense].map(chip => {
        const out = engine.matrix(5, chip.parts.shapes[0]!.rows);
        chip.parts.crossbars[0]!.reverse(delta, out);
        return out.data;
      });
      expect(apart(back!, whole!)).toBeLessThan(2e-5);
    },
  );

  test.each(['none', 'lines', 'pixels'] as const)('outer products and updates, labels: %s', labels => {
    const { one, dense } = both(layers, labels);
    const images = pixels(engine, 5, inputs);
    const passes = [one, dense].map(
      chip => [send(chip, images, labels), send(chip, images, labels)] as const,
    );
    layers.forEach((layer, l) => {
      const shape = one.parts.shapes[l]!;
      const deltas = ['positive', 'negative'].map(name => gaussianMatrix(engine, 5, shape.units, name));
      const common = gaussianMatrix(engine, 1, shape.units, 'common');
      deltas[0]!.data.fill(0, 0, shape.units); // a sample without any
      deltas[1]!.data.fill(0, shape.units, shape.units + layer.channels); // and one without any at the first field
      const [ours, theirs] = [one, dense].map((chip, k) => {
        const size = chip.parts.shapes[l]!.matrix;
        const out = engine.matrix(size.rows, size.columns);
        const [positive, negative] = passes[k]!;
        const terms = [
          { pass: positive, delta: deltas[0]!, common },
          { pass: negative, delta: deltas[1]! },
        ];
        chip.correlate(l, terms, out);
        return out;
      }) as [Matrix, Matrix];
      const places = masked(layer, shape, filled(ours, 1));
      const kept = theirs.data.map((g, k) => g * places.data[k]!);
      expect(apart(masked(layer, shape, ours).data, kept)).toBeLessThan(1e-4);
      expect(deviationOf(kept)).toBeGreaterThan(0.1);

      const change = masked(layer, shape, ours);
      one.update(l, ours);
      dense.update(l, change);
      const { weights } = one.parts.crossbars[l]!;
      expect(apart(masked(layer, shape, weights).data, dense.parts.crossbars[l]!.weights.data)).toBe(0);
    });
    const [a, b] = [send(one, images, labels), send(dense, images, labels)];
    expect(apart(a.delivered.data, b.delivered.data)).toBeLessThan(1e-4);
  });

  test('the digital bill is that of the fields, and so are conversions, reads and cells', () => {
    const model = chipModel({ layers, dac: converter(8, 4), adc: converter(8, 8) });
    const chip = chipOf(model, engine, { inputs, classes, batch: 5 });
    const images = pixels(engine, 5, inputs);
    const before = snapshot(chip.meter);
    const pass = passOf(chip, images);
    // 6 fields of 12 inputs, 2 of 12; a bias each; ADCs of the columns, and of every activity
    expect(chip.meter.dacConversions - before.dacConversions).toBe(5 * (6 * 13 + 2 * 13));
    expect(chip.meter.columnReads - before.columnReads).toBe(5 * (6 * 3 + 2 * 4));
    expect(chip.meter.adcConversions - before.adcConversions).toBe(2 * 5 * (6 * 3 + 2 * 4));
    const out = engine.matrix(6 * 13, 3);
    chip.correlate(0, [{ pass, delta: gaussianMatrix(engine, 5, 18, 'delta') }], out);
    expect(chip.meter.digitalMacs).toBe(5 * 6 * 13 * 3);
    chip.update(0, out);
    expect(chip.meter.cellsWritten - before.cellsWritten).toBe(6 * 13 * 3);
    // every pair of a field meets the voltages of that field
    const x = pass.inputs[0]!;
    const ones = chipOf(chipModel({ layers: [unitsOf(layers[0]!)] }), engine, { inputs, classes });
    const seen = masked(layers[0]!, ones.parts.shapes[0]!, filled(out, 1));
    const squares = { ...x, data: x.data.map(v => v * v) };
    const drive = product(squares, seen).reduce((sum, v) => sum + v, 0);
    expect(chip.meter.drive[0]).toBeCloseTo(drive, 2);
  });
});

const filled = (like: Matrix, value: number): Matrix => ({ ...like, data: like.data.map(() => value) });

test('read noise of an output grows with the inputs of its own field', () => {
  const model = chipModel({
    layers: [local()],
    cell: linearCell({ readNoise: 0.01 }),
    crossbar: crossbarOf(1),
  });
  const batch = 400;
  const chip = chipOf(model, engine, { inputs, batch });
  const images = engine.matrix(batch, inputs);
  images.data.fill(1); // every line at 1
  const pass = passOf(chip, images);
  const { data } = fullPassOf(pass).currents[0]!;
  const { pairNoise, parts } = chip.parts.crossbars[0]!;
  expect(parts).toHaveLength(6);
  expect(deviationOf(data) / (pairNoise * Math.sqrt(12 + 1))).toBeCloseTo(1, 1);
  expect(Math.abs(meanOf(data))).toBeLessThan(0.01);
  // and no two fields share theirs
  const noiseOf = (unit: number) => Array.from({ length: batch }, (_, b) => data[b * 18 + unit]!);
  const [first, second] = [noiseOf(0), noiseOf(3)];
  const along = meanOf(first.map((v, b) => v * second[b]!)) / (deviationOf(first) * deviationOf(second));
  expect(Math.abs(along)).toBeLessThan(0.2);
});

test('pulsed rows and columns move the cells of a field along its own outer products', () => {
  const trains = { trains: 'compressed', longest: 31, variableLength: true, balanced: true } as const;
  const model = chipModel({
    layers,
    cell: pulsedCell('constant-step', { states: 4000 }),
    crossbar: crossbarOf(1),
    update: { kind: 'stochastic', ...trains, resolution: 0 },
  });
  const chip = chipOf(model, engine, { inputs, batch: 200 });
  chip.parts.crossbars.forEach(({ rows, columns }, l) => {
    chip.write(l, gaussianMatrix(engine, rows, columns, `weights/${l}`, 0.2));
  });
  const pass = passOf(chip, pixels(engine, 200, inputs));
  layers.forEach((_, l) => {
    const { matrix, units } = chip.parts.shapes[l]!;
    const delta = gaussianMatrix(engine, 200, units, 'delta');
    const common = gaussianMatrix(engine, 1, units, 'common', 0.02); // more would take more pulses than there are slots
    const wanted = engine.matrix(matrix.rows, matrix.columns);
    chip.correlate(l, [{ pass, delta, common }], wanted);
    const { weights } = chip.parts.crossbars[l]!;
    const before = weights.data.slice();
    chip.imprint(l, [{ pass, delta, common }], 0.001);
    const moved = weights.data.map((w, k) => (w - before[k]!) / 0.001);
    const along = meanOf(moved.map((v, k) => v * wanted.data[k]!));
    expect(along / meanOf(wanted.data.map(v => v * v))).toBeCloseTo(1, 0);
    expect(
      along / Math.sqrt(meanOf(moved.map(v => v * v)) * meanOf(wanted.data.map(v => v * v))),
    ).toBeGreaterThan(0.9);
  });
  expect(chip.meter.pulses).toBeGreaterThan(0);
});

describe('the normaliser', () => {
  const meanSquares = (y: Float32Array, size: number) =>
    Array.from({ length: y.length / size }, (_, k) =>
      meanOf(y.slice(k * size, (k + 1) * size).map(v => v * v)),
    );

  test.each([
    ['no box', { kind: 'none' } as const],
    ['a box', scattering],
  ])('takes a layer, or in blocks every field by itself; behind it %s', (_, between) => {
    const squares = (normaliser: 'layer' | 'blocks') => {
      const given = [local({ channels: 8, normaliser }), local({ ...layers[1]!, normaliser })];
      const boxes = { front: { kind: 'none' as const }, between };
      const chip = chipOf(chipModel({ layers: given, boxes }), engine, { inputs, batch: 5 });
      chip.parts.crossbars.forEach(({ rows, columns }, l) => {
        chip.write(l, gaussianMatrix(engine, rows, columns, `weights/${l}`));
      });
      const pass = passOf(chip, pixels(engine, 5, inputs));
      const { rows, columns, data } = pass.inputs[1]!;
      const features = Array.from({ length: rows }, (_, b) => [
        ...data.slice(b * columns, b * columns + 48),
      ]).flat();
      return [Float32Array.from(features), pass.delivered.data] as const;
    };
    const [whole] = squares('layer');
    for (const square of meanSquares(whole, 48)) expect(square).toBeCloseTo(1, 2);
    expect(deviationOf(meanSquares(whole, 8))).toBeGreaterThan(0.1);
    const [features, delivered] = squares('blocks');
    for (const square of meanSquares(features, 8)) expect(square).toBeCloseTo(1, 2);
    for (const square of meanSquares(delivered, 4)) expect(square === 0 ? 1 : square).toBeCloseTo(1, 2);
  });
});

describe('descriptions that do not fit', () => {
  const paper = local({ grid: [28, 28], field: [10, 10], stride: [6, 6], channels: 128 });

  test("the paper's own fits: 16, 9 and 4 fields", () => {
    const second = local({ grid: [4, 4], field: [2, 2], stride: [1, 1], channels: 220 });
    const third = local({ grid: [3, 3], field: [2, 2], stride: [1, 1], channels: 512 });
    const shapes = layerShapes([paper, second, third], 784, 0);
    expect(shapes.map(({ units }) => units)).toEqual([2048, 1980, 2048]);
    expect(shapes.map(({ places }) => places[0]!.inputs)).toEqual([100, 512, 880]);
    const weights = shapes.map(shape => shape.matrix.rows * shape.matrix.columns);
    expect(weights).toEqual([16 * 101 * 128, 9 * 513 * 220, 4 * 881 * 512]);
  });

  test.each([
    [{ stride: [5, 6] }, 'stride', /fields of 10 rows every 5 do not end with a grid of 28.*With 25 rows/],
    [{ grid: [28, 27] }, 'stride', /fields of 10 columns every 6 do not end with a grid of 27/],
    [{ field: [29, 10] }, 'field', /a field of 29 rows does not fit on a grid of 28/],
  ] as const)('are refused where a field would be cut off: %o', (given, key, message) => {
    const wrong = misfitOf({ ...paper, ...given } as LocalFields);
    expect(wrong).toMatchObject({ key });
    expect(wrong!.message).toMatch(message);
    expect(() => layerShapes([{ ...paper, ...given } as LocalFields], 784, 0)).toThrow(wrong!.message);
  });

  test('are refused where the inputs do not lie on the grid', () => {
    expect(() => layerShapes([paper], 785, 0)).toThrow('785 inputs do not lie on a grid of 28 × 28 points');
  });
});

describe('every field has a crossbar of its own', () => {
  test('cut into tiles, with wires and cells of its own', () => {
    const wires = {
      kind: 'exact',
      wordResistance: 50,
      bitResistance: 50,
      sourceResistance: 0,
      senseResistance: 0,
    } as const;
    const cell = linearCell({ variation: 0.1 });
    const crossbar = { weightRange: 1, tileRows: 8, tileColumns: 2 };
    const given = { cell, crossbar, wires };
    const chip = chipOf(chipModel({ layers: [local()], ...given }), engine, { inputs });
    const all = chip.parts.crossbars[0]!;
    all.writer.program(gaussianMatrix(engine, all.rows, all.columns, 'weights', 0.3));
    const stack = all.effective();
    all.parts!.forEach((part, point) => {
      expect([part.rows, part.columns]).toEqual([13, 3]);
      // a chip of nothing but such a crossbar, with the same weights
      const alone = chipOf(chipModel({ layers: [3], ...given }), engine, { inputs: 12 });
      alone.restore([part.weights]);
      const from = chip.parts.shapes[0]!.places[point]!.firstRow * 3;
      const ours = stack.data.subarray(from, from + 39);
      expect(apart(alone.parts.crossbars[0]!.effective().data, ours)).toBe(0);
      expect(apart(part.weights.data, ours)).toBeGreaterThan(0.001);
    });
    const [first, second] = all.parts!;
    expect(apart(first!.flaws!.high.data, second!.flaws!.high.data)).toBeGreaterThan(0.01);
  });

  test('what multiplies is the weights themselves where nothing comes between', () => {
    const { weights, effective } = chipOf(chipModel({ layers }), engine, { inputs }).parts.crossbars[0]!;
    expect(effective()).toBe(weights);
  });

  test('whose masks of wires are off as much as single ones', () => {
    const wires = {
      kind: 'mask',
      wordResistance: 20,
      bitResistance: 20,
      sourceResistance: 0,
      senseResistance: 0,
    } as const;
    const chip = chipOf(chipModel({ layers: [local()], crossbar: crossbarOf(1), wires }), engine, { inputs });
    const all = chip.parts.crossbars[0]!;
    all.writer.program(gaussianMatrix(engine, all.rows, all.columns, 'weights', 0.3));
    const x = gaussianMatrix(engine, 4, chip.parts.shapes[0]!.rows, 'inputs');
    const xs = gaussianMatrix(engine, 4, all.parts![0]!.rows, 'inputs');
    const errors = all.parts!.map(part => part.maskError(xs)!.weights);
    const { weights } = all.maskError(x)!;
    expect(weights).toBeLessThanOrEqual(Math.max(...errors));
    expect(weights).toBeGreaterThanOrEqual(Math.min(...errors));
    expect(weights).toBeGreaterThan(0);
  });
});

test('cells of all fields drift, wear, and are as they were when their state is put back', () => {
  const constant = (value: number) => ({ kind: 'constant' as const, value });
  const exponents = { exponent: constant(0.05), exponentSpread: constant(0.02) };
  const model = chipModel({
    layers,
    cell: linearCell({
      drift: { kind: 'power-law', start: 20, reference: 25e-6, ...exponents },
      endurance: { writes: 5, spread: 0, death: 'value' },
    }),
    crossbar: { ...crossbarOf(1), compensation: { kind: 'column' } },
  });
  const born = () => chipOf(model, engine, { inputs, batch: 5 });
  const chip = born();
  chip.parts.crossbars.forEach(({ rows, columns }, l) => {
    chip.write(l, gaussianMatrix(engine, rows, columns, `weights/${l}`, 0.3));
  });
  const images = pixels(engine, 5, inputs);
  const young = passOf(chip, images).delivered.data.slice();
  const cells = layerShapes(layers, inputs, 0).reduce(
    (sum, { matrix: m }) => sum + 2 * m.rows * m.columns,
    0,
  );
  expect(chip.wear()).toMatchObject({ cells, dead: 0 });
  const weights = chip.parts.crossbars.map(crossbar => crossbar.weights);
  const before = weights.map(({ data }) => data.slice());
  chip.age(1e6);
  weights.forEach(({ data }, l) => {
    const kept = data.map((w, k) => w / before[l]![k]!);
    expect(meanOf(kept)).toBeCloseTo((1e6 / 20) ** -0.05, 1);
    expect(deviationOf(kept)).toBeGreaterThan(0.02);
  });
  const old = passOf(chip, images).delivered.data.slice();
  expect(apart(old, young)).toBeGreaterThan(0.01);

  const other = born();
  const states = chip.parts.crossbars.map(crossbar => crossbar.state());
  other.restore(weights, states);
  expect(passOf(other, images).delivered.data).toEqual(old);
  for (const one of [chip, other]) one.age(1e7);
  expect(other.digest()).toBe(chip.digest());
  expect(passOf(other, images).delivered.data).toEqual(passOf(chip, images).delivered.data);
});

test('a learner that needs whole crossbars is not given such a chip', () => {
  const request = { inputs, classes, batch: 4, labels: 'none', dense: true } as const;
  const model = chipModel({ layers });
  expect(() => chipOf(model, engine, request)).toThrow('a learner that needs whole crossbars');
  expect(chipOf(nominal(chipModel()), engine, request).parts.shapes).toHaveLength(2);
});

test('the weights into a unit are drawn where its field lies', () => {
  const { one, dense } = both(layers, 'none');
  const column = new Float32Array(inputs + 1);
  const { weights } = dense.parts.crossbars[0]!;
  for (let unit = 0; unit < 18; unit++) {
    one.weightsInto(0, unit, column);
    expect([...column]).toEqual(Array.from(column, (_, i) => weights.data[i * 18 + unit]!));
  }
});
