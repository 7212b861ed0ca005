/** @file Goodness told by a layer's own circuits, lines that write what they hold, and what both are paid. */
import { describe, expect, test } from 'vitest';
import type { Appraisal, Reinforcement } from '../../src/chips/access.ts';
import type { Chip } from '../../src/chips/chip.ts';
import { costProblems } from '../../src/chips/costs/fit.ts';
import { crossbarProblems } from '../../src/chips/crossbar-fit.ts';
import { buildLines } from '../../src/chips/generators.ts';
import { buildWeighing, type Squarers } from '../../src/chips/goodness.ts';
import { combined, snapshot } from '../../src/chips/meter.ts';
import type { ChipModel } from '../../src/chips/model.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { Matrix } from '../../src/engine/matrix.ts';
import { streamOf } from '../../src/engine/streams.ts';
import { cellOf } from '../fixtures/cells.ts';
import {
  type Asked,
  apart,
  chipModel,
  chipOf,
  converter,
  crossbarOf,
  deviationOf,
  gaussianMatrix,
  meanOf,
  passOf,
  pixels,
  product,
  scattering,
  writeWeights,
} from '../fixtures/chips.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 27 });
const perfect = {
  kind: 'squarers' as const,
  gain: 0,
  offset: 0,
  noise: 0,
  bits: 0,
  range: 8,
  power: 5e-6,
};
const squarers = (given: Partial<Squarers> = {}): Squarers => ({ ...perfect, ...given });
const holding = { kind: 'holding' as const, gain: 0, offset: 0, energy: 3e-13 };
const trains = {
  kind: 'stochastic',
  trains: 'compressed',
  longest: 31,
  variableLength: true,
  balanced: true,
  resolution: 0,
} as const;
const analog = { ...converter(8, 6), rows: 'entering' as const };
const pulsed: Partial<ChipModel> = {
  cell: cellOf('constant-step', { states: 1200 }),
  crossbar: crossbarOf(2),
  update: trains,
};

function appraised(chip: Chip, images = pixels(engine, 4, 6)): Appraisal {
  const pass = chip.newAppraisal(images.rows);
  chip.hold(images);
  chip.send({ kind: 'off' }, pass);
  return pass;
}

const made = (given: Partial<ChipModel> = {}, asked: Asked = {}): Chip => {
  const chip = chipOf(chipModel(given), engine, asked);
  writeWeights(chip, engine);
  return chip;
};

const squaresOf = ({ rows, columns, data }: Matrix): number[] =>
  Array.from({ length: rows }, (_, b) =>
    data.subarray(b * columns, (b + 1) * columns).reduce((sum, y) => sum + y * y, 0),
  );

const weighing = (model: Squarers, units: number, seed = 1) =>
  buildWeighing(model, units, engine, path => streamOf(seed, path));

