/**
 * @file Weight scaling: a weight is what its cells store times a factor, W = s w, one factor for a tile or for each column of a tile, so that weights of any size take
 * the whole range of conductances. When weights are written,
 *
 *   s = max |W|/(ω · range)   over the tile or its column; 1 where all are 0
 *
 * (AIHWKit's `weight_scaling_omega` and `weight_scaling_columnwise`). Cells, bounds, pulses, noise and ADC know w alone: W appears behind the ADC, where s is a
 * digital multiplication, and changes that are asked for are divided by s. Without ADC s is the gain of a column's amplifier, and tiles of rows,
 * whose currents meet before it, share it. Training starts at ω of the range and ends at its bounds, whatever the factor: ω below 1 leaves room to
 * grow, and remapping makes it.
 */
import { type Static, Type } from '@sinclair/typebox';
import { choice, count, ratio, strict } from '../description.ts';
import { type Matrix, rowsOf } from '../engine/matrix.ts';
import type { ChipModel } from './model.ts';

/** Description of weight scaling. */
export const WeightScaling = strict(
  {
    per: choice(['tile', 'column'], 'whose weights share a factor: a tile, or each of its columns', {
      default: 'column',
    }),
    omega: ratio('where the largest weight stands when it is written, as a share of the range', {
      exclusiveMinimum: 0,
      maximum: 1,
      default: 1,
    }),
    remapEvery: Type.Optional(
      count(
        'updates between two looks at the cells, which are all read; where one is nearly at the end of the range, its crossbar is programmed anew, with new factors; never when absent',
        { maximum: 1e9 },
      ),
    ),
  },
  { description: 'weights are stored in units of the largest of their tile or column' },
);
export type WeightScaling = Static<typeof WeightScaling>;

/** What a crossbar of scaled weights knows beside them. */
export interface ScaledState {
  readonly scales: Float32Array;
  readonly stored: Float32Array;
}

/** The factors of one crossbar. */
export interface WeightScales {
  /** what cells store, in units of the weight of a nominal pair [rows, columns] */
  readonly stored: Matrix;
  /** weight per stored weight, tile of rows after tile [tiles, columns] */
  readonly factors: Float32Array;
  /** rows of a tile that has factors of its own */
  readonly height: number;
  /** Those of the tile that row `from` is in [columns]. */
  of(from: number): Float32Array;
  /** Somebody has put in weights, which cells store as a state says, or as if they were written now. @throws Error when sizes differ */
  restore(weights: Matrix, state?: Partial<ScaledState>): void;
  readonly state: ScaledState;
  /** Chooses factors for weights that are to be written. */
  choose(target: Matrix): void;
  /** out = what cells have to store for these weights, or to change by for these changes. */
  divide(weights: Matrix, out: Matrix): void;
  /** out = what stored weights stand for. */
  multiply(stored: Matrix, out: Matrix): void;
}

/** @param height rows of a tile whose currents are converted by themselves @throws RangeError where weights have no range */
export function buildWeightScales(
  { per, omega }: WeightScaling,
  { weightRange, tileColumns }: ChipModel['crossbar'],
  stored: Matrix,
  height: number,
): WeightScales {
  if (weightRange === 0) throw new RangeError('weight scaling needs a weightRange above 0');
  const { rows, columns } = stored;
  const tiles = Math.ceil(rows / height);
  const factors = new Float32Array(tiles * columns).fill(1);
  const width = per === 'column' ? 1 : tileColumns;

  const tileOf = (m: Matrix, t: number) => rowsOf(m, t * height, Math.min(height, rows - t * height));
  const factorsOf = (t: number) => factors.subarray(t * columns, (t + 1) * columns);
  function eachTile(from: Matrix, out: Matrix, work: typeof multiplyColumns): void {
    for (let t = 0; t < tiles; t++) work(tileOf(from, t), factorsOf(t), tileOf(out, t));
  }

  function choose({ data }: Matrix): void {
    for (let t = 0; t < tiles; t++)
      for (let from = 0; from < columns; from += width) {
        const to = Math.min(columns, from + width);
        let most = 0;
        for (let i = t * height; i < Math.min(rows, (t + 1) * height); i++)
          for (let j = from; j < to; j++) most = Math.max(most, Math.abs(data[i * columns + j]!));
        factors.fill(most > 0 ? most / (omega * weightRange) : 1, t * columns + from, t * columns + to);
      }
  }

  return {
    stored,
    factors,
    height,
    state: { scales: factors, stored: stored.data },
    restore(weights, state) {
      if (!state?.scales || !state.stored) {
        choose(weights);
        eachTile(weights, stored, divideColumns);
        return;
      }
      if (state.scales.length !== factors.length || state.stored.length !== stored.data.length)
        throw new Error(
          `the crossbar has ${factors.length} factors of ${stored.data.length} weights, not ${state.scales.length} of ${state.stored.length}`,
        );
      factors.set(state.scales);
      stored.data.set(state.stored);
    },
    choose,
    of: from => factorsOf(Math.floor(from / height)),
    divide: (weights, out) => eachTile(weights, out, divideColumns),
    multiply: (stored, out) => eachTile(stored, out, multiplyColumns),
  };
}

/** out [any, columns] = m times, or divided by, a factor of every column. */
export function multiplyColumns(m: Matrix, factors: Float32Array, out: Matrix): void {
  const n = m.columns;
  for (let k = 0; k < m.data.length; k++) out.data[k] = m.data[k]! * factors[k % n]!;
}
export function divideColumns(m: Matrix, factors: Float32Array, out: Matrix): void {
  const n = m.columns;
  for (let k = 0; k < m.data.length; k++) out.data[k] = m.data[k]! / factors[k % n]!;
}
