/** @file What the cells of an individual hold, as pictures of numbers, and what has befallen them. */
import type { Chip } from '../chips/chip.ts';
import { type Condition, conditions } from '../chips/condition.ts';
import { buildMapping } from '../chips/mappings/index.ts';

export { conditions } from '../chips/condition.ts';

/** A picture of numbers, row after row. */
export interface FieldMap {
  readonly width: number;
  readonly height: number;
  readonly values: readonly number[];
  /** of the whole, before it was made smaller */
  readonly rows: number;
  readonly columns: number;
  /** what has befallen cells, where it is one of `conditions`: the commonest in a block other than sound, or 0 */
  readonly marks?: readonly number[];
}

/** The cells of one layer. */
export interface CellMaps {
  readonly layer: number;
  /** siemens of the cells that stand for one part of a weight */
  readonly maps: readonly { readonly name: string; readonly map: FieldMap }[];
  /** how many cells there are, and how many of each condition */
  readonly count: number;
  readonly faulty: readonly { readonly condition: Condition; readonly cells: number }[];
}

/** Layer by layer; none where weights have no bounds, and so no conductances. */
export function cellMaps({ parts: { model, crossbars } }: Chip): CellMaps[] {
  const range = model.crossbar.weightRange;
  if (range === 0) return [];
  const mapping = buildMapping(model.crossbar.mapping, model.cell, range);
  const each = mapping.cells.length;
  return crossbars.map((crossbar, l) => {
    const { data, rows, columns } = crossbar.stored();
    const befallen = crossbar.conditions();
    const g = new Float64Array(data.length * each);
    data.forEach((w, k) => {
      mapping.hold(w, g, k * each);
    });
    const part = <T>(of: ArrayLike<T>, c: number) => Array.from(data, (_, k) => of[k * each + c]!);
    const counts = conditions.map(() => 0);
    if (befallen) for (const one of befallen) counts[one]!++;
    return {
      layer: l + 1,
      maps: mapping.cells.map((_, c) => ({
        name: nameOf(c, each),
        map: mapOf(part(g, c), rows, columns, befallen && part(befallen, c)),
      })),
      count: g.length,
      faulty: conditions.flatMap((condition, at) =>
        at > 0 && counts[at]! > 0 ? [{ condition, cells: counts[at]! }] : [],
      ),
    };
  });
}

/** Of cell c of a weight. */
function nameOf(c: number, each: number): string {
  if (each === 1) return 'cells';
  const side = c % 2 === 0 ? 'positive' : 'negative';
  return each === 2 ? side : `${side}, digit ${Math.floor(c / 2) + 1}`;
}

const mostAcross = 200;

/** Means over blocks, so that a picture has at most some hundred lines. @param marks conditions of the cells */
export function mapOf(
  values: ArrayLike<number>,
  rows: number,
  columns: number,
  marks?: ArrayLike<number>,
): FieldMap {
  const block = Math.max(1, Math.ceil(Math.max(rows, columns) / mostAcross));
  const [height, width] = [Math.ceil(rows / block), Math.ceil(columns / block)];
  const out = new Array<number>(width * height).fill(0);
  const counts = new Uint32Array(width * height);
  const kinds = conditions.length;
  const tallies = new Uint32Array(marks ? width * height * kinds : 0);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      const at = Math.floor(i / block) * width + Math.floor(j / block);
      const k = i * columns + j;
      out[at]! += values[k]!;
      counts[at]!++;
      if (marks && marks[k]! > 0) tallies[at * kinds + marks[k]!]!++;
    }
  const commonest = (at: number) => {
    const tally = tallies.subarray(at * kinds, (at + 1) * kinds);
    return tally.indexOf(Math.max(...tally)); // sound ones are not told, so 0 is none
  };
  return {
    width,
    height,
    values: out.map((sum, k) => sum / counts[k]!),
    rows,
    columns,
    ...(marks && { marks: out.map((_, at) => commonest(at)) }),
  };
}
