/** @file Outer products by the coincidences of pulse trains: mean, spread, distribution, and what rows and columns share. */
import { fc, test } from '@fast-check/vitest';
import { beforeEach, describe, expect } from 'vitest';
import type { Chip } from '../../src/chips/chip.ts';
import { coincidences } from '../../src/chips/updates/coincidences.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { Matrix } from '../../src/engine/matrix.ts';
import { streamOf } from '../../src/engine/streams.ts';
import { cellOf } from '../fixtures/cells.ts';
import {
  apart,
  chipModel,
  chipOf,
  crossbarOf,
  deviationOf,
  gaussianMatrix,
  meanOf,
  product,
} from '../fixtures/chips.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 27 });
beforeEach(() => engine.arena.reset());

const granularity = 0.001;
interface Given {
  trains?: 'compressed' | 'separate' | 'mean-count' | 'implicit';
  longest?: number;
  variableLength?: boolean;
  balanced?: boolean;
  resolution?: number;
  rows?: number;
  columns?: number;
}
/** A chip of one layer of perfect, nearly unbounded constant-step cells. */
function chipWith({ rows = 5, columns = 4, ...given }: Given = {}): Chip {
  const model = chipModel({
    layers: [columns],
    cell: cellOf('constant-step', { states: 2 / granularity, highest: 10, lowest: -10 }),
    crossbar: crossbarOf(1),
    update: {
      kind: 'stochastic',
      trains: 'compressed',
      longest: 31,
      variableLength: true,
      balanced: true,
      resolution: 0,
      ...given,
    },
  });
  return chipOf(model, engine, { inputs: rows - 1 });
}
const line = (...values: number[]): Matrix => {
  const m = engine.matrix(1, values.length);
  m.data.set(values);
  return m;
};

/** Pulses of every cell in one update, many times. [times][rows · columns] */
function draws(chip: Chip, x: Matrix, delta: Matrix, rate: number, times: number): Float64Array[] {
  const { writer, weights } = chip.parts.crossbars[0]!;
  return Array.from({ length: times }, () => {
    weights.data.fill(0);
    writer.pulse!(x, delta, rate);
    return Float64Array.from(weights.data, w => Math.round(w / granularity));
  });
}
const ofCell = (all: Float64Array[], k: number) => Float64Array.from(all, draw => draw[k]!);
const correlation = (a: Float64Array, b: Float64Array) =>
  (meanOf(a.map((v, t) => v * b[t]!)) - meanOf(a) * meanOf(b)) / (deviationOf(a) * deviationOf(b));

const times = 20_000;
const x = () => line(1, 0.5, -0.8, 0, 0.25);
const delta = () => line(-1, 0.6, 0.3, 0.9);
const rate = 0.008; // eight pulses at the strongest crossing: eight slots

