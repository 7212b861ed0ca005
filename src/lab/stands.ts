/**
 * @file How far trials were that were broken off, for whoever tells of them.
 */
import { standOf } from '../scenarios/snapshots.ts';
import type { PlannedTrial } from '../scenarios/trial-files.ts';
import { nameOf } from './progress.ts';
import { snapshotIn } from './snapshots.ts';

/** How far a trial was when it was broken off. */
export interface Stand {
  readonly id: string;
  /** its name for people */
  readonly trial: string;
  readonly epoch: number;
  readonly epochs: number;
}

/** How far each of these trials was, by the headers of their snapshots; those that have none are left out. */
export const standsOf = (directory: string, trials: readonly PlannedTrial[]): Stand[] =>
  [...new Map(trials.map(trial => [trial.id, trial])).values()].flatMap(trial => {
    const source = snapshotIn(directory, trial.id);
    const stand = source && standOf(source);
    return stand ? [{ id: trial.id, trial: nameOf(trial), epoch: stand.epoch, epochs: stand.epochs }] : [];
  });

/** Share of a trial that is left to do, 1 where there is no snapshot of it. */
export function leftOf(stands: readonly Stand[]): (trial: PlannedTrial) => number {
  const left = new Map(stands.map(({ id, epoch, epochs }) => [id, epochs > 0 ? 1 - epoch / epochs : 1]));
  return ({ id }) => left.get(id) ?? 1;
}

/** `ff seed 1 after epoch 12 of 60`. */
export const standInWords = ({ trial, epoch, epochs }: Stand): string =>
  `${trial} after epoch ${epoch} of ${epochs}`;
