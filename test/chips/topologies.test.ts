/** @file Arrays whose lines run otherwise, and cells whose current is no straight line: Kirchhoff's laws at every node, and chips made of them. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { buildCrossbar } from '../../src/chips/crossbar.ts';
import { newMeter } from '../../src/chips/meter.ts';
import type { ChipModel } from '../../src/chips/model.ts';
import { type CellCurve, type Curve, curveOf } from '../../src/chips/wires/cell-curve.ts';
import { solveCurved } from '../../src/chips/wires/curved.ts';
import { exactTransfer } from '../../src/chips/wires/exact.ts';
import { buildNodal, type Solution } from '../../src/chips/wires/nodal.ts';
import { type Lines, topologies } from '../../src/chips/wires/wires.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { type Matrix, rowsOf } from '../../src/engine/matrix.ts';
import { streamOf, uniforms } from '../../src/engine/streams.ts';
import {
  amplifier,
  apart,
  chipModel,
  converter,
  crossbarOf,
  gaussianMatrix,
  linearCell,
  product,
} from '../fixtures/chips.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 26 });

interface Case {
  rows: number;
  columns: number;
  G: Float64Array;
  word: Float64Array;
  bit: Float64Array;
  lines: Lines;
}
const resistance = fc.constantFrom(0, 0.5, 20, 300);
const cases: fc.Arbitrary<Case> = fc
  .record({
    pairs: fc.integer({ min: 1, max: 4 }),
    columns: fc.integer({ min: 1, max: 7 }),
    seed: fc.integer({ min: 0, max: 1e6 }),
    lines: fc.record({
      word: resistance,
      bit: resistance,
      source: resistance,
      sense: resistance,
      topology: fc.constantFrom(...topologies),
    }),
  })
  .map(({ pairs, columns, seed, lines }) => {
    const rows = 2 * pairs;
    const lots = uniforms(streamOf(seed, 'cells'), 2 * rows * columns);
    const G = Float64Array.from({ length: rows * columns }, (_, k) =>
      lots[2 * k]! < 0.2 ? 0 : 1e-6 * 10 ** (2.5 * lots[2 * k + 1]!),
    );
    const drivers = lines.topology === 'separate-supply' ? columns : rows;
    const volts = (name: string, n: number) =>
      Float64Array.from(uniforms(streamOf(seed, name), n), u => 0.8 * (u - 0.5));
    return { rows, columns, G, word: volts('word', drivers), bit: volts('bit', columns), lines };
  });

/** Largest violation of Kirchhoff's and Ohm's laws, relative to the largest voltage. */
function violation(c: Case, curve: CellCurve, { across, wordDrop, bitRise, into, out }: Solution): number {
  const { rows, columns, lines } = c;
  const { topology } = lines;
  const currents = Float64Array.from(across, (u, k) => (c.G[k]! > 0 ? curve.current(c.G[k]!, u) : 0));
  const wordLine = (k: number) => (topology === 'separate-supply' ? k % columns : Math.floor(k / columns));
  let worst = 0;
  const zero = (volts: number) => {
    worst = Math.max(worst, Math.abs(volts));
  };
  across.forEach((u, k) => {
    zero(u - (c.word[wordLine(k)]! + wordDrop[k]! - bitRise[k]! - c.bit[k % columns]!));
  });
  /** Cells of a line from its end on, those at one node together. */
  function walk(nodes: number[][], drop: Float64Array, sign: 1 | -1, segment: number, end: number) {
    let before = 0;
    nodes.forEach((node, n) => {
      const beyond = nodes.slice(n).flat();
      const through = beyond.reduce((sum, k) => sum + currents[k]!, 0);
      before += sign * through * (segment + (n === 0 ? end : 0));
      for (const k of node) zero(drop[k]! - before);
    });
    return nodes.flat().reduce((sum, k) => sum + currents[k]!, 0);
  }
  const at = (i: number, j: number) => i * columns + j;
  const line = (n: number, of: (k: number) => number[]) => Array.from({ length: n }, (_, k) => of(k));
  const inward: number[] = [];
  if (topology === 'separate-supply')
    for (let j = 0; j < columns; j++)
      inward.push(
        walk(
          line(rows, i => [at(i, j)]),
          wordDrop,
          -1,
          lines.word,
          lines.source,
        ),
      );
  else
    for (let i = 0; i < rows; i++)
      inward.push(
        walk(
          line(columns, j => [at(i, j)]),
          wordDrop,
          -1,
          lines.word,
          lines.source,
        ),
      );
  const outward = Array.from({ length: columns }, (_, j) => {
    const nodes =
      topology === 'interleaved'
        ? line(rows / 2, i => [at(2 * i, j), at(2 * i + 1, j)])
        : line(rows, i => [at(i, j)]);
    return walk(nodes.reverse(), bitRise, 1, lines.bit, lines.sense);
  });
  const most = Math.max(1e-12, ...currents.map(Math.abs));
  expect(apart(into, inward)).toBeLessThanOrEqual(1e-10 * most);
  expect(apart(out, outward)).toBeLessThanOrEqual(1e-10 * most);
  return worst / Math.max(...c.word.map(Math.abs), ...c.bit.map(Math.abs));
}

