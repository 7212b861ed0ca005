/**
 * @file Runs a scenario in its folder: what is there already is kept, what is missing or failed is run, what another process is running
 * is waited for, tables are brought up to date whatever happens.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { PlannedTrial } from '../scenarios/trial-files.ts';
import { Claims, isHeld } from './claims.ts';
import type { Executor, Watcher } from './executor.ts';
import type { Plan } from './plan-file.ts';
import { type Display, nameOf } from './progress.ts';
import type { Row } from './rows.ts';
import type { Store } from './store.ts';
import { type Summary, summaryOf } from './summary.ts';

/** What is left to do, and what there is. */
export interface Pending {
  /** each id once, although the plan may have it in several settings */
  readonly todo: readonly PlannedTrial[];
  readonly found: Map<string, Summary>;
}

/** How a run ended. Numbers count trials among those that were to be run. */
export interface Ending {
  readonly rows: readonly Row[];
  readonly done: number;
  readonly failed: number;
  /** how many of those another process has run meanwhile */
  readonly elsewhere: number;
  /** neither done nor failed: the run was stopped */
  readonly left: number;
}

/**
 * Looks what a run has to do.
 * @param only learners' entries to run; all where empty
 * @param onlyLook moves no file
 */
export function pending(
  plan: Plan,
  store: Store,
  only: readonly string[],
  notice: (text: string) => void,
  onlyLook = false,
): Pending {
  const found = store.summaries(plan.trials, notice, onlyLook);
  const wanted = plan.trials.filter(({ learner }) => only.length === 0 || only.includes(learner));
  const missing = wanted.filter(({ id }) => found.get(id)?.status !== 'done');
  return { todo: [...new Map(missing.map(trial => [trial.id, trial])).values()], found };
}

/** A line where results were made by another version of the program; nothing where there are none. */
export function otherVersions(found: ReadonlyMap<string, Summary>, version: string): string | undefined {
  const others = [...found.values()].flatMap(summary => summary.version ?? []).filter(v => v !== version);
  if (others.length === 0) return undefined;
  const names = [...new Set(others)].sort().join(', ');
  return `${others.length} of ${found.size} results were made by mortal ${names}, and this is mortal ${version}; they are kept. To have all from one version, choose another folder with --out.`;
}

/**
 * Runs what is pending.
 * @throws OutputError when results cannot be written; what was written stays
 */
export async function run(
  plan: Plan,
  store: Store,
  { todo, found }: Pending,
  executor: Executor,
  display: Display,
  stop: AbortSignal,
): Promise<Ending> {
  const claims = new Claims(store.directory);
  const start = Date.now();
  const ended = new Map<string, Summary>();
  let elsewhere = 0;

  /** Takes over what another process has made of a trial since we looked. */
  function settled(trial: PlannedTrial): boolean {
    const written = store.writtenAt(trial.id);
    const summary = written === undefined ? undefined : store.summary(trial.id);
    const old = summary?.status === 'failed' && written! < start;
    if (summary === undefined || old) return false;
    end(trial.id, summary);
    elsewhere++;
    display.settled(trial);
    return true;
  }
  function end(id: string, summary: Summary) {
    found.set(id, summary);
    ended.set(id, summary);
  }

  const watcher: Watcher = {
    claims(trial) {
      if (!claims.take(trial.id)) return false;
      if (!settled(trial)) return true;
      claims.release(trial.id);
      return false;
    },
    started: trial => display.started(trial),
    progressed(trial, progress) {
      claims.progressed(trial.id, progress);
      display.progressed(trial, progress);
    },
    said: (trial, text) => display.say(`${nameOf(trial)}: ${text}`),
    finished(trial, outcome) {
      if (!outcome.isStored) store.save(outcome);
      claims.release(trial.id);
      end(trial.id, summaryOf(outcome));
      display.finished(trial, outcome);
    },
  };

  try {
    let open = todo;
    let told = false;
    while (open.length > 0 && !stop.aborted) {
      await executor.run(open, watcher, stop);
      open = open.filter(({ id }) => !ended.has(id));
      if (open.length > 0 && !told && !stop.aborted) {
        display.say(`${open.length} trials are being run by another process; waiting for them.`);
        told = true;
      }
      while (open.length > 0 && !stop.aborted && open.every(({ id }) => isHeld(store.directory, id))) {
        await pause(500, undefined, { signal: stop }).catch(() => {});
        open = open.filter(trial => !settled(trial));
      }
    }
  } finally {
    claims.close();
  }
  const failed = [...ended.values()].filter(({ status }) => status === 'failed').length;
  return {
    rows: store.derive(plan, found),
    done: ended.size - failed,
    failed,
    elsewhere,
    left: todo.length - ended.size,
  };
}
