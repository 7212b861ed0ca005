/**
 * @file A way to be fast, exact but for the order of sums. Crossbars of three columns make products too small for any machine, and neighbours are driven
 * by nearly the same lines. So a square of neighbouring points is taken together: what drives any of them, times one matrix that has their weights where
 * they see something and zeros elsewhere. Of its own field each sees about half of that; but one product of 48 columns is some ten times
 * as fast as sixteen of three.
 */
import type { NetworkRequest, Window } from '../access.ts';
import type { ChipModel } from '../model.ts';
import type { FieldedShape } from './gather.ts';

import { sizeOf } from './windows.ts';

/** Columns of a product beyond which it is no faster. */
const wide = 48;

/** How a layer is cut. */
export interface Tiling {
  /** points along a side of a square */
  readonly side: number;
  /** whether what is held (inputs and bias) and what is not are multiplied apart: `recurrent/drive.ts` */
  readonly isCut: boolean;
  /** most samples whose outer products are summed */
  readonly samples: number;
}

/** Undefined where crossbars are read one by one: fields inside their grid are few and have many channels. */
export function tilingOf(
  { layers, boxes }: ChipModel,
  l: number,
  samples: number,
  network: NetworkRequest | undefined,
): Tiling | undefined {
  const layer = layers[l]!;
  if (typeof layer === 'number' || (layer.edges !== 'truncated' && !network)) return undefined;
  const side = Math.max(1, Math.round(Math.sqrt(wide / layer.channels)));
  return { side, isCut: network !== undefined && l === 0 && boxes.front.kind === 'none', samples };
}

/** A square of neighbouring points. */
export interface Tile {
  readonly points: readonly number[];
  /** unit of the first column of each row of its points, and how many there are in it */
  readonly runs: readonly { readonly firstUnit: number; readonly units: number }[];
  readonly columns: number;
  /** of each area of lines, what any of the points sees */
  readonly windows: readonly Window[];
}

export function tilesOf({ fields, places }: FieldedShape, side: number): Tile[] {
  const { points, across, channels, areas, windows } = fields;
  const down = points / across;
  const tiles: Tile[] = [];
  for (let top = 0; top < down; top += side)
    for (let left = 0; left < across; left += side) {
      const rows = Array.from({ length: Math.min(side, down - top) }, (_, y) => (top + y) * across + left);
      const width = Math.min(side, across - left);
      const own = rows.flatMap(first => Array.from({ length: width }, (_, x) => first + x));
      tiles.push({
        points: own,
        runs: rows.map(first => ({ firstUnit: places[first]!.firstUnit, units: width * channels })),
        columns: own.length * channels,
        windows: areas.map((_, a) => unionOf(own.map(point => windows[point]![a]!))),
      });
    }
  return tiles;
}

/** The smallest window that holds all of them. */
function unionOf(windows: readonly Window[]): Window {
  const some = windows.filter(({ rows, width }) => rows * width > 0);
  if (some.length === 0) return { top: 0, left: 0, rows: 0, width: 0 };
  const top = Math.min(...some.map(w => w.top));
  const left = Math.min(...some.map(w => w.left));
  return {
    top,
    left,
    rows: Math.max(...some.map(w => w.top + w.rows)) - top,
    width: Math.max(...some.map(w => w.left + w.width)) - left,
  };
}

/** Neighbouring lines, and the first of the rows of a tile that they drive. */
export interface Span {
  readonly line: number;
  readonly row: number;
  readonly count: number;
}

/** Neighbouring rows of one crossbar: where they lie in the matrix of the layer's weights, and where in that of the tile. */
export interface Piece {
  readonly at: number;
  readonly row: number;
  readonly width: number;
  readonly column: number;
}

/** A tile and what of the areas `first` to `last` drives it, lines counted from the first of these areas. */
export function placed(tile: Tile, { fields, places }: FieldedShape, first: number, last: number) {
  const { areas, channels } = fields;
  const spans: Span[] = [];
  const pieces: Piece[] = [];
  let rows = 0;
  for (let a = first; a <= last; a++) {
    const { from, pitch } = areas[a]!;
    const union = tile.windows[a]!;
    for (let k = 0; k < union.rows; k++) {
      const line = from - areas[first]!.from + (union.top + k) * pitch + union.left;
      spans.push({ line, row: rows + k * union.width, count: union.width });
    }
    tile.points.forEach((point, slot) => {
      const { top, left, rows: high, width } = fields.windows[point]![a]!;
      const before = fields.windows[point]!.slice(0, a).reduce((sum, window) => sum + sizeOf(window), 0);
      for (let k = 0; k < high; k++)
        pieces.push({
          at: places[point]!.firstRow + before + k * width,
          row: rows + (top - union.top + k) * union.width + left - union.left,
          width,
          column: slot * channels,
        });
    });
    rows += sizeOf(union);
  }
  return { ...tile, rows, spans, pieces };
}
