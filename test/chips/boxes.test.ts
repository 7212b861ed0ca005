import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { Box, BoxModel } from '../../src/chips/boxes/box.ts';
import { bell, bend, curveKinds, sine, tanh } from '../../src/chips/boxes/curves.ts';
import { compileTree, sourceOf } from '../../src/chips/boxes/expression.ts';
import { buildBox } from '../../src/chips/boxes/index.ts';
import { drawMixing } from '../../src/chips/boxes/mixing.ts';
import { drawCurves } from '../../src/chips/boxes/scattering.ts';
import { slopeOf } from '../../src/chips/boxes/slope.ts';
import type { Samples } from '../../src/data/data.ts';
import { loadSplit } from '../../src/data/index.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { Matrix } from '../../src/engine/matrix.ts';
import { gaussians, streamOf } from '../../src/engine/streams.ts';

const engine = await openEngine({ product: 'plain', kernels: 'plain' });
const of = (seed: number) => (path: string) => streamOf(seed, path);

type Model<K> = Extract<BoxModel, { kind: K }>;
const scattering = (given: Partial<Model<'scattering'>> = {}): Model<'scattering'> => ({
  kind: 'scattering',
  strength: 1,
  fanIn: 3,
  curves: [...curveKinds],
  noise: 0.1,
  bits: 4,
  smoothing: 0.5,
  ...given,
});
const comparator = (given: Partial<Model<'comparator'>> = {}): Model<'comparator'> => ({
  kind: 'comparator',
  fanIn: 3,
  noise: 0.1,
  smoothing: 0.5,
  ...given,
});
const value = ['+', ['tanh', ['*', ['+', 1.5, 'a'], 'x']], ['*', 0.2, 'b']] as const;
const expression = (noise = 0): Model<'expression'> => ({
  kind: 'expression',
  expression: { text: 'tanh((1.5 + a) * x) + 0.2 * b', value, slope: slopeOf(value, 'x') },
  noise,
});
const families: Record<string, BoxModel> = {
  scattering: scattering(),
  comparator: comparator(),
  expression: expression(0.1),
};

const build = (model: BoxModel, units: number, batch: number, seed: number): Box =>
  buildBox(model, units, batch, engine, of(seed))!;

/** Activities as the normaliser delivers them: half of them zero, mean square 1. */
function activities(batch: number, units: number, seed: number): Matrix {
  const m = engine.matrix(batch, units);
  m.data.set(gaussians(streamOf(seed, 'activities'), m.data.length).map(n => Math.max(n, 0)));
  engine.kernels.normaliseRows(m, m, 1e-4);
  return m;
}

function sent(box: Box, input: Matrix): Float32Array {
  const out = engine.matrix(input.rows, input.columns);
  box.send(input, out);
  return out.data.slice();
}

function pulled(box: Box, input: Matrix, d: Matrix): Float32Array {
  const out = engine.matrix(input.rows, input.columns);
  box.pullBack(input, d, out);
  return out.data.slice();
}

const dot = (u: ArrayLike<number>, v: ArrayLike<number>) =>
  Array.from(u).reduce((sum, a, k) => sum + a * v[k]!, 0);
const meanSquare = (u: Float32Array) => dot(u, u) / u.length;

