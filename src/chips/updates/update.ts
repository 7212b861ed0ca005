/**
 * @file How weights get into cells: the contract of the members of this folder.
 */
import type { Matrix } from '../../engine/matrix.ts';

/** Writes to the cells of one crossbar. */
export interface Writer {
  /** Asks for W + change [rows, columns]. `change` is used up. */
  change(change: Matrix): void;
  /** Asks for the weights `target` [rows, columns], one programming of every cell. */
  program(target: Matrix): void;
}
