/** @file Layers that see each other: each step is what its equation says, flaws and boxes of both directions included. */
import { fc, test } from '@fast-check/vitest';
import { beforeEach, describe, expect } from 'vitest';
import type { Labels, NetworkRequest, Pass } from '../../src/chips/access.ts';
import type { Chip } from '../../src/chips/chip.ts';
import type { ChipModel } from '../../src/chips/model.ts';
import { epsilonOf } from '../../src/chips/normaliser.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { Matrix } from '../../src/engine/matrix.ts';
import {
  type Asked,
  apart,
  chipModel,
  chipOf,
  converter,
  crossbarOf,
  flawed,
  gaussianMatrix,
  linearCell,
  pixels,
  product,
  scattering,
  writeWeights,
} from '../fixtures/chips.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 26 });
beforeEach(() => engine.arena.reset());

const network: NetworkRequest = { kind: 'recurrent', damping: 0.3, passes: 20, samples: 100 };
const off: Labels = { kind: 'off' };
const labels: Labels = { kind: 'classes', classes: Uint8Array.of(2, 0, 1, 1), strength: 1.5 };

function made(given: Partial<ChipModel> = {}, asked: Asked = {}): Chip {
  const chip = chipOf(chipModel({ layers: [7, 5, 4], ...given }), engine, {
    labels: 'lines',
    network,
    ...asked,
  });
  writeWeights(chip, engine, 0.5);
  return chip;
}

/** A pass from below and as many steps, of four images. */
function settled(chip: Chip, steps: number, carried = labels, images = pixels(engine, 4, 6)): Pass[] {
  const passes = Array.from({ length: steps + 1 }, () => chip.newInnerPass(4));
  chip.hold(images);
  passes.forEach((pass, t) => {
    chip.send(t === 0 ? off : carried, pass);
  });
  return passes;
}

/** Rows at mean square 1. */
function normalised(x: ArrayLike<number>, columns: number): number[] {
  const out = Array.from(x);
  for (let b = 0; b < out.length / columns; b++) {
    const row = out.slice(b * columns, (b + 1) * columns);
    const scale = Math.sqrt(row.reduce((sum, v) => sum + v * v, 0) / columns) + epsilonOf({});
    row.forEach((v, j) => {
      out[b * columns + j] = v / scale;
    });
  }
  return out;
}

/** Samples side by side: [below, 1, above]. */
function rowsFrom(below: number[], above: number[]): Matrix {
  const [n, m] = [below.length / 4, above.length / 4];
  const data = Float32Array.from(
    [0, 1, 2, 3].flatMap(b => [...below.slice(b * n, (b + 1) * n), 1, ...above.slice(b * m, (b + 1) * m)]),
  );
  return { rows: 4, columns: n + 1 + m, data };
}

const oneHot = [2, 0, 1, 1].flatMap(label => [0, 1, 2].map(c => (c === label ? 1.5 : 0)));

/** The equation of the network, step by step, in float64. */
function byEquation(chip: Chip, images: Matrix, steps: number, damping: number): number[][][] {
  const { crossbars, shapes } = chip.parts;
  const image = normalised(images.data, 6);
  const relu = (l: number, x: Matrix) => Array.from(product(x, crossbars[l]!.weights), u => Math.max(u, 0));
  const silence = (l: number) => new Array(4 * (shapes[l + 1]?.units ?? 3)).fill(0);
  const seen = (states: number[][], l: number) => (l < 0 ? image : normalised(states[l]!, shapes[l]!.units));
  const history: number[][][] = [[]];
  shapes.forEach((_, l) => {
    history[0]![l] = relu(l, rowsFrom(seen(history[0]!, l - 1), silence(l)));
  });
  for (let t = 1; t <= steps; t++) {
    const last = history[t - 1]!;
    history[t] = shapes.map((_, l) => {
      const above = l === shapes.length - 1 ? oneHot : seen(last, l + 1);
      const fresh = relu(l, rowsFrom(seen(last, l - 1), above));
      return fresh.map((y, k) => damping * last[l]![k]! + (1 - damping) * y);
    });
  }
  return history;
}

