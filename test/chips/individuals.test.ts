/** @file What makes a chip an individual: flaws fixed by its seed, noise fresh at every read. */
import { describe, expect, test } from 'vitest';
import { buildChip, nominal } from '../../src/chips/build.ts';
import type { Chip } from '../../src/chips/chip.ts';
import type { ChipModel } from '../../src/chips/model.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { type Matrix, rowsOf } from '../../src/engine/matrix.ts';
import { streamOf } from '../../src/engine/streams.ts';
import {
  apart,
  chipModel,
  chipOf,
  crossbarOf,
  deviationOf,
  flawed,
  gaussianMatrix,
  linearCell,
  meanOf,
  passOf,
  pixels,
  product,
  pulsedCell,
  rectifier,
  scattering,
  writeWeights,
} from '../fixtures/chips.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 27 });
const boxed = flawed({
  boxes: { front: { ...scattering, noise: 0.1 }, between: { ...scattering, noise: 0.1, bits: 4 } },
});

/** Written, changed twice and read three times: every random number of a chip has had its say. */
function life(model: ChipModel, seed: number) {
  const chip = chipOf(model, engine, { seed, labels: 'lines', batch: 5 });
  writeWeights(chip, engine);
  for (const round of [1, 2])
    chip.parts.crossbars.forEach(({ rows, columns }, l) => {
      chip.update(l, gaussianMatrix(engine, rows, columns, `change/${round}/${l}`, 0.1));
    });
  const images = pixels(engine, 5, 6);
  const reads = [1, 2, 3].map(() => passOf(chip, images).delivered.data.slice());
  return { chip, reads, digest: chip.digest(), meter: structuredClone(chip.meter) };
}

/** The answers of the circuits of a layer, over a sweep. */
function curvesOf(chip: Chip, l: number): Matrix {
  const { neurons, shapes } = chip.parts;
  const sweep = engine.matrix(9, shapes[l]!.units);
  sweep.data.forEach((_, k) => {
    sweep.data[k] = 0.5 + Math.floor(k / sweep.columns) / 2;
  });
  neurons[l]!.activity(sweep, sweep);
  return sweep;
}

describe('seeds', () => {
  test('the same seed makes the same chip, bit for bit, in all it does and counts', () => {
    const [one, other] = [life(boxed, 1), life(boxed, 1)];
    expect(one.reads).toEqual(other.reads);
    expect(one.digest).toBe(other.digest);
    expect(one.meter).toEqual(other.meter);
  });

  test('another seed makes another chip in every flaw', () => {
    const [one, other] = [1, 2].map(seed => chipOf(flawed(), engine, { seed }));
    one!.parts.crossbars.forEach(({ flaws }, l) => {
      const others = other!.parts.crossbars[l]!.flaws!;
      for (const flaw of ['low', 'high', 'response'] as const)
        flaws![flaw].data.forEach((v, k) => {
          expect(v).not.toBe(others[flaw].data[k]);
        });
      const [curves, otherCurves] = [curvesOf(one!, l), curvesOf(other!, l)];
      curves.data.forEach((y, k) => {
        expect(y).not.toBe(otherCurves.data[k]);
      });
    });
  });

  const alone: Record<string, Partial<ChipModel>> = {
    'read noise': { cell: linearCell({ readNoise: 0.01 }), crossbar: crossbarOf(10) },
    'programming noise': { cell: linearCell({ programmingNoise: 0.01 }), crossbar: crossbarOf(10) },
    'the steps of the cells': {
      cell: pulsedCell('constant-step', { stepVariation: 0.1 }),
      crossbar: crossbarOf(2),
      update: { kind: 'pulsed', maximumPulses: 31 },
    },
    'the noise of pulses': {
      cell: pulsedCell('constant-step', { cycleNoise: 0.1 }),
      crossbar: crossbarOf(2),
      update: { kind: 'pulsed', maximumPulses: 31 },
    },
    'the wiring of boxes': { boxes: { front: { kind: 'none' }, between: scattering } },
    'the front box': { boxes: { front: scattering, between: { kind: 'none' } } },
    'gain, offset, knee, compression': {
      neuron: rectifier({ gain: 0.1, offset: 0.1, knee: 0.1, compression: 0.1 }),
    },
  };
  test.each(Object.entries(alone))('two seeds differ in %s', (_, given) => {
    const model = chipModel(given);
    expect(life(model, 1).reads[0]).toEqual(life(model, 1).reads[0]);
    expect(apart(life(model, 1).reads[0]!, life(model, 2).reads[0]!)).toBeGreaterThan(1e-4);
  });

  test('layers of equal size share no flaw and no noise', () => {
    const chip = chipOf(flawed({ layers: [6, 6] }), engine);
    const [first, second] = chip.parts.crossbars;
    first!.flaws!.high.data.forEach((v, k) => {
      expect(v).not.toBe(second!.flaws!.high.data[k]);
    });
    const x = gaussianMatrix(engine, 4, 7, 'x');
    const [a, b] = [engine.matrix(4, 6), engine.matrix(4, 6)];
    first!.read(x, a);
    second!.read(x, b);
    expect(apart(a.data, b.data)).toBeGreaterThan(1e-3);
  });

  test('no two parts of a chip draw from one stream', () => {
    const paths: string[] = [];
    const request = { inputs: 6, classes: 3, labels: 'lines' as const, batch: 4 };
    buildChip(boxed, request, engine, path => {
      paths.push(path);
      return streamOf(1, path);
    });
    expect(new Set(paths).size).toBe(paths.length);
    expect(paths.length).toBeGreaterThan(20);
  });
});

