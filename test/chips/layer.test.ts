/** @file What a chip computes, layer by layer, with everything off, and what each non-ideality does to it alone. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { LabelEntry, Labels } from '../../src/chips/access.ts';
import type { Chip } from '../../src/chips/chip.ts';
import type { ChipModel } from '../../src/chips/model.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { Matrix } from '../../src/engine/matrix.ts';
import {
  apart,
  chipModel,
  chipOf,
  converter,
  crossbarOf,
  gaussianMatrix,
  linearCell,
  passOf,
  pixels,
  product,
  pulsedCell,
  rectifier,
  scattering,
  writeWeights,
} from '../fixtures/chips.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 26 });
const weightsOf = (chip: Chip, l: number): Matrix => chip.parts.crossbars[l]!.weights;
const rectified = (values: Float64Array) => values.map(v => Math.max(v, 0));

/** Rows at mean square 1. */
function normalised(values: ArrayLike<number>, columns: number): Float64Array {
  const out = Float64Array.from(values);
  for (let at = 0; at < out.length; at += columns) {
    const row = out.subarray(at, at + columns);
    const rms = Math.sqrt(row.reduce((sum, v) => sum + v * v, 0) / columns);
    row.forEach((v, j) => {
      row[j] = v / (rms + 1e-4);
    });
  }
  return out;
}

/** What stands in columns `from` to `from + count` of every row. */
const columnsOf = ({ rows, columns, data }: Matrix, from: number, count: number): number[] =>
  Array.from({ length: rows * count }, (_, k) => data[Math.floor(k / count) * columns + from + (k % count)]!);

describe('with every flaw off', () => {
  const shape = {
    layers: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 }),
    inputs: fc.integer({ min: 4, max: 50 }),
    batch: fc.integer({ min: 1, max: 19 }),
    labels: fc.constantFrom<LabelEntry>('none', 'lines', 'pixels'),
  };
  test.prop([fc.record(shape)], { numRuns: 40 })(
    'every layer is relu(x W), and its features are the normalised activities of the layer before',
    ({ layers, inputs, batch, labels }) => {
      engine.arena.reset();
      const chip = chipOf(chipModel({ layers }), engine, { inputs, classes: 4, labels, batch });
      writeWeights(chip, engine);
      const sent: Labels = labels === 'none' ? { kind: 'off' } : { kind: 'class', value: 1, strength: 2 };
      const pass = chip.newPass(batch);
      chip.hold(pixels(engine, batch, inputs));
      chip.send(sent, pass);
      layers.forEach((_, l) => {
        const exact = product(pass.inputs[l]!, weightsOf(chip, l));
        expect(apart(pass.outputs[l]!.data, rectified(exact))).toBeLessThan(1e-6 * (4 + inputs));
        if (l > 0)
          expect(
            apart(
              columnsOf(pass.inputs[l]!, 0, layers[l - 1]!),
              normalised(pass.outputs[l - 1]!.data, layers[l - 1]!),
            ),
          ).toBeLessThan(1e-5);
      });
      expect(apart(pass.delivered.data, normalised(pass.outputs.at(-1)!.data, layers.at(-1)!))).toBeLessThan(
        1e-5,
      );
    },
  );

  test('rows are features at mean square 1, then the bias, then the label lines of every layer', () => {
    const chip = chipOf(chipModel(), engine, { labels: 'lines', classes: 3 });
    writeWeights(chip, engine);
    const images = pixels(engine, 4, 6);
    const pass = chip.newPass(4);
    chip.hold(images);
    chip.send({ kind: 'classes', classes: Uint8Array.of(2, 0, 1, 1), strength: 3 }, pass);
    expect(apart(columnsOf(pass.inputs[0]!, 0, 6), normalised(images.data, 6))).toBeLessThan(1e-6);
    for (const [x, features] of [
      [pass.inputs[0]!, 6],
      [pass.inputs[1]!, 7],
    ] as const) {
      expect(columnsOf(x, features, 1)).toEqual([1, 1, 1, 1]);
      expect(columnsOf(x, features + 1, 3)).toEqual([0, 0, 3, 3, 0, 0, 0, 3, 0, 0, 3, 0]);
    }
  });

  test('a neutral label spreads its strength over the classes; no label leaves the lines dark', () => {
    const chip = chipOf(chipModel(), engine, { labels: 'lines', classes: 3 });
    const pass = chip.newPass(4);
    chip.hold(pixels(engine, 4, 6));
    chip.send({ kind: 'neutral', strength: 6 }, pass);
    expect(columnsOf(pass.inputs[1]!, 8, 3)).toEqual(new Array(12).fill(2));
    chip.send({ kind: 'off' }, pass);
    expect(columnsOf(pass.inputs[1]!, 8, 3)).toEqual(new Array(12).fill(0));
  });

  test('label pixels replace the first pixels before the image is scaled', () => {
    const chip = chipOf(chipModel(), engine, { labels: 'pixels', classes: 3 });
    const images = pixels(engine, 2, 6);
    const pass = chip.newPass(2);
    chip.hold(images);
    chip.send({ kind: 'classes', classes: Uint8Array.of(2, 0), strength: 1 }, pass);
    const written = Array.from(images.data);
    written.splice(0, 3, 0, 0, 1);
    written.splice(6, 3, 1, 0, 0);
    expect(apart(columnsOf(pass.inputs[0]!, 0, 6), normalised(written, 6))).toBeLessThan(1e-6);
    expect(pass.inputs[1]!.columns).toBe(7 + 1); // labels enter the first layer only
  });

  test('an image that is dark all over stays dark and finite', () => {
    const chip = chipOf(chipModel(), engine);
    const pass = passOf(chip, engine.matrix(3, 6));
    expect(columnsOf(pass.inputs[0]!, 0, 6)).toEqual(new Array(18).fill(0));
    expect(pass.delivered.data.every(Number.isFinite)).toBe(true);
  });

  test('a part of a pass is the samples of the whole, in the same memory', () => {
    const chip = chipOf(chipModel(), engine);
    writeWeights(chip, engine);
    const images = pixels(engine, 4, 6);
    const [whole, room] = [passOf(chip, images), chip.newPass(4)];
    const part = chip.partOf(room, 1, 3);
    chip.hold({ rows: 3, columns: 6, data: images.data.subarray(0, 18) });
    chip.send({ kind: 'off' }, part);
    whole.outputs.forEach((y, l) => {
      const alike = y.data.subarray(0, 3 * y.columns);
      expect(apart(part.outputs[l]!.data, alike)).toBeLessThan(1e-6);
      expect(apart(room.outputs[l]!.data.subarray(y.columns), alike)).toBeLessThan(1e-6);
    });
  });
});