describe('a network of layers that see each other', () => {
  test.each([
    ['one layer, labels above it', [7], 0.3],
    ['two layers', [7, 5], 0.3],
    ['three layers, undamped', [7, 5, 4], 0],
    ['layers that see more above than below', [3, 9, 12], 0.6],
  ])('takes steps by its equation: %s', (_name, layers, damping) => {
    const chip = made({ layers }, { network: { ...network, damping } });
    const images = pixels(engine, 4, 6);
    const passes = settled(chip, 4, labels, images);
    const wanted = byEquation(chip, images, 4, damping);
    passes.forEach((pass, t) => {
      layers.forEach((_, l) => {
        expect(apart(pass.outputs[l]!.data, wanted[t]![l]!)).toBeLessThan(2e-5);
      });
    });
  });

  test('has a crossbar a layer: what is below, bias, what is above', () => {
    const { shapes } = made().parts;
    expect(shapes.map(({ rows }) => rows)).toEqual([6 + 1 + 5, 7 + 1 + 4, 5 + 1 + 3]);
    expect(shapes.map(({ aboveRow, labelRow }) => aboveRow ?? labelRow)).toEqual([7, 8, 6]);
    expect(shapes.map(({ labelRow }) => labelRow)).toEqual([-1, -1, 6]);
  });

  test('has no label in the pass from below; in steps labels reach a layer lower with every step', () => {
    const chip = made();
    const other: Labels = { kind: 'class', value: 0, strength: 1.5 };
    const [one, two] = [settled(chip, 3), settled(chip, 3, other)];
    const differs = one.map((pass, t) =>
      pass.outputs.map((out, l) => apart(out.data, two[t]!.outputs[l]!.data) > 0),
    );
    expect(differs).toEqual([
      [false, false, false],
      [false, false, true],
      [false, true, true],
      [true, true, true],
    ]);
  });

  test('starts anew from a pass without labels, and forgets what it was', () => {
    const chip = made();
    const [first] = [settled(chip, 3)];
    const again = first.map(() => chip.newInnerPass(4));
    again.forEach((pass, t) => {
      chip.send(t === 0 ? off : labels, pass);
    });
    again.forEach((pass, t) => {
      expect(pass.outputs.map(({ data }) => data)).toEqual(first[t]!.outputs.map(({ data }) => data));
    });
  });

  test('takes no step on images that had no pass from below, nor labels elsewhere than above', () => {
    const chip = made();
    settled(chip, 1);
    chip.hold(pixels(engine, 4, 6, 'others'));
    expect(() => chip.send(labels, chip.newInnerPass(4))).toThrow('start from a pass without labels');
    expect(() => made({}, { labels: 'none' })).toThrow('labels stand above the last layer');
  });

  test.prop([fc.double({ min: 0, max: 0.95, noNaN: true })], { numRuns: 8 })(
    'a unit whose circuit gives nothing keeps just the damping of its state, to the last bit: %d',
    damping => {
      engine.arena.reset();
      const chip = made({}, { network: { ...network, damping } });
      const passes = settled(chip, 5);
      let silent = 0;
      for (let t = 1; t < passes.length; t++)
        chip.parts.shapes.forEach(({ rows }, l) => {
          const u = product(passes[t]!.inputs[l]!, chip.parts.crossbars[l]!.weights);
          expect(passes[t]!.inputs[l]!.columns).toBe(rows);
          u.forEach((current, k) => {
            const [now, then] = [passes[t]!, passes[t - 1]!].map(pass => pass.outputs[l]!.data[k]!);
            if (Math.abs(current) < 1e-5) return;
            if (current < 0) silent++;
            expect(now! > Math.fround(damping * then!)).toBe(current > 0);
          });
        });
      expect(silent).toBeGreaterThan(20);
    },
  );

  test('nudges are currents into the columns of every step', () => {
    const chip = made();
    const nudge = gaussianMatrix(engine, 4, 5, 'nudge', 0.5);
    const [quiet, nudged] = [settled(chip, 1)[1]!, chip.newInnerPass(4)];
    chip.send(off, chip.newInnerPass(4));
    chip.send(labels, nudged, [undefined, nudge, undefined]);
    const u = product(quiet.inputs[1]!, chip.parts.crossbars[1]!.weights);
    const before = settled(chip, 0)[0]!.outputs[1]!.data;
    const wanted = u.map((current, k) => 0.3 * before[k]! + 0.7 * Math.max(current + nudge.data[k]!, 0));
    expect(apart(nudged.outputs[1]!.data, wanted)).toBeLessThan(1e-5);
    expect(nudged.outputs[0]!.data).toEqual(quiet.outputs[0]!.data);
  });

  test('is metered: a step is a pass, and every row and unit is converted', () => {
    const chip = made({ dac: converter(8, 6) });
    const before = { ...chip.meter };
    settled(chip, 5);
    expect(chip.meter.forwardPasses - before.forwardPasses).toBe(6 * 4);
    expect(chip.meter.dacConversions - before.dacConversions).toBe(6 * 4 * (12 + 12 + 9));
    expect(chip.meter.adcConversions - before.adcConversions).toBe(6 * 4 * (7 + 5 + 4));
    expect(chip.meter.measuredConversions - before.measuredConversions).toBe(6 * 4 * (7 + 5 + 4));
  });

  test('what stands behind boxes is measured once for outer products, from below and from above', () => {
    const boxes: ChipModel['boxes'] = { front: { kind: 'none' }, between: scattering };
    const chip = made({ boxes });
    const pass = settled(chip, 1)[1]!;
    chip.parts.shapes.forEach(({ rows, units }, l) => {
      const before = chip.meter.measuredConversions;
      const out = engine.matrix(rows, units);
      for (let k = 0; k < 2; k++)
        chip.correlate(l, [{ pass, delta: gaussianMatrix(engine, 4, units, 'd') }], out);
      expect(chip.meter.measuredConversions - before).toBe(4 * [5, 7 + 4, 5][l]!);
    });
  });

  test('what leaves the chip is the last layer at mean square 1', () => {
    const chip = made();
    const pass = chip.newPass(4);
    chip.hold(pixels(engine, 4, 6));
    chip.send(off, pass);
    chip.send(labels, pass);
    expect(apart(pass.delivered.data, normalised(pass.outputs[2]!.data, 4))).toBeLessThan(1e-5);
  });
});

