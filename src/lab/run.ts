/**
 * @file Runs a scenario in its folder: what is there already is kept, what is missing or failed is run, tables are brought up to date
 * whatever happens.
 */
import type { PlannedTrial } from '../scenarios/trial-files.ts';
import type { Executor } from './executor.ts';
import type { Plan } from './plan-file.ts';
import type { Display } from './progress.ts';
import type { Row } from './rows.ts';
import type { Store, Stored } from './store.ts';

/** What is left to do, and what there is. */
export interface Pending {
  /** each id once, although the plan may have it in several settings */
  readonly todo: readonly PlannedTrial[];
  readonly stored: Map<string, Stored>;
}

/** How a run ended. Numbers count trials among those that were to be run. */
export interface Ending {
  readonly rows: readonly Row[];
  readonly done: number;
  readonly failed: number;
  /** neither done nor failed: the run was stopped */
  readonly left: number;
}

/**
 * Looks what a run has to do.
 * @param only learners' entries to run; all where empty
 */
export function pending(
  plan: Plan,
  store: Store,
  only: readonly string[],
  notice: (text: string) => void,
): Pending {
  const stored = store.read(plan.trials, notice);
  const wanted = plan.trials.filter(({ learner }) => only.length === 0 || only.includes(learner));
  const missing = wanted.filter(({ id }) => stored.get(id)?.result.status !== 'done');
  return { todo: [...new Map(missing.map(trial => [trial.id, trial])).values()], stored };
}

/**
 * Runs what is pending.
 * @throws OutputError when results cannot be written; what was written stays
 */
export async function run(
  plan: Plan,
  store: Store,
  { todo, stored }: Pending,
  executor: Executor,
  display: Display,
  stop: AbortSignal,
): Promise<Ending> {
  const ended = new Map<string, boolean>();
  await executor.run(
    todo,
    {
      started: trial => display.started(trial),
      progressed: (trial, progress) => display.progressed(trial, progress),
      finished(trial, outcome) {
        store.save(outcome);
        stored.set(trial.id, outcome);
        ended.set(trial.id, outcome.result.status === 'done');
        display.finished(trial, outcome);
      },
    },
    stop,
  );
  const done = [...ended.values()].filter(Boolean).length;
  return {
    rows: store.derive(plan, stored),
    done,
    failed: ended.size - done,
    left: todo.length - ended.size,
  };
}
