/**
 * @file How a run stands, seen from outside: from its folder alone, whoever runs it, whether anybody does.
 */
import { availableParallelism } from 'node:os';
import type { PlannedTrial } from '../scenarios/trial-files.ts';
import { claimsIn } from './claims.ts';
import { estimates, type Sizes, timedIn } from './estimate.ts';
import type { Plan } from './plan-file.ts';
import { nameOf } from './progress.ts';
import { leftOf, type Stand, standsOf } from './stands.ts';
import type { Store } from './store.ts';

export interface Status {
  readonly scenario: string;
  /** different trials of the plan; `done + failed + toGo + running` is this */
  readonly trials: number;
  readonly done: number;
  /** with their errors; the next run tries them again */
  readonly failed: readonly { id: string; trial: string; error: string }[];
  readonly running: readonly {
    id: string;
    trial: string;
    pid: number;
    host: string;
    /** since it was begun */
    seconds: number;
    epoch: number;
    /** 0 as long as the trial has not said */
    epochs: number;
  }[];
  /** neither done nor failed nor running */
  readonly toGo: number;
  /** those among them that have left a snapshot, from which they go on */
  readonly begun: readonly Stand[];
  /** claims whose process is gone; the next run tries their trials again */
  readonly abandoned: number;
  /** of all that is running or to go, with as many trials at a time as are running now (or as there are cores, where none is) */
  readonly secondsLeft: number;
}

/** @param notice is told of results that are not sound; they stay where they are */
export function statusOf(plan: Plan, store: Store, sizes: Sizes, notice: (text: string) => void): Status {
  const found = store.summaries(plan.trials, notice, true);
  const trials = new Map(plan.trials.map(trial => [trial.id, trial]));
  const { alive, abandoned } = claimsIn(store.directory);
  const claims = alive.filter(({ id }) => trials.has(id) && found.get(id)?.status !== 'done');
  const claimed = new Set(claims.map(({ id }) => id));
  const failed = [...trials.values()].filter(
    ({ id }) => found.get(id)?.status === 'failed' && !claimed.has(id),
  );
  const open = [...trials.values()].filter(({ id }) => !found.has(id) && !claimed.has(id));

  const timed = timedIn(store.directory, 'this folder', sizes);
  const seconds = (of: readonly PlannedTrial[]) =>
    estimates(of, timed, sizes).map(estimate => estimate.seconds);
  const rest = seconds(claims.map(({ id }) => trials.get(id)!)).map((whole, i) => {
    const { epoch, epochs } = claims[i]!;
    return epochs > 0 ? whole * (1 - epoch / epochs) : whole;
  });
  const begun = standsOf(store.directory, open);
  const left = leftOf(begun);
  const ahead = seconds(open).map((whole, k) => whole * left(open[k]!));
  const work = [...ahead, ...rest].reduce((sum, x) => sum + x, 0);
  return {
    scenario: plan.name,
    trials: trials.size,
    done: [...found.values()].filter(({ status }) => status === 'done').length,
    failed: failed.map(trial => ({
      id: trial.id,
      trial: nameOf(trial),
      error: found.get(trial.id)!.error ?? '',
    })),
    running: claims.map(({ id, pid, host, since, epoch, epochs }) => ({
      id,
      trial: nameOf(trials.get(id)!),
      pid,
      host,
      seconds: Math.round((Date.now() - since) / 1000),
      epoch,
      epochs,
    })),
    toGo: open.length,
    begun,
    abandoned: abandoned.filter(({ id }) => trials.has(id) && !found.has(id)).length,
    secondsLeft: work / (claims.length || availableParallelism()),
  };
}
