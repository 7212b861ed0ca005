/** @file Drivers, amplifiers, the static drop of AIHWKit, calibrated ADCs, noise of every cell: options of AIHWKit held against its formulas. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { Amplifier } from '../../src/chips/amplifier.ts';
import type { Adc } from '../../src/chips/converters/converter.ts';
import { buildCrossbar } from '../../src/chips/crossbar.ts';
import { crossbarProblems } from '../../src/chips/crossbar-fit.ts';
import type { Driver } from '../../src/chips/driver.ts';
import { newMeter } from '../../src/chips/meter.ts';
import type { ChipModel } from '../../src/chips/model.ts';
import { misfit } from '../../src/chips/resistive/fit.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { Matrix } from '../../src/engine/matrix.ts';
import { streamOf } from '../../src/engine/streams.ts';
import {
  amplifier,
  apart,
  chipModel,
  converter,
  crossbarOf,
  deviationOf,
  gaussianMatrix,
  linearCell,
  meanOf,
  product,
} from '../fixtures/chips.ts';
import { apartness, critical } from '../fixtures/distributions.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 27 });
const cell = linearCell({ minimumConductance: 1e-6, maximumConductance: 2.6e-5 });
const perfect: Driver = { noise: 0, asymmetry: 0, readAsymmetry: 0 };

/** A crossbar with weights, and its meter. */
function made(given: Partial<ChipModel>, rows = 9, columns = 5, batch = 6, seed = 1) {
  const meter = newMeter(1);
  const model = chipModel({ cell, crossbar: crossbarOf(2), ...given });
  const crossbar = buildCrossbar(model, 0, rows, columns, batch, engine, meter, path => streamOf(seed, path));
  crossbar.writer.program(gaussianMatrix(engine, rows, columns, 'weights', 0.5));
  const read = (x: Matrix) => {
    const out = engine.matrix(x.rows, columns);
    crossbar.read(x, out);
    return out.data.slice();
  };
  return { crossbar, meter, read, exact: (x: Matrix) => product(x, crossbar.effective()) };
}
const samples = (rows = 9, spread = 1) => gaussianMatrix(engine, 4, rows, 'x', spread);
const withAmplifier = (given: Partial<Amplifier>): Partial<ChipModel> => ({
  amplifier: { ...amplifier, ...given },
});
/** Many reads of one sample: [reads · columns], column by column. */
function repeated(given: Partial<ChipModel>, x: Matrix, reads: number, seed = 1) {
  const { read } = made(given, x.columns, 3, 500, seed);
  const many = engine.matrix(500, x.columns);
  for (let b = 0; b < 500; b++) many.data.set(x.data.subarray(0, x.columns), b * x.columns);
  const out = Array.from({ length: Math.ceil(reads / 500) }, () => Array.from(read(many))).flat();
  return [0, 1, 2].map(j => out.filter((_, k) => k % 3 === j));
}