describe("Kirchhoff's laws hold at every node", () => {
  test.prop([cases])('of linear cells, however the lines run', c => {
    const solution = buildNodal(c.G, c.rows, c.columns, c.lines)(c.word, c.bit);
    expect(violation(c, curveOf(undefined), solution)).toBeLessThan(1e-9);
  });

  const curves: Curve[] = [{ kind: 'sinh', voltage: 0.1 }, { kind: 'cubic', voltage: 2 }, { kind: 'milo' }];
  test.prop([cases, fc.constantFrom(...curves)])('of curved ones', (c, curve) => {
    const cell = curveOf(curve);
    const solution = solveCurved(c.G, c.rows, c.columns, c.lines, cell, c.word, c.bit);
    expect(violation(c, cell, solution)).toBeLessThan(1e-8);
  });

  test.prop([cases])('curves that are straight give what straight ones give', c => {
    const { out } = solveCurved(c.G, c.rows, c.columns, c.lines, curveOf(undefined), c.word, c.bit);
    const expected = buildNodal(c.G, c.rows, c.columns, c.lines)(c.word, c.bit).out;
    expect(apart(out, expected)).toBeLessThanOrEqual(1e-10 * Math.max(1e-12, ...expected.map(Math.abs)));
  });

  test('a bend as steep as a diode is solved too', () => {
    const lines: Lines = { word: 50, bit: 30, source: 100, sense: 10 };
    const G = Float64Array.from(uniforms(streamOf(1, 'G'), 60), u => 1e-9 * 10 ** (2 * u));
    const c = {
      rows: 6,
      columns: 10,
      G,
      lines,
      word: new Float64Array(6).fill(1),
      bit: new Float64Array(10),
    };
    const steep = curveOf({ kind: 'sinh', voltage: 0.05 }); // exp(20) at full voltage
    expect(violation(c, steep, solveCurved(G, 6, 10, lines, steep, c.word, c.bit))).toBeLessThan(1e-8);
  });

  test.prop([cases])('slopes are the derivative of the currents', c => {
    const cell = curveOf({ kind: 'sinh', voltage: 0.2 });
    const currents = (word: Float64Array) =>
      solveCurved(c.G, c.rows, c.columns, c.lines, cell, word, c.bit).out;
    const moved = (h: number) => c.word.map((v, i) => v + h * Math.cos(i + 1));
    const h = 1e-4;
    const [plus, minus] = [currents(moved(h)), currents(moved(-h))];
    const { slopes } = solveCurved(c.G, c.rows, c.columns, c.lines, cell, c.word, c.bit);
    const direction = c.word.map((_, i) => Math.cos(i + 1));
    const linear = buildNodal(slopes, c.rows, c.columns, c.lines)(direction, new Float64Array(c.columns)).out;
    const scale = Math.max(1e-9, ...linear.map(Math.abs));
    linear.forEach((d, j) => {
      expect(Math.abs((plus[j]! - minus[j]!) / (2 * h) - d)).toBeLessThan(1e-5 * scale);
    });
  });
});

