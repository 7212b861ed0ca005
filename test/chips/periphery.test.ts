/** @file What stands around a crossbar: input scaling and overflow, how inputs are driven, bent cells, current limits. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { Chip } from '../../src/chips/chip.ts';
import { buildCrossbar } from '../../src/chips/crossbar.ts';
import { crossbarProblems } from '../../src/chips/crossbar-fit.ts';
import { newMeter } from '../../src/chips/meter.ts';
import type { ChipModel } from '../../src/chips/model.ts';
import { fullPassOf } from '../../src/chips/pass.ts';
import { misfit } from '../../src/chips/resistive/fit.ts';
import type { Scaling } from '../../src/chips/scaling.ts';
import { isShareable } from '../../src/chips/shared-product.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { Matrix } from '../../src/engine/matrix.ts';
import { streamOf } from '../../src/engine/streams.ts';
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
  writeWeights,
} from '../fixtures/chips.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 26 });
const cell = linearCell({ minimumConductance: 1e-6, maximumConductance: 2.6e-5 });

/** A crossbar with weights, and its meter. */
function made(given: Partial<ChipModel>, rows = 9, columns = 5) {
  engine.arena.reset();
  const meter = newMeter(1);
  const model = chipModel({ cell, crossbar: crossbarOf(2), ...given });
  const crossbar = buildCrossbar(model, 0, rows, columns, 6, engine, meter, path => streamOf(1, path));
  crossbar.writer.program(gaussianMatrix(engine, rows, columns, 'weights', 0.5));
  const read = (x: Matrix) => {
    const out = engine.matrix(x.rows, columns);
    crossbar.read(x, out);
    return out.data.slice();
  };
  return { crossbar, meter, read, exact: (x: Matrix) => product(x, crossbar.effective()) };
}
const samples = (rows = 9, spread = 1) => gaussianMatrix(engine, 4, rows, 'x', spread);
const scaling = (given: Partial<Scaling> = {}): Scaling => ({
  inputs: 'abs-max',
  threshold: 0,
  overflow: 'none',
  ...given,
});

describe('input scaling', () => {
  test.prop([fc.constantFrom('none', 'abs-max', 'max', 'constant', 'average-abs-max', 'abs-max-sum')])(
    'without converters changes nothing but the last digits',
    inputs => {
      const { read, exact } = made({ scaling: scaling({ inputs }) });
      const x = samples();
      expect(apart(read(x), exact(x))).toBeLessThan(1e-5);
    },
  );

  test('makes the error of converters proportional to the signal', () => {
    const given = { dac: converter(5, 1), adc: converter(7, 8) };
    const errors = (more: Partial<ChipModel>) =>
      [1, 1 / 64].map(size => {
        const { read, exact } = made({ ...given, ...more });
        const x = samples(9, size);
        return apart(read(x), exact(x)) / size;
      });
    const [large, small] = errors({ scaling: scaling() });
    expect(Math.abs(small! / large! - 1)).toBeLessThan(0.01); // 1/64 is exact in float32
    const [, lost] = errors({});
    expect(lost).toBeGreaterThan(3 * small!);
  });

  test('a silent sample stays silent', () => {
    const { read } = made({ scaling: scaling(), dac: converter(5, 1), adc: converter(7, 8) });
    const x = samples();
    x.data.fill(0, 9, 18);
    expect([...read(x).subarray(5, 10)].every(y => y === 0)).toBe(true);
  });

  test('a threshold clips what is beyond it', () => {
    const { read, exact } = made({ scaling: scaling({ threshold: 0.5 }), dac: converter(16, 1) });
    const x = samples();
    const clipped = { ...x, data: x.data.map(v => Math.max(-0.5, Math.min(0.5, v))) };
    expect(apart(read(x), exact(clipped))).toBeLessThan(1e-3);
  });

  test('a running mean is remembered from read to read, but not by who looks unnoticed', () => {
    const model = chipModel({ scaling: scaling({ inputs: 'average-abs-max' }), dac: converter(4, 1) });
    engine.arena.reset();
    const chip: Chip = chipOf(model, engine, { inputs: 6 });
    writeWeights(chip, engine);
    const read = (name: string) =>
      fullPassOf(passOf(chip, pixels(engine, 4, 6, name))).currents[0]!.data.slice();
    read('first');
    const [memory] = chip.parts.crossbars[0]!.memory;
    const before = memory!.slice();
    chip.unnoticed(() => read('second'));
    expect(memory).toEqual(before);
    read('second');
    expect(memory).not.toEqual(before);
  });
});