describe.each(Object.entries(families))('every box: %s', (_, model) => {
  test('the same seed makes the same box and the same passes', () => {
    const input = activities(5, 20, 1);
    const [one, other] = [build(model, 20, 5, 1), build(model, 20, 5, 1)];
    for (let pass = 0; pass < 3; pass++) expect(sent(one, input)).toEqual(sent(other, input));
  });

  test('another seed makes another box', () => {
    const input = activities(5, 20, 1);
    const quiet = { ...model, noise: 0 } as BoxModel;
    expect(sent(build(quiet, 20, 5, 1), input)).not.toEqual(sent(build(quiet, 20, 5, 2), input));
  });

  test('noise is fresh at every pass, the rest of the box is not', () => {
    const input = activities(5, 20, 1);
    const noisy = build({ ...model, noise: 0.5 } as BoxModel, 20, 5, 1);
    expect(sent(noisy, input)).not.toEqual(sent(noisy, input));
    const quiet = build({ ...model, noise: 0 } as BoxModel, 20, 5, 1);
    expect(sent(quiet, input)).toEqual(sent(quiet, input));
  });

  test('the derivative does not depend on what was sent before, and makes no noise', () => {
    const [input, d] = [activities(5, 20, 1), activities(5, 20, 2)];
    const box = build(model, 20, 5, 1);
    const before = pulled(box, input, d);
    sent(box, activities(5, 20, 3));
    expect(pulled(box, input, d)).toEqual(before);
  });

  test.prop([
    fc.integer({ min: 1, max: 40 }),
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 1, max: 9 }),
  ])('samples of a batch do not meet, whatever the sizes', (units, batch, part) => {
    const rows = Math.min(batch, part);
    const [all, d] = [activities(batch, units, 1), activities(batch, units, 2)];
    const first = (m: Matrix): Matrix => ({ rows, columns: units, data: m.data.subarray(0, rows * units) });
    const [one, other] = [build(model, units, batch, 1), build(model, units, batch, 1)];
    expect(sent(one, first(all))).toEqual(sent(other, all).slice(0, rows * units));
    expect(pulled(one, first(all), first(d))).toEqual(pulled(other, all, d).slice(0, rows * units));
    engine.arena.reset();
  });
});

test('no box is built where there is none', () => {
  expect(buildBox({ kind: 'none' }, 10, 5, engine, of(1))).toBeUndefined();
});

test('a batch larger than announced is refused', () => {
  expect(() => sent(build(scattering(), 10, 4, 1), activities(5, 10, 1))).toThrow(
    'batches of 4 rows but got 5',
  );
});

