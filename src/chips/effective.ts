/**
 * @file What multiplies, where that is not the weights themselves: weights → conductances of cells (`mappings/`) → faults → wires, tile by tile → weights again.
 * The arrays are linear, so all of this is a matrix, worked out when weights have changed and not at a read.
 */
import type { Engine } from '../engine/engine.ts';
import type { Matrix } from '../engine/matrix.ts';
import type { Stream } from '../engine/streams.ts';
import type { Held } from './cells/held.ts';
import { drawFates, fates } from './faults.ts';
import { isDirect } from './mappings/index.ts';
import type { Mapping } from './mappings/mapping.ts';
import type { ChipModel } from './model.ts';
import { exactTransfer, type Output } from './wires/exact.ts';
import { farthest, masked, reach } from './wires/mask.ts';
import { buildNodal } from './wires/nodal.ts';
import { idealPower, type PowerShares, powerOf } from './wires/power.ts';
import { type Lines, linesOf } from './wires/wires.ts';

export interface Effective {
  /** what multiplies in all [rows, columns] */
  readonly whole: Matrix;
  /** what multiplies in each slice, in the slice's own units [rows, columns] */
  readonly slices: readonly Matrix[];
  /** The weights have changed. @throws Error where a mask of the wires is out of its range */
  refresh(): void;
  /** How far a mask is off the exact solution: root mean square of the error, as a share of that of what multiplies. */
  maskError(): number;
  /** Calls `take` with every cell, in siemens, as its weight says and faults will have it; those of a reference, which hold no weight, have the column behind the last. */
  eachCell(take: (row: number, column: number, siemens: number) => void): void;
  /** What these inputs [rows], in volts, make drivers deliver and cells dissipate, relative to ideal wires; undefined where wires are. */
  powerShares(inputs: readonly Float64Array[]): PowerShares | undefined;
}

/** Cells of one tile. */
interface Tile {
  readonly fromRow: number;
  readonly rows: number;
  readonly fromColumn: number;
  readonly columns: number;
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
  const lines = linesOf(model.wires);
  const { faults, mapping: kind, weightRange, tileRows, tileColumns } = model.crossbar;
  if (!lines && !faults && isDirect(kind)) return undefined;
  if (weightRange === 0) throw new RangeError('wires, faults and levels of cells need a weightRange above 0');
  const { minimumConductance: off, maximumConductance: on } = model.cell;
  const { rows, columns } = weights;
  const each = mapping.cells.length;
  const cut = { rows, bitLines: columns * each, tileRows, tileBitLines: tileColumns * each };
  const cellFates = faults && drawFates(faults, cut, path => stream(`faults/${path}`));
  const whole = engine.matrix(rows, columns);
  const several = mapping.slices.length > 1;
  const slices = several ? mapping.slices.map(() => engine.matrix(rows, columns)) : [whole];
  const tiles = tilesOf(rows, columns, tileRows, tileColumns);
  const largest = tiles[0]!;
  const bitLines = (tile: Tile) => tile.columns * each + (mapping.unit === undefined ? 0 : 1);
  const room = new Float64Array(largest.rows * bitLines(largest));
  const passed = new Float64Array(room.length);
  const nominal = new Float64Array(each);

  /** Conductances of the cells of a tile, siemens [rows, bit lines]. @param held what is known of them beside their weights */
  function conduct(tile: Tile, held = cells): Float64Array {
    const wide = bitLines(tile);
    const G = room.subarray(0, tile.rows * wide);
    for (let i = 0; i < tile.rows; i++) {
      const first = (tile.fromRow + i) * columns + tile.fromColumn;
      for (let j = 0; j < tile.columns; j++) {
        if (!held) mapping.hold(weights.data[first + j]!, nominal, 0);
        for (let c = 0; c < each; c++) {
          const sound = held ? held.now[(first + j) * each + c]! : nominal[c]!;
          const fate = cellFates ? fates[cellFates[(first + j) * each + c]!]! : 'sound';
          G[i * wide + j * each + c] =
            fate === 'sound' ? sound : fate === 'on' ? on : fate === 'off' ? off : 0;
        }
      }
      if (mapping.unit !== undefined) G[i * wide + wide - 1] = mapping.unit;
    }
    return G;
  }

  /** Currents of weights as sums over bit lines, slice after slice for each weight. */
  function outputsOf(tile: Tile): Output[] {
    const wide = bitLines(tile);
    return Array.from({ length: tile.columns * slices.length }, (_, o) => {
      const [j, slice] = [Math.floor(o / slices.length), o % slices.length];
      const own = mapping.cells.flatMap((cell, c) =>
        cell.slice === slice ? [{ bit: j * each + c, factor: cell.factor }] : [],
      );
      const reference = own.reduce((sum, { factor }) => sum + factor, 0);
      return mapping.unit === undefined ? own : [...own, { bit: wide - 1, factor: -reference }];
    });
  }