describe('the goodness of a layer', () => {
  test.each([
    ['circuits without a flaw', squarers()],
    ['arithmetic, where there are none', { kind: 'none' as const }],
  ])('is the sum of squared activities: %s', (_, goodness) => {
    const [chip, other] = [made({ goodness }), made()];
    const { outputs } = passOf(other, pixels(engine, 4, 6));
    const { goodness: told } = appraised(chip);
    expect(told.length).toBe(2);
    outputs.forEach((y, l) => {
      const sums = squaresOf(y);
      expect(Math.min(...sums)).toBeGreaterThan(0);
      for (const [b, sum] of sums.entries()) expect(told[l]!.data[b]! / sum).toBeCloseTo(1, 6);
    });
  });

  test('is told and nothing else: no activity can be read off such a pass, nor off a part of it', () => {
    const chip = made({ goodness: squarers() });
    const pass = appraised(chip);
    for (const each of [pass, chip.partOf(pass, 1, 2)]) {
      expect(Object.keys(each).sort()).toEqual(['batch', 'goodness']);
      expect(Object.isFrozen(each)).toBe(true);
      expect(each.goodness.every(({ columns }) => columns === 1)).toBe(true);
    }
  });

  test('has a fixed pattern, of each individual its own', () => {
    const y = gaussianMatrix(engine, 5, 40, 'activities');
    const tell = (seed: number): number[] => {
      const out = engine.matrix(5, 1);
      weighing(squarers({ gain: 0.1, offset: 0.05 }), 40, seed)(y, out);
      return [...out.data];
    };
    expect(tell(1)).toEqual(tell(1));
    expect(apart(tell(1), tell(2))).toBeGreaterThan(0.01);
  });

  test('shows gains and offsets of the spread that was asked for', () => {
    const units = 1000;
    const tell = weighing(squarers({ gain: 0.1, offset: 0.05 }), units);
    const one = engine.matrix(units, units); // unit by unit
    const y = 2;
    for (let j = 0; j < units; j++) one.data[j * units + j] = y;
    const out = engine.matrix(units, 1);
    tell(one, out);
    // G = Σ g o² + g_j (y² + 2 y o_j): what is common is that of silence
    const silence = engine.matrix(1, 1);
    tell(engine.matrix(1, units), silence);
    expect(silence.data[0]! / (units * 0.05 ** 2)).toBeGreaterThan(0.85);
    expect(silence.data[0]! / (units * 0.05 ** 2)).toBeLessThan(1.15);
    const alone = [...out.data].map(sum => sum - silence.data[0]!);
    // log-normal gain of σ 0.1 around 1, offset of σ 0.05 under 2y
    expect(meanOf(alone) / (y * y * Math.exp(0.1 ** 2 / 2))).toBeCloseTo(1, 1);
    const expected = Math.hypot(y * y * 0.1, 2 * y * 0.05);
    expect(deviationOf(alone) / expected).toBeGreaterThan(0.93);
    expect(deviationOf(alone) / expected).toBeLessThan(1.1);
    engine.arena.reset();
  });

  test('is disturbed afresh at every evaluation, by the root of the units times what one adds', () => {
    const y = engine.matrix(3000, 25);
    const out = engine.matrix(3000, 1);
    const tell = weighing(squarers({ noise: 0.2 }), 25);
    tell(y, out);
    expect(meanOf(out.data)).toBeCloseTo(0, 1);
    expect(deviationOf(out.data)).toBeGreaterThan(0.95);
    expect(deviationOf(out.data)).toBeLessThan(1.05);
    const before = [...out.data];
    tell(y, out);
    expect(apart(out.data, before)).toBeGreaterThan(1);
  });

  test('comes in the levels of its converter, and no further than its full scale', () => {
    const y = gaussianMatrix(engine, 200, 10, 'levels', 1.5);
    const out = engine.matrix(200, 1);
    weighing(squarers({ bits: 3, range: 3 }), 10)(y, out);
    const step = 30 / 7;
    const sums = squaresOf(y);
    expect(Math.max(...sums)).toBeGreaterThan(30);
    expect(new Set([...out.data].map(v => Math.round((1e4 * v) / step) / 1e4)).size).toBeGreaterThan(4);
    out.data.forEach((told, b) => {
      expect(Math.abs(told / step - Math.round(told / step))).toBeLessThan(1e-5);
      expect(Math.abs(told - Math.min(30, sums[b]!))).toBeLessThanOrEqual(step / 2 + 1e-4);
    });
  });
});

describe('activities that go on as they are', () => {
  test('have no step between layers; images and labels have', () => {
    const chip = made({ dac: { ...analog, bits: 3, range: 2 } }, { labels: 'lines' });
    const pass = chip.newPass(4);
    chip.hold(pixels(engine, 4, 6));
    chip.send({ kind: 'class', value: 1, strength: 1.9 }, pass);
    const step = 4 / 6; // seven levels from −2 to 2
    const isLevel = (v: number) => Math.abs(v / step - Math.round(v / step)) < 1e-5;
    const [first, second] = pass.inputs;
    expect([...first!.data].every(isLevel)).toBe(true);
    const { inputs, rows } = chip.parts.shapes[1]!;
    const [features, others] = [[] as number[], [] as number[]];
    for (const [k, v] of second!.data.entries()) (k % rows < inputs ? features : others).push(v);
    expect(others.every(isLevel)).toBe(true);
    expect(Math.max(...others)).toBeCloseTo(2, 6); // the nearest level of 1.9
    expect(features.some(v => v > 0 && !isLevel(v))).toBe(true);
    expect(Math.max(...features)).toBeLessThanOrEqual(2);
  });

  test('cost no conversion between layers, in either direction', () => {
    const chip = made({ dac: analog, goodness: squarers() }, { labels: 'lines' });
    const before = snapshot(chip.meter);
    appraised(chip);
    const cost = combined(chip.meter, before, -1);
    expect(cost.adcConversions).toBe(0);
    expect(cost.dacConversions).toBe(4 * (6 + 1 + 3 + (1 + 3))); // the image, and bias and labels of both layers
    expect(cost.goodnessConversions).toBe(4 * 2);
    expect(cost.squarings).toBe(4 * (7 + 5));
  });

  test('an image that is held is converted once, where DACs keep it; labels and biases for every pass', () => {
    const dacs = (dac: ChipModel['dac'], labels: 'lines' | 'pixels') => {
      const chip = made({ dac }, { labels });
      const pass = chip.newAppraisal(4);
      const before = snapshot(chip.meter);
      for (const hold of [1, 2]) {
        chip.hold(pixels(engine, 4, 6, `hold ${hold}`));
        for (let value = 0; value < 3; value++) chip.send({ kind: 'class', value, strength: 1 }, pass);
      }
      return combined(chip.meter, before, -1).dacConversions / 4;
    };
    const kept = { ...analog, held: 'kept' as const };
    const others = 6 * (1 + 3 + (1 + 3)); // bias and labels of both layers
    expect(dacs(kept, 'lines')).toBe(2 * 6 + others);
    expect(dacs(analog, 'lines')).toBe(6 * 6 + others);
    expect(dacs(kept, 'pixels')).toBe(6 * (6 + 1 + 1));
  });

  test('need a chip that leaves them alone', () => {
    const paths = (given: Partial<ChipModel>) =>
      crossbarProblems(chipModel({ crossbar: crossbarOf(1), ...given })).map(({ path }) => path.join('.'));
    expect(paths({ dac: analog, goodness: squarers() })).toEqual([]);
    expect(paths({ dac: analog, goodness: squarers(), adc: converter(8, 6) })).toEqual([
      'dac.rows',
      'goodness.kind',
    ]);
    expect(paths({ dac: analog, drive: { kind: 'pulse-width' } })).toEqual(['dac.rows']);
  });
});

