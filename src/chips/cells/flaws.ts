/**
 * @file What distinguishes the pairs of cells of one crossbar from each other, drawn once, at manufacture. A cell whose largest
 * conductance is r times nominal carries weights up to r · range and answers r times as strongly to the same pulse.
 * A pair's response is the mean of its two cells'. A stuck pair has one weight that is both its bounds, and no response.
 */
import type { Engine } from '../../engine/engine.ts';
import type { Matrix } from '../../engine/matrix.ts';
import { type Stream, uniforms } from '../../engine/streams.ts';
import { type Cell, isPulsed } from './cell.ts';
import { scattered } from './scattered.ts';
import { sharesOf, streamsOf } from './vector.ts';

/** Per pair, [rows, columns], in units of weight. */
export interface Flaws {
  readonly low: Matrix;
  readonly high: Matrix;
  /** change of weight per intended change, around 1 */
  readonly response: Matrix;
  /** of each, where several pairs at a crossing make one weight, whose bounds and response are then sums of theirs */
  readonly devices?: readonly Flaws[];
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
  if (!isPulsed(cell) || !cell.devices) return drawSingle(cell, range, rows, columns, engine, stream);
  const shares = sharesOf(cell.devices);
  const devices = shares.flatMap(
    (_, k) => drawSingle(cell, range, rows, columns, engine, streamsOf(k, stream)) ?? [],
  );
  if (devices.length === 0) return undefined;
  const sumOf = (of: (flaws: Flaws) => Matrix): Matrix => {
    const sum = engine.matrix(rows, columns);
    devices.forEach((one, k) => {
      engine.kernels.addScaled(of(one), shares[k]!, sum);
    });
    return sum;
  };
  return { low: sumOf(f => f.low), high: sumOf(f => f.high), response: sumOf(f => f.response), devices };
}

function drawSingle(
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
  if (isPulsed(cell)) {
    spread(high, cell.highest, cell.highestVariation, stream, 'highest');
    spread(low, -cell.lowest, cell.lowestVariation, stream, 'lowest');
  }
  if (cell.stuck > 0) stick(cell, range, { low, high, response }, stream);
  return { low, high, response };
}

/** bound ← bound · nominal · |1 + variation · N|: a bound stays on its side of 0. */
function spread(
  bound: Matrix,
  nominal: number,
  variation: number,
  stream: (path: string) => Stream,
  name: string,
): void {
  const share = scattered(bound.data.length, variation, stream, name, deviation => Math.abs(1 + deviation));
  for (let k = 0; k < bound.data.length; k++) bound.data[k]! *= nominal * share(k);
}

/** That share of the pairs never moves, each at an even draw from where its bounds and ± stuckRange overlap. */
function stick(
  { stuck, stuckRange }: Cell,
  range: number,
  { low, high, response }: Flaws,
  stream: (path: string) => Stream,
): void {
  const most = stuckRange > 0 ? stuckRange * range : Number.POSITIVE_INFINITY;
  const lots = uniforms(stream('stuck'), low.data.length);
  const places = uniforms(stream('stuck-at'), low.data.length);
  for (let k = 0; k < lots.length; k++) {
    if (lots[k]! >= stuck) continue;
    const from = Math.max(low.data[k]!, -most);
    const to = Math.min(high.data[k]!, most);
    const at = from + places[k]! * (to - from);
    low.data[k] = at;
    high.data[k] = at;
    response.data[k] = 0;
  }
}