describe('compressed trains', () => {
  test('the mean change is rate · x δ, signs and all', () => {
    const all = draws(chipWith(), x(), delta(), rate, times);
    for (let i = 0; i < 5; i++)
      for (let j = 0; j < 4; j++) {
        const pulses = ofCell(all, 4 * i + j);
        const expected = (rate * x().data[i]! * delta().data[j]!) / granularity;
        expect(Math.abs(meanOf(pulses) - expected)).toBeLessThan(
          (5 * Math.sqrt(2)) / Math.sqrt(times) + 1e-12,
        );
      }
  });

  test('pulses of one cell are binomial: one chance p q in every slot', () => {
    const all = draws(chipWith(), x(), delta(), rate, times);
    const [slots, chance] = [8, 0.5 * 0.6]; // the second row and the second column
    const pulses = ofCell(all, 5);
    let below = 0; // distribution functions side by side (Kolmogorov and Smirnov)
    let [term, cumulative] = [(1 - chance) ** slots, 0];
    for (let n = 0; n <= slots; n++) {
      cumulative += term;
      term *= (((slots - n) / (n + 1)) * chance) / (1 - chance);
      below = pulses.filter(value => value <= n).length / times;
      expect(Math.abs(below - cumulative)).toBeLessThan(1.95 / Math.sqrt(times));
    }
    expect(Math.abs(deviationOf(pulses) / Math.sqrt(slots * chance * (1 - chance)) - 1)).toBeLessThan(0.03);
  });

  test('cells of a row share its train, cells of a column theirs, others share nothing', () => {
    const all = draws(chipWith(), x(), delta(), rate, times);
    const size = (i: number, j: number) => ofCell(all, 4 * i + j).map(Math.abs);
    const p = x().data.map(Math.abs);
    const q = delta().data.map(Math.abs);
    /** slots in which the one fires are shared: Cov = L (c − p q · p′ q′), c the chance of both */
    const expected = (i: number, j: number, k: number, l: number) => {
      const [one, other] = [p[i]! * q[j]!, p[k]! * q[l]!];
      const both = (i === k ? p[i]! : p[i]! * p[k]!) * (j === l ? q[j]! : q[j]! * q[l]!);
      return (both - one * other) / Math.sqrt(one * (1 - one) * other * (1 - other));
    };
    for (const [i, j, k, l] of [
      [1, 1, 1, 2],
      [1, 1, 2, 1],
      [2, 2, 2, 3],
      [1, 1, 2, 2],
      [1, 2, 4, 3],
    ] as const) {
      const rho = expected(i, j, k, l);
      expect(Math.abs(correlation(size(i, j), size(k, l)) - rho)).toBeLessThan(4 / Math.sqrt(times));
      if (i !== k && j !== l) expect(rho).toBeCloseTo(0, 6);
      else expect(rho).toBeGreaterThan(0.2);
    }
  });

  test('separate trains are the same for one cell, but up and down pulses share nothing', () => {
    const all = draws(chipWith({ trains: 'separate' }), x(), delta(), rate, times);
    const [down, up, alsoUp] = [8, 9, 10].map(k => ofCell(all, k)); // the third row is negative
    expect(meanOf(down!)).toBeGreaterThan(0);
    expect(meanOf(up!)).toBeLessThan(0);
    expect(Math.abs(meanOf(up!) / 8 + 0.8 * 0.6)).toBeLessThan(0.01);
    expect(Math.abs(correlation(down!, up!))).toBeLessThan(4 / Math.sqrt(times));
    expect(correlation(up!, alsoUp!)).toBeGreaterThan(0.05);
  });
});

describe('the length of trains', () => {
  const most = (given: Given, gain: number) => {
    const all = draws(chipWith(given), line(1, 1, 1, 1, 1), line(1, 1, 1, 1), gain * granularity, 300);
    return Math.max(...all.map(draw => Math.max(...draw)));
  };
  test.each([
    [{}, 3.2, 4],
    [{}, 500, 31],
    [{ longest: 100 }, 70.5, 71],
    [{ longest: 100, variableLength: false }, 90, 100],
  ] as const)('%o at %f pulses wanted: %i slots at most', (given, wanted, slots) => {
    const seen = most(given, wanted);
    expect(seen).toBeLessThanOrEqual(slots);
    expect(seen).toBeGreaterThan(0.9 * slots - 1);
  });

  test('a train of fixed length is as right in the mean, and noisier', () => {
    const [variable, fixed] = [true, false].map(variableLength =>
      ofCell(
        draws(chipWith({ variableLength, rows: 2, columns: 2 }), line(1, 0.5), line(1, 0.5), rate, times),
        3,
      ),
    );
    for (const pulses of [variable!, fixed!]) expect(Math.abs(meanOf(pulses) - 2)).toBeLessThan(0.06);
    const spread = (slots: number) => Math.sqrt(slots * (2 / slots) * (1 - 2 / slots));
    expect(Math.abs(deviationOf(variable!) / spread(8) - 1)).toBeLessThan(0.03);
    expect(Math.abs(deviationOf(fixed!) / spread(31) - 1)).toBeLessThan(0.03);
  });

  test('where more is wanted than slots, balanced trains clip the error and leave the input in proportion', () => {
    const all = draws(
      chipWith({ rows: 2, columns: 2 }),
      line(1, 0.5),
      line(1, 0.25),
      100 * granularity,
      times,
    );
    const means = [0, 1, 2, 3].map(k => meanOf(ofCell(all, k)));
    [31, 31 * 0.25 * (100 / 31), 15.5, 15.5 * 0.25 * (100 / 31)].forEach((expected, k) => {
      expect(Math.abs(means[k]! / expected - 1)).toBeLessThan(0.02);
    });
  });

  test('without balance, a large input and a small error saturate the rows', () => {
    const strong = line(4, 2);
    const weak = line(0.01, 0.01);
    const [balanced, unbalanced] = [true, false].map(is =>
      meanOf(ofCell(draws(chipWith({ balanced: is, rows: 2, columns: 2 }), strong, weak, 0.2, 5000), 0)),
    );
    expect(Math.abs(balanced! - 8)).toBeLessThan(0.1);
    expect(unbalanced!).toBeLessThan(6);
  });
});

