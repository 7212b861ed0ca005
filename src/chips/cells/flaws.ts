/**
 * @file What distinguishes the pairs of cells of one crossbar from each other, drawn once, at manufacture. A cell whose largest
 * conductance is r times nominal carries weights up to r · range and answers r times as strongly to the same pulse.
 * A pair's response is the mean of its two cells'.
 */
import type { Engine } from '../../engine/engine.ts';
import type { Matrix } from '../../engine/matrix.ts';
import type { Stream } from '../../engine/streams.ts';
import type { Cell } from './cell.ts';

/** Per pair, [rows, columns], in units of weight. */
export interface Flaws {
  readonly low: Matrix;
  readonly high: Matrix;
  /** change of weight per intended change, around 1 */
  readonly response: Matrix;
}

// a cell with less than this share of the nominal range is unheard of at the spreads of the schema, and would not be a cell
const smallestRatio = 0.05;

/** @returns undefined when cells are nominal and weights unbounded (`range` 0) */
export function drawFlaws(
  cell: Cell,
  range: number,
  rows: number,
  columns: number,
  engine: Engine,
  stream: (path: string) => Stream,
): Flaws | undefined {
  if (range === 0) return undefined;
  const high = engine.matrix(rows, columns);
  const low = engine.matrix(rows, columns);
  const response = engine.matrix(rows, columns);
  for (const [bound, name] of [
    [high, 'plus-range'],
    [low, 'minus-range'],
  ] as const) {
    engine.kernels.fill(bound, 1);
    if (cell.variation > 0) engine.kernels.addGaussian(bound, cell.variation, stream(name));
  }
  for (let k = 0; k < high.data.length; k++) {
    const plus = Math.max(smallestRatio, high.data[k]!);
    const minus = Math.max(smallestRatio, low.data[k]!);
    high.data[k] = plus * range;
    low.data[k] = -minus * range;
    response.data[k] = (plus + minus) / 2;
  }
  return { low, high, response };
}
