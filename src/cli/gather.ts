/** @file The tables and the report of a run, from its folder alone. */
import type { Plan } from '../lab/plan-file.ts';
import { Store } from '../lab/store.ts';
import type { World } from './world.ts';

/** Brings tables and report up to date. @returns path of the report */
export function gather(directory: string, plan: Plan, world: World): Promise<string> {
  const store = new Store(directory);
  store.derive(
    plan,
    store.summaries(plan.trials, text => void world.stderr.write(`${text}\n`)),
  );
  return world.writeReport(directory);
}
