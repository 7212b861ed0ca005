/**
 * @file Fields that stick out over the edges of their grid, and fields that see the layer above, held against dense layers whose weights outside the fields
 * are zero. Where a field lies is made here anew: centred on its point, and the point above is seen whose field covers it.
 */
import { fc, test as properties } from '@fast-check/vitest';
import { beforeEach, describe, expect, test } from 'vitest';
import type { LayerShape, NetworkRequest } from '../../src/chips/access.ts';
import { layerShapes } from '../../src/chips/build.ts';
import type { Chip } from '../../src/chips/chip.ts';
import { type LocalFields, unitsOf } from '../../src/chips/fields/local-fields.ts';
import type { ChipModel } from '../../src/chips/model.ts';
import { fullPassOf } from '../../src/chips/pass.ts';
import { recurrentShapes } from '../../src/chips/recurrent/shapes.ts';
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
  pixels,
  pulsedCell,
  scattering,
} from '../fixtures/chips.ts';

const engine = await openEngine({ bytes: 2 ** 28 });
beforeEach(() => engine.arena.reset());

const local = (given: Partial<LocalFields> = {}): LocalFields => ({
  grid: [6, 5],
  field: [5, 3],
  stride: [1, 1],
  channels: 3,
  normaliser: 'layer',
  edges: 'truncated',
  ...given,
});
const classes = 3;

/** What the field of each point covers along an axis, as places of the grid. */
function coveredBy({ grid, field, stride, edges }: LocalFields, axis: 0 | 1): number[][] {
  const isCut = edges === 'truncated';
  const points = Math.ceil((grid[axis] - (isCut ? 0 : field[axis] - 1)) / stride[axis]);
  const out = isCut ? (points - 1) * stride[axis] + field[axis] - grid[axis] : 0;
  return Array.from({ length: points }, (_, p) => {
    const first = p * stride[axis] - Math.max(0, Math.floor(out / 2));
    const all = Array.from({ length: field[axis] }, (_, k) => first + k);
    return all.filter(place => place >= 0 && place < grid[axis]);
  });
}

/** The lines that drive the crossbar of each point, in the order of its rows. */
function linesOf(layer: LocalFields, shape: LayerShape, above?: LocalFields): number[][] {
  const [downs, acrosses] = [coveredBy(layer, 0), coveredBy(layer, 1)];
  const below = shape.inputs / (layer.grid[0] * layer.grid[1]);
  const [seenDown, seenAcross] = above ? [coveredBy(above, 0), coveredBy(above, 1)] : [[], []];
  return downs.flatMap((ys, p) =>
    acrosses.map((xs, q) => {
      const lines: number[] = [];
      for (const y of ys)
        for (const x of xs) for (let c = 0; c < below; c++) lines.push((y * layer.grid[1] + x) * below + c);
      for (let line = shape.inputs; line < (above ? shape.inputs + 1 : shape.rows); line++) lines.push(line);
      seenDown.forEach((covered, y) => {
        seenAcross.forEach((also, x) => {
          if (!covered.includes(p) || !also.includes(q)) return;
          for (let c = 0; c < above!.channels; c++)
            lines.push(shape.inputs + 1 + (y * seenAcross.length + x) * above!.channels + c);
        });
      });
      return lines;
    }),
  );
}

/** The dense layer's weights [rows, units] that say the same; 0 where a unit does not look. */
function masked(layer: LocalFields, shape: LayerShape, weights: Matrix, above?: LocalFields): Matrix {
  const out = engine.matrix(shape.rows, shape.units);
  const { channels } = layer;
  let row = 0;
  linesOf(layer, shape, above).forEach((lines, point) => {
    for (const line of lines) {
      for (let c = 0; c < channels; c++)
        out.data[line * shape.units + point * channels + c] = weights.data[row * channels + c]!;
      row++;
    }
  });
  expect(row).toBe(weights.rows);
  return out;
}

