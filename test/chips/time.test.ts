/** @file Cells over time: they land beside their targets, drift, fluctuate, and wear; what is lost is made up for; nobody pays for what is not asked for. */
import { fc, test as property } from '@fast-check/vitest';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Drift } from '../../src/chips/cells/drift.ts';
import type { Endurance } from '../../src/chips/cells/endurance.ts';
import type { Fluctuation } from '../../src/chips/cells/fluctuation.ts';
import type { Spread } from '../../src/chips/cells/spread.ts';
import { spreadOf } from '../../src/chips/cells/spread.ts';
import type { Chip } from '../../src/chips/chip.ts';
import { conditions } from '../../src/chips/condition.ts';
import { crossbarProblems } from '../../src/chips/crossbar-fit.ts';
import type { ChipModel } from '../../src/chips/model.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { Matrix } from '../../src/engine/matrix.ts';
import { gaussians, streamOf } from '../../src/engine/streams.ts';
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
  pulsedCell,
  writeWeights,
} from '../fixtures/chips.ts';
import { apartness, critical } from '../fixtures/distributions.ts';
import { updateOf } from '../fixtures/updates.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 27 });
beforeEach(() => engine.arena.reset());

type Some = NonNullable<Parameters<typeof linearCell>[0]>;
const day = 86400;
const constant = (value: number) => ({ kind: 'constant' as const, value });
const fading = (nu: number, spread = 0): Drift => ({
  kind: 'power-law',
  start: 20,
  reference: 25e-6,
  exponent: constant(nu),
  exponentSpread: constant(spread),
});
const flicker: Fluctuation = {
  kind: 'one-over-f',
  reference: 25e-6,
  amplitude: 0.02,
  exponent: 0,
  most: 1,
  start: 20,
  readTime: 250e-9,
};
const lost = (seconds: number, nu: number) => ((seconds + 20) / 20) ** -nu;
const modelOf = (cell: Some, given: Partial<ChipModel> = {}): ChipModel =>
  chipModel({ layers: [5], cell: linearCell(cell), crossbar: crossbarOf(1), ...given });
const make = (model: ChipModel, inputs = 6, seed = 1) => chipOf(model, engine, { inputs, seed });
const weights = (chip: Chip): Float32Array => chip.parts.crossbars[0]!.weights.data;
const even = (chip: Chip, value: number): Matrix => {
  const { rows, columns } = chip.parts.crossbars[0]!;
  const m = engine.matrix(rows, columns);
  m.data.fill(value);
  return m;
};
const read = (chip: Chip, x: Matrix): Matrix => {
  const out = engine.matrix(x.rows, chip.parts.crossbars[0]!.columns);
  chip.parts.crossbars[0]!.read(x, out);
  return out;
};