describe('interleaved pairs', () => {
  const pairs = cases
    .filter(({ lines }) => lines.topology !== 'separate-supply')
    .map(c => ({ ...c, lines: { ...c.lines, topology: 'interleaved' as const } }));
  const single = (n: number) => Array.from({ length: n }, (_, bit) => [{ bit, factor: 1 }]);

  test.prop([pairs])('outputs are the transfer matrix times the inputs, either way it is solved', c => {
    const { rows, columns, G, lines } = c;
    const inputs = c.word.subarray(0, rows / 2);
    const T = exactTransfer(G, rows, columns, lines, single(columns), 1e-12);
    const word = Float64Array.from({ length: rows }, (_, i) => (i % 2 === 0 ? 1 : -1) * inputs[i >> 1]!);
    const { out } = buildNodal(G, rows, columns, lines)(word, new Float64Array(columns));
    const products = Array.from({ length: columns }, (_, j) =>
      inputs.reduce((sum, v, i) => sum + v * T[i * columns + j]!, 0),
    );
    const scale = Math.max(1e-12, ...out.map(Math.abs));
    expect(apart(products, out)).toBeLessThan(1e-9 * scale);
    const alone = exactTransfer(G, rows, columns, lines, [[{ bit: 0, factor: 1 }]], 1e-12); // one output: bit lines are driven
    expect(
      apart(
        alone,
        T.filter((_, k) => k % columns === 0),
      ),
    ).toBeLessThan(1e-9 * Math.max(...G, 1e-12));
  });

  test('carry less on their bit lines than a line for each cell does', () => {
    const [rows, columns] = [20, 4];
    const G = Float64Array.from(uniforms(streamOf(3, 'G'), rows * columns), u => 1e-4 * u);
    const lines = { word: 0, bit: 50, source: 0, sense: 0 };
    const signs = new Float64Array(rows).map((_, i) => (i % 2 === 0 ? 1 : -1));
    const plus = G.filter((_, k) => Math.floor(k / columns) % 2 === 0);
    const most = (of: Float64Array) => Math.max(...of.map(Math.abs));
    const paired = buildNodal(G, rows, columns, { ...lines, topology: 'interleaved' });
    const alone = buildNodal(plus, rows / 2, columns, lines);
    const none = new Float64Array(columns);
    const rise = most(paired(signs, none).bitRise);
    expect(rise).toBeLessThan(0.5 * most(alone(new Float64Array(rows / 2).fill(1), none).bitRise));
  });

  test.each([{ kind: 'two-sided' as const }, { kind: 'sliced' as const, weightBits: 5, slices: 2 }])(
    'without resistance are the plain mapping: $kind',
    mapping => {
      const crossbar = { ...crossbarOf(2), mapping };
      const ideal = { wordResistance: 0, bitResistance: 0, sourceResistance: 0, senseResistance: 0 };
      const [paired, plain] = [
        made({ crossbar, wires: { kind: 'exact', ...ideal, topology: 'interleaved' } }),
        made({ crossbar }),
      ];
      expect(apart(paired.crossbar.effective().data, plain.crossbar.effective().data)).toBeLessThan(1e-5);
    },
  );
});

const wires = {
  kind: 'exact' as const,
  wordResistance: 40,
  bitResistance: 60,
  sourceResistance: 20,
  senseResistance: 10,
};
const cell = linearCell({ minimumConductance: 1e-6, maximumConductance: 1e-4 });

/** A crossbar with weights. */
function made(given: Partial<ChipModel>, rows = 6, columns = 3) {
  const meter = newMeter(1);
  const model = chipModel({ cell, crossbar: crossbarOf(2), ...given });
  const crossbar = buildCrossbar(model, 0, rows, columns, 6, engine, meter, path => streamOf(1, path));
  crossbar.writer.program(gaussianMatrix(engine, rows, columns, 'weights', 0.5));
  const read = (x: Matrix) => {
    const out = engine.matrix(x.rows, columns);
    crossbar.read(x, out);
    return out.data.slice();
  };
  return {
    crossbar,
    meter,
    read,
    exact: (x: Matrix) => product(x, crossbar.effective()),
    ideal: (x: Matrix) => product(x, crossbar.weights),
  };
}

