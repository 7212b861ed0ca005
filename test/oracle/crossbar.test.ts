/** @file Wires, mappings, converters and input scaling against badcrossbar, Qucs, CrossSim and AIHWKit. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Adc } from '../../src/chips/converters/converter.ts';
import { buildConversion } from '../../src/chips/converters/index.ts';
import { buildCrossbar } from '../../src/chips/crossbar.ts';
import type { Driver } from '../../src/chips/driver.ts';
import { buildMapping } from '../../src/chips/mappings/index.ts';
import type { MappingModel } from '../../src/chips/mappings/mapping.ts';
import { newMeter } from '../../src/chips/meter.ts';
import type { ChipModel } from '../../src/chips/model.ts';
import type { Scaling } from '../../src/chips/scaling.ts';
import { exactTransfer } from '../../src/chips/wires/exact.ts';
import { buildNodal } from '../../src/chips/wires/nodal.ts';
import type { Lines } from '../../src/chips/wires/wires.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { streamOf } from '../../src/engine/streams.ts';
import { amplifier, apart, chipModel, converter, crossbarOf, linearCell } from '../fixtures/chips.ts';

type Table = number[][];
interface WireCase {
  name: string;
  r_word: number;
  r_bit: number;
  resistance_ohm: (number | 'inf')[][];
  voltage_V: Table;
  output_current_A: Table;
  input_current_A?: Table;
  word_node_V?: Table[];
  bit_node_V?: Table[];
}
interface SupplyCase {
  name: string;
  supply_V: number;
  r_supply: number;
  r_bit: number;
  conductance_S: Table;
  input_on: Table;
  output_current_A: Table;
}
interface TerminalCase extends Omit<WireCase, 'resistance_ohm'> {
  conductance_S: Table;
  r_source: number;
  r_sense: number;
}
interface GradientCase {
  name: string;
  m: number;
  n: number;
  r_word: number;
  r_bit: number;
  conductance_S: Table;
  voltage_V: number[];
  transfer_S: Table;
  dI_dG: number[][][];
  first_order_sigma_I_for_5pct_G: number[];
}
interface MappingCase {
  name: string;
  W: Table;
  X: Table;
  Y: Table;
  cell_bits: number;
  G_pos_norm?: Table;
  G_neg_norm?: Table;
  G_norm?: Table;
}
interface ConverterCase {
  name: string;
  model: string;
  bits: number;
  range: [number, number];
  params: { gain_db?: number };
  input: number[];
  output: number[];
}
const oracle = JSON.parse(readFileSync(new URL('crossbar.json', import.meta.url), 'utf8')) as {
  linear: WireCase[];
  qucs: WireCase[];
  terminals: TerminalCase[];
  supply: SupplyCase[];
  gradients: GradientCase[];
  mappings: MappingCase[];
  converters: ConverterCase[];
  forward: { W: Table; X: Table; cases: { name: string; y: Table }[] };
};
const engine = await openEngine({ product: 'plain', bytes: 2 ** 24 });

/** Largest difference as a share of the largest number. */
const off = (u: ArrayLike<number>, v: readonly number[]) =>
  apart(u, v) / Math.max(Number.MIN_VALUE, ...v.map(Math.abs));
const linesOf = (c: { r_word: number; r_bit: number; r_source?: number; r_sense?: number }): Lines => ({
  word: c.r_word,
  bit: c.r_bit,
  source: c.r_source ?? 0,
  sense: c.r_sense ?? 0,
});
const sample = (table: Table, p: number) => Float64Array.from(table, row => row[p]!);