describe('trains without chance', () => {
  test('implicit: as many pulses as the product of the probabilities makes of the slots, rounded', () => {
    const [draw, again] = draws(chipWith({ trains: 'implicit' }), x(), delta(), rate, 2);
    expect(again).toEqual(draw);
    for (let i = 0; i < 5; i++)
      for (let j = 0; j < 4; j++)
        expect(Math.abs(draw![4 * i + j]! - 8 * x().data[i]! * delta().data[j]!)).toBeLessThanOrEqual(0.5001);
  });

  test('mean count: both counts rounded, then their product', () => {
    const [draw] = draws(chipWith({ trains: 'mean-count' }), x(), delta(), rate, 1);
    for (let i = 0; i < 5; i++)
      for (let j = 0; j < 4; j++) {
        const [n, m] = [x().data[i]!, delta().data[j]!].map(v => Math.round(8 * Math.fround(Math.abs(v))));
        const sign = Math.sign(x().data[i]! * delta().data[j]!);
        expect(draw![4 * i + j]! + 0).toBe(sign * Math.round((n! * m!) / 8) + 0);
      }
  });

  test('a resolution makes probabilities coarse', () => {
    const [draw] = draws(
      chipWith({ trains: 'implicit', resolution: 0.5, rows: 3, columns: 1 }),
      line(1, 0.7, 0.2),
      line(1),
      rate,
      1,
    );
    expect([...draw!]).toEqual([8, 4, 0]);
  });
});

