/**
 * @file Pulse trains on rows and columns (Gokmen and Vlasov 2016): in each of a number of time slots a row fires with a probability in
 * proportion to its input, a column in proportion to its error, and a cell gets a pulse where both fire. So the expected number of pulses is that of
 * the outer product, while all cells of a row share its train and all of a column theirs: their noise is correlated.
 *
 * A train is a mask of bits, 32 slots a word; coincidences are counted in the words' common bits. Scaling is AIHWKit's: with dw the
 * granularity and k = rate · max|x| · max|δ|/dw the pulses expected at the strongest crossing,
 *   slots  L = min(⌈k⌉, longest)   with variable length, else longest
 *   p = B |x|, q = A |δ|,  A = B = √(rate/(dw L));  with balanced probabilities A is multiplied and B divided by √(max|x|/max|δ|),
 *   so that both reach the same; where k exceeds the longest train it is δ that is clipped.
 */
import { type Static, Type } from '@sinclair/typebox';
import { choice, count, ratio } from '../../description.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Stream } from '../../engine/streams.ts';
import type { CellArray } from '../cells/array.ts';
import { coincidences, drawTrains } from './coincidences.ts';

export const trainOptions = {
  trains: choice(
    ['compressed', 'separate', 'mean-count', 'implicit'],
    'compressed: one train serves pulses up and down; separate: each direction has trains of its own; mean-count: rows and columns fire round(p · slots) ' +
      'times and a cell gets round(product/slots) pulses; implicit: round(slots · p · q) pulses, no chance in it',
    { default: 'compressed' },
  ),
  longest: count('most time slots of one train [desired_bl]', { default: 31, maximum: 1024 }),
  variableLength: Type.Boolean({
    description: 'no more slots than pulses are expected at the strongest crossing [update_bl_management]',
    default: true,
  }),
  balanced: Type.Boolean({
    description: 'rows and columns fire equally often at their strongest [update_management]',
    default: true,
  }),
  resolution: ratio('step of the probabilities, which come from a converter; 0 for none [res]', {
    minimum: 0,
    maximum: 1,
    default: 0,
  }),
};
const Options = Type.Object(trainOptions);
export type TrainOptions = Static<typeof Options>;

/** What trains need to know of an array. */
export type Pulsable = Pick<CellArray, 'granularity' | 'together' | 'turn' | 'pulse'>;

export interface Trains {
  /**
   * One outer product: asks an array for W + rate · x δᵀ. @param x [rows] @param delta [columns]
   * @returns pulses given
   */
  outer(array: Pulsable, x: Float32Array, delta: Float32Array, rate: number): number;
  /** The same with a one at row i alone. */
  row(array: Pulsable, i: number, delta: Float32Array, rate: number): number;
}

/** How often lines fire, of one outer product after the other. */
export interface Scale {
  /** probabilities of rows and of columns, as `of` left them */
  readonly p: Float64Array;
  readonly q: Float64Array;
  /** Works out the probabilities. @param granularity change of weight by one pulse @returns number of slots; 0 where nothing is asked for */
  of(x: Float32Array, delta: Float32Array, rate: number, granularity: number): number;
}

export function buildScale(
  { longest, variableLength, balanced, resolution }: TrainOptions,
  rows: number,
  columns: number,
): Scale {
  const [p, q] = [new Float64Array(rows), new Float64Array(columns)];
  return {
    p,
    q,
    of(x, delta, rate, granularity) {
      const [mostX, mostDelta] = [largest(x), largest(delta)];
      const expected = (rate * mostX * mostDelta) / granularity;
      if (!(expected > 0)) return 0;
      const slots = variableLength ? Math.min(Math.ceil(expected), longest) : longest;
      const root = Math.sqrt(rate / (granularity * slots));
      const balance = balanced ? Math.sqrt(mostX / (mostDelta * Math.min(1, longest / expected))) : 1;
      fill(p, x, root / balance, resolution);
      fill(q, delta, root * balance, resolution);
      return slots;
    },
  };
}