describe('programming', () => {
  const table: Spread = { kind: 'table', conductances: [0, 10e-6, 20e-6], sigmas: [1e-7, 3e-7, 2e-7] };

  test('a table is straight between its points and level beyond', () => {
    const sigma = spreadOf(table);
    [0, 5e-6, 10e-6, 15e-6, 20e-6, 25e-6].forEach((g, k) => {
      expect(sigma(g)).toBeCloseTo([1e-7, 2e-7, 3e-7, 2.5e-7, 2e-7, 2e-7][k]!, 15);
    });
  });

  test('both cells of a pair have the error of their own conductance', () => {
    const chip = make(modelOf({ minimumConductance: 5e-6, programming: table }, { layers: [40] }), 99);
    chip.write(0, even(chip, 0.25)); // 10 uS and 5 uS
    const errors = weights(chip).map(w => (w - 0.25) * 20e-6);
    const sigma = Math.hypot(3e-7, 2e-7);
    const normal = gaussians(streamOf('test', 'normal'), 4000).map(z => sigma * z);
    expect(apartness(errors, normal)).toBeLessThan(critical(4000, 4000));
  });

  test('of the same spread everywhere is that of programmingNoise', () => {
    const deviation = (cell: Some) => {
      const chip = make(modelOf({ minimumConductance: 5e-6, ...cell }, { layers: [40] }), 99);
      chip.write(0, even(chip, 0.5));
      return deviationOf(weights(chip));
    };
    const told = deviation({ programmingNoise: 0.02 });
    expect(deviation({ programming: { kind: 'constant', sigma: 0.02 * 20e-6 } }) / told).toBeCloseTo(1, 1);
  });

  test('program and verify comes closer the more often it tries', () => {
    const off = [1, 2, 10].map(tries => {
      const update = updateOf('program-verify', { tries, tolerance: 0 });
      const chip = make(modelOf({ programming: table }, { layers: [40], update }), 99);
      chip.write(0, even(chip, 0.5));
      expect(chip.meter.cellsWritten).toBe(tries * 4000);
      return meanOf(weights(chip).map(w => Math.abs(w - 0.5)));
    });
    expect(off[1]! / off[0]!).toBeLessThan(0.65);
    expect(off[2]! / off[1]!).toBeLessThan(0.5);
  });

  test('lands between the levels of cells, and is read so', () => {
    const mapping = { kind: 'sliced' as const, weightBits: 8, slices: 2 };
    const model = modelOf({ programming: table }, { crossbar: { ...crossbarOf(1), mapping } });
    const chip = make(model);
    chip.write(0, gaussianMatrix(engine, 7, 5, 'target', 0.4));
    const levels = weights(chip).map(w => Math.abs(w * 127 - Math.round(w * 127)));
    expect(Math.max(...levels)).toBeGreaterThan(0.01);
    const x = gaussianMatrix(engine, 3, 7, 'x');
    expect(apart(read(chip, x).data, productOf(x, chip))).toBeLessThan(1e-5);
  });
});

function productOf(x: Matrix, chip: Chip): Float32Array {
  const out = engine.matrix(x.rows, 5);
  engine.gemm.multiply(x, chip.parts.crossbars[0]!.weights, out);
  return out.data;
}

