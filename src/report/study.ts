/**
 * @file A run as its reader thinks of it: learners down, settings across, and in each cell the same trial on several chips.
 */
import type { Access } from '../chips/model.ts';
import type { Plan } from '../lab/plan-file.ts';
import type { Timing } from '../lab/summary.ts';
import type { PlannedTrial, TrialResult } from '../scenarios/trial-files.ts';
import { type Axis, axesOf } from './axes.ts';
import { nameOf } from './names.ts';
import { type IntervalMethod, type Summary, summarise } from './statistics.ts';

/** A planned trial and what came of it, if anything has. */
export interface Trial extends Timing {
  readonly planned: PlannedTrial;
  readonly result: TrialResult | undefined;
}

/** What a run folder holds. */
export interface Run {
  readonly name: string;
  readonly title: string;
  readonly question: string;
  /** the command that makes the run */
  readonly command: string;
  readonly trials: readonly Trial[];
  /** result files that were set aside, with the reason */
  readonly notices: readonly string[];
  /** what learners and devices say of themselves */
  readonly about: Pick<Plan, 'learners' | 'devices' | 'tuning' | 'paper'>;
  /** what is varied, as the plan says it */
  readonly vary: Plan['vary'];
}

/** One combination of the varied values. */
export interface Setting {
  /** in words, unique within the study */
  readonly label: string;
  /** path → value in words */
  readonly values: Readonly<Record<string, string>>;
}

/** The parts learners play in the story; others just learn. */
export type Role = 'forward-forward' | 'local rival' | 'control' | 'learner';

/** One learner entry of the scenario. */
export interface Learner {
  readonly name: string;
  /** the procedure, where the entry has another name */
  readonly procedure: string;
  readonly access: Access;
  readonly role: Role;
  /** place in the scenario, which decides colour and shape */
  readonly index: number;
}

/** One learner in one setting, over the chips. */
export interface Cell {
  readonly learner: Learner;
  readonly setting: Setting;
  readonly trials: readonly Trial[];
  readonly done: readonly TrialResult[];
  readonly failed: readonly Trial[];
  readonly missing: readonly Trial[];
  /** principal test error, percent */
  readonly error: Summary | undefined;
}

/** The settings of a plan: all that can be said of a run before it has results. */
export interface Outline {
  /** paths that take more than one value, in the order of the scenario */
  readonly paths: readonly string[];
  readonly settings: readonly Setting[];
  /** the paths among them whose values are numbers */
  readonly axes: readonly Axis[];
  /** settings that are shown one by one: all, or the ends of the axes where there are too many */
  readonly detailed: readonly Setting[];
  /** settings that have a paragraph of their own: those of `detailed` at the ends of the axes */
  readonly told: readonly Setting[];
  /** the setting of each trial, in the order of the plan */
  readonly settingOf: readonly Setting[];
}

/** A run, sorted out. */
export interface Study extends Run, Outline {
  readonly learners: readonly Learner[];
  readonly seeds: readonly number[];
  /** every learner in every setting it is planned in, setting after setting */
  readonly cells: readonly Cell[];
  /** the interval every table and figure uses: Student's t from 5 chips on, else best to worst */
  readonly interval: IntervalMethod;
}

/** The smallest number of chips from which a Student-t interval says more than the range does. */
export const studentFrom = 5;

const roles: Record<string, Role> = {
  ff: 'forward-forward',
  'forward-forward': 'forward-forward',
  'local-softmax': 'local rival',
  'readout-only': 'control',
};

/** More settings than this are not shown one by one. */
const mostDetailed = 8;

/** Finds out what varies. */
export function outline(planned: readonly PlannedTrial[], vary: Plan['vary']): Outline {
  const severalChips = distinct(planned.map(each => each.chip)).length > 1;
  const values = planned.map(trial => valuesOf(trial, severalChips));
  const paths = distinct(values.flatMap(Object.keys)).filter(
    path => distinct(values.map(value => value[path])).length > 1,
  );
  const settings = new Map<string, Setting>();
  const settingOf = values.map(value => {
    const label = labelOf(value, paths, planned);
    if (!settings.has(label)) settings.set(label, { label, values: value });
    return settings.get(label)!;
  });
  const all = [...settings.values()];
  const axes = axesOf(paths, all, vary);
  const detailed = all.length <= mostDetailed ? all : all.filter(isEnd(axes)).slice(0, mostDetailed);
  return { paths, settings: all, axes, detailed, told: detailed.filter(isEnd(axes)), settingOf };
}

/** At the first or last level of every axis; every setting, where there is no axis. */
const isEnd = (axes: readonly Axis[]) => (setting: Setting) =>
  axes.every(axis => [axis.levels[0], axis.levels.at(-1)].includes(axis.at(setting)));

