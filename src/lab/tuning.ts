/**
 * @file The one tuning protocol: every learner is tried with the same number of settings, on chips that no report shows, and the setting with
 * the lowest validation error is chosen. All that was tried is kept, so that anybody can see that nobody was starved.
 */
import type { Known } from '../scenarios/schema.ts';
import type { PlannedTrial } from '../scenarios/trial-files.ts';
import type { LearnerTuning, Tried, TuningFile } from '../scenarios/tuning-file.ts';
import type { Plan } from './plan-file.ts';
import type { Summary } from './summary.ts';

/** Factors on the default that are tried where nothing else is said. */
export const factors = [1 / 3, 1, 3] as const;

/** Values around a default, rounded to two digits: 0.001, 0.003, 0.009. */
export const around = (value: number): number[] => factors.map(f => Number((f * value).toPrecision(2)));

/**
 * What a tuning run has found.
 * @param found summaries of all trials of the plan, by id
 */
export function tuningOf(
  plan: Plan,
  found: ReadonlyMap<string, Summary>,
  known: Known['learners'],
): TuningFile {
  const names = [...new Set(plan.trials.map(({ learner }) => learner))];
  const [first] = plan.trials;
  return {
    format: 1,
    rule: 'lowest mean validation error over the settings below; of equals the one nearest to the default; trials that failed count as 100 %',
    command: plan.command,
    data: first!.specification.data,
    chips: [...new Set(plan.trials.map(({ chip }) => chip))],
    seeds: [...new Set(plan.trials.map(({ specification }) => specification.seed))],
    learners: Object.fromEntries(names.map(name => [name, learnerTuning(plan, found, name, known)])),
  };
}

function learnerTuning(
  plan: Plan,
  found: ReadonlyMap<string, Summary>,
  name: string,
  known: Known['learners'],
): LearnerTuning {
  const trials = plan.trials.filter(({ learner }) => learner === name);
  const procedure = trials[0]!.specification.learner;
  const varied = plan.vary.map(({ path }) => path).filter(path => isOption(path));
  const tunedKeys = [
    ...new Set(
      varied.filter(path => path.startsWith(`learners.${name}.`)).map(path => path.split('.').at(-1)!),
    ),
  ];
  const elsewhere = (settings: Readonly<Record<string, string>>) =>
    Object.entries(settings)
      .filter(([path]) => !isOption(path))
      .map(([, label]) => label)
      .join(', ') || 'as it is';

  const optionsOf = (trial: PlannedTrial) =>
    Object.fromEntries(tunedKeys.map(key => [key, trial.specification.options[key]]));
  const groups = new Map<string, PlannedTrial[]>();
  for (const trial of trials) {
    const key = JSON.stringify(optionsOf(trial));
    groups.set(key, [...(groups.get(key) ?? []), trial]);
  }
  const tried = [...groups.values()].map((own): Tried => {
    const places = [...new Set(own.map(({ settings }) => elsewhere(settings)))];
    const errorsAt = (place: string) =>
      own.filter(({ settings }) => elsewhere(settings) === place).map(({ id }) => errorOf(found.get(id)));
    const each = Object.fromEntries(places.map(place => [place, rounded(mean(errorsAt(place)))]));
    return {
      options: optionsOf(own[0]!),
      mean: rounded(mean(Object.values(each))),
      each,
      failed: own.filter(({ id }) => found.get(id)?.status !== 'done').length,
      passes: own.reduce((sum, { id }) => sum + (found.get(id)?.forwardPasses ?? 0), 0),
    };
  });
  const defaults = known[procedure]?.options.properties ?? {};
  const distance = ({ options }: Tried) =>
    Object.entries(options).reduce(
      (sum, [key, value]) => sum + Math.abs(Math.log(Number(value) / Number(defaults[key]?.default))),
      0,
    );
  const best = [...tried].sort((a, b) => a.mean - b.mean || distance(a) - distance(b))[0]!;
  return { learner: procedure, chosen: best.options, isAtEdge: isAtEdge(best, tried), tried };
}

/** Validation error of a trial, percent. */
const errorOf = (summary: Summary | undefined): number =>
  summary?.status === 'done' ? (summary.validationErrorPercent ?? 100) : 100;

const isOption = (path: string): boolean => path.startsWith('learners.');

/** Whether a better setting may lie beyond those that were tried. */
function isAtEdge({ options }: Tried, tried: readonly Tried[]): boolean {
  return Object.entries(options).some(([key, value]) => {
    const all = tried.map(each => Number(each.options[key]));
    const [low, high] = [Math.min(...all), Math.max(...all)];
    return low < high && (Number(value) === low || Number(value) === high);
  });
}

const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
const rounded = (value: number): number => Number(value.toFixed(3));