describe('label lines', () => {
  test('asking for them leaves the flaws of all other cells as they are', () => {
    const [without, lines] = (['none', 'lines'] as const).map(labels => chipOf(flawed(), engine, { labels }));
    without!.parts.crossbars.forEach(({ flaws, rows }, l) => {
      const others = lines!.parts.crossbars[l]!;
      expect(others.rows).toBe(rows + 3);
      for (const flaw of ['low', 'high', 'response'] as const)
        expect(rowsOf(others.flaws![flaw], 0, rows).data).toEqual(flaws![flaw].data);
      expect(curvesOf(lines!, l).data).toEqual(curvesOf(without!, l).data);
    });
  });

  test('nor do they change how those cells are first written and first answer to pulses', () => {
    const [without, lines] = (['none', 'lines'] as const).map(labels => {
      const chip = chipOf(flawed(), engine, { labels });
      writeWeights(chip, engine);
      chip.parts.crossbars.forEach(({ rows, columns }, l) => {
        chip.update(l, gaussianMatrix(engine, rows, columns, `change/${l}`, 0.1));
      });
      return chip;
    });
    without!.parts.crossbars.forEach(({ weights, rows }, l) => {
      expect(rowsOf(lines!.parts.crossbars[l]!.weights, 0, rows).data).toEqual(weights.data);
    });
  });
});

describe('flaws', () => {
  test('bounds are spread around the range as the cell says, and a pair answers as the mean of its two cells', () => {
    const chip = chipOf(
      chipModel({ layers: [200], cell: linearCell({ variation: 0.1 }), crossbar: crossbarOf(2) }),
      engine,
      { inputs: 99 },
    );
    const { low, high, response } = chip.parts.crossbars[0]!.flaws!;
    for (const [bound, sign] of [
      [high, 1],
      [low, -1],
    ] as const) {
      expect(meanOf(bound.data)).toBeCloseTo(2 * sign, 2);
      expect(deviationOf(bound.data)).toBeCloseTo(0.2, 2);
    }
    expect(
      apart(
        response.data,
        high.data.map((h, k) => (h - low.data[k]!) / 4),
      ),
    ).toBeLessThan(1e-6);
    const covariance = meanOf(high.data.map((h, k) => (h - 2) * (low.data[k]! + 2)));
    expect(Math.abs(covariance) / 0.2 ** 2).toBeLessThan(0.04); // independent: 20,000 pairs
  });

  test('however large the spread, a cell keeps some range', () => {
    const chip = chipOf(
      chipModel({ layers: [200], cell: linearCell({ variation: 0.5 }), crossbar: crossbarOf(1) }),
      engine,
      { inputs: 99 },
    );
    const { low, high } = chip.parts.crossbars[0]!.flaws!;
    expect(Math.min(...high.data)).toBeCloseTo(0.05);
    expect(Math.max(...low.data)).toBeCloseTo(-0.05);
  });
});