const network: NetworkRequest = { kind: 'recurrent', damping: 0.3, passes: 8, samples: 48 };

/** A chip of local fields and the masked dense one, with the same random weights. */
function both(layers: readonly LocalFields[], from: number, given: Partial<ChipModel> = {}, asked = {}) {
  const request = { inputs: from, classes, labels: 'lines', batch: 5, ...asked } as const;
  const isRecurrent = 'network' in asked;
  const one = chipOf(chipModel({ ...given, layers: [...layers] }), engine, request);
  const dense = chipOf(chipModel({ layers: layers.map(unitsOf) }), engine, request);
  layers.forEach((layer, l) => {
    const shape = one.parts.shapes[l]!;
    one.write(l, gaussianMatrix(engine, shape.matrix.rows, shape.matrix.columns, `weights/${l}`, 0.4));
    const above = isRecurrent ? layers[l + 1] : undefined;
    dense.write(l, masked(layer, shape, one.parts.crossbars[l]!.effective(), above));
  });
  return { one, dense };
}

const labels = { kind: 'classes', classes: Uint8Array.of(2, 0, 1, 1, 2), strength: 0.7 } as const;

function send(chip: Chip, images: Matrix) {
  const pass = chip.newPass(images.rows);
  chip.hold(images);
  chip.send(labels, pass);
  return pass;
}

/** A pass from below and steps. */
function settled(chip: Chip, images: Matrix, steps: number) {
  const passes = Array.from({ length: steps + 1 }, () => chip.newPass(images.rows));
  chip.hold(images);
  passes.forEach((pass, t) => {
    chip.send(t === 0 ? { kind: 'off' } : labels, pass);
  });
  return passes;
}

/** Sums of outer products of a layer of either chip, the second's where the first has weights. */
function products(
  one: Chip,
  dense: Chip,
  l: number,
  layer: LocalFields,
  pairs: readonly (readonly [never, never])[],
  above?: LocalFields,
) {
  const shape = one.parts.shapes[l]!;
  const deltas = pairs.map((_, t) => gaussianMatrix(engine, 5, shape.units, `delta/${t}`));
  deltas[0]!.data.fill(0, 0, shape.units); // a sample without any
  const [ours, theirs] = [one, dense].map((chip, k) => {
    const size = chip.parts.shapes[l]!.matrix;
    const out = engine.matrix(size.rows, size.columns);
    out.data.fill(9);
    const common = gaussianMatrix(engine, 1, shape.units, 'common');
    chip.correlate(
      l,
      pairs.map((pair, t) => ({ pass: pair[k]!, delta: deltas[t]!, ...(t === 0 && { common }) })),
      out,
    );
    return out;
  }) as [Matrix, Matrix];
  const places = masked(layer, shape, { ...ours, data: ours.data.map(() => 1) }, above);
  return {
    ours: masked(layer, shape, ours, above).data,
    theirs: theirs.data.map((g, k) => g * places.data[k]!),
    change: ours,
  };
}

/** Grids, fields and strides of any size; fields may be larger than the grid. */
const any = fc.record({
  grid: fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 })),
  field: fc.tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 8 })),
  stride: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  channels: fc.integer({ min: 1, max: 20 }),
  below: fc.integer({ min: 1, max: 4 }),
});