describe('curved cells behind wires', () => {
  const curve = { kind: 'sinh' as const, voltage: 0.15 };
  const samples = () => gaussianMatrix(engine, 3, 6, 'x');

  test('are linear ones where they are driven well below their voltage', () => {
    const flat = { ...crossbarOf(2), curve: { ...curve, voltage: 100 } };
    const { read, exact } = made({ wires, crossbar: flat });
    expect(apart(read(samples()), exact(samples()))).toBeLessThan(1e-4);
  });

  test('are bent ones without wires where wires have no resistance', () => {
    const ideal = { ...wires, wordResistance: 0, bitResistance: 0, sourceResistance: 0, senseResistance: 0 };
    const crossbar = { ...crossbarOf(2), curve };
    const [solved, bent] = [made({ wires: ideal, crossbar }), made({ crossbar })];
    expect(apart(solved.read(samples()), bent.read(samples()))).toBeLessThan(1e-5);
  });

  test('differ from both with wires that matter', () => {
    const crossbar = { ...crossbarOf(2), curve };
    const { read, exact } = made({ wires, crossbar });
    expect(apart(read(samples()), exact(samples()))).toBeGreaterThan(0.05);
    expect(apart(read(samples()), made({ crossbar }).read(samples()))).toBeGreaterThan(0.01);
  });

  test('tiles of rows, slices and digital subtraction add up', () => {
    const mappings = [{ kind: 'offset' }, { kind: 'sliced', weightBits: 6, slices: 2 }] as const;
    for (const mapping of mappings) {
      const flat = { ...crossbarOf(2, 4), mapping, curve: { ...curve, voltage: 100 } };
      const { read, exact } = made({ wires, crossbar: flat, adc: converter(16, 20) });
      expect(apart(read(samples()), exact(samples()))).toBeLessThan(4e-3);
    }
  });

  test('bent each in its own way, they are worked out one by one', () => {
    const range = { minimumConductance: 5e-5, maximumConductance: 2.25e-4 };
    const { read, crossbar } = made({
      cell: linearCell(range),
      crossbar: { ...crossbarOf(2), curve: { kind: 'milo' } },
    });
    const { current } = curveOf({ kind: 'milo' });
    const x = samples();
    const scale = 1.75e-4 / 2;
    const expected = Array.from({ length: 9 }, (_, n) => {
      const [b, j] = [Math.floor(n / 3), n % 3];
      return Array.from({ length: 6 }, (_, i) => {
        const w = crossbar.weights.data[i * 3 + j]!;
        const v = 0.2 * x.data[b * 6 + i]!;
        const pair = (g: number) => current(5e-5 + scale * Math.max(0, g), v);
        return (pair(w) - pair(-w)) / (scale * 0.2);
      }).reduce((sum, y) => sum + y, 0);
    });
    expect(apart(read(x), expected)).toBeLessThan(1e-4);
    expect(apart(expected, product(x, crossbar.weights))).toBeGreaterThan(0.05);
  });

  test('a current of Milo et al. 2021', () => {
    // 100 uS at 0.5 V: L = -4
    const [a, b] = [
      1.388e-4 * -64 + 1.541e-3 * 16 - 5.711e-3 * 4 + 7.063e-3,
      8.871e-5 * 16 - 6.7919e-4 * 4 + 1.2968e-3,
    ];
    expect(curveOf({ kind: 'milo' }).current(1e-4, 0.5)).toBeCloseTo(5e-5 + a / 4 + b / 8, 12);
  });
});