describe('boxes', () => {
  const boxed = (front: boolean, between: boolean) =>
    chipModel({
      boxes: {
        front: front ? scattering : { kind: 'none' },
        between: between ? scattering : { kind: 'none' },
      },
    });

  test('behind a layer, what enters the box and what the next layer gets both have mean square 1', () => {
    const chip = chipOf(boxed(false, true), engine);
    writeWeights(chip, engine);
    const pass = passOf(chip, pixels(engine, 4, 6));
    const next = columnsOf(pass.inputs[1]!, 0, 7);
    expect(apart(next, normalised(pass.boxed[0]!.data, 7))).toBeLessThan(1e-5);
    expect(apart(next, normalised(pass.outputs[0]!.data, 7))).toBeGreaterThan(0.1);
    const box = chip.parts.boxes[0]!;
    const [n, z] = [engine.matrix(4, 7), engine.matrix(4, 7)];
    n.data.set(normalised(pass.outputs[0]!.data, 7));
    box.send(n, z); // the box of this test has no noise
    expect(apart(z.data, pass.boxed[0]!.data)).toBeLessThan(1e-4);
    expect(apart(pass.delivered.data, normalised(pass.boxed[1]!.data, 5))).toBeLessThan(1e-5);
  });

  test.each(['lines', 'pixels'] as const)('before the first layer, labels in the %s', labels => {
    const chip = chipOf(boxed(true, false), engine, { labels });
    const pass = chip.newPass(4);
    const images = pixels(engine, 4, 6);
    chip.hold(images);
    chip.send({ kind: 'class', value: 1, strength: 1 }, pass);
    // label pixels pass the box, label lines do not; the box itself is the same whoever asks for labels
    if (labels === 'pixels') for (let b = 0; b < 4; b++) images.data.set([0, 1, 0], 6 * b);
    const bare = passOf(chipOf(boxed(true, false), engine), images);
    const features = columnsOf(pass.inputs[0]!, 0, 6);
    expect(apart(features, columnsOf(bare.inputs[0]!, 0, 6))).toBeLessThan(1e-5);
    expect(apart(features, normalised(images.data, 6))).toBeGreaterThan(0.1);
    expect(apart(features, normalised(features, 6))).toBeLessThan(1e-3);
  });
});