describe('fields cut off at the edges are a dense layer with zeros outside them', () => {
  properties.prop([any], { numRuns: 10 })('whatever grid, field and stride', ({ below, ...given }) => {
    engine.arena.reset();
    const layer = local(given);
    const { grid, stride, channels } = given;
    const from = grid[0] * grid[1] * below;
    const { one, dense } = both([layer], from);
    const { units, rows } = one.parts.shapes[0]!;
    expect(units).toBe(Math.ceil(grid[0] / stride[0]) * Math.ceil(grid[1] / stride[1]) * channels);
    const images = pixels(engine, 5, from);
    const [a, b] = [send(one, images), send(dense, images)];
    expect(apart(a.outputs[0]!.data, b.outputs[0]!.data)).toBeLessThan(1e-5);
    const delta = gaussianMatrix(engine, 5, units, 'delta');
    const [back, whole] = [one, dense].map(chip => {
      const out = engine.matrix(5, rows);
      chip.parts.crossbars[0]!.reverse(delta, out);
      return out.data;
    });
    expect(apart(back!, whole!)).toBeLessThan(4e-5);
    const { ours, theirs } = products(one, dense, 0, layer, [[a, b]] as never);
    expect(apart(ours, theirs)).toBeLessThan(1e-4);
  });

  test('and learn as it does, layer on layer', () => {
    const layers = [local(), local({ grid: [6, 5], field: [3, 7], stride: [2, 1], channels: 30 })];
    const { one, dense } = both(layers, 60);
    const images = pixels(engine, 5, 60);
    const pairs = [0, 1].map(() => [send(one, images), send(dense, images)]);
    layers.forEach((layer, l) => {
      const shape = one.parts.shapes[l]!;
      const { ours, theirs, change } = products(one, dense, l, layer, pairs as never);
      expect(apart(ours, theirs)).toBeLessThan(1e-4);
      expect(deviationOf(theirs)).toBeGreaterThan(0.1);
      dense.update(l, { rows: shape.rows, columns: shape.units, data: ours });
      one.update(l, change);
    });
    const [a, b] = [send(one, images), send(dense, images)];
    expect(apart(a.delivered.data, b.delivered.data)).toBeLessThan(1e-4);
    expect(apart(a.delivered.data, pairs[0]![0]!.delivered.data)).toBeGreaterThan(0.1);
  });

  test("the paper's have 304 inputs on average, at most 363 and in the corners 108", () => {
    const paper = local({ grid: [32, 32], field: [11, 11] });
    const [shape] = layerShapes([paper], 3072, 0);
    const inputs = shape!.places.map(place => place.inputs);
    expect(shape!.units).toBe(3072);
    expect(inputs.reduce((sum, n) => sum + n, 0) / 1024).toBeCloseTo(303.8, 1);
    expect([Math.max(...inputs), Math.min(...inputs)]).toEqual([363, 108]);
  });
});