describe('drift', () => {
  property.prop([
    fc.double({ min: 0, max: 0.1, noNaN: true }),
    fc.double({ min: 0, max: 1e7, noNaN: true }),
    fc.double({ min: 0, max: 1e7, noNaN: true }),
  ])('is a power of the time since programming, however often time has passed', (nu, first, second) => {
    engine.arena.reset();
    const chip = make(modelOf({ drift: fading(nu) }));
    writeWeights(chip, engine, 0.2);
    const before = weights(chip).slice();
    chip.age(first);
    chip.age(second);
    const after = before.map(w => w * lost(first + second, nu));
    expect(apart(weights(chip), after)).toBeLessThan(2e-6);
    const x = gaussianMatrix(engine, 3, 7, 'x');
    expect(apart(read(chip, x).data, productOf(x, chip))).toBeLessThan(1e-5);
  });

  test('exponents are normal from cell to cell, each its own for life', () => {
    const chip = make(modelOf({ drift: fading(0.06, 0.01) }, { layers: [40] }), 99);
    const exponents = () => {
      chip.write(0, even(chip, 0.5));
      chip.age(day);
      return weights(chip).map(w => -Math.log(w / 0.5) / Math.log((day + 20) / 20));
    };
    const once = exponents();
    const normal = gaussians(streamOf('test', 'nu'), 4000).map(z => 0.06 + 0.01 * z);
    expect(apartness(once, normal)).toBeLessThan(critical(4000, 4000));
    expect(apart(exponents(), once)).toBeLessThan(1e-5);
  });

  test('acts on the two cells of a pair, not on their difference', () => {
    const mapping = { kind: 'two-sided' as const };
    const exponent = { kind: 'table' as const, conductances: [0, 25e-6], values: [0.1, 0] };
    const drift: Drift = { ...fading(0), exponent } as Drift;
    const chip = make(modelOf({ drift }, { crossbar: { ...crossbarOf(1), mapping } }));
    chip.write(0, even(chip, 0.6)); // 20 uS and 5 uS, with exponents 0.02 and 0.08
    chip.age(day);
    const expected = (20 * lost(day, 0.02) - 5 * lost(day, 0.08)) / 25;
    for (const w of weights(chip)) expect(w).toBeCloseTo(expected, 5);
  });

  test('starts anew in a cell that is written, and in no other', () => {
    const chip = make(modelOf({ drift: fading(0.05) }));
    chip.write(0, even(chip, 0.5));
    chip.age(day);
    const change = even(chip, 0);
    change.data[3] = 0.1;
    chip.update(0, change);
    const written = weights(chip)[3]!;
    expect(written).toBeCloseTo(0.5 * lost(day, 0.05) + 0.1, 6);
    chip.age(day);
    weights(chip).forEach((w, k) => {
      expect(w).toBeCloseTo(k === 3 ? written * lost(day, 0.05) : 0.5 * lost(2 * day, 0.05), 5);
    });
  });

  test('is noticed by program and verify, which writes what has drifted away', () => {
    const update = updateOf('program-verify', { tolerance: 0.01 });
    const chip = make(modelOf({ drift: fading(0.05) }, { update }));
    chip.write(0, even(chip, 0.5));
    chip.age(day);
    expect(weights(chip)[0]).toBeLessThan(0.4);
    chip.update(0, even(chip, 0));
    for (const w of weights(chip)) expect(w).toBeCloseTo(0.5, 6);
  });

  test('of digits, faulty cells and wires is in what multiplies', () => {
    const mapping = { kind: 'sliced' as const, weightBits: 8, slices: 2 };
    const faults = { stuckOn: 0.2, stuckOff: 0, open: 0, brokenRows: 0, brokenColumns: 0 };
    const target = gaussianMatrix(engine, 7, 5, 'target', 0.4);
    const whole = (crossbar: Partial<ChipModel['crossbar']>) => {
      const chip = make(modelOf({ drift: fading(0.05) }, { crossbar: { ...crossbarOf(1), ...crossbar } }));
      chip.write(0, target);
      const young = chip.parts.crossbars[0]!.effective().data.slice();
      chip.age(day);
      return [young, chip.parts.crossbars[0]!.effective().data] as const;
    };
    const [young, old] = whole({ mapping });
    expect(
      apart(
        old,
        young.map(w => w * lost(day, 0.05)),
      ),
    ).toBeLessThan(1e-6);
    const [, stuck] = whole({ faults });
    const dead = stuck.filter((w, k) => Math.abs(w - target.data[k]! * lost(day, 0.05)) > 0.01);
    expect(dead.length).toBeGreaterThan(3); // cells that are stuck do not drift
    expect(dead.length).toBeLessThan(25);
  });

  test('leaves stuck pairs where they are', () => {
    const chip = make(modelOf({ drift: fading(0.05), stuck: 1, stuckRange: 0.5 }));
    const before = weights(chip).slice();
    chip.age(day);
    expect(weights(chip)).toEqual(before);
  });

  test('a retention that begins where programming ends widens as measured', () => {
    const spread = (sigma: number): Spread => ({ kind: 'constant', sigma });
    const drift: Drift = {
      kind: 'retention',
      points: [
        { age: day, shift: { coefficients: [1, -0.1], per: 1e-6, unit: 1e-6 }, spread: spread(5e-7) },
        { age: 2 * day, spread: spread(5e-7) },
      ],
    };
    const cell = { minimumConductance: 5e-6, programming: spread(3e-7), drift };
    const chip = make(modelOf(cell, { layers: [40] }), 99);
    chip.write(0, even(chip, 0.5)); // 15 uS and 5 uS, which lose 0.5 uS and gain 0.5 uS
    const moments = () => [meanOf(weights(chip)) * 20, (deviationOf(weights(chip)) * 20) / Math.SQRT2];
    const expectClose = (mean: number, sigma: number) => {
      const [m, s] = moments();
      expect(Math.abs(m! - mean)).toBeLessThan(0.04);
      expect(s! / sigma).toBeCloseTo(1, 1);
    };
    expectClose(10, 0.3);
    chip.age(day / 2);
    expectClose(9.5, 0.4);
    chip.age(day / 2);
    expectClose(9, 0.5);
    chip.age(day);
    expectClose(10, 0.5);
    const last = weights(chip).slice();
    chip.age(10 * day);
    expect(weights(chip)).toEqual(last);
  });
});