describe('converters', () => {
  test('a DAC drives rows with 2^bits − 1 evenly spaced values around 0, the bias and the labels too', () => {
    const chip = chipOf(chipModel({ dac: converter(3, 2) }), engine, { labels: 'lines', inputs: 40 });
    writeWeights(chip, engine);
    const pass = chip.newPass(4);
    chip.hold(pixels(engine, 4, 40));
    chip.send({ kind: 'class', value: 0, strength: 5 }, pass);
    const step = 4 / 6;
    for (const x of pass.inputs)
      for (const v of x.data) expect(Math.abs(v / step - Math.round(v / step))).toBeLessThan(1e-5);
    expect(Math.max(...pass.inputs[0]!.data)).toBeCloseTo(2); // clipped
    expect(columnsOf(pass.inputs[0]!, 40, 2)).toEqual(
      new Array(4)
        .fill([Math.fround(2 * step), 2])
        .flat()
        .map(v => expect.closeTo(v)),
    );
  });

  test('an ADC turns currents into the nearest of its values and clips beyond its range', () => {
    const chip = chipOf(chipModel({ adc: converter(4, 1), layers: [30] }), engine, { inputs: 30 });
    const { crossbars } = chip.parts;
    writeWeights(chip, engine, 0.3);
    const x = gaussianMatrix(engine, 4, 31, 'x');
    const out = engine.matrix(4, 30);
    crossbars[0]!.read(x, out);
    const step = 2 / 14;
    product(x, weightsOf(chip, 0)).forEach((current, k) => {
      const clipped = Math.max(-1, Math.min(1, current));
      expect(Math.abs(out.data[k]! - clipped)).toBeLessThanOrEqual(step / 2 + 1e-5);
      expect(out.data[k]! / step).toBeCloseTo(Math.round(out.data[k]! / step), 4);
    });
  });
});

describe('tiles', () => {
  const sizes = { layers: [6], inputs: 20 }; // 21 rows: two tiles of 8 and one of 5
  const read = (chip: Chip, x: Matrix): Float32Array => {
    const out = engine.matrix(x.rows, chip.parts.shapes[0]!.units);
    chip.parts.crossbars[0]!.read(x, out);
    return out.data;
  };

  test.prop([fc.integer({ min: 1, max: 25 }), fc.integer({ min: 1, max: 4 })], { numRuns: 20 })(
    'with a fine ADC a tiled read is the untiled one without an ADC, whatever the tile',
    (tileRows, batch) => {
      engine.arena.reset();
      const tiled = chipOf(
        chipModel({ ...sizes, adc: converter(16, 8), crossbar: crossbarOf(0, tileRows) }),
        engine,
        sizes,
      );
      const whole = chipOf(chipModel(sizes), engine, sizes);
      for (const chip of [tiled, whole]) writeWeights(chip, engine);
      const x = gaussianMatrix(engine, batch, 21, 'x');
      const halfStep = 8 / (2 ** 16 - 2);
      expect(apart(read(tiled, x), read(whole, x))).toBeLessThan(Math.ceil(21 / tileRows) * halfStep + 1e-5);
    },
  );

  test('every tile has an ADC of its own; their values are added', () => {
    const chip = chipOf(
      chipModel({ ...sizes, adc: converter(3, 1.5), crossbar: crossbarOf(0, 8) }),
      engine,
      sizes,
    );
    writeWeights(chip, engine);
    const x = gaussianMatrix(engine, 3, 21, 'x');
    const w = weightsOf(chip, 0);
    const sums = new Float64Array(18);
    for (let from = 0; from < 21; from += 8) {
      const width = Math.min(8, 21 - from);
      const part: Matrix = { rows: 3, columns: width, data: Float32Array.from(columnsOf(x, from, width)) };
      product(part, { rows: width, columns: 6, data: w.data.subarray(from * 6, (from + width) * 6) }).forEach(
        (v, k) => {
          sums[k]! += Math.round(Math.max(-1.5, Math.min(1.5, v)) * 2) / 2; // 7 levels, half a unit apart
        },
      );
    }
    expect(apart(read(chip, x), sums)).toBeLessThan(1e-5);
  });

  test('read noise of the tiles adds up to that of the whole', () => {
    const noisy = chipModel({
      ...sizes,
      layers: [500],
      cell: linearCell({ readNoise: 0.05 }),
      adc: converter(16, 4),
      crossbar: crossbarOf(1, 8),
    });
    const chip = chipOf(noisy, engine, { inputs: 20 });
    const x = gaussianMatrix(engine, 4, 21, 'x');
    const currents = read(chip, x);
    for (let b = 0; b < 4; b++) {
      const power = columnsOf(x, 0, 21)
        .slice(21 * b, 21 * (b + 1))
        .reduce((sum, v) => sum + v * v, 0);
      const found = Math.sqrt(
        currents.subarray(500 * b, 500 * (b + 1)).reduce((sum, v) => sum + v * v, 0) / 500,
      );
      expect(Math.abs(found / (0.05 * Math.SQRT2 * Math.sqrt(power)) - 1)).toBeLessThan(0.1);
    }
  });
});

