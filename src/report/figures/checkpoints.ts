/**
 * @file The course of training: what was measured at each checkpoint, over the chips of a cell.
 */
import { listed } from '../numbers.ts';
import { mean, type Summary, summarise } from '../statistics.ts';
import { type Cell, quoted, type Study } from '../study.ts';

/** A checkpoint that at least one chip has a validation error for. */
export interface Checkpoint {
  readonly epoch: number;
  /** chip passes per training sample up to here, mean over the chips */
  readonly passes: number;
  /** validation error, percent */
  readonly error: Summary;
}

/** The checkpoints of a cell, first to last. */
export function checkpoints(cell: Cell): Checkpoint[] {
  const [longest] = [...cell.done].sort((a, b) => b.curve.epoch.length - a.curve.epoch.length);
  return (longest?.curve.epoch ?? []).flatMap((epoch, k) => {
    const reached = cell.done.filter(({ curve }) => Number.isFinite(curve.validationErrorPercent[k]));
    const error = summarise(
      reached.map(({ curve }) => curve.validationErrorPercent[k] as number),
      cell.error?.method ?? 'range',
    );
    return error ? [{ epoch, error, passes: mean(reached.map(({ curve }) => curve.forwardPasses[k]!)) }] : [];
  });
}

/** Learns without driving the chip: its checkpoints are taken on a model of it. */
export const isSoftware = (cell: Cell): boolean => {
  const passes = cell.done.flatMap(result => result.curve.forwardPasses);
  return passes.length > 0 && passes.every(each => each === 0);
};

/** A sentence about the learners that learn in software; none where there are none. */
export function softwareWords(study: Study, what: string): string[] {
  const learners = study.learners.filter(learner =>
    study.cells.some(cell => cell.learner === learner && isSoftware(cell)),
  );
  if (learners.length === 0) return [];
  return [`${listed(learners.map(quoted))} ${what}.`];
}