describe('flaws', () => {
  test('a DAC drives what is above as it drives what is below', () => {
    const dac = converter(3, 2);
    const passes = settled(made({ dac }), 2);
    const levels = new Set(passes[2]!.inputs.flatMap(({ data }) => Array.from(data)));
    expect(levels.size).toBeLessThanOrEqual(8);
  });

  test('read noise is fresh in every step, also where the image is held', () => {
    const chip = made(
      { layers: [9], cell: linearCell({ readNoise: 0.02 }), crossbar: crossbarOf(2) },
      { network: { ...network, damping: 0 } },
    );
    const [, ...steps] = settled(chip, 8); // nothing but labels is above: every step would be the same
    const u = product(steps[0]!.inputs[0]!, chip.parts.crossbars[0]!.weights);
    const outputs = steps.map(pass => pass.outputs[0]!.data);
    outputs.forEach((out, t) => {
      const errors = Array.from(out, (y, k) => (u[k]! > 0.5 ? y - u[k]! : 0));
      expect(Math.max(...errors)).toBeGreaterThan(0.01);
      if (t > 0) expect(apart(out, outputs[t - 1]!)).toBeGreaterThan(0.01);
    });
  });

  test('the boxes of the two directions are individuals, and a layer is seen through both', () => {
    const boxes: ChipModel['boxes'] = { front: { kind: 'none' }, between: scattering };
    const chip = made({ boxes });
    const passes = settled(chip, 2);
    const [then, now] = [passes[1]!, passes[2]!];
    // layer 2 as layers 1 and 3 see it
    const seen = normalised(then.outputs[1]!.data, 5);
    const columns = (x: Matrix, at: number, n: number) =>
      [0, 1, 2, 3].flatMap(b => Array.from(x.data.subarray(b * x.columns + at, b * x.columns + at + n)));
    const down = columns(now.inputs[0]!, 7, 5);
    const up = columns(now.inputs[2]!, 0, 5);
    expect(apart(up, down)).toBeGreaterThan(0.1);
    for (const view of [up, down]) {
      expect(apart(view, seen)).toBeGreaterThan(0.1);
      expect(apart(view, normalised(view, 5))).toBeLessThan(1e-3);
    }
  });

  test('a front box that is noisy gives another image in every step', () => {
    const boxes: ChipModel['boxes'] = { front: { ...scattering, noise: 0.2 }, between: { kind: 'none' } };
    const passes = settled(made({ boxes }), 2);
    expect(apart(passes[1]!.inputs[0]!.data, passes[2]!.inputs[0]!.data)).toBeGreaterThan(0.1);
  });

  test('a look that is not noticed leaves no trace in the noise to come', () => {
    const boxes: ChipModel['boxes'] = { front: { kind: 'none' }, between: { ...scattering, noise: 0.1 } };
    const lives = [false, true].map(isLooked => {
      const chip = chipOf(flawed({ boxes, layers: [7, 5, 4] }), engine, { labels: 'lines', network });
      writeWeights(chip, engine, 0.5);
      settled(chip, 2);
      if (isLooked) chip.unnoticed(() => settled(chip, 3, labels, pixels(engine, 4, 6, 'others')));
      return settled(chip, 3).map(pass => pass.outputs.map(({ data }) => Array.from(data)));
    });
    expect(lives[1]).toEqual(lives[0]);
  });
});