describe('overflow', () => {
  const tight = { adc: converter(9, 0.5) };

  test.each(['iterative', 'worst-case'] as const)('is handled by reading again at less: %s', overflow => {
    const x = samples();
    const error = (how: Scaling['overflow']) => {
      const { read, exact } = made({ ...tight, scaling: scaling({ overflow: how }) });
      const again = samples();
      return apart(read(again), exact(again));
    };
    expect(x.rows).toBe(4);
    expect(error('none')).toBeGreaterThan(0.5);
    expect(error(overflow)).toBeLessThan(0.1);
  });

  test('reads only those samples again that overflow, and counts them', () => {
    const { read, meter } = made({
      ...tight,
      dac: converter(10, 1),
      scaling: scaling({ overflow: 'iterative' }),
    });
    const x = samples();
    x.data.fill(0, 0, 9); // never overflows
    read(x);
    const reads = meter.adcConversions / 5;
    expect(reads).toBeGreaterThan(4);
    expect(meter.dacConversions).toBe(9 * (reads - 4)); // the chip counts the first four
  });

  test('reduces no further than the DAC can tell', () => {
    const least = { adc: converter(9, 1e-6), dac: converter(4, 1) }; // overflows whatever is done; 7 steps either way
    const { read, meter } = made({ ...least, scaling: scaling({ overflow: 'iterative' }) });
    read(samples());
    expect(meter.adcConversions / 5 / 4).toBe(2); // 1, then 2, which is more than a quarter of 7
  });
});

describe('bit-serial inputs', () => {
  const dac = converter(6, 2);
  const quantised = (x: Matrix) => {
    engine.kernels.quantise(x, x.columns, -2, 2, 63);
    return x;
  };

  test('without ADC are the inputs', () => {
    const { read, exact } = made({ dac, drive: { kind: 'bit-serial' } });
    const x = quantised(samples());
    expect(apart(read(x), exact(x))).toBeLessThan(1e-5);
  });

  test('are converted bit by bit', () => {
    const adc = converter(5, 6);
    const { read, meter, crossbar } = made({ dac, adc, drive: { kind: 'bit-serial' } });
    const x = quantised(samples());
    const out = read(x);
    const expected = new Float64Array(out.length);
    for (let k = 0; k < 5; k++) {
      const bits = {
        ...x,
        data: x.data.map(v => ((Math.round((Math.abs(v) / 2) * 31) >> k) & 1 ? 2 * Math.sign(v) : 0)),
      };
      const plane = engine.matrix(4, 5);
      plane.data.set(product(bits, crossbar.effective()));
      engine.kernels.quantise(plane, 5, -6, 6, 31);
      plane.data.forEach((v, n) => {
        expected[n]! += (v * 2 ** k) / 31;
      });
    }
    expect(apart(out, expected)).toBeLessThan(1e-4);
    expect(meter.adcConversions).toBe(4 * 5 * 5);
  });
});

describe('bent cells', () => {
  const curve = { kind: 'sinh' as const, voltage: 0.1 };

  test('give what linear ones give to a bent input', () => {
    const { read, exact } = made({ crossbar: { ...crossbarOf(2), curve } }); // an input of 1 is 0.2 V
    const x = samples();
    const bent = { ...x, data: x.data.map(v => 0.5 * Math.sinh(2 * v)) };
    expect(apart(read(x), exact(bent))).toBeLessThan(1e-4);
    expect(apart(read(x), exact(x))).toBeGreaterThan(0.1);
  });

  test.each(['sinh', 'cubic'] as const)('are linear well below their voltage: %s', kind => {
    const { read, exact } = made({ crossbar: { ...crossbarOf(2), curve: { kind, voltage: 50 } } });
    const x = samples();
    expect(apart(read(x), exact(x))).toBeLessThan(1e-3);
  });

  test.each(['pulse-width', 'bit-serial'] as const)('do not show where inputs are not voltages: %s', kind => {
    const dac = converter(8, 4);
    const { read, exact } = made({ dac, drive: { kind }, crossbar: { ...crossbarOf(2), curve } });
    const x = samples();
    engine.kernels.quantise(x, 9, -4, 4, 255);
    expect(apart(read(x), exact(x))).toBeLessThan(1e-4);
  });

  test('bend what is read backwards too', () => {
    const { crossbar } = made({ crossbar: { ...crossbarOf(2), curve } });
    const delta = gaussianMatrix(engine, 4, 5, 'delta');
    const out = engine.matrix(4, 9);
    crossbar.reverse(delta, out);
    const turned = engine.matrix(5, 9);
    engine.kernels.transpose(crossbar.effective(), turned);
    const bent = { ...delta, data: delta.data.map(v => 0.5 * Math.sinh(2 * v)) };
    expect(apart(out.data, product(bent, turned))).toBeLessThan(1e-4);
  });
});