describe('wires', () => {
  test.each([...oracle.linear, ...oracle.qucs])('currents of $name', c => {
    const rows = c.resistance_ohm.length;
    const columns = c.resistance_ohm[0]!.length;
    const G = Float64Array.from(c.resistance_ohm.flat(), r => (r === 'inf' ? 0 : 1 / r));
    const solve = buildNodal(G, rows, columns, linesOf(c));
    c.output_current_A.forEach((currents, p) => {
      const V = sample(c.voltage_V, p);
      const { out, into, wordDrop, bitRise } = solve(V, new Float64Array(columns));
      expect(off(out, currents)).toBeLessThan(1e-9);
      if (c.input_current_A) expect(off(into, c.input_current_A[p]!)).toBeLessThan(1e-9);
      if (!c.word_node_V || !c.bit_node_V) return;
      const onWords = wordDrop.map((drop, k) => V[Math.floor(k / columns)]! + drop);
      expect(off(onWords, c.word_node_V[p]!.flat())).toBeLessThan(1e-9);
      expect(off(bitRise, c.bit_node_V[p]!.flat())).toBeLessThan(1e-9);
    });
  });

  test.each(oracle.supply)('currents of cells on supply lines: $name', c => {
    const [rows, columns] = [c.conductance_S.length, c.conductance_S[0]!.length];
    const lines: Lines = { word: c.r_supply, bit: c.r_bit, source: 0, sense: 0, topology: 'separate-supply' };
    c.output_current_A.forEach((currents, p) => {
      const on = sample(c.input_on, p);
      const G = Float64Array.from(c.conductance_S.flat(), (g, k) => g * on[Math.floor(k / columns)]!);
      const solve = buildNodal(G, rows, columns, lines);
      const { out } = solve(new Float64Array(columns).fill(c.supply_V), new Float64Array(columns));
      expect(off(out, currents)).toBeLessThan(1e-8);
    });
  });

  test.each(oracle.supply)('a chip with supply lines gives these currents as weights: $name', c => {
    const volts = c.supply_V;
    const wires = { kind: 'exact', topology: 'separate-supply', wordResistance: c.r_supply } as const;
    const [most, scale] = [1e-4, 1e-4];
    const model = chipModel({
      cell: linearCell({ maximumConductance: most }),
      // one cell a weight, which it carries alone: the other of each pair is open
      crossbar: { ...crossbarOf(most / scale), mapping: { kind: 'one-sided' } },
      wires: { ...wires, bitResistance: c.r_bit, sourceResistance: 0, senseResistance: 0 },
      dac: converter(2, 1),
      drive: { kind: 'bit-serial' },
      driver: { noise: 0, asymmetry: 0, signs: 'apart', readAsymmetry: 0 },
    });
    const W = c.conductance_S[0]!.map((_, j) => c.conductance_S.map(row => row[j]! / scale));
    const X = c.input_on[0]!.map((_, p) => c.input_on.map(row => row[p]!));
    const table = { ...model.energy, readVoltage: volts };
    read({ ...model, energy: table }, W, [...X, ...X.map(row => row.map(x => -x))]).forEach((y, b) => {
      const expected = c.output_current_A[b % X.length]!;
      const sign = b < X.length ? 1 : -1;
      expect(
        off(
          y.map(w => sign * w * scale * volts),
          expected,
        ),
      ).toBeLessThan(2e-6); // weights in float32
    });
  });

  test.each(oracle.terminals)('currents with resistances at the ends: $name', c => {
    const G = Float64Array.from(c.conductance_S.flat());
    const [rows, columns] = [c.conductance_S.length, c.conductance_S[0]!.length];
    const currents = (lines: Lines, p: number) =>
      buildNodal(G, rows, columns, lines)(sample(c.voltage_V, p), new Float64Array(columns)).out.slice();
    c.output_current_A.forEach((expected, p) => {
      expect(off(currents(linesOf(c), p), expected)).toBeLessThan(1e-8);
      expect(off(currents({ ...linesOf(c), source: 0, sense: 0 }, p), expected)).toBeGreaterThan(1e-3);
    });
  });

  test.each(oracle.gradients)('the transfer matrix and its derivatives: $name', c => {
    const { m, n } = c;
    const G = Float64Array.from(c.conductance_S.flat());
    const each = Array.from({ length: n }, (_, bit) => [{ bit, factor: 1 }]);
    expect(off(exactTransfer(G, m, n, linesOf(c), each, 1e-12), c.transfer_S.flat())).toBeLessThan(1e-7);
    const solve = buildNodal(G, m, n, linesOf(c));
    const forward = solve(Float64Array.from(c.voltage_V), new Float64Array(n)).across.slice();
    const variances = new Float64Array(n);
    for (let j = 0; j < n; j++) {
      // dI_j/dG is the voltage across the cell, times that when bit line j alone is driven
      const bit = new Float64Array(n);
      bit[j] = -1;
      const adjoint = solve(new Float64Array(m), bit).across;
      const derivative = forward.map((u, k) => u * adjoint[k]!);
      expect(off(derivative, c.dI_dG[j]!.flat())).toBeLessThan(1e-7);
      derivative.forEach((d, k) => {
        variances[j]! += (0.05 * G[k]! * d) ** 2;
      });
    }
    expect(off(variances.map(Math.sqrt), c.first_order_sigma_I_for_5pct_G)).toBeLessThan(1e-7);
  });
});

describe('mappings', () => {
  const cell = linearCell({ minimumConductance: 1e-5, maximumConductance: 1e-4 });
  const kinds: Record<string, MappingModel> = {
    'balanced-one-sided-ideal': { kind: 'one-sided' },
    'balanced-one-sided-4bit-cells': { kind: 'one-sided', cellBits: 4 },
    'balanced-adc6-calibrated': { kind: 'one-sided' },
    'offset-digital-ideal': { kind: 'offset' },
  };

  test.each(oracle.mappings)('conductances of $name', c => {
    const range = Math.max(...c.W.flat().map(Math.abs));
    const mapping = buildMapping(kinds[c.name]!, cell, range);
    const tables = c.G_norm ? [c.G_norm] : [c.G_pos_norm!, c.G_neg_norm!];
    const held = new Float64Array(tables.length);
    c.W.flat().forEach((w, k) => {
      mapping.hold(w, held, 0);
      expect(
        off(
          held,
          tables.map(table => 1e-4 * table.flat()[k]!),
        ),
      ).toBeLessThan(2e-6);
    });
  });

  test.each(oracle.mappings)('products of $name', c => {
    const range = Math.max(...c.W.flat().map(Math.abs));
    // full scale 1.5 of the largest conductance, of which a weight of the range spans nine tenths
    const adc: Adc = c.name.includes('adc6')
      ? { kind: 'uniform', bits: 6, levels: 'even', range: (1.5 * range) / 0.9 }
      : { kind: 'none' };
    const model = chipModel({ cell, adc, crossbar: { ...crossbarOf(range), mapping: kinds[c.name]! } });
    const samples = c.X[0]!.map((_, p) => c.X.map(row => row[p]!));
    const expected = samples.map((_, p) => c.Y.map(row => row[p]!));
    read(model, c.W, samples).forEach((y, p) => {
      expect(off(y, expected[p]!)).toBeLessThan(2e-6);
    });
  });
});