describe('outer products', () => {
  /** One term a step. */
  const termsOf = (passes: readonly Pass[], units: number, commons = false) =>
    passes.map((pass, t) => ({
      pass,
      delta: gaussianMatrix(engine, 4, units, `delta/${t}`),
      ...(commons && t % 2 === 0 && { common: gaussianMatrix(engine, 1, units, `common/${t}`) }),
    }));

  test.each([
    ['where the image is held', {}],
    [
      'where every step has its own',
      { boxes: { front: { ...scattering, noise: 0.2 }, between: scattering } },
    ],
    ['behind a DAC', { dac: converter(4, 3) }],
  ])('of all steps are summed, %s', (_name, given: Partial<ChipModel>) => {
    const chip = made(given);
    const passes = settled(chip, 6);
    chip.parts.shapes.forEach(({ rows, units }, l) => {
      const terms = termsOf(passes, units, true);
      const out = engine.matrix(rows, units);
      chip.correlate(l, terms, out);
      const wanted = new Float64Array(rows * units);
      for (const { pass, delta, common } of terms)
        for (let b = 0; b < 4; b++)
          for (let i = 0; i < rows; i++)
            for (let j = 0; j < units; j++)
              wanted[i * units + j]! +=
                pass.inputs[l]!.data[b * rows + i]! * (delta.data[b * units + j]! + (common?.data[j] ?? 0));
      expect(apart(out.data, wanted)).toBeLessThan(1e-4);
    });
  });

  test('are those of the steps also after other images, whose product is not theirs', () => {
    const chip = made();
    const passes = settled(chip, 2);
    const out = [0, 1].map(() => engine.matrix(12, 7));
    const terms = termsOf(passes, 7);
    chip.correlate(0, terms, out[0]!);
    settled(chip, 1, labels, pixels(engine, 4, 6, 'others'));
    chip.correlate(0, terms, out[1]!);
    expect(apart(out[0]!.data, out[1]!.data)).toBeLessThan(1e-5);
  });

  test('written to the cells by themselves are their sum', () => {
    const chip = made();
    const passes = settled(chip, 3);
    const terms = termsOf(passes, 7);
    const before = chip.parts.crossbars[0]!.weights.data.slice();
    const sum = engine.matrix(12, 7);
    chip.correlate(0, terms, sum);
    chip.imprint(0, terms, 0.1);
    const moved = chip.parts.crossbars[0]!.weights.data.map((w, k) => w - before[k]!);
    expect(
      apart(
        moved,
        sum.data.map(g => 0.1 * g),
      ),
    ).toBeLessThan(1e-5);
  });

  test('a change of weights is seen in the next step, though the image is held', () => {
    const chip = made();
    settled(chip, 1);
    chip.update(0, gaussianMatrix(engine, 12, 7, 'change', 0.5));
    const images = pixels(engine, 4, 6);
    const passes = settled(chip, 2, labels, images);
    const wanted = byEquation(chip, images, 2, 0.3);
    expect(apart(passes[2]!.outputs[0]!.data, wanted[2]![0]!)).toBeLessThan(2e-5);
  });
});
