/**
 * @file Reads a run folder as the laboratory keeps it. A result that is torn or foreign is set aside by the store and named in
 * the report; it is neither trusted nor a reason to write no report.
 */
import { readPlan } from '../lab/plan-file.ts';
import { Store } from '../lab/store.ts';
import type { Run } from './study.ts';

/**
 * Everything a report needs.
 * @throws InputError when there is no readable plan in `directory`
 */
export function readRun(directory: string): Run {
  const plan = readPlan(directory);
  const notices: string[] = [];
  const stored = new Store(directory).read(plan.trials, notice => notices.push(notice));
  const { name, title, question, command, learners, devices } = plan;
  const trials = plan.trials.map(planned => {
    const found = stored.get(planned.id);
    return { planned, result: found?.result, seconds: found?.seconds };
  });
  return { name, title, question, command, trials, notices, about: { learners, devices } };
}
