/**
 * @file Reads a run folder as the laboratory keeps it, one result after the other: what no figure needs is forgotten at once, so that
 * a sweep of thousands of trials takes little memory. A result that is torn or foreign is set aside by the store and named in the
 * report; it is neither trusted nor a reason to write no report.
 */
import { readPlan } from '../lab/plan-file.ts';
import { Store } from '../lab/store.ts';
import type { Stored } from '../lab/summary.ts';
import type { TrialResult, TrialSpecification } from '../scenarios/trial-files.ts';
import { outline, type Run, type Setting, type Trial } from './study.ts';

/**
 * Everything a report needs.
 * @throws InputError when there is no readable plan in `directory`
 */
export function readRun(directory: string): Run {
  const plan = readPlan(directory);
  const { name, title, question, command, learners, devices, tuning, paper, vary = [] } = plan;
  const { detailed, settingOf } = outline(plan.trials, vary);
  const isDetailed = (setting: Setting) => detailed.includes(setting);
  const curved = new Set(plan.trials.filter((_, k) => isDetailed(settingOf[k]!)).map(({ id }) => id));
  const specifications = new Map(plan.trials.map(({ id, specification }) => [id, specification]));

  const store = new Store(directory);
  const notices: string[] = [];
  const stored = new Map<string, Stored>();
  for (const { id, result, ...timing } of store.results(plan.trials, notice => notices.push(notice)))
    stored.set(id, { result: slim(result, specifications.get(id)!, curved.has(id)), ...timing });

  const pictured = new Set<string>();
  const trials = plan.trials.map((planned, k): Trial => {
    const found = stored.get(planned.id);
    if (!found) return { planned, result: undefined, seconds: undefined };
    // pictures are those of the first chip that has some
    const cell = `${planned.learner}/${settingOf[k]!.label}`;
    const pictures =
      isDetailed(settingOf[k]!) && !pictured.has(cell) ? store.pictures(planned.id) : undefined;
    if (pictures) pictured.add(cell);
    return { planned, ...found, result: pictures ? { ...found.result, pictures } : found.result };
  });
  return {
    name,
    title,
    question,
    command,
    trials,
    notices,
    about: { learners, devices, ...(tuning && { tuning }), ...(paper && { paper }) },
    vary,
  };
}

const noCurve: TrialResult['curve'] = { epoch: [], loss: [], validationErrorPercent: [], forwardPasses: [] };

/** A result without what nobody will look at; the specification is that of the plan, kept once. */
const slim = (result: TrialResult, specification: TrialSpecification, isCurved: boolean): TrialResult => ({
  ...result,
  specification,
  curve: isCurved ? result.curve : noCurve,
});
