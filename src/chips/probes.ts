/**
 * @file Some of the inputs that drove a crossbar, kept for the bill: the first sample of the reads 1, 2, 4, 8 … in turn, so that whatever is kept is
 * from all of a chip's life and the same in every run.
 */
import type { Engine } from '../engine/engine.ts';
import type { Matrix } from '../engine/matrix.ts';

const kept = 4;

export function buildProbes(rows: number, engine: Engine) {
  const inputs = Array.from({ length: kept }, () => new Float64Array(rows));
  let reads = 0;
  let next = 1;
  let taken = 0;
  engine.keepArrays(...inputs);
  engine.keep(
    () => [reads, next, taken],
    before => {
      [reads, next, taken] = before;
    },
  );
  return {
    /** Another read. @param x [batch, rows], in units of input */
    note(x: Matrix): void {
      if (++reads !== next || x.rows === 0) return;
      next *= 2;
      inputs[taken++ % kept]!.set(x.data.subarray(0, rows));
    },
    /** A row of ones where nothing was read yet. */
    inputs: (): readonly Float64Array[] =>
      taken === 0 ? [new Float64Array(rows).fill(1)] : inputs.slice(0, Math.min(taken, kept)),
  };
}
