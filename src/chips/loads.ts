/**
 * @file What hangs on every line of a crossbar right now: the conductances of its cells, summed along rows and columns. Needed where a chip's bill is
 * metered, so worked out at the first read after a change of weights.
 */
import type { Engine } from '../engine/engine.ts';
import type { Matrix } from '../engine/matrix.ts';
import type { Effective } from './effective.ts';
import type { Mapping } from './mappings/mapping.ts';

export interface Loads {
  /** siemens [rows] */
  readonly rows: Float64Array;
  /** of all cells that hold weights of a column, tile of rows after tile where these are driven apart, siemens [tiles, columns] */
  readonly columns: Float64Array;
  /** mean of the cells, siemens */
  mean: number;
}

/**
 * @param together arrays of such cells on the same lines @param multiplier knows of faults and columns of reference, where there are any @param height rows of a tile whose columns are driven by themselves
 * @param common what both cells of a pair carry beyond what the mapping says, siemens [rows, columns]; for cells without `multiplier`
 * @returns up to date once `isStale` says so no more
 */
export function buildLoads(
  weights: Matrix,
  mapping: Mapping,
  multiplier: Effective | undefined,
  height: number,
  together: number,
  engine: Engine,
  common?: () => Matrix,
) {
  const { rows, columns } = weights;
  const loads: Loads = {
    rows: new Float64Array(rows),
    columns: new Float64Array(Math.ceil(rows / height) * columns),
    mean: 0,
  };
  const held = new Float64Array(mapping.cells.length);
  let isStale = true;
  engine.keepArrays(loads.rows, loads.columns);
  engine.keep(
    () => [isStale, loads.mean],
    kept => {
      [isStale, loads.mean] = kept;
    },
  );

  function add(i: number, j: number, each: number): void {
    const siemens = together * each;
    loads.rows[i]! += siemens;
    if (j < columns) loads.columns[Math.floor(i / height) * columns + j]! += siemens; // else a column of reference
  }

  function weigh(): void {
    loads.rows.fill(0);
    loads.columns.fill(0);
    if (multiplier) multiplier.eachCell(add);
    else {
      const more = common?.().data;
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++) {
          mapping.hold(weights.data[i * columns + j]!, held, 0);
          for (const g of held) add(i, j, more ? g + more[i * columns + j]! : g);
        }
    }
    loads.mean = loads.columns.reduce((sum, g) => sum + g, 0) / (rows * columns * held.length * together);
  }

  return {
    stale: () => {
      isStale = true;
    },
    /** as the weights are */
    now(): Loads {
      if (isStale) weigh();
      isStale = false;
      return loads;
    },
  };
}