describe('a driver', () => {
  test('without flaws changes nothing', () => {
    const { read, exact } = made({ driver: perfect, amplifier });
    expect(apart(read(samples()), exact(samples()))).toBeLessThan(1e-5);
  });

  test.each(['apart', 'apart-digital'] as const)('may drive signs one after the other: %s', signs => {
    const plain = made({ driver: { ...perfect, signs } });
    expect(apart(plain.read(samples()), plain.exact(samples()))).toBeLessThan(1e-5);
    const adc = converter(5, 4);
    const { read, meter, exact } = made({ adc, driver: { ...perfect, signs } });
    const once = made({ adc });
    expect(apart(read(samples()), exact(samples()))).toBeLessThan(signs === 'apart' ? 0.14 : 0.27);
    once.read(samples());
    expect(meter.columnReads).toBe(2 * once.meter.columnReads);
    expect(meter.adcConversions).toBe((signs === 'apart' ? 1 : 2) * once.meter.adcConversions);
  });

  test('signs driven apart and summed before the ADC are converted as if together', () => {
    const adc = converter(5, 4);
    const [apartReads, together] = [{ ...perfect, signs: 'apart' as const }, perfect].map(driver =>
      made({ adc, driver }).read(samples()),
    );
    expect(apart(apartReads!, together!)).toBeLessThan(1e-4);
  });

  test('cells that give less for negative inputs do so for life, cell by cell', () => {
    const driver: Driver = { ...perfect, signs: 'apart', readAsymmetry: 0.1 };
    const one = engine.matrix(2, 9);
    one.data[4] = 1;
    one.data[9 + 4] = -1;
    const { read, crossbar } = made({ driver });
    const [first, again] = [read(one), read(one)];
    expect(first).toEqual(again);
    const w = crossbar.weights.data.subarray(20, 25);
    expect(apart(first.subarray(0, 5), w)).toBeLessThan(1e-6);
    const ratios = Array.from(first.subarray(5), (y, j) => -y / w[j]!);
    expect(deviationOf(ratios)).toBeGreaterThan(0.02);
    expect(Math.abs(meanOf(ratios) - 1)).toBeLessThan(0.2);
  });

  test('noise of inputs reaches the outputs through the weights', () => {
    const x = engine.matrix(1, 9);
    const outputs = repeated({ driver: { ...perfect, noise: 0.1 } }, x, 20000);
    const { crossbar } = made({}, 9, 3);
    outputs.forEach((values, j) => {
      const norm = Math.hypot(...crossbar.weights.data.filter((_, k) => k % 3 === j));
      expect(deviationOf(values) / (0.1 * norm)).toBeCloseTo(1, 1.5);
    });
  });

  test('a DAC that rounds at random is right in the mean', () => {
    const x = gaussianMatrix(engine, 1, 9, 'x', 0.5);
    const outputs = repeated({ dac: { ...converter(3, 2), rounding: 'stochastic' } }, x, 20000);
    const { exact } = made({}, 9, 3);
    const y = exact(x);
    outputs.forEach((values, j) => {
      expect(Math.abs(meanOf(values) - y[j]!)).toBeLessThan(5 * (deviationOf(values) / Math.sqrt(20000)));
      expect(deviationOf(values)).toBeGreaterThan(0.1);
    });
  });
});

describe('an amplifier', () => {
  test('saturates, and its slope is made up for at the stated share of the full scale', () => {
    const adc: Adc = { kind: 'clip', range: 8 };
    const { read, exact } = made({ adc, ...withAmplifier({ saturation: 2, calibration: 0.5 }) });
    const f = 1 + (2 / 8) * 0.5 * 8;
    const expected = exact(samples()).map(y => (f * f * y) / (1 + (2 / 8) * Math.abs(y)));
    const most = expected.map(y => Math.max(-8, Math.min(8, y)));
    expect(apart(read(samples()), most)).toBeLessThan(1e-4);
  });

  test('series resistance and offsets of the reference column', () => {
    const [r, v] = [0.3, 0.2];
    const model = withAmplifier({ seriesResistance: r, offset: v, offsetReference: -0.5 });
    const { read, exact } = made(model);
    const x = samples();
    const plain = exact(x);
    const sums = [0, 1, 2, 3].map(b => 0.5 * x.data.subarray(9 * b, 9 * b + 9).reduce((s, u) => s + u, 0));
    const through = (y: number) => y / (1 + r * Math.abs(y));
    const saturated = (y: number) => y; // no saturation of its own
    const given = read(x);
    // the offset of a column is what explains its first sample; it explains the others too
    for (let j = 0; j < 5; j++) {
      const at = (b: number, o: number) =>
        saturated((1 - o) * through(plain[5 * b + j]! + sums[b]!) - (1 + o) * through(sums[b]!));
      const slope = at(0, 1) - at(0, 0);
      const offset = (given[j]! - at(0, 0)) / slope;
      expect(offset).toBeGreaterThan(-1e-6);
      for (let b = 1; b < 4; b++) expect(given[5 * b + j]).toBeCloseTo(at(b, offset), 4);
    }
  });

  test('half of the columns have no offset, and without a reference the others lose that share', () => {
    const { read, exact } = made(withAmplifier({ offset: 0.1, offsetReference: 0 }), 4, 400, 1);
    const x = gaussianMatrix(engine, 1, 4, 'x');
    const lost = Array.from(read(x), (y, j) => 1 - y / exact(x)[j]!);
    const none = lost.filter(share => Math.abs(share) < 1e-4);
    expect(none.length / 400).toBeCloseTo(0.5, 0.8);
    expect(meanOf(lost.filter(share => share > 1e-4))).toBeCloseTo(0.1 * Math.sqrt(2 / Math.PI), 1.5);
  });

  test('a limit to the total of series resistances', () => {
    const { read, exact } = made(withAmplifier({ seriesResistance: 10, seriesLimit: 1, offsetReference: 0 }));
    const y = exact(samples());
    read(samples()).forEach((value, k) => {
      expect(value).toBeCloseTo(y[k]! / (1 + Math.min(10 * Math.abs(y[k]!), 1)), 4);
    });
  });

  test('negative outputs come out smaller, then noise is added, then all is multiplied', () => {
    const { read, exact } = made(withAmplifier({ asymmetry: 0.25, gain: 3 }));
    expect(
      apart(
        read(samples()),
        exact(samples()).map(y => 3 * (y < 0 ? 0.75 * y : y)),
      ),
    ).toBeLessThan(1e-4);
    const x = gaussianMatrix(engine, 1, 9, 'x');
    for (const values of repeated(withAmplifier({ noise: 0.2, gain: 3 }), x, 5000))
      expect(deviationOf(values)).toBeCloseTo(0.6, 1.2);
  });

  test('noise differs from column to column where it is to', () => {
    const x = gaussianMatrix(engine, 1, 9, 'x');
    const sizes = repeated(withAmplifier({ noise: 0.2, noiseVariation: 0.5 }), x, 5000).map(deviationOf);
    expect(deviationOf(sizes)).toBeGreaterThan(0.02);
  });
});