describe('mixing', () => {
  const draw = (units: number, fanIn: number, strength: number, seed: number) =>
    drawMixing(units, fanIn, strength, engine, of(seed));

  test.prop([
    fc.integer({ min: 1, max: 50 }),
    fc.integer({ min: 1, max: 60 }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.nat(),
  ])('rows have unit length and hear different inputs; no input is lost', (units, fanIn, strength, seed) => {
    const { indices, weights, fanIn: entries } = draw(units, fanIn, strength, seed);
    const firsts = new Set<number>();
    for (let i = 0; i < units; i++) {
      const row = new Float64Array(units);
      for (let k = 0; k < entries; k++) row[indices[i * entries + k]!]! += weights[i * entries + k]!;
      const length = dot(row, row);
      if (length > 0) expect(length).toBeCloseTo(1, 4); // 0: own line and mixing cancel exactly
      const heard = Array.from(indices.subarray(i * entries, i * entries + Math.min(fanIn, units)));
      expect(new Set(heard).size).toBe(heard.length);
      firsts.add(heard[0]!);
    }
    expect(firsts.size).toBe(units);
    engine.arena.reset();
  });

  test('extra inputs are spread evenly', () => {
    const { indices } = draw(2000, 5, 1, 1);
    const heard = new Float64Array(10);
    indices.forEach((index, entry) => {
      if (entry % 5 > 0) heard[Math.floor(index / 200)]!++;
    });
    for (const count of heard) expect(Math.abs(count - 800)).toBeLessThan(5 * Math.sqrt(800));
    engine.arena.reset();
  });

  test('a strength near 0 is nearly a wire, one near 1 nearly the full mixing', () => {
    const weak = draw(30, 3, 1e-6, 1);
    for (let i = 0; i < 30; i++)
      expect(Math.max(...weak.weights.subarray(i * 4, i * 4 + 4))).toBeCloseTo(1, 5);
    const [strong, full] = [draw(30, 3, 1 - 1e-6, 1), draw(30, 3, 1, 1)];
    for (let i = 0; i < 30; i++)
      for (let k = 0; k < 3; k++) expect(strong.weights[i * 4 + k]).toBeCloseTo(full.weights[i * 3 + k]!, 4);
  });
});

describe('scattering', () => {
  test('strength 0 is exactly a wire', () => {
    const box = build(scattering({ strength: 0 }), 20, 5, 1);
    const [input, d] = [activities(5, 20, 1), activities(5, 20, 2)];
    expect(sent(box, input)).toEqual(input.data);
    expect(pulled(box, input, d)).toEqual(d.data);
  });

  test('strengths lead from the wire to the full box without a jump', () => {
    const input = activities(20, 60, 1);
    const outputs = [1e-4, 0.25, 0.5, 0.75, 1].map(strength => {
      const model = scattering({ strength, noise: 0, bits: 0 });
      return sent(build(model, 60, 20, 1), input);
    });
    const away = outputs.map(z => meanSquare(z.map((v, k) => v - input.data[k]!)));
    expect(away[0]).toBeLessThan(1e-6);
    expect(away).toEqual(away.toSorted((u, v) => u - v));
  });

  test('every flaw of two boxes differs', () => {
    const [one, other] = [drawCurves(scattering(), 600, of(1)), drawCurves(scattering(), 600, of(2))];
    const same = (flaw: 'kind' | 'gain' | 'offset' | 'amount') =>
      one.filter((curve, i) => curve[flaw] === other[i]![flaw]).length / 600;
    expect(same('gain')).toBeLessThan(0.01);
    expect(same('offset')).toBeLessThan(0.01);
    expect(same('kind')).toBeCloseTo(1 / 6, 1);
    expect(same('amount')).toBeCloseTo(1 / 2, 1);
    const wiring = [1, 2].map(seed => drawMixing(600, 3, 1, engine, of(seed)));
    expect(wiring[0]!.indices).not.toEqual(wiring[1]!.indices);
    expect(wiring[0]!.weights).not.toEqual(wiring[1]!.weights);
  });

  test('units get kinds equally often, gains from 0.5 to 2, offsets of half a unit, either polarity', () => {
    const curves = drawCurves(scattering(), 6000, of(1));
    for (const kind of curveKinds) expect(curves.filter(c => c.kind === kind).length).toBe(1000);
    const mean = (f: (c: (typeof curves)[number]) => number) =>
      curves.reduce((sum, c) => sum + f(c), 0) / 6000;
    expect(Math.min(...curves.map(c => c.gain))).toBeGreaterThanOrEqual(0.5);
    expect(Math.max(...curves.map(c => c.gain))).toBeLessThan(2);
    expect(mean(c => c.gain)).toBeCloseTo(1.25, 1);
    expect(mean(c => c.offset)).toBeCloseTo(0, 1);
    expect(mean(c => c.offset ** 2)).toBeCloseTo(0.25, 1);
    expect(Math.abs(mean(c => c.amount))).toBeLessThan(5 / Math.sqrt(6000));
  });

  test('the curves are those of the table', () => {
    const u = [-7, -1.6, -0.4, 0, 0.3, 1.2, 2, 30];
    const expected = {
      tanh: (v: number) => Math.tanh(v),
      sine: (v: number) => 1.2 * Math.sin(1.5 * v),
      fold: (v: number) => Math.abs(v) - 0.8,
      clip: (v: number) => Math.max(-1.5, Math.min(v, 1.5)),
      square: (v: number) => v ** 2 / (1 + Math.abs(v)),
      sign: (v: number) => (v >= 0 ? 1 : -1),
    };
    for (const kind of curveKinds) {
      const v = Float32Array.from(u);
      bend({ kind, gain: 1.3, offset: 0.2, keep: 0.25, amount: -0.75 }, v, 1, u.length);
      expect(v[0]).toBe(u[0]);
      v.subarray(1).forEach((z, k) => {
        const x = u[k + 1]!;
        expect(z).toBeCloseTo(0.25 * x - 0.75 * expected[kind](1.3 * (x - 0.2)), 4);
      });
    }
  });

  test.prop([fc.float({ min: -60, max: 60, noNaN: true })])('tables are right to 1e-5', u => {
    expect(Math.abs(tanh(u) - Math.tanh(u))).toBeLessThan(1e-5);
    expect(Math.abs(sine(u) - Math.sin(u))).toBeLessThan(1e-5);
    expect(Math.abs(bell(u) - Math.exp((-u * u) / 2) / Math.sqrt(2 * Math.PI))).toBeLessThan(1e-5);
  });

  test('tables pass on what is no number', () => {
    expect([tanh(Number.NaN), sine(Number.NaN), bell(Number.NaN)]).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
  });

  test('outputs are of 16 levels between −3 and 3', () => {
    const z = sent(build(scattering(), 60, 20, 1), activities(20, 60, 1));
    for (const v of z) expect(v).toBeCloseTo(-3 + 0.4 * Math.round((v + 3) / 0.4), 5);
    expect(new Set(z).size).toBeLessThanOrEqual(16);
    expect(new Set(z).size).toBeGreaterThan(8);
  });

  test.each([1, 0.5])('noise has standard deviation sigma · strength, strength %d', strength => {
    const input = activities(20, 100, 1);
    const quiet = sent(build(scattering({ strength, noise: 0, bits: 0 }), 100, 20, 1), input);
    const noisy = sent(build(scattering({ strength, noise: 0.3, bits: 0 }), 100, 20, 1), input);
    const sigma = Math.sqrt(meanSquare(noisy.map((v, k) => v - quiet[k]!)));
    expect(sigma / (0.3 * strength)).toBeCloseTo(1, 1);
  });

  test.prop([fc.constantFrom(0.3, 1), fc.nat(1000)], { numRuns: 20 })(
    'the derivative agrees with finite differences where the box has one',
    (strength, seed) => {
      const smooth = scattering({ strength, noise: 0, bits: 0, curves: ['tanh', 'sine', 'square'] });
      agreesWithDifferences(build(smooth, 17, 3, seed), seed, 0.01);
      engine.arena.reset();
    },
  );

  test('kinks and quantiser are passed by: fold and clip agree but near the kink', () => {
    const model = scattering({ noise: 0, bits: 0, curves: ['fold', 'clip'] });
    const [input, d] = [activities(8, 50, 1), activities(8, 50, 2)];
    const slopes = pulled(build(model, 50, 8, 1), input, d);
    const coarse = pulled(build({ ...model, bits: 2, noise: 0.5 }, 50, 8, 1), input, d);
    expect(coarse).toEqual(slopes);
    agreesWithDifferences(build(model, 50, 8, 1), 1, 0.1, 8, 50);
  });

  test('a sign passes errors back in the width of its smoothing', () => {
    const [input, d] = [activities(8, 50, 1), activities(8, 50, 2)];
    const size = (smoothing: number) =>
      meanSquare(pulled(build(scattering({ curves: ['sign'], smoothing }), 50, 8, 1), input, d));
    expect(size(0)).toBe(0);
    expect(size(0.5)).toBeGreaterThan(0.01);
    expect(size(0.1)).toBeGreaterThan(size(0.5)); // a steeper step
  });
});

describe('comparator', () => {
  test('outputs are one bit', () => {
    const z = sent(build(comparator(), 60, 20, 1), activities(20, 60, 1));
    expect(new Set(z)).toEqual(new Set([-1, 1]));
  });

  test('the derivative is that of the mean over its noise, erf(v / (sigma √2))', () => {
    const noisy = comparator({ noise: 0.8, smoothing: 0 });
    const [input, step] = [activities(1, 12, 1), 0.25];
    const passes = 4000;
    const mean = (x: Matrix) => {
      const all = engine.matrix(passes, 12);
      for (let b = 0; b < passes; b++) all.data.set(x.data, b * 12);
      const sums = new Float64Array(12);
      sent(build(noisy, 12, passes, 1), all).forEach((z, k) => {
        sums[k % 12]! += z / passes;
      });
      engine.arena.reset();
      return sums;
    };
    const d = engine.matrix(1, 12);
    d.data.fill(1);
    const kept = { x: input.data.slice(), d: d.data.slice() };
    const slope = pulled(build(noisy, 12, 1, 1), input, d);
    for (const j of [0, 3, 7]) {
      const moved = (by: number): Matrix => {
        const data = kept.x.slice();
        data[j]! += by;
        return { rows: 1, columns: 12, data };
      };
      const difference = (dot(mean(moved(step)), kept.d) - dot(mean(moved(-step)), kept.d)) / (2 * step);
      expect(Math.abs(difference - slope[j]!)).toBeLessThan(0.25); // 5 standard errors and the curvature of erf
    }
  });

  test('the step is at least as wide as its smoothing', () => {
    const [input, d] = [activities(8, 50, 1), activities(8, 50, 2)];
    const slopes = (noise: number, smoothing: number) =>
      pulled(build(comparator({ noise, smoothing }), 50, 8, 1), input, d);
    expect(slopes(0.1, 0.5)).toEqual(slopes(0.5, 0));
    expect(slopes(0.7, 0.5)).toEqual(slopes(0.7, 0));
    expect(meanSquare(slopes(0, 0))).toBe(0); // the literal derivative
  });
});

describe('expression', () => {
  test('computes the formula with a and b of each unit', () => {
    const model = expression();
    const input = activities(4, 30, 1);
    const z = sent(build(model, 30, 4, 1), input);
    const [a, b] = (['a', 'b'] as const).map(name => unitDraws(name, 30));
    z.forEach((v, k) => {
      const j = k % 30;
      expect(v).toBeCloseTo(Math.tanh((1.5 + a![j]!) * input.data[k]!) + 0.2 * b![j]!, 5);
    });
    agreesWithDifferences(build(model, 30, 4, 1), 1, 0.01, 4, 30);
  });

  test('only numbers, variables and known operations are compiled', () => {
    const strangers = [
      'y',
      'x; process',
      Number.NaN,
      Number.POSITIVE_INFINITY,
      ['import', 'x'],
      ['tanh'],
      ['tanh', 'x', 'x'],
    ];
    for (const tree of [
      ...strangers,
      [],
      [['+'], 'x', 'x'],
      ['constructor', 'x'],
      ['__proto__', 'x'],
      null,
      { x: 1 },
    ])
      expect(() => sourceOf(tree as never, ['x', 'a', 'b'])).toThrow(TypeError);
    expect(compileTree(['^', -2, 2], [])()).toBe(4);
    expect(compileTree(['?:', ['<', 'x', 0], -1, 'x'], ['x'])(5)).toBe(5);
  });

  /** Draws of seed 1, uniform in [−1, 1], as the box makes them, by sending a box that shows them. */
  function unitDraws(name: 'a' | 'b', units: number): Float32Array {
    const model = { ...expression(), expression: { text: name, value: name, slope: 0 } };
    const shown = sent(build(model, units, 1, 1), activities(1, units, 1));
    expect(Math.max(...shown.map(Math.abs))).toBeLessThanOrEqual(1);
    expect(new Set(shown).size).toBe(units);
    return shown;
  }
});

describe('calibration of the reference box', () => {
  test('outputs have the size of inputs, and most of them is signal', () => {
    for (const seed of [1, 2, 3]) {
      const input = activities(100, 300, 1);
      const box = build(scattering(), 300, 100, seed);
      const [one, other] = [sent(box, input), sent(box, input)];
      expect(meanSquare(one)).toBeGreaterThan(0.6);
      expect(meanSquare(one)).toBeLessThan(1.1);
      expect(meanSquare(one.map((v, k) => v - other[k]!)) / (2 * meanSquare(one))).toBeLessThan(0.05);
      expect(Math.abs(dot(one, input.data) / input.data.length)).toBeLessThan(0.15); // nothing of the wire is left
      engine.arena.reset();
    }
  });

  test('random layers alone are no way around it', async () => {
    const { training, test: judged } = await loadSplit({
      set: 'mnist',
      train: 1000,
      validation: 0,
      test: 500,
    });
    const error = (model: BoxModel) => {
      const features = (samples: Samples) => randomFeatures(samples, 100, model);
      return nearestMean(features(training), training.labels, features(judged), judged.labels);
    };
    const [without, behind] = [error({ kind: 'none' }), error(scattering())];
    expect(without).toBeLessThan(0.5);
    expect(behind).toBeGreaterThan(1.4 * without);
    engine.arena.reset();
  });
});

/** Compares pullBack with central differences of send, column by column: samples do not meet. */
function agreesWithDifferences(box: Box, seed: number, tolerance: number, rows = 3, units = 17): void {
  const [input, d] = [activities(rows, units, seed), activities(rows, units, seed + 1)];
  const kept = input.data.slice();
  const moved = (j: number, by: number) => {
    for (let b = 0; b < rows; b++) input.data[b * units + j] = kept[b * units + j]! + by;
    return sent(box, input);
  };
  const step = 2e-3;
  const differences = new Float32Array(rows * units);
  for (let j = 0; j < units; j++) {
    const [above, below] = [moved(j, step), moved(j, -step)];
    moved(j, 0);
    for (let b = 0; b < rows; b++) {
      const row = (z: Float32Array) =>
        dot(d.data.subarray(b * units, (b + 1) * units), z.subarray(b * units, (b + 1) * units));
      differences[b * units + j] = (row(above) - row(below)) / (2 * step);
    }
  }
  const slopes = pulled(box, input, d);
  expect(meanSquare(slopes)).toBeGreaterThan(0.01);
  expect(Math.sqrt(meanSquare(slopes.map((s, k) => s - differences[k]!)) / meanSquare(slopes))).toBeLessThan(
    tolerance,
  );
}

/** What reaches the far end of three random layers of rectifiers with a box behind each. [samples, units] */
function randomFeatures(samples: Samples, units: number, model: BoxModel): Matrix {
  const { kernels, gemm } = engine;
  const rows = samples.length;
  let x = engine.matrix(rows, samples.inputs);
  x.data.set(samples.pixels);
  kernels.normaliseRows(x, x, 1e-4);
  for (let layer = 0; layer < 3; layer++) {
    const weights = engine.matrix(x.columns, units);
    weights.data.set(gaussians(streamOf(layer, 'weights'), weights.data.length));
    const y = engine.matrix(rows, units);
    gemm.multiply(x, weights, y);
    kernels.gate(y, y);
    kernels.normaliseRows(y, y, 1e-4);
    const z = engine.matrix(rows, units);
    const box = buildBox(model, units, rows, engine, of(layer));
    if (box) box.send(y, z);
    else kernels.copy(y, z);
    kernels.normaliseRows(z, z, 1e-4);
    x = z;
  }
  return x;
}

/** Share of samples that lie nearest to the mean of another class. */
function nearestMean(known: Matrix, labels: Uint8Array, judged: Matrix, answers: Uint8Array): number {
  const row = (m: Matrix, b: number) => m.data.subarray(b * m.columns, (b + 1) * m.columns);
  const means = Array.from({ length: 10 }, (_, label) => {
    const mean = new Float64Array(known.columns);
    const members = labels.reduce((count, l) => count + Number(l === label), 0);
    labels.forEach((l, b) => {
      if (l === label)
        row(known, b).forEach((v, j) => {
          mean[j]! += v / members;
        });
    });
    return mean;
  });
  const distance = (mean: Float64Array, sample: Float32Array) =>
    mean.reduce((sum, m, j) => sum + (m - sample[j]!) ** 2, 0);
  const wrong = answers.filter((answer, b) => {
    const distances = means.map(mean => distance(mean, row(judged, b)));
    return distances.indexOf(Math.min(...distances)) !== answer;
  });
  return wrong.length / answers.length;
}