describe('fluctuation', () => {
  const noiseOf = (chip: Chip, x: Matrix, times: number) => {
    const expected = productOf(x, chip);
    return Float64Array.from(
      Array.from({ length: times }, () =>
        Array.from(read(chip, x).data, (value, k) => value - expected[k]!),
      ).flat(),
    );
  };

  test.each([
    ['of whole weights', {}],
    ['of weights in tiles with ADCs', { adc: { ...converter(24, 64) }, crossbar: crossbarOf(1, 3) }],
  ])('%s: its variance is that of the cells that are driven, and grows with age', (_, given) => {
    const chip = make(modelOf({ fluctuation: flicker }, given));
    chip.write(0, even(chip, 0.5));
    const x = gaussianMatrix(engine, 4, 7, 'x');
    for (let b = 1; b < 4; b++) x.data.copyWithin(7 * b, 0, 7);
    const norm = Math.sqrt(x.data.slice(0, 7).reduce((sum, v) => sum + v * v, 0));
    for (const seconds of [0, day]) {
      chip.age(seconds);
      const growth = Math.sqrt(Math.log((seconds + 20 + 250e-9) / 500e-9));
      const noise = noiseOf(chip, x, 200);
      const sigma = 0.5 * 0.02 * growth * norm;
      const normal = gaussians(streamOf('test', 'normal'), noise.length).map(z => sigma * z);
      expect(apartness(noise, normal)).toBeLessThan(critical(noise.length, noise.length));
    }
  });

  test('of a read backwards is that of the same cells', () => {
    const chip = make(modelOf({ fluctuation: { kind: 'constant', sigma: 0.25e-6 } }));
    const delta = gaussianMatrix(engine, 1, 5, 'delta');
    const out = engine.matrix(1, 7);
    const values = Array.from({ length: 400 }, () => {
      chip.parts.crossbars[0]!.reverse(delta, out);
      return Array.from(out.data);
    }).flat();
    const norm = Math.sqrt(delta.data.reduce((sum, v) => sum + v * v, 0));
    expect(deviationOf(values) / (Math.SQRT2 * 0.01 * norm)).toBeCloseTo(1, 1);
  });

  test('follows the weights as they are written', () => {
    const chip = make(modelOf({ fluctuation: flicker }));
    const x = even(chip, 1);
    const one: Matrix = { rows: 4, columns: 7, data: x.data.subarray(0, 28) };
    expect(deviationOf(noiseOf(chip, one, 3))).toBe(0);
    chip.update(0, even(chip, 0.5));
    expect(deviationOf(noiseOf(chip, one, 3))).toBeGreaterThan(0.01);
  });
});