describe('flaws', () => {
  const flawedCell = { cell: linearCell({ variation: 0.2, stuck: 0.05 }), crossbar: crossbarOf(1) };
  const images = () => pixels(engine, 5, 60);

  test('of cells are those of every crossbar by itself', () => {
    const { one, dense } = both([local()], 60, flawedCell);
    const [a, b] = [send(one, images()), send(dense, images())];
    expect(apart(a.outputs[0]!.data, b.outputs[0]!.data)).toBeLessThan(1e-5);
  });

  test('are met alike by products of many crossbars and by reads of one at a time', () => {
    // tiles with ADCs of their own make a read more than one product; so fine that they change nothing else
    const fine = { adc: converter(24, 32) };
    const [whole, apiece] = [1024, 7].map(tileRows => {
      const crossbar = { ...crossbarOf(1), tileRows };
      return both([local()], 60, { ...flawedCell, ...fine, crossbar }).one;
    });
    expect(whole!.parts.crossbars[0]!.tiled).toBeDefined();
    expect(apiece!.parts.crossbars[0]!.tiled).toBeUndefined();
    const [a, b] = [send(whole!, images()), send(apiece!, images())];
    expect(apart(a.outputs[0]!.data, b.outputs[0]!.data)).toBeLessThan(1e-4);
  });

  test('of reads grow with the inputs of a field, which has fewer at an edge', () => {
    const cell = linearCell({ readNoise: 0.01 });
    const layer = local({ grid: [9, 9], field: [5, 5] });
    const model = chipModel({ layers: [layer], cell, crossbar: crossbarOf(1) });
    const batch = 400;
    const chip = chipOf(model, engine, { inputs: 81, batch });
    const ones = engine.matrix(batch, 81);
    ones.data.fill(1);
    const pass = chip.newPass(batch);
    chip.hold(ones);
    chip.send({ kind: 'off' }, pass);
    const { data } = fullPassOf(pass).currents[0]!;
    const { pairNoise } = chip.parts.crossbars[0]!;
    const of = (point: number) =>
      deviationOf(
        Array.from({ length: 3 * batch }, (_, k) => data[Math.floor(k / 3) * 243 + 3 * point + (k % 3)]!),
      ) / pairNoise;
    expect(of(0) / Math.sqrt(9 + 1)).toBeCloseTo(1, 1);
    expect(of(40) / Math.sqrt(25 + 1)).toBeCloseTo(1, 1);
  });

  test('of pulsed updates leave cells of every field where its own outer products point', () => {
    const model = chipModel({
      layers: [local()],
      cell: pulsedCell('constant-step', { states: 4000 }),
      crossbar: crossbarOf(1),
      update: {
        kind: 'stochastic',
        trains: 'compressed',
        longest: 31,
        variableLength: true,
        balanced: true,
        resolution: 0,
      },
    });
    const chip = chipOf(model, engine, { inputs: 60, batch: 200 });
    const pass = chip.newPass(200);
    const { matrix, units } = chip.parts.shapes[0]!;
    chip.hold(pixels(engine, 200, 60));
    chip.send({ kind: 'off' }, pass);
    const before = pass.outputs[0]!.data.slice();
    const delta = gaussianMatrix(engine, 200, units, 'delta');
    const wanted = engine.matrix(matrix.rows, matrix.columns);
    chip.correlate(0, [{ pass, delta }], wanted);
    const { weights } = chip.parts.crossbars[0]!;
    const held = weights.data.slice();
    chip.imprint(0, [{ pass, delta }], 0.001);
    const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
      Array.from(a).reduce((sum, v, k) => sum + v * b[k]!, 0);
    const moved = weights.data.map((w, k) => w - held[k]!);
    expect(
      dot(moved, wanted.data) / Math.sqrt(dot(moved, moved) * dot(wanted.data, wanted.data)),
    ).toBeGreaterThan(0.9);
    chip.send({ kind: 'off' }, pass); // by the weights as they are now
    expect(apart(pass.outputs[0]!.data, before)).toBeGreaterThan(1e-3);
  });
});

test('what reads cost is the same whether crossbars are asked one by one or not', () => {
  const counted = (tileRows: number) => {
    const { one } = both([local()], 60, {
      dac: converter(12, 8),
      crossbar: { ...crossbarOf(1), tileRows },
      ...(tileRows < 9 && { adc: converter(12, 8) }),
    });
    const before = {
      ...one.meter,
      drive: one.meter.drive[0]!,
      reads: one.meter.reads[0]!,
      backReads: one.meter.backReads[0]!,
    };
    send(one, pixels(engine, 5, 60));
    const out = engine.matrix(5, one.parts.shapes[0]!.rows);
    one.parts.crossbars[0]!.reverse(gaussianMatrix(engine, 5, 90, 'delta'), out);
    const { meter } = one;
    return {
      isBare: one.parts.crossbars[0]!.isBare,
      counts: [
        meter.dacConversions - before.dacConversions,
        meter.reads[0]! - before.reads,
        meter.backReads[0]! - before.backReads,
        meter.reversePasses - before.reversePasses,
      ],
      drive: meter.drive[0]! - before.drive,
      digest: one.digest(),
    };
  };
  const [together, apiece] = [counted(1024), counted(7)];
  expect([together.isBare, apiece.isBare]).toEqual([true, false]);
  expect(together.digest).toBe(apiece.digest);
  expect(together.counts).toEqual(apiece.counts);
  expect(together.drive / apiece.drive).toBeCloseTo(1, 5);
});

