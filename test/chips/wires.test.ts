/** @file Wires: what Kirchhoff's laws demand of any solution, and crossbars behind them. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { Chip } from '../../src/chips/chip.ts';
import type { ChipModel } from '../../src/chips/model.ts';
import { fullPassOf } from '../../src/chips/pass.ts';
import { exactTransfer, type Output } from '../../src/chips/wires/exact.ts';
import { farthest, masked, reach } from '../../src/chips/wires/mask.ts';
import { buildNodal } from '../../src/chips/wires/nodal.ts';
import type { Lines } from '../../src/chips/wires/wires.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { streamOf, uniforms } from '../../src/engine/streams.ts';
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

interface Case {
  rows: number;
  columns: number;
  G: Float64Array;
  V: Float64Array;
  lines: Lines;
}
const resistance = fc.constantFrom(0, 0.5, 3, 40);
const cases: fc.Arbitrary<Case> = fc
  .record({
    rows: fc.integer({ min: 1, max: 9 }),
    columns: fc.integer({ min: 1, max: 9 }),
    seed: fc.integer({ min: 0, max: 1e6 }),
    openShare: fc.constantFrom(0, 0.3),
    lines: fc.record({ word: resistance, bit: resistance, source: resistance, sense: resistance }),
  })
  .map(({ rows, columns, seed, openShare, lines }) => {
    const lots = uniforms(streamOf(seed, 'cells'), 2 * rows * columns);
    const G = Float64Array.from({ length: rows * columns }, (_, k) =>
      lots[2 * k]! < openShare ? 0 : 1e-6 * 10 ** (3 * lots[2 * k + 1]!),
    );
    const V = Float64Array.from(uniforms(streamOf(seed, 'voltages'), rows), u => 2 * u - 1);
    return { rows, columns, G, V, lines };
  });
const single = (columns: number): Output[] =>
  Array.from({ length: columns }, (_, bit) => [{ bit, factor: 1 }]);
const transferOf = ({ rows, columns, G, lines }: Case) =>
  exactTransfer(G, rows, columns, lines, single(columns), 1e-12);
const sum = (of: ArrayLike<number>) => Array.from(of).reduce((total, x) => total + x, 0);
/** Close, as a share of the largest of what is compared. */
function close(a: ArrayLike<number>, b: ArrayLike<number>, share = 1e-10): void {
  const scale = Math.max(...Array.from(a, Math.abs), ...Array.from(b, Math.abs));
  expect(apart(a, b)).toBeLessThanOrEqual(share * scale);
}