describe('read noise', () => {
  const noisy = (readNoise: number, weightRange: number) =>
    chipOf(
      chipModel({ layers: [400], cell: linearCell({ readNoise }), crossbar: crossbarOf(weightRange) }),
      engine,
      { inputs: 30, batch: 60 },
    );
  const x = gaussianMatrix(engine, 60, 31, 'x');

  /** Noise of one read, in units of the length of the row that drives it. [60, 400] */
  function noiseOf(
    read: (x: Matrix, out: Matrix) => void,
    exact: ArrayLike<number>,
    input: Matrix,
    columns: number,
  ): Float64Array {
    const out = engine.matrix(input.rows, columns);
    read(input, out);
    return Float64Array.from(out.data, (v, k) => {
      const at = Math.floor(k / columns) * input.columns;
      return (v - exact[k]!) / Math.hypot(...input.data.subarray(at, at + input.columns));
    });
  }

  test.each([
    [0.02, 1],
    [0.005, 4],
  ])(
    'of %f of the range (%f) is √2 · noise · range · |x|, fresh in every column and at every read',
    (readNoise, range) => {
      const chip = noisy(readNoise, range);
      writeWeights(chip, engine);
      const { read, weights } = chip.parts.crossbars[0]!;
      const exact = product(x, weights);
      const [one, two] = [1, 2].map(() => noiseOf(read, exact, x, 400));
      const sigma = Math.SQRT2 * readNoise * range;
      for (const noise of [one!, two!]) {
        expect(meanOf(noise) / sigma).toBeCloseTo(0, 1);
        expect(Math.abs(deviationOf(noise) / sigma - 1)).toBeLessThan(0.02); // 24,000 numbers
      }
      const correlation = (a: Float64Array, b: Float64Array) =>
        meanOf(a.map((v, k) => v * b[k]!)) / sigma ** 2;
      expect(Math.abs(correlation(one!, two!))).toBeLessThan(0.03);
      expect(
        Math.abs(
          correlation(
            one!,
            one!.map((_, k) => one![(k + 1) % one!.length]!),
          ),
        ),
      ).toBeLessThan(0.03);
    },
  );

  test('it is the same for reads backwards, in units of the error that drives the columns', () => {
    const chip = noisy(0.02, 1);
    writeWeights(chip, engine);
    const { reverse, weights } = chip.parts.crossbars[0]!;
    const delta = gaussianMatrix(engine, 60, 400, 'delta');
    const turned = engine.matrix(400, 31);
    engine.kernels.transpose(weights, turned);
    const noise = noiseOf(reverse, product(delta, turned), delta, 31);
    expect(Math.abs(deviationOf(noise) / (Math.SQRT2 * 0.02) - 1)).toBeLessThan(0.05);
  });

  test('a row that is not driven has none', () => {
    const chip = noisy(0.5, 1);
    const out = engine.matrix(2, 400);
    chip.parts.crossbars[0]!.read(engine.matrix(2, 31), out);
    expect(out.data.every(v => v === 0)).toBe(true);
  });
});

describe('the nominal chip of a model', () => {
  test('is relu(x W) within the range, whatever the flaws of the model', () => {
    const chip = chipOf(nominal(boxed), engine);
    writeWeights(chip, engine, 0.2);
    const pass = passOf(chip, pixels(engine, 4, 6));
    chip.parts.crossbars.forEach(({ weights }, l) => {
      const exact = product(pass.inputs[l]!, weights).map(v => Math.max(v, 0));
      expect(apart(pass.outputs[l]!.data, exact)).toBeLessThan(1e-5);
    });
    expect(chip.parts.boxes.every(box => box === undefined)).toBe(true);
    expect(passOf(chip, pixels(engine, 4, 6)).delivered.data).toEqual(pass.delivered.data); // no noise
  });
});