export function buildTrains(
  options: TrainOptions,
  rows: number,
  columns: number,
  engine: Engine,
  stream: Stream,
): Trains {
  const { trains, longest } = options;
  const scale = buildScale(options, rows, columns);
  const { p, q } = scale;
  const [activeRows, activeColumns] = [new Int32Array(rows), new Int32Array(columns)];
  const words = Math.ceil(longest / 32);
  const [rowBits, columnBits] = [new Uint32Array(rows * words), new Uint32Array(columns * words)];
  const lots = engine.matrix(Math.max(rows, columns), longest);
  const oneHot = new Float32Array(rows);

  /** Pulses by chance. @param side direction of the cells that may move; 0 for both */
  function byChance(
    array: Pulsable,
    x: Float32Array,
    delta: Float32Array,
    slots: number,
    side: -1 | 0 | 1,
  ): number {
    const rowCount = drawTrains(p, slots, words, lots, engine.kernels, stream, rowBits, activeRows);
    const columnCount = drawTrains(q, slots, words, lots, engine.kernels, stream, columnBits, activeColumns);
    let pulses = 0;
    for (let a = 0; a < rowCount; a++) {
      const i = activeRows[a]!;
      for (let b = 0; b < columnCount; b++) {
        const j = activeColumns[b]!;
        const direction = x[i]! > 0 === delta[j]! > 0 ? 1 : -1;
        if (side !== 0 && direction !== side) continue;
        const n = coincidences(rowBits, i * words, columnBits, j * words, words);
        if (n === 0) continue;
        array.pulse(i * columns + j, direction * n);
        pulses += n;
      }
    }
    return pulses * array.together;
  }

  /** Pulses without chance: as many as `number` makes of the two probabilities. */
  function byRule(
    array: Pulsable,
    x: Float32Array,
    delta: Float32Array,
    number: (p: number, q: number) => number,
  ): number {
    let pulses = 0;
    for (let i = 0; i < rows; i++) {
      if (p[i] === 0) continue;
      for (let j = 0; j < columns; j++) {
        const n = number(Math.min(1, p[i]!), Math.min(1, q[j]!));
        if (n === 0) continue;
        array.pulse(i * columns + j, x[i]! > 0 === delta[j]! > 0 ? n : -n);
        pulses += n;
      }
    }
    return pulses * array.together;
  }

  function outer(array: Pulsable, x: Float32Array, delta: Float32Array, rate: number): number {
    array.turn?.();
    const slots = scale.of(x, delta, rate, array.granularity);
    if (slots === 0) return 0;
    switch (trains) {
      case 'compressed':
        return byChance(array, x, delta, slots, 0);
      case 'separate':
        return byChance(array, x, delta, slots, 1) + byChance(array, x, delta, slots, -1);
      case 'mean-count':
        return byRule(array, x, delta, (pi, qj) =>
          Math.round((Math.round(slots * pi) * Math.round(slots * qj)) / slots),
        );
      case 'implicit':
        return byRule(array, x, delta, (pi, qj) => Math.round(slots * pi * qj));
    }
  }

  return {
    outer,
    row(array, i, delta, rate) {
      oneHot[i] = 1;
      const pulses = outer(array, oneHot, delta, rate);
      oneHot[i] = 0;
      return pulses;
    },
  };
}

function largest(x: Float32Array): number {
  let most = 0;
  for (let k = 0; k < x.length; k++) most = Math.max(most, Math.abs(x[k]!));
  return most;
}

function fill(out: Float64Array, x: Float32Array, factor: number, resolution: number): void {
  for (let k = 0; k < x.length; k++) out[k] = factor * Math.abs(x[k]!);
  if (resolution > 0)
    for (let k = 0; k < x.length; k++) out[k] = Math.round(out[k]! / resolution) * resolution;
}
