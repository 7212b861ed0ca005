/**
 * @file The cells of a crossbar, tile by tile: where those of a weight stand, what they conduct with their faults, and which bit lines add up to an output.
 * Side by side on one word line; in interleaved arrays the two of a pair on one bit line, on word lines of opposite voltages (rows 2 i and 2 i + 1).
 */
import type { Stream } from '../engine/streams.ts';
import type { Held } from './cells/held.ts';
import { drawFates, fates } from './faults.ts';
import { type Mapping, weightOf } from './mappings/mapping.ts';
import type { ChipModel } from './model.ts';
import type { Output } from './wires/exact.ts';

/** Weights of one tile, and the array of their cells. */
export interface Tile {
  readonly fromRow: number;
  readonly rows: number;
  readonly fromColumn: number;
  readonly columns: number;
  /** of the array: word lines [2 · rows where interleaved] and bit lines */
  readonly wordLines: number;
  readonly bitLines: number;
  /** word lines of a row of weights, and bit lines of a weight */
  readonly linesPerRow: number;
  readonly across: number;
  /** currents of weights as sums over bit lines, slice after slice for each weight */
  readonly outputs: readonly Output[];
}

export interface Tiles {
  readonly tiles: readonly Tile[];
  /**
   * Conductances of the cells of a tile, siemens [word lines, bit lines]; valid until the next call.
   * @param as held: what cells hold; meant: what their weights say
   */
  conduct(tile: Tile, as?: 'held' | 'meant'): Float64Array;
  /** What weight k is, of cells that would have these conductances from `at` on, by the faults that they have; absent where there are none. */
  readonly faulty?: (k: number, g: ArrayLike<number>, at: number) => number;
  /** of every cell, side by side for each weight, as indices into `fates` of `faults.ts`; absent where all are sound */
  readonly fates?: Uint8Array;
}

/**
 * @param weights the state, in units of weight [rows, columns]
 * @param cells what each cell holds, where that is more than the weights say
 */
export function buildTiles(
  model: ChipModel,
  weights: { readonly rows: number; readonly columns: number; readonly data: Float32Array },
  mapping: Mapping,
  cells: Held | undefined,
  stream: (path: string) => Stream,
): Tiles {
  const { faults, tileRows, tileColumns } = model.crossbar;
  const { minimumConductance: off, maximumConductance: on } = model.cell;
  const { rows, columns } = weights;
  const each = mapping.cells.length;
  const isPaired = isInterleaved(model);
  const across = isPaired ? each / 2 : each; // bit lines of a weight
  const cut = { rows, bitLines: columns * each, tileRows, tileBitLines: tileColumns * each };
  const cellFates = faults && drawFates(faults, cut, path => stream(`faults/${path}`));
  const tiles = tilesOf(rows, columns, tileRows, tileColumns).map(tile => {
    const bitLines = tile.columns * across + (mapping.unit === undefined ? 0 : 1);
    const linesPerRow = isPaired ? 2 : 1;
    const wordLines = tile.rows * linesPerRow;
    return {
      ...tile,
      wordLines,
      bitLines,
      linesPerRow,
      across,
      outputs: outputsOf(tile.columns, bitLines, mapping, isPaired),
    };
  });
  const room = new Float64Array(Math.max(...tiles.map(t => t.wordLines * t.bitLines)));
  const nominal = new Float64Array(each);
  /** What cell c, counted over all weights, conducts. */
  const fated = (c: number, sound: number) => {
    const fate = cellFates ? fates[cellFates[c]!]! : 'sound';
    return fate === 'sound' ? sound : fate === 'on' ? on : fate === 'off' ? off : 0;
  };
  const shown = new Float64Array(each);
  const faulty: Tiles['faulty'] = (k, g, at) => {
    for (let c = 0; c < each; c++) shown[c] = fated(k * each + c, g[at + c]!);
    return weightOf(mapping, shown, 0);
  };
  return {
    tiles,
    ...(cellFates && { faulty, fates: cellFates }),
    conduct(tile, as = 'held') {
      const known = as === 'held' ? cells : undefined;
      const { wordLines, bitLines: wide } = tile;
      const G = room.subarray(0, wordLines * wide);
      for (let i = 0; i < tile.rows; i++) {
        const first = (tile.fromRow + i) * columns + tile.fromColumn;
        for (let j = 0; j < tile.columns; j++) {
          if (!known) mapping.hold(weights.data[first + j]!, nominal, 0);
          for (let c = 0; c < each; c++) {
            const sound = known ? known.now[(first + j) * each + c]! : nominal[c]!;
            const at = isPaired ? (2 * i + (c & 1)) * wide + j * across + (c >> 1) : i * wide + j * each + c;
            G[at] = fated((first + j) * each + c, sound);
          }
        }
        if (mapping.unit !== undefined) G[i * wide + wide - 1] = mapping.unit;
      }
      return G;
    },
  };
}

export const isInterleaved = ({ wires }: ChipModel): boolean =>
  wires?.kind === 'exact' && wires.topology === 'interleaved';

function outputsOf(columns: number, bitLines: number, mapping: Mapping, isPaired: boolean): Output[] {
  const { cells, slices, unit } = mapping;
  const across = isPaired ? cells.length / 2 : cells.length;
  return Array.from({ length: columns * slices.length }, (_, o) => {
    const [j, slice] = [Math.floor(o / slices.length), o % slices.length];
    const own = cells.flatMap(({ slice: of, factor }, c) => {
      if (of !== slice || (isPaired && c % 2 === 1)) return []; // the other of a pair is on the same bit line
      return [{ bit: j * across + (isPaired ? c >> 1 : c), factor }];
    });
    const reference = own.reduce((sum, { factor }) => sum + factor, 0);
    return unit === undefined ? own : [...own, { bit: bitLines - 1, factor: -reference }];
  });
}

function tilesOf(rows: number, columns: number, tileRows: number, tileColumns: number) {
  const tiles: Pick<Tile, 'fromRow' | 'rows' | 'fromColumn' | 'columns'>[] = [];
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
