/**
 * @file Cells and lines that do not work, whatever is written to them: fully on, fully off, or open; word and bit lines of a tile that are
 * broken, so that no cell on them conducts. What befalls a cell is one draw, so the three kinds never meet in one. The one who writes does
 * not know: weights go on as if the cell had followed.
 */
import type { Static } from '@sinclair/typebox';
import { ratio, strict } from '../description.ts';
import { type Stream, uniforms } from '../engine/streams.ts';

const share = (what: string) => ratio(`share of the ${what}`, { minimum: 0, maximum: 1, default: 0 });
export const Faults = strict(
  {
    stuckOn: share('cells that are at their largest conductance for ever'),
    stuckOff: share('cells that are at their smallest conductance for ever'),
    open: share('cells that do not conduct at all'),
    brokenRows: share('word lines of tiles that reach no cell'),
    brokenColumns: share('bit lines of tiles that reach no cell'),
  },
  { description: 'cells and lines that do not work' },
);
export type Faults = Static<typeof Faults>;

/** What befell each cell [rows, bit lines]; cut: it is on a broken line. */
export const fates = ['sound', 'on', 'off', 'open', 'cut'] as const;
export type Fate = (typeof fates)[number];

/** How a crossbar is cut: tiles of so many rows and bit lines, the last ones smaller. */
export interface Cut {
  readonly rows: number;
  readonly bitLines: number;
  readonly tileRows: number;
  readonly tileBitLines: number;
}

/** Indices into `fates` [rows, bit lines]. @throws RangeError where shares of cells add up to more than all */
export function drawFates(faults: Faults, cut: Cut, stream: (path: string) => Stream): Uint8Array {
  const { rows, bitLines, tileRows, tileBitLines } = cut;
  const { stuckOn, stuckOff, open, brokenRows, brokenColumns } = faults;
  if (stuckOn + stuckOff + open > 1) throw new RangeError('stuck and open cells are more than all there are');
  const cells = Uint8Array.from(uniforms(stream('fate'), rows * bitLines), lot =>
    lot < stuckOn ? 1 : lot < stuckOn + stuckOff ? 2 : lot < stuckOn + stuckOff + open ? 3 : 0,
  );
  const across = Math.ceil(bitLines / tileBitLines);
  const down = Math.ceil(rows / tileRows);
  const rowLots = uniforms(stream('broken-rows'), rows * across);
  const columnLots = uniforms(stream('broken-columns'), bitLines * down);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < bitLines; j++) {
      const row = rowLots[i * across + Math.floor(j / tileBitLines)]!;
      const column = columnLots[j * down + Math.floor(i / tileRows)]!;
      if (row < brokenRows || column < brokenColumns) cells[i * bitLines + j] = 4;
    }
  return cells;
}