describe('converters and drivers of reads backwards', () => {
  const none = { kind: 'none' as const };
  const back = (backward: ChipModel['backward'], given: Partial<ChipModel> = {}, size = 1) => {
    const all = made({ ...given, ...(backward && { backward }) });
    const delta = gaussianMatrix(engine, 6, 5, 'delta', size);
    const out = engine.matrix(6, 9);
    all.crossbar.reverse(delta, out);
    const turned = engine.matrix(5, 9);
    engine.kernels.transpose(all.crossbar.effective(), turned);
    return { ...all, delta, out: out.data, turned };
  };
  const most = (row: Float32Array) => Math.max(...row.map(Math.abs));

  test.each([1, 1e-5])(
    'have steps in units of the largest error of a sample, whatever its size: %d',
    size => {
      const { out, delta, turned, meter } = back({ dac: converter(4, 1), adc: converter(7, 4) }, {}, size);
      for (let b = 0; b < 6; b++) {
        const row = delta.data.subarray(5 * b, 5 * b + 5);
        const scale = most(row);
        row.forEach((d, j) => {
          row[j] = (Math.round((d / scale) * 7) / 7) * scale;
        });
      }
      product(delta, turned).forEach((y, k) => {
        const scale = most(delta.data.subarray(5 * Math.floor(k / 9), 5 * Math.floor(k / 9) + 5));
        const wanted = (Math.max(-63, Math.min(63, Math.round((y / scale) * (63 / 4)))) * 4) / 63;
        expect(Math.abs(out[k]! / scale - wanted)).toBeLessThan(1e-4);
      });
      expect(meter.dacConversions).toBe(6 * 5);
      expect(meter.adcConversions).toBe(6 * 9);
    },
  );

  test('are those of every tile where tiles have factors of their own', () => {
    const crossbar = { ...crossbarOf(2, 4), weightScaling: { per: 'tile' as const, omega: 1 } };
    const given = { crossbar, adc: converter(16, 30) };
    const fine = back({ dac: converter(16, 1), adc: converter(16, 30) }, given);
    expect(apart(fine.out, product(fine.delta, fine.turned))).toBeLessThan(5e-3);
    const coarse = back({ dac: converter(16, 1), adc: converter(3, 30) }, given);
    expect(apart(coarse.out, product(coarse.delta, coarse.turned))).toBeGreaterThan(0.1);
  });

  test('weaken negative errors, and are noisy in proportion to the largest', () => {
    const weak = back({ dac: none, adc: none, driver: { noise: 0, asymmetry: 0.3, readAsymmetry: 0 } });
    const weaker = { ...weak.delta, data: weak.delta.data.map(d => (d < 0 ? 0.7 * d : d)) };
    expect(apart(weak.out, product(weaker, weak.turned))).toBeLessThan(1e-5);
    let [squares, expected] = [0, 0];
    const { crossbar, turned } = back({
      dac: none,
      adc: none,
      driver: { noise: 0.1, asymmetry: 0, readAsymmetry: 0 },
    });
    const out = engine.matrix(6, 9);
    for (let t = 0; t < 300; t++) {
      const delta = gaussianMatrix(engine, 6, 5, `noisy/${t}`, 3);
      crossbar.reverse(delta, out);
      const exact = product(delta, turned);
      for (let b = 0; b < 6; b++)
        for (let i = 0; i < 9; i++) {
          squares += (out.data[b * 9 + i]! - exact[b * 9 + i]!) ** 2;
          for (let j = 0; j < 5; j++)
            expected += (0.1 * most(delta.data.subarray(5 * b, 5 * b + 5)) * turned.data[j * 9 + i]!) ** 2;
        }
    }
    expect(squares / expected).toBeCloseTo(1, 1);
  });

  test('have ranges that are given', () => {
    const adc = { ...converter(8, 1), ranging: 'maximal' as const };
    const model = chipModel({
      cell,
      crossbar: crossbarOf(2),
      dac: converter(8, 1),
      backward: { dac: none, adc },
    });
    expect(crossbarProblems(model)[0]?.message).toMatch(/has to be given/);
    expect(() => chipOf(model, engine)).toThrow(/has to be given/);
  });
});