describe('compensation', () => {
  const crossbar = (kind: 'global' | 'column') => ({ ...crossbarOf(1), compensation: { kind } });
  const answers = (chip: Chip) => passOf(chip, pixels(engine, 4, 6)).outputs[0]!.data.slice();

  test.each(['global', 'column'] as const)('%s: what all cells lose alike is made up for', kind => {
    const chip = make(modelOf({ drift: fading(0.05) }, { crossbar: crossbar(kind) }));
    writeWeights(chip, engine);
    const before = answers(chip);
    chip.age(day);
    chip.age(365 * day);
    expect(weights(chip)[0]! / before[0]!).not.toBe(1);
    expect(apart(answers(chip), before)).toBeLessThan(1e-5);
  });

  test('restores the mean where cells differ and reads are noisy; by columns it comes closer', () => {
    const exponent = { kind: 'table' as const, conductances: [0, 25e-6], values: [0.02, 0.09] };
    const drift: Drift = { ...fading(0, 0.01), exponent } as Drift;
    const off = ([undefined, 'global', 'column'] as const).map(kind => {
      const given = { layers: [40], crossbar: kind ? crossbar(kind) : crossbarOf(1) };
      const chip = make(modelOf({ drift, readNoise: 0.002 }, given), 99);
      const target = even(chip, 0);
      for (let k = 0; k < target.data.length; k++) target.data[k] = (k % 40) / 40;
      chip.write(0, target);
      const x = engine.matrix(1, 100);
      x.data.fill(0.1);
      const before = read(chip, x).data.slice();
      chip.age(30 * day);
      const after = read(chip, x).data;
      const loss = meanOf(after) / meanOf(before);
      if (kind) expect(Math.abs(loss - 1)).toBeLessThan(0.02);
      else expect(loss).toBeLessThan(0.6);
      return apart(after, before);
    });
    expect(off[1]).toBeLessThan(0.5 * off[0]!);
    expect(off[2]).toBeLessThan(0.5 * off[1]!);
  });

  test('is measured by reads that are on the bill, once before and once after', () => {
    const model = modelOf({ drift: fading(0.05) }, { crossbar: crossbar('global') });
    const chip = make(model);
    writeWeights(chip, engine);
    chip.age(day);
    expect(chip.meter).toMatchObject({ columnReads: 2 * 7 * 5, adcConversions: 2 * 7 * 5 });
    expect(chip.meter.drive[0]).toBe(2 * 7 * 5);
    chip.age(day); // nothing was written since
    expect(chip.meter.columnReads).toBe(3 * 7 * 5);
    chip.update(0, even(chip, 0.01));
    chip.age(day);
    expect(chip.meter.columnReads).toBe(5 * 7 * 5);
  });
});

