/**
 * @file How weights get into cells: the contract of the members of this folder.
 */
import type { Engine } from '../../engine/engine.ts';
import type { Matrix } from '../../engine/matrix.ts';
import type { Stream } from '../../engine/streams.ts';
import type { Flaws } from '../cells/flaws.ts';
import type { Held } from '../cells/held.ts';
import type { Mapping } from '../mappings/mapping.ts';
import type { Meter } from '../meter.ts';
import type { ChipModel } from '../model.ts';

/** The weight that cells of conductances `g` [cells of a weight, from `at` on] come to, of weight k with its faults. */
export type Faulty = (k: number, g: ArrayLike<number>, at: number) => number;

/** The crossbar that is written to. */
export interface Site {
  readonly model: ChipModel;
  /** what multiplies [rows, columns] */
  readonly weights: Matrix;
  readonly flaws: Flaws | undefined;
  /** what its cells hold one by one, where that is more than the weights say */
  readonly held: Held | undefined;
  /** how cells hold a weight, and what weight k is with the faults of its cells; absent where they have none */
  readonly mapping: Mapping;
  readonly faulty: Faulty | undefined;
  readonly engine: Engine;
  readonly meter: Meter;
  /** names streams below this crossbar */
  readonly stream: (path: string) => Stream;
}

/** Writes to the cells of one crossbar. */
export interface Writer {
  /** Asks for W + change [rows, columns]. `change` is used up. */
  change(change: Matrix): void;
  /** Asks for the weights `target` [rows, columns], one programming of every cell. */
  program(target: Matrix): void;
  /**
   * Asks for W + rate · Σ_b x_b δ_bᵀ, sample after sample, as a crossbar does it by itself: rows and columns are driven at once and a cell
   * moves where both meet. Absent where an update knows changes only. @param x [batch, rows] @param delta [batch, columns]
   * @param isLast whether this ends an update: cells decay and transfers are made once for each; true when absent
   */
  pulse?(x: Matrix, delta: Matrix, rate: number, isLast?: boolean): void;
  /** What both cells of every pair carry beyond what their difference needs, siemens [rows, columns]; absent where that is nothing, or not followed. */
  common?(): Matrix;
  /** Somebody has put in weights past it; absent where it need not know. */
  restored?(): void;
}

/** @throws RangeError where samples do not fit the crossbar that they are to drive */
export function mustFit(x: Matrix, delta: Matrix, { rows, columns }: Matrix): void {
  if (x.columns !== rows || delta.columns !== columns || x.rows !== delta.rows)
    throw new RangeError(
      `the crossbar has ${rows} rows and ${columns} columns, but ${x.rows} × ${x.columns} inputs and ${delta.rows} × ${delta.columns} errors drive it`,
    );
}
