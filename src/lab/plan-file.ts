/**
 * @file What `plan.json` holds: all that a report has to know of a scenario, so that it can be made from the folder alone.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Access } from '../chips/model.ts';
import { InputError } from '../scenarios/problems.ts';
import type { Axis, Device, Scenario } from '../scenarios/schema.ts';
import type { PlannedTrial } from '../scenarios/trial-files.ts';

/** One thing that is varied: a column of tables, an axis of figures. */
export type { Axis } from '../scenarios/schema.ts';

export interface Plan {
  readonly format: 1;
  readonly name: string;
  readonly title: string;
  readonly question: string;
  /** the command that makes the run */
  readonly command: string;
  /** what is varied, in the order of columns; empty where nothing is */
  readonly vary: readonly Axis[];
  /** what the learners of the scenario say of themselves */
  readonly learners: readonly {
    readonly name: string;
    readonly learner: string;
    readonly access: Access;
    readonly summary: string;
    /** what has to be kept for a sample until weights change */
    readonly memory: string;
    readonly source: string;
  }[];
  /** what the files under `devices/` that took part say of themselves */
  readonly devices: readonly Device[];
  /** numbers of a paper, to be shown beside ours */
  readonly paper?: Scenario['paper'];
  /** what learners' options were chosen by */
  readonly tuning?: Scenario['tuning'];
  readonly trials: readonly PlannedTrial[];
}

/** The plan of a scenario, to be written. */
export function planFile(scenario: Scenario, trials: readonly PlannedTrial[], command: string): Plan {
  const { name, title, question, vary, devices, settings, tuning, paper } = scenario;
  const learners = settings[0]!.entries.map(({ name, learner }) => ({
    name,
    learner: learner.name,
    access: learner.access,
    summary: learner.summary,
    memory: learner.memory,
    source: learner.source,
  }));
  const words = { name, title, question, command, vary, learners, devices };
  return { format: 1, ...words, ...(paper && { paper }), ...(tuning && { tuning }), trials };
}

/**
 * The plan in the folder of a run.
 * @param name what errors call the folder
 * @throws InputError
 */
export function readPlan(directory: string, name = directory): Plan {
  const path = join(directory, 'plan.json');
  const wrong = (message: string) => new InputError([{ where: join(name, 'plan.json'), path: '', message }]);
  let plan: Plan;
  try {
    plan = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const missing = ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
    throw wrong(missing ? `not there; ${name} is no folder of a run` : 'torn; run the scenario again');
  }
  if (plan?.format !== 1 || !Array.isArray(plan.trials)) throw wrong('not a plan of this version');
  return plan;
}