describe('endurance', () => {
  const mortalCells = (given: Partial<Endurance>): Some => ({
    endurance: { writes: 10, spread: 0, death: 'value', ...given },
  });
  const flip = (chip: Chip, times: number) => {
    for (let t = 0; t < times; t++) chip.update(0, even(chip, t % 2 === 0 ? 0.1 : -0.1));
  };

  test('cells that are written as often as they endure stay where they are', () => {
    const chip = make(modelOf(mortalCells({})));
    chip.update(0, even(chip, 0.3));
    flip(chip, 9);
    expect(weights(chip)[0]).toBeCloseTo(0.4, 6);
    expect(chip.wear()).toEqual({ cells: 70, dead: 0, meanWrites: 5, mostWrites: 10 }); // one of each pair rests
    chip.update(0, even(chip, 0.2));
    expect(weights(chip)[0]).toBeCloseTo(0.4, 6);
    expect(chip.wear()).toMatchObject({ dead: 35 });
    const befallen = [...chip.parts.crossbars[0]!.conditions()!].map(one => conditions[one]);
    expect(befallen).toEqual(Array.from({ length: 70 }, (_, c) => (c % 2 === 0 ? 'dead' : 'sound')));
    chip.write(0, even(chip, -0.5)); // the other cell of a pair still answers
    expect(weights(chip)[0]).toBeCloseTo(0.4 - 0.5, 6);
  });

  test('or go off', () => {
    const chip = make(modelOf(mortalCells({ death: 'off' })));
    chip.update(0, even(chip, 0.3));
    flip(chip, 10);
    expect(weights(chip)[0]).toBe(0);
    const x = gaussianMatrix(engine, 3, 7, 'x');
    expect(meanOf(read(chip, x).data.map(Math.abs))).toBe(0);
  });

  test('the share of the dead is the log-normal distribution of lifetimes', () => {
    const chip = make(modelOf(mortalCells({ writes: 20, spread: 0.7 }), { layers: [40] }), 99);
    chip.update(0, even(chip, 0.4)); // the one cell of each pair
    let writes = 1;
    for (const [until, sigmas] of [
      [10, -1],
      [20, 0],
      [40, 1],
    ] as const) {
      flip(chip, until - writes);
      writes = until;
      const expected = 4000 * phi((sigmas * Math.log(2)) / 0.7);
      const { dead } = chip.wear()!;
      expect(Math.abs(dead - expected)).toBeLessThan(4 * Math.sqrt(4000) * 0.5 + 0.05 * expected);
    }
  });

  const byPulses = [
    updateOf('pulsed'),
    updateOf('stochastic'), // both in one sweep of a kernel
    updateOf('stochastic', { trains: 'separate' }),
    updateOf('stochastic', { trains: 'implicit' }),
    updateOf('tiki-taka'),
    updateOf('mixed-precision'),
    updateOf('one-sided'),
  ];
  const pulsing = (update: ChipModel['update'], endurance?: Endurance) => {
    const given = { cycleNoise: 0.3, gainVariation: 0.2, ...(endurance && { endurance }) };
    const cell = pulsedCell('soft-bounds', given);
    return make(chipModel({ layers: [5], cell, crossbar: crossbarOf(1), update }));
  };
  const lasting: Endurance = { writes: 1e6, spread: 0, death: 'value' };

  test.each(byPulses)('every pulse counts, also those that others undo: $kind $trains', update => {
    const chip = pulsing(update, lasting);
    chip.write(0, even(chip, 0.5)); // the other cell of a pair rests
    const writes = () => chip.wear()!.meanWrites * 70;
    const [{ pulses, columnReads }, before] = [{ ...chip.meter }, writes()];
    const [x, delta] = [gaussianMatrix(engine, 4, 7, 'x'), gaussianMatrix(engine, 4, 5, 'd', 0.2)];
    for (let k = 0; k < 14; k++) x.data[14 + k] = x.data[k]!;
    for (let k = 0; k < 10; k++) delta.data[10 + k] = -delta.data[k]!; // what the first two samples do
    const { writer } = chip.parts.crossbars[0]!;
    if (writer.pulse) for (let t = 0; t < 5; t++) writer.pulse(x, delta, 0.1);
    else for (const sign of [1, -1]) writer.change(even(chip, sign * 0.1));
    const sent = chip.meter.pulses - pulses;
    if (update.kind === 'mixed-precision')
      expect(sent).toBeLessThan(5); // they meet in its accumulator
    else expect(sent).toBeGreaterThan(70);
    if (update.kind !== 'tiki-taka') expect(writes() - before).toBeCloseTo(sent, 2);
    else {
      expect(chip.meter.columnReads).toBeGreaterThan(columnReads);
      expect(writes() - before).toBeLessThan(sent); // most wear the fast array
    }
    expect(Math.min(...weights(chip))).toBeGreaterThan(0.05);
  });

  test.each(byPulses)('to be counted changes nothing as long as nothing dies: $kind $trains', update => {
    const lived = (chip: Chip) => {
      chip.write(0, even(chip, 0.5));
      const pass = passOf(chip, pixels(engine, 4, 6));
      chip.imprint(0, [{ pass, delta: gaussianMatrix(engine, 4, 5, 'd', 0.2) }], 1);
      chip.update(0, even(chip, 0.04));
      return [chip.digest(), chip.meter.pulses];
    };
    expect(lived(pulsing(update, lasting))).toEqual(lived(pulsing(update)));
  });

  test('a positive and a negative pass that undo each other wear cells by what their sum and difference send', () => {
    const update = updateOf('stochastic');
    const chip = pulsing(update, { ...lasting, writes: 300 });
    chip.write(0, even(chip, 0.5));
    const pass = passOf(chip, pixels(engine, 4, 6));
    const delta = gaussianMatrix(engine, 4, 5, 'd', 0.3);
    const other = { ...delta, data: delta.data.map(d => -d) };
    for (let t = 0; t < 400 && chip.wear()!.dead === 0; t++)
      chip.imprint(
        0,
        [
          { pass, delta },
          { pass: passOf(chip, pixels(engine, 4, 6, 'others')), delta: other },
        ],
        1,
      );
    expect(chip.wear()!.dead).toBeGreaterThan(0);
  });

  test('attempts of program and verify count', () => {
    const update = updateOf('program-verify', { tries: 4, tolerance: 0 });
    const programming: Spread = { kind: 'constant', sigma: 1e-7 };
    const chip = make(modelOf({ programming, ...mortalCells({ writes: 1000 }) }, { update }));
    chip.write(0, even(chip, 0.5));
    expect(chip.wear()).toMatchObject({ meanWrites: 4, mostWrites: 4 });
  });

  /** Distribution function of N(0, 1). */
  function phi(z: number): number {
    const steps = 2000;
    let sum = 0;
    for (let k = 0; k < steps; k++) sum += Math.exp(-((-8 + ((z + 8) * (k + 0.5)) / steps) ** 2) / 2);
    return (sum * (z + 8)) / steps / Math.sqrt(2 * Math.PI);
  }
});