describe('lines that hold what they carried', () => {
  const terms = (passes: readonly Appraisal[], strength = 0): Reinforcement[] =>
    passes.map((pass, k) => {
      const factors = engine.matrix(pass.batch, 1);
      factors.data.set([0.4, -0.2, 0.3, 0.1].map(f => (k === 0 ? f : -f / 2)));
      return { pass, factors, ...(k === 0 && strength && { peers: { strength, keep: 0.9 } }) };
    });

  /** Two passes of different images, and what they make of a chip. */
  function reinforced(given: Partial<ChipModel>, rate: number, strength = 0, seed = 1) {
    const chip = made({ layers: [7, 5], ...given }, { seed });
    const passes = ['one', 'two'].map(name => appraised(chip, pixels(engine, 4, 6, name)));
    const asked = terms(passes, strength);
    const weights = chip.parts.crossbars[1]!.weights.data.slice();
    const before = snapshot(chip.meter);
    chip.reinforce(1, asked, rate);
    const cost = combined(chip.meter, before, -1);
    return { chip, cost, change: chip.parts.crossbars[1]!.weights.data.map((w, k) => w - weights[k]!) };
  }

  test('write inputs times activity times the factor, and what peers ask for', () => {
    const { change } = reinforced({}, 0.5, 0.1);
    const other = made({ layers: [7, 5] });
    const expected = new Float64Array(8 * 5);
    ['one', 'two'].forEach((name, k) => {
      const { inputs, outputs } = passOf(other, pixels(engine, 4, 6, name));
      const [x, y] = [inputs[1]!, outputs[1]!];
      const means = Array.from({ length: 5 }, (_, j) => meanOf([0, 1, 2, 3].map(b => y.data[b * 5 + j]!)));
      const running = means.map(mean => 0.9 * 0.5 + 0.1 * mean);
      const delta = engine.matrix(4, 5);
      delta.data.set(
        y.data.map((v, at) => {
          const factor = [0.4, -0.2, 0.3, 0.1][Math.floor(at / 5)]! * (k === 0 ? 1 : -0.5);
          return factor * v + (k === 0 ? 0.1 * (meanOf(running) - running[at % 5]!) : 0);
        }),
      );
      const turned = engine.matrix(x.columns, x.rows);
      engine.kernels.transpose(x, turned);
      product(turned, delta).forEach((v, at) => {
        expected[at]! += 0.5 * v;
      });
    });
    expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(0.1);
    expect(apart(change, expected)).toBeLessThan(1e-5);
  });

  test('write the same by pulses, in the mean', () => {
    const exact = reinforced({}, 0.05, 0.1).change;
    const sum = new Float64Array(exact.length);
    const lives = 25;
    for (let seed = 1; seed <= lives; seed++)
      reinforced({ ...pulsed, generators: holding }, 0.05, 0.1, seed).change.forEach((v, k) => {
        sum[k]! += v / lives;
      });
    const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
      Array.from(a).reduce((total, v, k) => total + v * b[k]!, 0);
    expect(dot(sum, exact) / Math.sqrt(dot(sum, sum) * dot(exact, exact))).toBeGreaterThan(0.9);
    expect(dot(sum, exact) / dot(exact, exact)).toBeGreaterThan(0.8);
    expect(dot(sum, exact) / dot(exact, exact)).toBeLessThan(1.2);
    engine.arena.reset();
  });

  test('have gains and offsets of their own', () => {
    const lines = buildLines({ ...holding, gain: 0.1, offset: 0.2 }, 4000, engine, path => streamOf(1, path));
    const made = [0, 3].map(v => {
      const values = engine.matrix(1, 4000);
      const out = engine.matrix(1, 4000);
      values.data.fill(v);
      lines(values, out);
      return [...out.data];
    });
    const gains = made[1]!.map((v, i) => (v - made[0]![i]!) / 3);
    const offsets = made[0]!.map((v, i) => v / gains[i]!);
    expect(deviationOf(gains.map(Math.log)) / 0.1).toBeCloseTo(1, 1);
    expect(deviationOf(offsets) / 0.2).toBeCloseTo(1, 1);
    expect(Math.abs(meanOf(offsets))).toBeLessThan(0.02);
  });

  const rows = 8;
  test('cost a train each, twice for two passes, and a conversion for every factor', () => {
    const { cost } = reinforced({ ...pulsed, dac: analog, goodness: squarers(), generators: holding }, 0.02);
    expect(cost.generatedTrains).toBe(2 * 4 * (rows + 5));
    expect(cost.dacConversions).toBe(2 * 4);
    expect(cost.adcConversions).toBe(0);
    expect(cost.digitalMacs).toBe(0);
    expect(cost.pulses).toBeGreaterThan(0);
  });

  test('that hold nothing are driven by DACs, from activities that had to be measured', () => {
    const { cost } = reinforced({ ...pulsed, dac: converter(8, 6), goodness: squarers() }, 0.02);
    expect(cost.generatedTrains).toBe(0);
    expect(cost.measuredConversions).toBe(2 * 4 * 5);
    expect(cost.dacConversions).toBe(2 * 4 * (rows + 5));
  });

  test('measure what comes out of a box as well', () => {
    const boxes = { front: { kind: 'none' as const }, between: scattering };
    const { cost } = reinforced({ ...pulsed, boxes, goodness: squarers() }, 0.02);
    expect(cost.measuredConversions).toBe(2 * 4 * (5 + 7));
  });

  test('a chip that writes no outer products has them worked out', () => {
    const { cost } = reinforced({}, 0.5);
    expect(cost.measuredConversions).toBe(0); // goodness was worked out of activities that were measured
    expect(cost.digitalMacs).toBe(2 * 4 * rows * 5);
  });
});