describe('fields that see the layer above', () => {
  const inside = { edges: 'inside' } as const;
  const pairsOf = (a: readonly unknown[], b: readonly unknown[]) => a.map((pass, t) => [pass, b[t]]) as never;

  test.each([
    ['cut off at the edges', [local(), local({ channels: 2 }), local({ field: [3, 3] })]],
    ['with strides', [local({ stride: [2, 1] }), local({ grid: [3, 5], field: [2, 3], stride: [1, 2] })]],
    [
      'inside the grid',
      [
        local({ ...inside, field: [3, 3], stride: [1, 2] }),
        local({ ...inside, grid: [4, 2], field: [2, 1], channels: 50 }),
      ],
    ],
  ] as const)('take steps and learn as the dense network with zeros does: %s', (_name, layers) => {
    const { one, dense } = both(layers as never, 60, {}, { network });
    const images = pixels(engine, 5, 60);
    const [a, b] = [settled(one, images, 4), settled(dense, images, 4)];
    a.forEach((pass, t) => {
      layers.forEach((_, l) => {
        expect(apart(pass.outputs[l]!.data, b[t]!.outputs[l]!.data)).toBeLessThan(2e-5);
        expect(deviationOf(pass.outputs[l]!.data)).toBeGreaterThan(0.1);
      });
    });
    layers.forEach((layer, l) => {
      const { ours, theirs } = products(one, dense, l, layer as never, pairsOf(a, b), layers[l + 1] as never);
      expect(apart(ours, theirs)).toBeLessThan(2e-4);
    });
  });

  test("the paper's see up to 363 units above, and labels above the last layer", () => {
    const paper = local({ grid: [32, 32], field: [11, 11] });
    const [first, last] = recurrentShapes([paper, paper], 3072, 10) as [LayerShape, LayerShape];
    expect(Math.max(...first.places.map(({ rows }) => rows))).toBe(363 + 1 + 363);
    expect(Math.max(...last.places.map(({ rows }) => rows))).toBe(363 + 1 + 10);
    expect(first.matrix.rows * 3).toBeCloseTo(2 * 933156 + 3072, -1);
  });

  test('learn from every step where a front box makes each image anew', () => {
    const boxes = { front: { ...scattering, noise: 0.2 }, between: scattering };
    const chip = chipOf(chipModel({ layers: [local(), local()], boxes }), engine, {
      inputs: 60,
      labels: 'lines',
      network,
      batch: 5,
    });
    chip.parts.crossbars.forEach(({ rows, columns }, l) => {
      chip.write(l, gaussianMatrix(engine, rows, columns, `weights/${l}`, 0.4));
    });
    const [, pass] = settled(chip, pixels(engine, 5, 60), 1);
    const shape = chip.parts.shapes[0]!;
    const delta = gaussianMatrix(engine, 5, shape.units, 'delta');
    const out = engine.matrix(shape.matrix.rows, 3);
    chip.correlate(0, [{ pass: pass!, delta }], out);
    const x = pass!.inputs[0]!;
    const sums = linesOf(local(), shape, local()).flatMap((lines, point) =>
      lines.flatMap(line =>
        [0, 1, 2].map(c => {
          let sum = 0;
          for (let b = 0; b < 5; b++)
            sum += x.data[b * x.columns + line]! * delta.data[b * shape.units + 3 * point + c]!;
          return sum;
        }),
      ),
    );
    expect(apart(out.data, sums)).toBeLessThan(1e-4);
  });

  test('cannot where their points are no grid of the layer above, or are normalised by themselves', () => {
    const made = (layers: LocalFields[]) => () =>
      chipOf(chipModel({ layers }), engine, { inputs: 60, labels: 'lines', network });
    expect(made([local(), local({ grid: [5, 6] })])).toThrow(
      'layer 1 has units at 6 × 5 points, but layer 2, which it is to see, looks at a grid of 5 × 6',
    );
    expect(made([local({ normaliser: 'blocks' })])).toThrow('layer 1 normalises its fields one by one');
  });
});