test('noise of cells that goes with the root of the conductance is PCM_READ', () => {
  const pcm = linearCell({
    minimumConductance: 0,
    fluctuation: { kind: 'root', reference: 12.5e-6, amplitude: 0.1 },
  });
  const x = gaussianMatrix(engine, 1, 9, 'x');
  const outputs = repeated({ cell: pcm }, x, 10000); // a weight of 1 is 12.5 uS
  const { crossbar } = made({ cell: pcm }, 9, 3);
  outputs.forEach((values, j) => {
    let sum = 0;
    x.data.forEach((u, i) => {
      sum += Math.abs(crossbar.weights.data[3 * i + j]!) * u * u;
    });
    expect(deviationOf(values) / (0.1 * Math.sqrt(sum))).toBeCloseTo(1, 1.2);
  });
});

describe('the static drop', () => {
  const drop = (strength: number, wireRatio = 50): Partial<ChipModel> => ({
    wires: { kind: 'polynomial', strength, wireRatio },
  });

  test.prop([fc.double({ min: 0.1, max: 2, noNaN: true })])('is in proportion to its strength', strength => {
    engine.arena.reset();
    const x = samples();
    const y = made({}).read(x);
    const dropped = (s: number) =>
      made(drop(s))
        .read(x)
        .map((v, k) => y[k]! - v);
    const one = dropped(1);
    expect(
      apart(
        dropped(strength),
        one.map(v => strength * v),
      ),
    ).toBeLessThan(1e-4);
    expect(Math.max(...one.map(Math.abs))).toBeGreaterThan(0.01);
  });

  test('in tiles is that of their rows', () => {
    const x = samples();
    const adc: Adc = { kind: 'clip', range: 100 };
    const tiled = (tileRows: number) => made({ adc, ...drop(1), crossbar: crossbarOf(2, tileRows) }).read(x);
    const ideal = made({}).read(x);
    const off = (y: Float32Array) => apart(y, ideal);
    expect(off(tiled(3))).toBeLessThan(0.5 * off(tiled(9)));
  });
});