describe('an update', () => {
  test('goes sample after sample: mean and spread are the sums of those of the samples', () => {
    const [samples, rows, columns, each] = [50, 30, 40, 0.002];
    const chip = chipWith({ rows, columns });
    const { writer, weights } = chip.parts.crossbars[0]!;
    const inputs = gaussianMatrix(engine, samples, rows, 'x');
    const errors = gaussianMatrix(engine, samples, columns, 'delta');
    const turned = engine.matrix(rows, samples);
    engine.kernels.transpose(inputs, turned);
    const wanted = product(turned, errors).map(sum => each * sum);
    writer.pulse!(inputs, errors, each);
    const variance = new Float64Array(rows * columns);
    for (let b = 0; b < samples; b++) {
      const v = inputs.data.subarray(b * rows, (b + 1) * rows);
      const d = errors.data.subarray(b * columns, (b + 1) * columns);
      const slots = Math.ceil(
        (each * Math.max(...v.map(Math.abs)) * Math.max(...d.map(Math.abs))) / granularity,
      );
      expect(slots).toBeLessThanOrEqual(31);
      for (let k = 0; k < variance.length; k++) {
        const pulses = (each * Math.abs(v[Math.floor(k / columns)]! * d[k % columns]!)) / granularity;
        variance[k]! += pulses * (1 - pulses / slots);
      }
    }
    const off = Array.from(weights.data, (w, k) => (w - wanted[k]!) / granularity / Math.sqrt(variance[k]!));
    expect(Math.abs(meanOf(off))).toBeLessThan(0.15);
    expect(Math.abs(deviationOf(off) - 1)).toBeLessThan(0.08);
  });

  test('of a change that is no outer product writes it row by row', () => {
    const chip = chipWith({ rows: 60, columns: 70 });
    const change = gaussianMatrix(engine, 60, 70, 'change', 0.01);
    const wanted = change.data.slice();
    chip.update(0, change);
    const { weights } = chip.parts.crossbars[0]!;
    const errors = weights.data.map((w, k) => (w - wanted[k]!) / granularity);
    expect(Math.abs(meanOf(errors))).toBeLessThan(0.15);
    expect(deviationOf(errors)).toBeLessThan(3.5); // √(n (1 − n/L)) for up to 31 pulses
    expect(correlation(Float64Array.from(weights.data), Float64Array.from(wanted))).toBeGreaterThan(0.9);
  });

  test('of another size than the crossbar is refused', () => {
    const { writer } = chipWith().parts.crossbars[0]!;
    expect(() => writer.pulse!(line(1, 0), delta(), 1)).toThrow(
      new RangeError('the crossbar has 5 rows and 4 columns, but 1 × 2 inputs and 1 × 4 errors drive it'),
    );
  });

  test('of nothing gives no pulse and draws nothing', () => {
    const chip = chipWith();
    const { writer } = chip.parts.crossbars[0]!;
    const positions = chip.parts.streams.map(({ position }) => position);
    writer.pulse!(line(0, 0, 0, 0, 0), delta(), 1);
    writer.pulse!(x(), line(0, 0, 0, 0), 1);
    writer.pulse!(x(), delta(), 0);
    expect(chip.meter.pulses).toBe(0);
    expect(chip.parts.streams.map(({ position }) => position)).toEqual(positions);
  });

  test('counts every pulse that a cell gets', () => {
    const chip = chipWith();
    const [draw] = draws(chip, x(), delta(), rate, 1);
    expect(chip.meter.pulses).toBe(draw!.reduce((sum, n) => sum + Math.abs(n), 0));
    expect(apart(draw!.subarray(12, 16), new Float64Array(4))).toBe(0); // a row that is not driven
  });
});

test.prop([fc.array(fc.tuple(fc.nat(0xffffffff), fc.nat(0xffffffff)), { minLength: 1, maxLength: 5 })])(
  'coincidences are the ones that two masks share',
  pairs => {
    const [a, b] = [0, 1].map(side => Uint32Array.from(pairs, pair => pair[side]!));
    const shared = pairs.map(([u, v]) => ((u & v) >>> 0).toString(2).replaceAll('0', '').length);
    expect(coincidences(a!, 0, b!, 0, pairs.length)).toBe(shared.reduce((sum, n) => sum + n, 0));
  },
);