describe('converters', () => {
  const circuit = (c: ConverterCase) => ({
    bits: c.bits,
    range: c.range[1],
    comparatorOffset: 0,
    gain: c.params.gain_db ?? 100,
    capacitorMismatch: 0,
  });
  const kinds: Record<string, (c: ConverterCase) => Adc> = {
    QuantizerADC: c => ({ ...converter(c.bits, c.range[1]), levels: 'even' }),
    SignMagnitudeADC: c => converter(c.bits, c.range[1]),
    RampADC: c => ({ kind: 'ramp', ...circuit(c) }),
    SarADC: c => ({ kind: 'sar', group: 8, split: true, ...circuit(c) }),
  };

  test.each(oracle.converters)('levels of $name', c => {
    const x = engine.matrix(1, c.input.length);
    x.data.set(c.input);
    buildConversion(kinds[c.model]!(c), x.columns, 1, engine, path => streamOf(1, path))!(x);
    expect(off(x.data, c.output)).toBeLessThan(2e-7); // float32
  });
});

describe('inputs and outputs', () => {
  const { W, X, cases } = oracle.forward;
  const scaled = (given: Partial<Scaling> = {}): Scaling => ({
    inputs: 'abs-max',
    threshold: 0,
    overflow: 'iterative',
    ...given,
  });
  const standard = { dac: converter(7, 1), adc: converter(9, 12) }; // 1/126 and 1/510 are steps of the whole range
  const driver: Driver = { noise: 0, asymmetry: 0, readAsymmetry: 0 };
  const clipped: Partial<ChipModel> = {
    dac: { kind: 'clip', range: 1 },
    adc: { kind: 'clip', range: 12 },
    scaling: scaled(),
  };
  const models: Record<string, Partial<ChipModel>> = {
    default_without_noise: { ...standard, scaling: scaled() },
    no_noise_management: { ...standard, scaling: scaled({ inputs: 'none', overflow: 'none' }) },
    adc_clip_no_bm: { ...standard, adc: converter(9, 0.5), scaling: scaled({ overflow: 'none' }) },
    adc_clip_iterative_worst_case: {
      adc: converter(9, 0.5),
      scaling: scaled({ overflow: 'worst-case' }),
    },
    ir_drop_1_small_ratio: {
      ...clipped,
      wires: { kind: 'polynomial', strength: 1, wireRatio: 20 },
    },
    out_nonlinearity_slope_calibration: {
      ...clipped,
      amplifier: { ...amplifier, saturation: 3, calibration: 0.5 },
    },
    inp_out_asymmetry: {
      ...clipped,
      driver: { ...driver, asymmetry: 0.1 },
      amplifier: { ...amplifier, asymmetry: 0.2 },
    },
    pos_neg_separate_digital_sum: {
      ...standard,
      scaling: scaled(),
      driver: { ...driver, signs: 'apart-digital' },
    },
    constant_nm_2: { ...standard, scaling: scaled({ inputs: 'constant', threshold: 2, overflow: 'none' }) },
  };

  test.each(cases)('outputs with $name', ({ name, y }) => {
    read(chipModel({ ...models[name]!, layers: [3] }), W, X).forEach((outputs, b) => {
      expect(apart(outputs, y[b]!)).toBeLessThan(3e-6);
    });
  });

  test('every case has its model', () => {
    expect(Object.keys(models).sort()).toEqual(cases.map(({ name }) => name).sort());
  });
});

/** What a crossbar of weights [output][input] makes of samples [sample][input]. */
function read(model: ChipModel, W: Table, X: Table): number[][] {
  const [outputs, inputs] = [W.length, W[0]!.length];
  const crossbar = buildCrossbar(model, 0, inputs, outputs, X.length, engine, newMeter(1), path =>
    streamOf(1, path),
  );
  const target = engine.matrix(inputs, outputs);
  W.forEach((row, j) => {
    row.forEach((w, i) => {
      target.data[i * outputs + j] = w;
    });
  });
  crossbar.writer.program(target);
  const x = engine.matrix(X.length, inputs);
  x.data.set(X.flat());
  const out = engine.matrix(X.length, outputs);
  crossbar.read(x, out);
  return X.map((_, b) => Array.from(out.data.subarray(b * outputs, (b + 1) * outputs)));
}