describe('calibrated ADCs', () => {
  const adc = (each: 'tile' | 'column', percentile = 1, every = 1000): Adc => ({
    ...converter(8, 100),
    ranging: 'calibrated',
    calibration: { percentile, each, every },
  });

  test('take the percentile of what they see for their full scale', () => {
    const { read, exact, crossbar } = made({ adc: adc('tile') });
    const y = exact(samples());
    const most = Math.max(...y.map(Math.abs));
    expect(apart(read(samples()), y)).toBeLessThan((1.01 * most) / 254);
    expect(crossbar.memory[0]![0]).toBeCloseTo(most, 5);
    const half = made({ adc: adc('tile', 0.5) });
    half.read(samples());
    const sizes = Array.from(y, Math.abs).sort((a, b) => a - b);
    expect(half.crossbar.memory[0]![0]).toBeCloseTo(sizes[9]!, 5);
  });

  test('of every column serve columns of different size', () => {
    const errorOf = (each: 'tile' | 'column') => {
      const { crossbar, read, exact } = made({ adc: adc(each), crossbar: crossbarOf(8) });
      const uneven = gaussianMatrix(engine, 9, 5, 'weights', 0.5);
      for (let k = 0; k < uneven.data.length; k++) uneven.data[k]! *= 10 ** -(k % 5);
      crossbar.writer.program(uneven);
      const [x, y] = [samples(), exact(samples())];
      const given = read(x);
      return Math.max(...[0, 5, 10, 15].map(k => Math.abs(given[k + 4]! / y[k + 4]! - 1)));
    };
    expect(errorOf('column')).toBeLessThan(0.1);
    expect(errorOf('tile')).toBeGreaterThan(0.5);
  });

  test('keep it until their time has come, and the measurement is billed', () => {
    const { read, crossbar, meter } = made({ adc: adc('tile', 1, 8) });
    const ranges = [1, 3, 3, 3].map(size => {
      read(samples(9, size));
      return crossbar.memory[0]![0]!;
    });
    expect(ranges[1]).toBe(ranges[0]);
    expect(ranges[2]! / ranges[0]!).toBeCloseTo(3, 3);
    expect(meter.adcConversions).toBe((4 + 2) * 4 * 5);
    expect(meter.columnReads).toBe((4 + 2) * 4 * 5);
  });
});

describe('noise of every cell', () => {
  const noisy = linearCell({ minimumConductance: 5e-6, maximumConductance: 3e-5, readNoise: 0.03 });
  const curve = { kind: 'sinh' as const, voltage: 0.2 };
  const at = (noise: 'output' | 'cells', given: Partial<ChipModel['crossbar']> = {}): Partial<ChipModel> => ({
    cell: noisy,
    crossbar: { ...crossbarOf(1), noise, ...given },
  });

  test.each([
    ['pairs', {}],
    ['single cells', { mapping: { kind: 'offset' } }],
    ['slices', { mapping: { kind: 'sliced', weightBits: 5, slices: 2 } }],
    ['bent cells', { curve }],
  ] as [string, Partial<ChipModel['crossbar']>][])(
    'is distributed as that of the outputs: %s',
    (_, given) => {
      const x = gaussianMatrix(engine, 1, 6, 'x');
      const [output, cells] = (['output', 'cells'] as const).map((noise, k) =>
        repeated(at(noise, given), x, 1500, k + 1),
      );
      output!.forEach((values, j) => {
        expect(apartness(values, cells![j]!)).toBeLessThan(critical(1500, 1500));
      });
      expect(deviationOf(cells![0]!)).toBeGreaterThan(0.02);
    },
  );
});

describe('descriptions that make no sense', () => {
  const wires = {
    kind: 'exact',
    wordResistance: 1,
    bitResistance: 1,
    sourceResistance: 0,
    senseResistance: 0,
  } as const;
  const wrong: [string, Partial<ChipModel>][] = [
    [
      'topology',
      {
        wires: { ...wires, topology: 'interleaved' },
        crossbar: { ...crossbarOf(1), mapping: { kind: 'offset' } },
      },
    ],
    ['topology', { wires: { ...wires, topology: 'separate-supply' }, crossbar: crossbarOf(1) }],
    ['readAsymmetry', { driver: { ...perfect, readAsymmetry: 0.1 } }],
    ['calibration', { adc: { ...converter(8, 1), calibration: { percentile: 1, each: 'tile', every: 1 } } }],
    ['weightRange', { crossbar: { ...crossbarOf(0), noise: 'cells' } }],
    ['weightRange', { crossbar: { ...crossbarOf(0), curve: { kind: 'milo' } } }],
    [
      'kind',
      {
        wires,
        crossbar: { ...crossbarOf(1), curve: { kind: 'milo' } },
        dac: converter(4, 1),
        drive: { kind: 'pulse-width' },
      },
    ],
  ];
  test.each(wrong)('are said to be so, at %s', (where, given) => {
    expect(crossbarProblems(chipModel(given)).map(({ path }) => path.at(-1))).toContain(where);
  });

  test('a resistive network has no room for drivers, amplifiers and random DACs', () => {
    expect(misfit(chipModel({ driver: perfect }))).toEqual(expect.any(String));
    expect(misfit(chipModel({ amplifier }))).toEqual(expect.any(String));
    expect(misfit(chipModel({ dac: { ...converter(4, 1), rounding: 'stochastic' } }))).toEqual(
      expect.any(String),
    );
  });
});