describe('what a crossbar writes by itself', () => {
  const terms = (chip: Chip, samples: number, units: number) => {
    const pass = chip.newInnerPass(samples);
    const images = gaussianMatrix(engine, samples, chip.parts.shapes[0]!.inputs, 'images');
    chip.hold(images);
    chip.send({ kind: 'off' }, pass);
    const common = gaussianMatrix(engine, 1, units, 'common', 0.01);
    return [{ pass, delta: gaussianMatrix(engine, samples, units, 'delta', 0.1), common }];
  };

  test('is the sum of outer products, in the mean', () => {
    const chip = chipWith({ rows: 9, columns: 6 });
    const given = terms(chip, 4, 6);
    const sum = engine.matrix(9, 6);
    chip.correlate(0, given, sum);
    const { weights } = chip.parts.crossbars[0]!;
    const mean = new Float64Array(54);
    const repeats = 3000;
    for (let t = 0; t < repeats; t++) {
      weights.data.fill(0);
      chip.imprint(0, given, -0.004);
      weights.data.forEach((w, k) => {
        mean[k]! += w / repeats;
      });
    }
    mean.forEach((w, k) => {
      expect(Math.abs(w + 0.004 * sum.data[k]!)).toBeLessThan(6 * granularity * Math.sqrt(8 / repeats));
    });
  });

  test('of two passes that want opposite things takes few pulses, and is their sum', () => {
    const chip = chipWith({ rows: 9, columns: 6 });
    const [first] = terms(chip, 4, 6);
    const second = { pass: chip.newInnerPass(4), delta: engine.matrix(4, 6) };
    const near = gaussianMatrix(engine, 4, 8, 'images');
    near.data.forEach((x, k) => {
      near.data[k] = x + (k % 5 === 0 ? 0.3 : 0); // other inputs, so that both halves of the identity count
    });
    chip.hold(near);
    chip.send({ kind: 'off' }, second.pass);
    first!.delta.data.forEach((d, k) => {
      second.delta.data[k] = -0.9 * d;
    });
    const pair = [{ pass: first!.pass, delta: first!.delta }, second];
    const sum = engine.matrix(9, 6);
    chip.correlate(0, pair, sum);
    const { weights } = chip.parts.crossbars[0]!;
    const mean = new Float64Array(54);
    const pulsesOf = (given: typeof pair) => {
      const before = chip.meter.pulses;
      weights.data.fill(0);
      chip.imprint(0, given, -0.02);
      return chip.meter.pulses - before;
    };
    const repeats = 1500;
    let [together, apart] = [0, 0];
    for (let t = 0; t < repeats; t++) {
      together += pulsesOf(pair);
      weights.data.forEach((w, k) => {
        mean[k]! += w / repeats;
      });
      apart += pulsesOf([pair[0]!]) + pulsesOf([pair[1]!]);
    }
    expect(together).toBeLessThan(apart / 3);
    mean.forEach((w, k) => {
      expect(Math.abs(w + 0.02 * sum.data[k]!)).toBeLessThan(6 * granularity * Math.sqrt(8 / repeats));
    });
  });

  test('is that very sum where the update takes no outer products', () => {
    const chip = chipOf(chipModel({ layers: [6] }), engine, { inputs: 8 });
    const given = terms(chip, 4, 6);
    const sum = engine.matrix(9, 6);
    chip.correlate(0, given, sum);
    const before = chip.parts.crossbars[0]!.weights.data.slice();
    chip.imprint(0, given, -0.5);
    chip.parts.crossbars[0]!.weights.data.forEach((w, k) => {
      expect(w).toBeCloseTo(before[k]! - 0.5 * sum.data[k]!, 5);
    });
  });

  test('by sweeps has mean and spread of one sample after the other, on cells that saturate', () => {
    const soft = (longest: number) => {
      const model = chipModel({
        layers: [8],
        cell: cellOf('soft-bounds', { states: 200, cycleNoise: 0.3, asymmetry: 0.2 }),
        crossbar: crossbarOf(1),
        update: {
          kind: 'stochastic',
          trains: 'compressed',
          longest,
          variableLength: true,
          balanced: true,
          resolution: 0,
        },
      });
      const chip = chipOf(model, engine, { inputs: 6 });
      const [inputs, errors] = [engine.matrix(60, 7), engine.matrix(60, 8)];
      const drives = streamOf(1, 'drives');
      const { writer, weights } = chip.parts.crossbars[0]!;
      return Array.from({ length: 1500 }, () => {
        for (const driven of [inputs, errors]) {
          driven.data.fill(0);
          engine.kernels.addGaussian(driven, 1, drives); // in no order, so that none is lost
        }
        weights.data.fill(0.3);
        writer.pulse!(inputs, errors, 0.01);
        return Float64Array.from(weights.data);
      });
    };
    const [swept, exact] = [soft(31), soft(300)]; // trains longer than a sweep go sample after sample
    for (let k = 0; k < 56; k++) {
      const [a, b] = [ofCell(swept, k), ofCell(exact, k)];
      const spread = deviationOf(b);
      expect(Math.abs(meanOf(a) - meanOf(b)) / spread).toBeLessThan(0.15); // 4 standard errors
      expect(Math.abs(deviationOf(a) / spread - 1)).toBeLessThan(0.1);
    }
  });
});
