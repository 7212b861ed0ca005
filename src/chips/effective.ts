/**
 * @file What multiplies, where that is not the weights themselves: weights → conductances of cells (`mappings/`) → faults → wires, tile by tile (`tiles.ts`) → weights
 * again. Arrays of linear cells are linear, so all of this is a matrix, worked out when weights have changed and not at a read. Those that are not are solved
 * at every read (`solved.ts`); the matrix is then what they are at small voltages, and with separate supply lines what they are without wires.
 */
import type { Engine } from '../engine/engine.ts';
import type { Matrix } from '../engine/matrix.ts';
import { type Stream, streamOf, uniforms } from '../engine/streams.ts';
import type { Held } from './cells/held.ts';
import { isDirect } from './mappings/index.ts';
import type { Mapping } from './mappings/mapping.ts';
import type { ChipModel } from './model.ts';
import { buildSolved, isSolved, type SolvedArrays } from './solved.ts';
import { buildTiles, type Tile, type Tiles } from './tiles.ts';
import { exactTransfer } from './wires/exact.ts';
import { farthest, masked, reach } from './wires/mask.ts';
import { buildNodal } from './wires/nodal.ts';
import { idealPower, type PowerShares, powerOf } from './wires/power.ts';
import { type Lines, linesOf } from './wires/wires.ts';

export interface Effective {
  /** what multiplies in all [rows, columns] */
  readonly whole: Matrix;
  /** what multiplies in each slice, in the slice's own units [rows, columns] */
  readonly slices: readonly Matrix[];
  /** where a read is no product */
  readonly solved: SolvedArrays | undefined;
  /** What weight k is, of cells of these conductances, by the faults that they have; absent where there are none. */
  readonly faulty: Tiles['faulty'];
  readonly fates: Tiles['fates'];
  /** The weights have changed. @throws Error where a mask of the wires is out of its range */
  refresh(): void;
  /** How far a mask is off the exact solution. @param inputs such as there are [samples, rows] */
  maskError(inputs: Matrix): MaskError;
  /** Calls `take` with every cell, in siemens, as its weight says and faults will have it; those of a reference, which hold no weight, have the column behind the last. */
  eachCell(take: (row: number, column: number, siemens: number) => void): void;
  /** What these inputs [rows], in volts, make drivers deliver and cells dissipate, relative to ideal wires; undefined where wires are, or lines run otherwise than as usual. */
  powerShares(inputs: readonly Float64Array[]): PowerShares | undefined;
}

/** Errors of a mask, root mean squares. */
export interface MaskError {
  /** of what multiplies, as a share of it */
  readonly weights: number;
  /** of the outputs, as a share of them: for the inputs given, and for the same of random signs */
  readonly outputs: number;
  readonly bothSigns: number;
}

/**
 * @param weights the state, in units of weight [rows, columns]
 * @param cells what each cell holds, where that is more than the weights say
 * @returns undefined where the weights themselves multiply
 */
export function buildEffective(
  model: ChipModel,
  weights: Matrix,
  mapping: Mapping,
  cells: Held | undefined,
  engine: Engine,
  stream: (path: string) => Stream,
): Effective | undefined {
  const given = linesOf(model.wires);
  const needsSolving = isSolved(model);
  const { faults, mapping: kind, weightRange } = model.crossbar;
  if (!given && !faults && isDirect(kind) && !needsSolving) return undefined;
  if (weightRange === 0) throw new RangeError('wires, faults and levels of cells need a weightRange above 0');
  const lines = given?.topology === 'separate-supply' ? undefined : given;
  const { rows, columns } = weights;
  const arrays = buildTiles(model, weights, mapping, cells, stream);
  const solved = needsSolving ? buildSolved(model, mapping, arrays, engine, stream('read/cells')) : undefined;
  const whole = engine.matrix(rows, columns);
  const several = mapping.slices.length > 1;
  const slices = several ? mapping.slices.map(() => engine.matrix(rows, columns)) : [whole];
  const rest = mapping.unit === undefined ? mapping.rest : 0;

  /** Calls `take` with every weight that multiplies, in the units of its slice. */
  function visit(isExact: boolean, take: (slice: number, at: number, w: number) => void): void {
    for (const tile of arrays.tiles) {
      const T = transferOf(tile, arrays.conduct(tile), lines, isExact);
      const many = tile.outputs.length;
      for (let i = 0; i < tile.rows; i++)
        for (let o = 0; o < many; o++) {
          const at = (tile.fromRow + i) * columns + tile.fromColumn + Math.floor(o / slices.length);
          take(o % slices.length, at, T[i * many + o]! - rest);
        }
    }
  }

  const isExact = model.wires?.kind === 'exact';
  return {
    whole,
    slices,
    solved,
    faulty: arrays.faulty,
    fates: arrays.fates,
    refresh() {
      visit(isExact, (slice, at, w) => {
        slices[slice]!.data[at] = w;
      });
      solved?.refresh();
      if (!several) return;
      engine.kernels.fill(whole, 0);
      mapping.slices.forEach((unit, s) => {
        engine.kernels.addScaled(slices[s]!, unit, whole);
      });
    },
    maskError(inputs) {
      const exact = new Float64Array(rows * columns);
      visit(true, (slice, at, w) => {
        exact[at]! += mapping.slices[slice]! * w;
      });
      return errorOf(whole, exact, inputs);
    },
    eachCell(take) {
      for (const tile of arrays.tiles) {
        const { bitLines, across, linesPerRow } = tile;
        const G = arrays.conduct(tile, 'meant'); // a look at what cells hold would draw their errors now and not when they are read
        for (let k = 0; k < G.length; k++) {
          const j = Math.floor((k % bitLines) / across);
          const row = tile.fromRow + Math.floor(k / bitLines / linesPerRow);
          take(row, j < tile.columns ? tile.fromColumn + j : columns, G[k]!);
        }
      }
    },
    powerShares(inputs) {
      if (!lines || lines.topology === 'interleaved') return undefined;
      let [driver, inCells, ideal] = [0, 0, 0];
      for (const tile of arrays.tiles) {
        const wide = tile.bitLines;
        const G = arrays.conduct(tile).slice();
        const solve = buildNodal(G, tile.rows, wide, lines, 1e-9);
        const grounded = new Float64Array(wide);
        for (const input of inputs) {
          const word = input.subarray(tile.fromRow, tile.fromRow + tile.rows);
          const power = powerOf(solve(word, grounded), word, G, tile.rows, wide, lines);
          driver += power.driver;
          inCells += power.cells;
          ideal += idealPower(word, G, tile.rows, wide);
        }
      }
      return ideal > 0 ? { driver: driver / ideal, cells: inCells / ideal } : { driver: 1, cells: 1 };
    },
  };
}