describe('every chip', () => {
  const all: Some = {
    programming: { kind: 'constant', sigma: 2e-7 },
    drift: fading(0.05, 0.01),
    fluctuation: flicker,
    endurance: { writes: 30, spread: 0.5, death: 'value' },
  };
  const life = (chip: Chip) => {
    writeWeights(chip, engine);
    for (let t = 0; t < 20; t++) {
      chip.parts.crossbars.forEach(({ rows, columns }, l) => {
        chip.update(l, gaussianMatrix(engine, rows, columns, `change/${t}/${l}`, 0.01));
      });
      if (t % 5 === 0) chip.age(day);
    }
    return passOf(chip, pixels(engine, 4, 6)).outputs.map(({ data }) => data.slice());
  };
  const model = modelOf(all, {
    layers: [7, 5],
    crossbar: { ...crossbarOf(1), compensation: { kind: 'column' } },
  });

  test('lives the same life with the same seed, and another one with another', () => {
    const [one, same, other] = [1, 1, 2].map(seed => life(make(model, 6, seed)));
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
  });

  test('is the same to the last bit with cells that nothing has happened to yet as without', () => {
    const plain = { variation: 0.1, readNoise: 0.01 };
    const still = { drift: fading(0.05, 0.01), endurance: { writes: 1e9, spread: 0, death: 'off' as const } };
    const story = (cell: Some) => {
      const chip = make(modelOf(cell, { layers: [7, 5] }));
      for (let l = 0; l < 2; l++) {
        const { rows, columns } = chip.parts.crossbars[l]!;
        for (let t = 0; t < 3; t++) chip.update(l, gaussianMatrix(engine, rows, columns, `${t}/${l}`, 0.3));
      }
      return [...passOf(chip, pixels(engine, 4, 6)).outputs.map(({ data }) => data.slice()), chip.digest()];
    };
    expect(story({ ...plain, ...still })).toEqual(story(plain));
  });

  test('is not changed by being looked at', () => {
    const [watched, alone] = [true, false].map(isWatched => {
      const chip = make(model);
      writeWeights(chip, engine);
      const look = () => isWatched && chip.unnoticed(() => passOf(chip, pixels(engine, 4, 6)));
      look();
      chip.age(day);
      look();
      return { answers: passOf(chip, pixels(engine, 4, 6)).outputs, meter: chip.meter };
    });
    expect(watched).toEqual(alone);
  });

  test.each([
    ['a weightRange above 0', modelOf(all, { crossbar: crossbarOf(0) })],
    [
      'keeps cells beside',
      chipModel({
        cell: { ...pulsedCell('constant-step'), drift: fading(0.1) },
        crossbar: crossbarOf(1),
        update: updateOf('one-sided'),
      }),
    ],
    ['leave one of the two out', modelOf({ ...all, programmingNoise: 0.1 })],
    [
      'hidden behind it',
      chipModel({
        cell: pulsedCell('constant-step', { writeNoise: 1, drift: fading(0.1) }),
        crossbar: crossbarOf(1),
        update: updateOf('pulsed'),
      }),
    ],
    [
      'must increase',
      modelOf({ programming: { kind: 'table', conductances: [1e-6, 1e-6], sigmas: [0, 0] } }),
    ],
    ['has a compensation', modelOf({}, { crossbar: { ...crossbarOf(1), compensation: { kind: 'global' } } })],
  ])('is refused where things do not go together: %s', (message, wrong) => {
    expect(
      crossbarProblems(wrong)
        .map(problem => problem.message)
        .join(),
    ).toContain(message);
    expect(crossbarProblems(model)).toEqual([]);
  });
});