describe('exact wires', () => {
  test.prop([cases])('what goes in comes out, and what is delivered is dissipated', c => {
    const { rows, columns, G, V, lines } = c;
    const { into, out, across, wordDrop, bitRise } = buildNodal(
      G,
      rows,
      columns,
      lines,
    )(V, new Float64Array(columns));
    expect(Math.abs(sum(into) - sum(out))).toBeLessThanOrEqual(1e-12 * sum(into.map(Math.abs)));
    // currents of the segments from those of the cells, voltages from the nodes: two ways that agree only where both are right
    let dissipated = sum(G.map((g, k) => g * across[k]! ** 2));
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) {
        const k = i * columns + j;
        const through = sum(Array.from({ length: columns - j }, (_, n) => G[k + n]! * across[k + n]!));
        const before = j === 0 ? 0 : wordDrop[k - 1]!;
        dissipated += through * (before - wordDrop[k]!);
        const below = i === rows - 1 ? 0 : bitRise[k + columns]!;
        const down = sum(
          Array.from({ length: i + 1 }, (_, n) => G[n * columns + j]! * across[n * columns + j]!),
        );
        dissipated += down * (bitRise[k]! - below);
        const segment = lines.word + (j === 0 ? lines.source : 0);
        expect(Math.abs(before - wordDrop[k]! - segment * through)).toBeLessThan(1e-9);
        const last = lines.bit + (i === rows - 1 ? lines.sense : 0);
        expect(Math.abs(bitRise[k]! - below - last * down)).toBeLessThan(1e-9);
      }
    const delivered = sum(V.map((v, i) => v * into[i]!));
    expect(Math.abs(delivered - dissipated)).toBeLessThanOrEqual(1e-9 * delivered);
  });

  test.prop([cases])('outputs are the transfer matrix times the inputs', c => {
    const T = transferOf(c);
    const { out } = buildNodal(c.G, c.rows, c.columns, c.lines)(c.V, new Float64Array(c.columns));
    const products = Array.from({ length: c.columns }, (_, j) =>
      sum(c.V.map((v, i) => v * T[i * c.columns + j]!)),
    );
    close(out, products);
  });

  test.prop([cases])('an array turned around is the same array', c => {
    const { rows, columns, G, lines } = c;
    const turn = (of: Float64Array, m: number, n: number) =>
      Float64Array.from({ length: m * n }, (_, k) => {
        const [i, j] = [Math.floor(k / m), k % m]; // of the turned array [n, m]
        return of[(m - 1 - j) * n + (n - 1 - i)]!;
      });
    const turned = {
      ...c,
      rows: columns,
      columns: rows,
      G: turn(G, rows, columns),
      lines: { word: lines.bit, bit: lines.word, source: lines.sense, sense: lines.source },
    };
    close(transferOf(turned), turn(transferOf(c), rows, columns));
  });

  test.prop([cases])(
    'no column gives more than its cells would without wires, and every entry is a conductance',
    c => {
      const T = transferOf(c);
      const column = (of: Float64Array, j: number) =>
        sum(Array.from({ length: c.rows }, (_, i) => of[i * c.columns + j]!));
      expect(Math.min(...T)).toBeGreaterThanOrEqual(0);
      for (let j = 0; j < c.columns; j++)
        expect(column(T, j)).toBeLessThanOrEqual(column(c.G, j) * (1 + 1e-12));
    },
  );

  test.prop([cases])('small resistances cost in proportion', c => {
    const drop = (factor: number) => {
      const { word, bit, source, sense } = c.lines;
      const lines = {
        word: factor * word,
        bit: factor * bit,
        source: factor * source,
        sense: factor * sense,
      };
      return transferOf({ ...c, lines }).map((t, k) => c.G[k]! - t);
    };
    const half = drop(0.5e-4);
    close(
      drop(1e-4),
      half.map(d => 2 * d),
      0.01,
    );
  });

  test.prop([cases])('the few of rows and outputs that are solved tell the same', c => {
    const pairs: Output[] = [
      [
        { bit: 0, factor: 2 },
        { bit: c.columns - 1, factor: -0.5 },
      ],
    ];
    const T = transferOf(c);
    const combined = Array.from(
      { length: c.rows },
      (_, i) => 2 * T[i * c.columns]! - 0.5 * T[(i + 1) * c.columns - 1]!,
    );
    close(exactTransfer(c.G, c.rows, c.columns, c.lines, pairs, 1e-12), combined, 1e-9);
  });
});

describe('the mask', () => {
  const even = (rows: number, columns: number, seed: number) =>
    Float64Array.from(uniforms(streamOf(seed, 'even'), rows * columns), u => (0.1 + 0.9 * u) * 1e-4);
  const errorOf = (rows: number, columns: number, lines: Lines) => {
    const G = even(rows, columns, rows);
    const T = exactTransfer(G, rows, columns, lines, single(columns));
    const M = new Float64Array(G.length);
    masked(G, rows, columns, lines, M);
    const { word, bit } = reach(G, rows, columns, lines);
    return { error: Math.hypot(...M.map((m, k) => m - T[k]!)) / Math.hypot(...T), reach: word + bit };
  };
  const wires = (ohm: number): Lines => ({ word: ohm, bit: ohm, source: 0, sense: 0 });

  test.prop([cases])('is exact for a single cell on one line with resistance', ({ G, lines, ...c }) => {
    const cell = G.subarray(0, 1);
    for (const ideal of [
      { word: 0, source: 0 },
      { bit: 0, sense: 0 },
    ]) {
      const out = new Float64Array(1);
      masked(cell, 1, 1, { ...lines, ...ideal }, out);
      close(out, transferOf({ ...c, rows: 1, columns: 1, G: cell, lines: { ...lines, ...ideal } }));
    }
  });

  // what a current of one cell does to another's output is no business of a factor a cell: sums over rows are compared
  test.prop([cases])('drops of currents are right to first order in the resistances', c => {
    const { rows, columns, G } = c;
    const { word, bit, source, sense } = c.lines;
    const small = 1e-4;
    const lines = { word: small * word, bit: small * bit, source: small * source, sense: small * sense };
    const M = new Float64Array(G.length);
    masked(G, rows, columns, lines, M);
    const T = transferOf({ ...c, lines });
    const drops = (of: Float64Array) =>
      Array.from({ length: columns }, (_, j) =>
        sum(Array.from({ length: rows }, (_, i) => G[i * columns + j]! - of[i * columns + j]!)),
      );
    close(drops(M), drops(T), 0.01);
  });

  test('is off by per mille where wires reach little, and by some per cent at the end of its range', () => {
    const near = errorOf(40, 40, wires(1));
    expect(near.reach).toBeLessThan(0.1);
    expect(near.error).toBeLessThan(0.002);
    const far = errorOf(64, 64, wires(5));
    expect(far.reach).toBeGreaterThan(0.8 * farthest);
    expect(far.reach).toBeLessThan(farthest);
    expect(far.error).toBeGreaterThan(0.01);
    expect(far.error).toBeLessThan(0.07);
  });

  test('is better than no wires at all by far', () => {
    const [rows, columns, lines] = [48, 48, wires(2)];
    const G = even(rows, columns, 1);
    const T = exactTransfer(G, rows, columns, lines, single(columns));
    const ignored = Math.hypot(...G.map((g, k) => g - T[k]!)) / Math.hypot(...T);
    expect(errorOf(rows, columns, lines).error).toBeLessThan(ignored / 10);
  });
});