test('pulse widths drive cells at full voltage for part of the time', () => {
  const dac = converter(8, 4);
  const drives = (['amplitude', 'pulse-width'] as const).map(kind => {
    const { read, meter } = made({ dac, drive: { kind } });
    const x = samples();
    read(x);
    const of = (power: (v: number) => number) => x.data.reduce((sum, v) => sum + power(v), 0) * 5;
    expect(meter.drive[0]! / of(kind === 'amplitude' ? v => v * v : v => 4 * Math.abs(v))).toBeCloseTo(1, 5);
    return meter.drive[0]!;
  });
  expect(drives[1]).toBeGreaterThan(drives[0]!);
});

test('no column takes more than its limit', () => {
  const limit = 1e-6; // of 12.5 uS a unit of weight at 0.2 V: 0.4
  const { read, exact } = made({ crossbar: { ...crossbarOf(2), currentLimit: limit } });
  const x = samples();
  const clipped = exact(x).map(a => Math.max(-0.4, Math.min(0.4, a)));
  expect(apart(read(x), clipped)).toBeLessThan(1e-5);
  expect(apart(clipped, exact(x))).toBeGreaterThan(0.1);
});

describe('what is no longer one product', () => {
  const parts: Record<string, Partial<ChipModel>> = {
    'input scaling': { scaling: scaling() },
    'bits one after another': { dac: converter(6, 3), drive: { kind: 'bit-serial' } },
    'bent cells': { crossbar: { ...crossbarOf(2), curve: { kind: 'sinh', voltage: 0.2 } } },
    'slices with an ADC each': {
      adc: converter(8, 4),
      crossbar: { ...crossbarOf(2), mapping: { kind: 'sliced', weightBits: 6, slices: 2 } },
    },
  };
  test.each(Object.keys(parts))('is not shared: %s', name => {
    engine.arena.reset();
    const model = chipModel({ cell, crossbar: crossbarOf(2), ...parts[name] });
    const chip = chipOf(model, engine, { labels: 'lines' });
    expect(isShareable(model, 'lines', chip.parts.crossbars[0]!)).toBe(false);
    expect(isShareable(chipModel(), 'lines', chipOf(chipModel(), engine).parts.crossbars[0]!)).toBe(true);
  });
});

describe('descriptions that make no sense', () => {
  const wires = {
    kind: 'exact',
    wordResistance: 1,
    bitResistance: 1,
    sourceResistance: 0,
    senseResistance: 0,
  } as const;
  const curve = { kind: 'sinh', voltage: 1 } as const;
  const wrong: [string, Partial<ChipModel>][] = [
    ['weightRange', { wires, crossbar: crossbarOf(0) }],
    ['curve', { wires: { ...wires, kind: 'mask' }, crossbar: { ...crossbarOf(1), curve } }],
    ['drive', { drive: { kind: 'bit-serial' } }],
    ['drive', { drive: { kind: 'pulse-width' } }],
    [
      'adc',
      { adc: { ...converter(8, 1), ranging: 'granular' }, dac: converter(8, 1), crossbar: crossbarOf(1) },
    ],
    ['weightBits', { crossbar: { ...crossbarOf(1), mapping: { kind: 'sliced', weightBits: 1, slices: 1 } } }],
  ];
  test.each(wrong)('are said to be so, at %s', (where, given) => {
    expect(crossbarProblems(chipModel(given)).flatMap(({ path }) => path)).toContain(where);
  });

  test('and those that do are not', () => {
    expect(crossbarProblems(chipModel())).toEqual([]);
    expect(crossbarProblems(chipModel({ wires, crossbar: crossbarOf(1) }))).toEqual([]);
  });

  test('a resistive network has no room for them', () => {
    expect(misfit(chipModel())).toBeUndefined();
    for (const given of [{ wires }, { scaling: scaling() }, { crossbar: { ...crossbarOf(1), curve } }])
      expect(misfit(chipModel(given))).toEqual(expect.any(String));
  });
});
