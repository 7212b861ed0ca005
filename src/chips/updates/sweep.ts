/**
 * @file Outer products of a mini-batch in sweeps over the cells: the trains of sample after sample are laid end to end, as many slots as a
 * kernel takes at once, and every cell then answers to all of its coincidences together. Within one sweep the pulses of a cell lose their order,
 * which is of third order in the size of a step; `trains.ts` keeps it.
 */
import type { Engine } from '../../engine/engine.ts';
import { type Kernels, paddedColumns, type TrainBits } from '../../engine/kernels.ts';
import { type Matrix, rowsOf } from '../../engine/matrix.ts';
import type { Stream } from '../../engine/streams.ts';
import type { CellArray } from '../cells/array.ts';
import { ones } from './coincidences.ts';
import type { Scale } from './trains.ts';

/** Slots of one sweep, in words of 32. */
const words = 8;
export const slotsOfSweep = 32 * words;

/** Asks an array for W + rate · Σ_b x_b δ_bᵀ. @param x [batch, rows] @param delta [batch, columns] @returns pulses given */
export type Sweep = (x: Matrix, delta: Matrix, rate: number) => number;

/**
 * @param scale probabilities of one sample; at most `slotsOfSweep` slots
 * @param kernel what moves the cells
 * @param cycleNoise relative noise of one pulse
 */
export function buildSweep(
  { weights, steps, granularity, note }: CellArray,
  scale: Scale,
  kernel: Kernels['coincideConstant'],
  cycleNoise: number,
  engine: Engine,
  stream: (path: string) => Stream,
): Sweep {
  const { rows, columns } = weights;
  const padded = paddedColumns(columns);
  const bits = (lines: number) => engine.arena.indices(lines * words);
  const trains: TrainBits = {
    words,
    rowPlus: bits(rows),
    rowMinus: bits(rows),
    columnPlus: bits(padded),
    columnMinus: bits(padded),
  };
  const rowLines: Lines = { plus: trains.rowPlus, minus: trains.rowMinus, line: words, word: 1 };
  const columnLines: Lines = { plus: trains.columnPlus, minus: trains.columnMinus, line: 1, word: padded };
  const cells = { ...steps, cycle: cycleNoise };
  const lots = engine.matrix(Math.max(rows, columns), slotsOfSweep);
  const draws = stream('trains');
  const cycle = stream('coincidences');

  /** Trains of lines for some slots from `from` on, each line with the sign of its value. */
  function draw(
    { plus, minus, line, word }: Lines,
    p: Float64Array,
    values: Float32Array,
    from: number,
    slots: number,
  ): void {
    let firing = 0;
    for (let l = 0; l < p.length; l++) if (p[l]! > 0) firing++;
    if (firing === 0) return;
    engine.kernels.uniform(rowsOf(lots, 0, Math.ceil((firing * slots) / slotsOfSweep)), 0, 1, draws);
    const u = lots.data;
    let next = 0;
    for (let l = 0; l < p.length; l++) {
      const chance = p[l]!;
      if (chance === 0) continue;
      const side = values[l]! > 0 ? plus : minus;
      for (let slot = from; slot < from + slots; slot++)
        if (u[next++]! < chance) side[l * line + (slot >> 5) * word]! |= 1 << (slot & 31);
    }
  }

  /** Tells of every coincidence, whichever way it moves a cell. */
  function noteAll(tell: (k: number, pulses: number) => void): void {
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) {
        let pulses = 0;
        for (let word = 0; word < words; word++) {
          const row = trains.rowPlus[i * words + word]! | trains.rowMinus[i * words + word]!;
          const column = trains.columnPlus[word * padded + j]! | trains.columnMinus[word * padded + j]!;
          pulses += ones(row & column);
        }
        if (pulses > 0) tell(i * columns + j, pulses);
      }
  }

  let used = 0;
  function flush(): number {
    if (note) noteAll(note);
    const pulses = kernel(weights, trains, cells, cycle);
    for (const lines of [trains.rowPlus, trains.rowMinus, trains.columnPlus, trains.columnMinus])
      lines.fill(0);
    used = 0;
    return pulses;
  }

  return (x, delta, rate) => {
    let pulses = 0;
    for (let b = 0; b < x.rows; b++) {
      const inputs = x.data.subarray(b * rows, (b + 1) * rows);
      const errors = delta.data.subarray(b * columns, (b + 1) * columns);
      const slots = scale.of(inputs, errors, rate, granularity);
      if (slots === 0) continue;
      if (used + slots > slotsOfSweep) pulses += flush();
      draw(rowLines, scale.p, inputs, used, slots);
      draw(columnLines, scale.q, errors, used, slots);
      used += slots;
    }
    return used > 0 ? pulses + flush() : pulses;
  };
}

/** Bits of some lines, and how far it is from one line and one word to the next. */
interface Lines {
  readonly plus: Uint32Array;
  readonly minus: Uint32Array;
  readonly line: number;
  readonly word: number;
}