describe('each non-ideality alone', () => {
  /** Written, changed and read, as a learner would. */
  function life(model: ChipModel): Float32Array {
    const chip = chipOf(model, engine);
    writeWeights(chip, engine, 0.5);
    chip.parts.crossbars.forEach(({ rows, columns }, l) => {
      chip.update(l, gaussianMatrix(engine, rows, columns, `change/${l}`, 0.05));
    });
    return passOf(chip, pixels(engine, 4, 6)).delivered.data.slice();
  }
  const wide = crossbarOf(100);
  const fine = (given = {}) => pulsedCell('constant-step', { states: 1e5, ...given });
  const pulses = { kind: 'pulsed' as const, maximumPulses: 10000 };
  const nothing: Record<string, Partial<ChipModel>> = {
    'a wide range': { crossbar: wide },
    'tiles without an ADC': { crossbar: crossbarOf(0, 3) },
    'cells that leak when off': { cell: linearCell({ minimumConductance: 1e-6 }) },
    'program-verify without error': {
      update: { kind: 'program-verify', tries: 1, tolerance: 0 },
      crossbar: wide,
    },
    'a transparent box': { boxes: { front: { ...scattering, strength: 0 }, between: { kind: 'none' } } },
  };
  const something: Record<string, Partial<ChipModel>> = {
    'a narrow range': { crossbar: crossbarOf(0.5) },
    variation: { cell: linearCell({ variation: 0.1 }), crossbar: wide },
    'read noise': { cell: linearCell({ readNoise: 0.01 }) },
    'programming noise': { cell: linearCell({ programmingNoise: 0.01 }) },
    'neuron gain': { neuron: rectifier({ gain: 0.1 }) },
    'neuron offset': { neuron: rectifier({ offset: 0.1 }) },
    'neuron knee': { neuron: rectifier({ knee: 0.1 }) },
    'neuron compression': { neuron: rectifier({ compression: 0.1 }) },
    'a DAC': { dac: converter(6, 4) },
    'an ADC': { adc: converter(6, 4) },
    'a front box': { boxes: { front: scattering, between: { kind: 'none' } } },
    'boxes between layers': { boxes: { front: { kind: 'none' }, between: scattering } },
    'constant steps': { cell: pulsedCell('constant-step'), crossbar: crossbarOf(4), update: pulses },
    'soft bounds': {
      cell: pulsedCell('soft-bounds', { states: 1e5 }),
      crossbar: crossbarOf(4),
      update: pulses,
    },
    asymmetry: { cell: fine({ asymmetry: 0.2 }), crossbar: crossbarOf(4), update: pulses },
    'step variation': { cell: fine({ stepVariation: 0.2 }), crossbar: crossbarOf(4), update: pulses },
    'cycle noise': { cell: fine({ cycleNoise: 5 }), crossbar: crossbarOf(4), update: pulses },
    'a coarse tolerance': {
      update: { kind: 'program-verify', tries: 1, tolerance: 0.05 },
      crossbar: crossbarOf(4),
    },
  };
  const ideal = life(chipModel());

  test.each(Object.entries(nothing))('%s changes nothing', (_, given) => {
    expect(apart(life(chipModel(given)), ideal)).toBeLessThan(1e-4);
  });

  test('pulses fine enough change next to nothing', () => {
    expect(
      apart(life(chipModel({ cell: fine(), crossbar: crossbarOf(4), update: pulses })), ideal),
    ).toBeLessThan(1e-3);
  });

  test.each(Object.entries(something))('%s changes the output', (_, given) => {
    const output = life(chipModel(given));
    expect(apart(output, ideal)).toBeGreaterThan(2e-3);
    expect(output.every(Number.isFinite)).toBe(true);
  });
});

test('a pass that ends inside is the same up to the last activity, and asks nothing of the last box', () => {
  const model = chipModel({ boxes: { front: { kind: 'none' }, between: scattering } });
  const [whole, inner] = [0, 1].map(() => {
    const chip = chipOf(model, engine);
    writeWeights(chip, engine);
    chip.hold(pixels(engine, 4, 6));
    return chip;
  });
  const [through, inside] = [whole!.newPass(4), inner!.newInnerPass(4)];
  whole!.send({ kind: 'off' }, through);
  inner!.send({ kind: 'off' }, inside);
  expect(inside.outputs.map(y => [...y.data])).toEqual(through.outputs.map(y => [...y.data]));
  expect(inside.boxed.at(-1)).toBeUndefined();
  expect('delivered' in inside).toBe(false);
});