describe('the bill', () => {
  const energy = chipModel().energy;

  test('has converters, squarers and generators in closed form', () => {
    const timing = { settling: 5e-9, conversion: 2e-9, columnsPerAdc: 4, digitalRate: 1e9 };
    const chip = made({
      ...pulsed,
      dac: analog,
      goodness: squarers({ bits: 6, power: 4e-6, price: { kind: 'published', macro: 'survey-median-6' } }),
      generators: holding,
      energy: { ...energy, timing },
    });
    const before = snapshot(chip.meter);
    const pass = appraised(chip);
    const factors = engine.matrix(4, 1);
    chip.reinforce(0, [{ pass, factors }], 0.01);
    const cost = combined(chip.meter, before, -1);
    const bill = chip.energy(cost);
    expect(bill.goodness / (4 * 2 * 4.3e-12)).toBeCloseTo(1, 9);
    expect(bill.squarers / (4 * 12 * 4e-6 * 15e-9)).toBeCloseTo(1, 9); // while a layer settles and is read
    expect(bill.generators / (4 * (7 + 7) * 3e-13)).toBeCloseTo(1, 9);
    expect(bill.dac / ((4 * (7 + 1) + 4) * 2e-12)).toBeCloseTo(1, 9);
    expect(bill.measuring + bill.adc).toBe(0);
    const terms = Object.entries(bill).filter(([term]) => term !== 'total');
    expect(terms.reduce((sum, [, joules]) => sum + joules, 0) / bill.total).toBeCloseTo(1, 9);
    expect(chip.time(cost)!.measuring).toBeCloseTo(4 * 2 * 2e-9, 15); // one turn a layer
  });

  test('prices the converter by its own bits, where the chip has a model of prices', () => {
    const priced = (bits: number) => {
      const adcPrice = { kind: 'accelergy' as const, bits: 8, node: 28, rate: 1e8 };
      const chip = made({ goodness: squarers({ bits }), energy: { ...energy, adcPrice } });
      appraised(chip);
      return chip.energy(chip.meter).goodness;
    };
    expect(priced(8) / (4 * 2)).toBeCloseTo(1.33e-12, 14);
    expect(priced(6)).toBeLessThan(priced(8));
  });

  test('says where a price does not reach', () => {
    const paths = costProblems(
      chipModel({
        goodness: squarers({ bits: 3, price: { kind: 'accelergy', node: 28, rate: 1e8 } }),
      }),
    ).map(({ path }) => path.join('.'));
    expect(paths).toEqual(['goodness.price']);
  });
});

test('layers of a network that settles tell no goodness', () => {
  const chip = chipOf(chipModel({ layers: [4] }), engine, {
    network: { kind: 'resistive', amplification: 1 },
  });
  expect(() => chip.newAppraisal(1)).toThrow('of a chain');
});