/** Sorts a run into learners, settings and cells. */
export function study(run: Run): Study {
  const planned = run.trials.map(trial => trial.planned);
  const found = outline(planned, run.vary);
  const learners = distinct(planned.map(trial => trial.learner)).map((name, index) =>
    learnerOf(planned.find(trial => trial.learner === name)!, index),
  );
  const groups = new Map(found.settings.map(setting => [setting, new Map<string, Trial[]>()]));
  run.trials.forEach((trial, k) => {
    const group = groups.get(found.settingOf[k]!)!;
    const name = trial.planned.learner;
    if (!group.has(name)) group.set(name, []);
    group.get(name)!.push(trial);
  });
  const filled = found.settings.flatMap(setting =>
    learners.flatMap(learner => {
      const trials = groups.get(setting)!.get(learner.name);
      return trials ? [{ learner, setting, trials }] : [];
    }),
  );
  const chips = filled.map(group => group.trials.filter(isDone).length).filter(count => count > 0);
  const interval = chips.length > 0 && Math.min(...chips) >= studentFrom ? 'student' : 'range';
  const cells = filled.map((group): Cell => {
    const done = group.trials.filter(isDone).map(trial => trial.result!);
    return {
      ...group,
      done,
      failed: group.trials.filter(trial => trial.result?.status === 'failed'),
      missing: group.trials.filter(trial => !trial.result),
      error: summarise(done.map(testError), interval),
    };
  });
  const seeds = distinct(planned.map(trial => trial.specification.seed)).sort((a, b) => a - b);
  return { ...run, ...found, learners, seeds, cells, interval };
}

/** Cells of the settings that are shown one by one. */
export const detailedCells = (study: Study): Cell[] =>
  study.cells.filter(cell => study.detailed.includes(cell.setting));

/** The cell of a learner in a setting, if it was planned. */
export const cellOf = (study: Study, learner: Learner, setting: Setting): Cell | undefined =>
  study.cells.find(cell => cell.learner === learner && cell.setting === setting);

/** The first learner of a role. */
export const learnerInRole = (study: Study, role: Role): Learner | undefined =>
  study.learners.find(learner => learner.role === role);

/** A learner's name as prose wants it: in backticks. */
export const quoted = (learner: Learner): string => `\`${learner.name.replaceAll('`', "'")}\``;

/** Test error of the principal readout, percent. */
export const testError = (result: TrialResult): number => result.readouts[0]!.testErrorPercent;

/** Images that a chip learned from: those of the transfer set, where it is a student; 1 where it learned from none. */
export const imagesLearned = ({ data, distill }: TrialResult['specification']): number =>
  distill ? Math.max(1, distill.samples) : data.train;

/** Forward passes of the chip per training sample over the whole training. */
export const passesSpent = ({ meter, curve, specification }: TrialResult): number =>
  meter ? meter.training.forwardPasses / imagesLearned(specification) : (curve.forwardPasses.at(-1) ?? 0);

/** Errors driven backwards through one crossbar, per training sample over the whole training. */
export const reversesSpent = ({ meter, specification }: TrialResult): number =>
  meter ? meter.training.reversePasses / imagesLearned(specification) : 0;

/** The values, each once, in order of appearance. */
export const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];

/** Smallest, largest and, where they differ, both: "15", "12 to 15". */
export function spanOf(values: readonly number[], written: (value: number) => string): string {
  if (values.length === 0) return '–';
  const ends = distinct([Math.min(...values), Math.max(...values)].map(written));
  return ends.join(' to ');
}

const isDone = (trial: Trial): boolean => trial.result?.status === 'done';

/** Settings of a trial; the chip counts as one of them where a scenario has several. */
const valuesOf = (trial: PlannedTrial, severalChips: boolean): Record<string, string> =>
  severalChips && !('chip' in trial.settings)
    ? { chip: trial.chip, ...trial.settings }
    : { ...trial.settings };

/** "scattering", or with the name of what varies where the value alone would not speak: "noise 0.1, bits 4". */
function labelOf(
  values: Record<string, string>,
  paths: readonly string[],
  planned: readonly PlannedTrial[],
): string {
  if (paths.length === 0) return Object.values(values).join(', ') || `${planned[0]!.chip} chip`;
  const speaks = paths.length === 1 && !/^[-+.\d]/.test(values[paths[0]!] ?? '');
  return paths
    .filter(path => path in values)
    .map(path => (speaks ? values[path] : `${nameOf(path, paths)} ${values[path]}`))
    .join(', ');
}

const learnerOf = (trial: PlannedTrial, index: number): Learner => ({
  name: trial.learner,
  procedure: trial.specification.learner,
  access: trial.access,
  role: roles[trial.specification.learner] ?? 'learner',
  index,
});