describe('crossbars behind wires', () => {
  const lines = { wordResistance: 30, bitResistance: 20, sourceResistance: 100, senseResistance: 50 };
  const wired = (kind: 'exact' | 'mask', given: Partial<ChipModel> = {}, ohm = lines) =>
    chipModel({
      cell: linearCell({ minimumConductance: 1e-6, maximumConductance: 5e-5 }),
      crossbar: crossbarOf(1),
      wires: { kind, ...ohm },
      ...given,
    });
  const made = (model: ChipModel, inputs = 6): Chip => {
    const chip = chipOf(model, engine, { inputs });
    writeWeights(chip, engine);
    return chip;
  };
  const read = (chip: Chip) => {
    const images = pixels(engine, 4, chip.parts.shapes[0]!.inputs);
    return fullPassOf(passOf(chip, images)).currents[0]!.data.slice();
  };

  test.each(['exact', 'mask'] as const)('with wires of no resistance they are plain crossbars: %s', kind => {
    const ideal = { wordResistance: 0, bitResistance: 0, sourceResistance: 0, senseResistance: 0 };
    const chip = made(wired(kind, {}, ideal));
    const { weights } = chip.parts.crossbars[0]!;
    expect(apart(chip.parts.crossbars[0]!.effective().data, weights.data)).toBeLessThan(1e-6);
  });

  test('both cells of a pair hang on one word line, side by side', () => {
    const chip = made(wired('exact'));
    const { weights, rows, columns } = chip.parts.crossbars[0]!;
    const scale = 4.9e-5;
    const G = Float64Array.from({ length: rows * 2 * columns }, (_, k) => {
      const w = weights.data[k >> 1]!;
      return 1e-6 + scale * Math.max(0, k % 2 === 0 ? w : -w);
    });
    const T = exactTransfer(
      G,
      rows,
      2 * columns,
      { word: 30, bit: 20, source: 100, sense: 50 },
      single(2 * columns),
    );
    const pairs = weights.data.map((_, k) => (T[2 * k]! - T[2 * k + 1]!) / scale);
    close(chip.parts.crossbars[0]!.effective().data, pairs, 1e-6);
    expect(apart(pairs, weights.data)).toBeGreaterThan(1e-3); // and wires do matter here
  });

  test.each(['exact', 'mask'] as const)('what multiplies follows every change: %s', kind => {
    const chip = made(wired(kind));
    const { crossbars } = chip.parts;
    for (const change of ['update', 'write', 'restore'] as const) {
      read(chip);
      const { rows, columns } = crossbars[0]!;
      const given = crossbars.map((c, l) => gaussianMatrix(engine, c.rows, c.columns, `${change}/${l}`, 0.3));
      if (change === 'restore') chip.restore(given);
      else chip[change](0, given[0]!);
      const other = made(wired(kind));
      other.restore(crossbars.map(c => c.weights));
      expect(crossbars[0]!.effective().data).toEqual(other.parts.crossbars[0]!.effective().data);
      expect([rows, columns]).toEqual([7, 7]);
    }
  });

  test('the state is what was written, whatever the wires', () => {
    const [plain, behind] = [made(wired('exact', { wires: { kind: 'none' } })), made(wired('exact'))];
    expect(behind.digest()).toBe(plain.digest());
    expect(read(behind)).not.toEqual(read(plain));
  });

  test('reads, shared or not, and reads backwards use what multiplies', () => {
    const images = pixels(engine, 4, 6);
    for (const labels of ['none', 'lines', 'pixels'] as const) {
      const chip = chipOf(wired('exact'), engine, { labels });
      writeWeights(chip, engine);
      chip.hold(images);
      const pass = chip.newPass(4);
      chip.send(labels === 'none' ? { kind: 'off' } : { kind: 'class', value: 1, strength: 2 }, pass);
      const effective = chip.parts.crossbars[0]!.effective();
      const currents = fullPassOf(pass).currents[0]!;
      expect(apart(currents.data, product(pass.inputs[0]!, effective))).toBeLessThan(1e-5);
      const back = engine.matrix(4, effective.rows);
      chip.parts.crossbars[0]!.reverse(pass.outputs[0]!, back);
      const turned = engine.matrix(effective.columns, effective.rows);
      engine.kernels.transpose(effective, turned);
      expect(apart(back.data, product(pass.outputs[0]!, turned))).toBeLessThan(1e-5);
    }
  });

  test('every tile has wires of its own', () => {
    const tiles = (tileRows: number, tileColumns: number) =>
      made(wired('exact', { layers: [12], crossbar: { weightRange: 1, tileRows, tileColumns } }), 15);
    const effective = (chip: Chip) => chip.parts.crossbars[0]!.effective();
    const [whole, cut] = [tiles(16, 12), tiles(5, 4)];
    const ideal = cut.parts.crossbars[0]!.weights;
    const error = (chip: Chip) => apart(effective(chip).data, ideal.data);
    expect(error(cut)).toBeLessThan(error(whole));
    // a cell of one tile is nothing to another
    const before = effective(cut).data.slice();
    const change = engine.matrix(16, 12);
    change.data[0] = 0.4;
    cut.update(0, change);
    effective(cut).data.forEach((w, k) => {
      const isInside = Math.floor(k / 12) < 5 && k % 12 < 4;
      if (!isInside) expect(w).toBe(before[k]);
    });
    expect(effective(cut).data[0]).not.toBe(before[0]);
  });

  test('the error of a mask is known, and none where there is none', () => {
    const masks = made(wired('mask')).parts.crossbars[0]!;
    const exact = made(wired('exact')).parts.crossbars[0]!;
    const [m, e] = [masks.effective().data, exact.effective().data];
    const norm = (of: ArrayLike<number>) => Math.hypot(...Array.from(of));
    const error = norm(m.map((w, k) => w - e[k]!)) / norm(e);
    const x = gaussianMatrix(engine, 16, masks.rows, 'inputs');
    const found = masks.maskError(x)!;
    expect(found.weights).toBeCloseTo(error, 6);
    expect(error).toBeGreaterThan(1e-6);
    const y = product(x, exact.effective());
    const off = product(x, masks.effective()).map((v, k) => v - y[k]!);
    expect(found.outputs).toBeCloseTo(norm(off) / norm(y), 6);
    expect(exact.maskError(x)).toBeUndefined();
  });

  test('a mask beyond its range is refused, in words', () => {
    const far = made(wired('mask', { layers: [40] }, { ...lines, wordResistance: 2000 }));
    expect(() => read(far)).toThrow(
      /a mask does not describe these wires: .* 7 rows and 80 bit lines .*"exact"/,
    );
  });

  test('wires need weights with bounds', () => {
    expect(() => made(wired('exact', { crossbar: crossbarOf(0) }))).toThrow(/weightRange above 0/);
  });

  test('with an ADC for each tile of rows, the sum is that of the tiles', () => {
    const model = wired('exact', { layers: [5], adc: converter(16, 4), crossbar: { ...crossbarOf(1, 4) } });
    const chip = made(model, 11);
    const pass = passOf(chip, pixels(engine, 4, 11));
    const exact = product(pass.inputs[0]!, chip.parts.crossbars[0]!.effective());
    expect(apart(fullPassOf(pass).currents[0]!.data, exact)).toBeLessThan(3e-4);
  });
});
