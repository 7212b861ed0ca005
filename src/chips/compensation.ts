/**
 * @file Drift compensation: what a crossbar answers is multiplied by what it has lost since it was written, by one factor for all columns or one for each.
 * Each row is driven alone, once before time passes and once after, and the mean size of what comes out is compared (Joshi et al. 2020 compensate
 * layer by layer with one factor; the read-out is that of AIHWKit v0.9.2). Both are reads like any other, with their noise, and on the bill.
 * Behind a column without ADC the factor is the gain of its amplifier; else it is digital.
 */
import type { Static } from '@sinclair/typebox';
import { choice, strict } from '../description.ts';
import type { Engine } from '../engine/engine.ts';
import { type Matrix, rowsOf } from '../engine/matrix.ts';
import type { Meter } from './meter.ts';

export const Compensation = strict(
  {
    kind: choice(
      ['none', 'global', 'column'],
      'not at all, one factor for a crossbar, or one for each of its columns',
    ),
  },
  {
    description:
      'what cells have lost with time is made up for behind them, measured whenever time has passed',
  },
);
export type Compensation = Static<typeof Compensation>;

/** Smallest signal that counts as one, as a share of the one before. */
const leastSignal = 1e-4;

/** What a crossbar is compensated by. */
export interface Compensating {
  /** Before time passes. @param isWritten whether cells have been written since the last time */
  before(isWritten: boolean): void;
  /** Time has passed. */
  after(): void;
  /** What was read [batch, columns] times the factors. */
  apply(out: Matrix): void;
  /** mean size of the signal before and factor now, for every column [2, columns] */
  readonly state: Float32Array;
  /** Takes what another crossbar of the same individual had as `state`. */
  restore(state: Float32Array): void;
}

/** @param read out = inputs [batch, rows] · W as measured, before any compensation @returns undefined where there is none */
export function buildCompensation(
  { kind }: Compensation = { kind: 'none' },
  rows: number,
  columns: number,
  batch: number,
  hasAdc: boolean,
  engine: Engine,
  meter: Meter,
  read: (x: Matrix, out: Matrix) => void,
): Compensating | undefined {
  if (kind === 'none') return undefined;
  const state = new Float32Array(2 * columns);
  const wanted = state.subarray(0, columns);
  const factors = state.subarray(columns).fill(1);
  const drive = engine.matrix(batch, rows);
  const answer = engine.matrix(batch, columns);
  let isMeasured = false;
  let isActive = false;
  engine.keepArrays(state);
  engine.keep(
    () => [isMeasured, isActive],
    kept => {
      [isMeasured, isActive] = kept;
    },
  );

  /** Mean size of what each column answers to each row alone; the same for all where there is one factor. */
  function signal(): Float64Array {
    const sums = new Float64Array(columns);
    for (let from = 0; from < rows; from += batch) {
      const count = Math.min(batch, rows - from);
      const [x, out] = [rowsOf(drive, 0, count), rowsOf(answer, 0, count)];
      engine.kernels.fill(x, 0);
      for (let b = 0; b < count; b++) x.data[b * rows + from + b] = 1;
      read(x, out);
      for (let b = 0; b < count; b++)
        for (let j = 0; j < columns; j++) sums[j]! += Math.abs(out.data[b * columns + j]!) / rows;
    }
    if (!hasAdc) meter.adcConversions += rows * columns; // they are measured
    meter.digitalMacs += rows * columns;
    return kind === 'column' ? sums : sums.fill(sums.reduce((sum, s) => sum + s, 0) / columns);
  }

  return {
    state,
    restore(given) {
      state.set(given);
      isMeasured = wanted.some(signal => signal > 0);
      isActive = factors.some(factor => factor !== 1);
    },
    before(isWritten) {
      if (isMeasured && !isWritten) return;
      const now = signal();
      for (let j = 0; j < columns; j++) wanted[j] = factors[j]! * now[j]!;
      isMeasured = true;
    },
    after() {
      const now = signal();
      for (let j = 0; j < columns; j++)
        factors[j] = wanted[j]! > 0 ? wanted[j]! / Math.max(now[j]!, leastSignal * wanted[j]!) : 1;
      isActive = true;
    },
    apply(out) {
      if (!isActive) return;
      for (let b = 0; b < out.rows; b++)
        for (let j = 0; j < columns; j++) out.data[b * columns + j]! *= factors[j]!;
      if (hasAdc) meter.digitalMacs += out.rows * columns;
    },
  };
}