  /** T of a tile [rows, outputs], per volt and before what is subtracted digitally. */
  function transferOf(
    tile: Tile,
    G: Float64Array,
    outputs: readonly Output[],
    isExact: boolean,
  ): Float64Array {
    const wide = bitLines(tile);
    if (lines && isExact) return exactTransfer(G, tile.rows, wide, lines, outputs);
    let cells = G;
    if (lines) {
      checkReach(G, tile.rows, wide, lines);
      cells = passed.subarray(0, G.length);
      masked(G, tile.rows, wide, lines, cells);
    }
    const T = new Float64Array(tile.rows * outputs.length);
    for (let i = 0; i < tile.rows; i++)
      for (let o = 0; o < outputs.length; o++) {
        let sum = 0;
        for (const { bit, factor } of outputs[o]!) sum += factor * cells[i * wide + bit]!;
        T[i * outputs.length + o] = sum;
      }
    return T;
  }

  const outputs = tiles.map(outputsOf);
  const rest = mapping.unit === undefined ? mapping.rest : 0;

  /** Calls `take` with every weight that multiplies, in the units of its slice. */
  function visit(isExact: boolean, take: (slice: number, at: number, w: number) => void): void {
    tiles.forEach((tile, t) => {
      const T = transferOf(tile, conduct(tile), outputs[t]!, isExact);
      const many = outputs[t]!.length;
      for (let i = 0; i < tile.rows; i++)
        for (let o = 0; o < many; o++) {
          const at = (tile.fromRow + i) * columns + tile.fromColumn + Math.floor(o / slices.length);
          take(o % slices.length, at, T[i * many + o]! - rest);
        }
    });
  }

  const isExact = model.wires?.kind === 'exact';
  return {
    whole,
    slices,
    refresh() {
      visit(isExact, (slice, at, w) => {
        slices[slice]!.data[at] = w;
      });
      if (!several) return;
      engine.kernels.fill(whole, 0);
      mapping.slices.forEach((unit, s) => {
        engine.kernels.addScaled(slices[s]!, unit, whole);
      });
    },
    maskError() {
      let off = 0;
      let all = 0;
      visit(true, (slice, at, w) => {
        off += (mapping.slices[slice]! * (slices[slice]!.data[at]! - w)) ** 2;
        all += (mapping.slices[slice]! * w) ** 2;
      });
      return Math.sqrt(off / all);
    },
    eachCell(take) {
      for (const tile of tiles) {
        const wide = bitLines(tile);
        const G = conduct(tile, undefined); // a look at what cells hold would draw their errors now and not when they are read
        for (let i = 0; i < tile.rows; i++)
          for (let b = 0; b < wide; b++) {
            const j = Math.floor(b / each);
            const column = j < tile.columns ? tile.fromColumn + j : columns;
            take(tile.fromRow + i, column, G[i * wide + b]!);
          }
      }
    },
    powerShares(inputs) {
      if (!lines) return undefined;
      let [driver, inCells, ideal] = [0, 0, 0];
      for (const tile of tiles) {
        const wide = bitLines(tile);
        const G = conduct(tile).slice();
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

function tilesOf(rows: number, columns: number, tileRows: number, tileColumns: number): Tile[] {
  const tiles: Tile[] = [];
  for (let fromRow = 0; fromRow < rows; fromRow += tileRows)
    for (let fromColumn = 0; fromColumn < columns; fromColumn += tileColumns)
      tiles.push({
        fromRow,
        rows: Math.min(tileRows, rows - fromRow),
        fromColumn,
        columns: Math.min(tileColumns, columns - fromColumn),
      });
  return tiles;
}

/** @throws Error where the mask would not be worth its name */
function checkReach(G: Float64Array, rows: number, bitLines: number, lines: Lines): void {
  const { word, bit } = reach(G, rows, bitLines, lines);
  if (word + bit <= farthest) return;
  throw new Error(
    `a mask does not describe these wires: over a tile of ${rows} rows and ${bitLines} bit lines they reach ${(word + bit).toPrecision(2)} (word lines ${word.toPrecision(2)}, bit lines ${bit.toPrecision(2)}), ` +
      `and beyond ${farthest} a mask is off by more than several per cent; take smaller tiles, less resistance, cells that conduct less, or wires of kind "exact"`,
  );
}