/** T of a tile [rows, outputs], per volt and before what is subtracted digitally. */
function transferOf(tile: Tile, G: Float64Array, lines: Lines | undefined, isExact: boolean): Float64Array {
  const { rows, wordLines, bitLines, outputs } = tile;
  if (lines && isExact) return exactTransfer(G, wordLines, bitLines, lines, outputs);
  if (lines) {
    checkReach(G, rows, bitLines, lines);
    masked(G, rows, bitLines, lines, G);
  }
  const T = new Float64Array(rows * outputs.length);
  for (let i = 0; i < rows; i++)
    for (let o = 0; o < outputs.length; o++) {
      let sum = 0;
      for (const { bit, factor } of outputs[o]!) sum += factor * G[i * bitLines + bit]!;
      T[i * outputs.length + o] = sum;
    }
  return T;
}

/** Of crossbars side by side: root mean squares of theirs. */
export function togetherOff(errors: readonly MaskError[]): MaskError {
  const mean = (of: (error: MaskError) => number) =>
    Math.sqrt(errors.reduce((sum, error) => sum + of(error) ** 2, 0) / errors.length);
  return { weights: mean(e => e.weights), outputs: mean(e => e.outputs), bothSigns: mean(e => e.bothSigns) };
}

function errorOf({ rows, columns, data }: Matrix, exact: Float64Array, inputs: Matrix): MaskError {
  const share = (x: ArrayLike<number>) => {
    let [off, all] = [0, 0];
    for (let b = 0; b < inputs.rows; b++)
      for (let j = 0; j < columns; j++) {
        let [error, y] = [0, 0];
        for (let i = 0; i < rows; i++) {
          const k = i * columns + j;
          error += x[b * rows + i]! * (data[k]! - exact[k]!);
          y += x[b * rows + i]! * exact[k]!;
        }
        off += error ** 2;
        all += y ** 2;
      }
    return Math.sqrt(off / all);
  };
  const weights = Math.sqrt(
    exact.reduce((sum, w, k) => sum + (data[k]! - w) ** 2, 0) / exact.reduce((sum, w) => sum + w ** 2, 0),
  );
  const lots = uniforms(streamOf(0, 'mask-error'), inputs.data.length); // no part of a chip's life
  const mixed = inputs.data.map((x, k) => (lots[k]! < 0.5 ? -x : x));
  return { weights, outputs: share(inputs.data), bothSigns: share(mixed) };
}

/** @throws Error where the mask would not be worth its name */
function checkReach(G: Float64Array, rows: number, bitLines: number, lines: Lines): void {
  const { word, bit } = reach(G, rows, bitLines, lines);
  if (word + bit <= farthest) return;
  throw new Error(
    `a mask does not describe these wires: over a tile of ${rows} rows and ${bitLines} bit lines they reach ${(word + bit).toPrecision(2)} (word lines ${word.toPrecision(2)}, bit lines ${bit.toPrecision(2)}), ` +
      `and beyond ${farthest} a mask is off by more than several per cent, and by several times that for inputs of both signs; take smaller tiles, less resistance, cells that conduct less, or wires of kind "exact"`,
  );
}
