/**
 * @file The one tuning protocol: every learner is tried with the same number of settings and of training images, on chips that no report
 * shows, and the setting with the lowest validation error is chosen. All that was tried is kept, so that anybody can see that nobody was
 * starved.
 */
import type { Known } from '../scenarios/schema.ts';
import type { PlannedTrial } from '../scenarios/trial-files.ts';
import type { LearnerTuning, Tried, TuningFile } from '../scenarios/tuning-file.ts';
import type { Plan } from './plan-file.ts';
import type { Row } from './rows.ts';
import type { Summary } from './summary.ts';

/** What a tuning run has found, by the id of its trials. */
export type Found = ReadonlyMap<string, Summary>;

const rule =
  'lowest mean validation error over the settings below; of equals the one nearest to the default; trials that failed count as 100 %';

/**
 * What a tuning run has found.
 * @param options those that were tried
 */
export function tuningOf(
  plan: Plan,
  found: Found,
  {
    options,
    known,
    versions,
  }: { options: readonly string[]; known: Known['learners']; versions: TuningFile['versions'] },
): TuningFile {
  const [first] = plan.trials;
  const learners = Object.fromEntries(
    namesIn(plan).map(name => [name, learnerTuning(trialsOf(plan, name), found, options, known)]),
  );
  return {
    format: 1,
    rule,
    command: plan.command,
    versions,
    data: first!.specification.data,
    chips: [...new Set(plan.trials.map(({ chip }) => chip))],
    seeds: seedsOf(plan.trials),
    settings: Math.max(...Object.values(learners).map(({ tried }) => tried.length)),
    samples: samplesOf(trialsOf(plan, first!.learner)),
    learners,
  };
}

/** Names of the entries of a plan. */
export const namesIn = ({ trials }: Pick<Plan, 'trials'>): string[] => [
  ...new Set(trials.map(({ learner }) => learner)),
];

export const trialsOf = ({ trials }: Pick<Plan, 'trials'>, name: string): PlannedTrial[] =>
  trials.filter(({ learner }) => learner === name);

/** Training images that trials see, each as often as it is seen; a trial that stands twice in a plan is one. */
export function samplesOf(trials: readonly PlannedTrial[]): number {
  const each = new Map(trials.map(({ id, specification }) => [id, specification]));
  return [...each.values()].reduce(
    (sum, { data, options }) => sum + data.train * ((options.epochs as number | undefined) ?? 1),
    0,
  );
}

const seedsOf = (trials: readonly PlannedTrial[]): number[] => [
  ...new Set(trials.map(({ specification }) => specification.seed)),
];

function learnerTuning(
  trials: readonly PlannedTrial[],
  found: Found,
  options: readonly string[],
  known: Known['learners'],
): LearnerTuning {
  const procedure = trials[0]!.specification.learner;
  const groups = new Map<string, PlannedTrial[]>();
  for (const trial of trials) {
    const key = JSON.stringify(triedIn(trial, options));
    groups.set(key, [...(groups.get(key) ?? []), trial]);
  }
  const tried = [...groups.values()].map(own => ({
    options: triedIn(own[0]!, options),
    ...judged(own, found),
  }));
  const described = known[procedure]?.options.properties ?? {};
  const distance = (each: Tried) =>
    options.reduce((sum, key) => sum + apart(each.options[key], described[key]?.default), 0);
  const best = [...tried].sort((a, b) => a.mean - b.mean || distance(a) - distance(b))[0]!;
  const passes = tried.reduce((sum, each) => sum + each.passes, 0);
  return { learner: procedure, chosen: best.options, isAtEdge: isAtEdge(best, tried), passes, tried };
}

const triedIn = (trial: PlannedTrial, options: readonly string[]): Tried['options'] =>
  Object.fromEntries(options.map(key => [key, trial.specification.options[key]]));

/** What came of the trials of one setting. */
function judged(trials: readonly PlannedTrial[], found: Found): Omit<Tried, 'options'> {
  const errors = (own: readonly PlannedTrial[]) => own.map(({ id }) => errorOf(found.get(id)));
  const places = [...new Set(trials.map(placeOf))];
  const chips = seedsOf(trials).map(seed =>
    mean(errors(trials.filter(({ specification }) => specification.seed === seed))),
  );
  const each = places.map(place => [place, mean(errors(trials.filter(t => placeOf(t) === place)))] as const);
  return {
    mean: rounded(mean(chips)),
    spread: chips.length > 1 ? rounded(deviation(chips)) : null,
    each: Object.fromEntries(each.map(([place, error]) => [place, rounded(error)])),
    failed: trials.filter(({ id }) => found.get(id)?.status !== 'done').length,
    passes: trials.reduce((sum, { id }) => sum + (found.get(id)?.forwardPasses ?? 0), 0),
  };
}

/** What else the scenario varies: "scattering". */
export const placeOf = ({ settings }: PlannedTrial): string =>
  Object.entries(settings)
    .filter(([path]) => !path.startsWith('learners.'))
    .map(([, label]) => label)
    .join(', ') || 'as it is';

/** Validation error of a trial, percent. */
const errorOf = (summary: Summary | undefined): number =>
  summary?.status === 'done' ? (summary.validationErrorPercent ?? 100) : 100;

/** How far a value is from the default: in factors of e, or 1 for another word. */
function apart(value: unknown, usual: unknown): number {
  if (value === usual) return 0;
  const distance = Math.abs(Math.log(Number(value) / Number(usual)));
  return Number.isFinite(distance) ? distance : 1;
}

/** Whether a better setting may lie beyond those that were tried. */
function isAtEdge({ options }: Tried, tried: readonly Tried[]): boolean {
  return Object.entries(options).some(([key, value]) => {
    const all = tried.map(each => Number(each.options[key]));
    const [low, high] = [Math.min(...all), Math.max(...all)];
    return low < high && (Number(value) === low || Number(value) === high);
  });
}

const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
/** Of a sample: n − 1 below. */
const deviation = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((sum, v) => sum + (v - mean(values)) ** 2, 0) / (values.length - 1));
const rounded = (value: number): number => Number(value.toFixed(3));

/** Every trial of a tuning as a table, without its test error. */
export const tuningRows = (plan: Plan, found: Found, { learners }: TuningFile): Row[] =>
  plan.trials.map(trial => {
    const { id, specification, learner, chip } = trial;
    const { chosen } = learners[learner]!;
    const tried = triedIn(trial, Object.keys(chosen));
    const summary = found.get(id);
    return {
      trial: id,
      learner,
      procedure: specification.learner,
      ...Object.fromEntries(Object.entries(tried).map(([key, value]) => [key, String(value)])),
      chip,
      setting: placeOf(trial),
      seed: specification.seed,
      status: summary?.status ?? 'missing',
      validation_error_percent: summary?.validationErrorPercent ?? null,
      training_images: samplesOf([trial]),
      forward_passes: summary?.forwardPasses ?? null,
      chosen: JSON.stringify(tried) === JSON.stringify(chosen) ? 'yes' : 'no',
    };
  });