describe('what comes out, by what went in: derivatives by finite differences', () => {
  const saturating = { ...amplifier, saturation: 2, seriesResistance: 0.1, offset: 0.2, asymmetry: 0.1 };
  const curve = { kind: 'sinh' as const, voltage: 0.2 };
  const clip = { kind: 'clip' as const, range: 6 };
  const models: Record<string, Partial<ChipModel>> = {
    'curved cells behind wires': { wires, crossbar: { ...crossbarOf(2), curve } },
    'the same of interleaved pairs': {
      wires: { ...wires, topology: 'interleaved' },
      crossbar: { ...crossbarOf(2), curve },
    },
    'the same in tiles with amplifiers': {
      wires,
      crossbar: { ...crossbarOf(2, 2), curve, mapping: { kind: 'offset' } },
      adc: clip,
      amplifier: saturating,
    },
    'signs apart': {
      adc: clip,
      amplifier: saturating,
      driver: { noise: 0, asymmetry: 0.2, readAsymmetry: 0, signs: 'apart-digital' },
    },
    slices: {
      crossbar: { ...crossbarOf(2), mapping: { kind: 'sliced', weightBits: 8, slices: 3 } },
      adc: clip,
      amplifier: saturating,
    },
    'a scale': {
      scaling: { inputs: 'abs-max', threshold: 0, overflow: 'none' },
      amplifier: saturating,
      crossbar: { ...crossbarOf(2), curve },
    },
  };

  test.each(Object.keys(models))('%s', name => {
    const { crossbar, read } = made(models[name]!);
    const [x, d] = [gaussianMatrix(engine, 3, 6, 'x'), gaussianMatrix(engine, 3, 3, 'd')];
    const out = engine.matrix(3, 6);
    crossbar.derivative()!.inputsBack(x, d, out);
    const value = (y: Float32Array, b: number) =>
      [0, 1, 2].reduce((sum, j) => sum + y[3 * b + j]! * d.data[3 * b + j]!, 0);
    const h = 1e-2;
    const scale = Math.max(...out.data.map(Math.abs));
    for (let k = 0; k < x.data.length; k++) {
      const kept = x.data[k]!;
      const at = (by: number) => {
        x.data[k] = kept + by;
        const v = value(read(x), Math.floor(k / 6));
        x.data[k] = kept;
        return v;
      };
      expect(Math.abs((at(h) - at(-h)) / (2 * h) - out.data[k]!)).toBeLessThan(5e-3 * scale);
    }
    expect(apart(out.data, backByWeights(crossbar.effective(), d))).toBeGreaterThan(0.02 * scale);
  });

  /** d Wᵀ */
  function backByWeights(W: Matrix, d: Matrix): Float64Array {
    const turned = engine.matrix(W.columns, W.rows);
    engine.kernels.transpose(W, turned);
    return product(d, turned);
  }

  test('nothing but weights, where nothing else is', () => {
    expect(made({}).crossbar.derivative()).toBeUndefined();
    expect(made({ wires, adc: converter(8, 4) }).crossbar.derivative()).toBeUndefined();
  });
});

describe('supply lines', () => {
  const model: Partial<ChipModel> = {
    wires: { ...wires, topology: 'separate-supply' },
    dac: converter(4, 2),
    drive: { kind: 'bit-serial' },
    driver: { noise: 0, asymmetry: 0, readAsymmetry: 0, signs: 'apart' },
  };
  const quantised = () => {
    const x = gaussianMatrix(engine, 4, 6, 'x');
    engine.kernels.quantise(x, 6, -2, 2, 15);
    return x;
  };

  test('without resistance, inputs of both signs and all bits give the plain product', () => {
    const ideal = { wordResistance: 0, bitResistance: 0, sourceResistance: 0, senseResistance: 0 };
    const { read, ideal: plain } = made({
      ...model,
      wires: { kind: 'exact', ...ideal, topology: 'separate-supply' },
    });
    expect(apart(read(quantised()), plain(quantised()))).toBeLessThan(1e-4);
  });

  test('the sign of all inputs is that of all outputs', () => {
    const { read, meter } = made(model);
    const x = quantised();
    const y = read(x);
    for (let k = 0; k < x.data.length; k++) x.data[k]! *= -1;
    expect(
      apart(
        read(x),
        y.map(v => -v),
      ),
    ).toBeLessThan(1e-6);
    expect(meter.columnReads).toBe(2 * 4 * 3 * 2 * 3); // reads, samples, columns, signs, bits
  });

  test('inputs that are on together do not just add up', () => {
    const { read } = made(model);
    const x = engine.matrix(6, 6);
    for (let i = 0; i < 6; i++) x.data[i * 6 + i] = 2;
    const alone = read(x);
    const sums = [0, 1, 2].map(j => [0, 1, 2, 3, 4, 5].reduce((sum, i) => sum + alone[i * 3 + j]!, 0));
    const all = rowsOf(x, 0, 1);
    all.data.fill(2);
    expect(apart(read(all), sums)).toBeGreaterThan(0.01);
  });
});
