/**
 * @file Who holds and who breaks: one word for each learner in each setting, by rules that the report prints. The rules know
 * numbers and access, never names.
 */
import { percent } from './numbers.ts';
import { mean, type Summary } from './statistics.ts';
import { type Cell, cellOf, type Learner, passesSpent, type Setting, type Study } from './study.ts';

/** What is said of a learner in a setting. */
export type Verdict =
  /** least error of the learners a real chip allows */
  | 'best'
  /** as good as the best, within its spread or half a point */
  | 'level'
  | 'behind'
  /** more than five times the least error of the setting */
  | 'collapsed'
  /** no better than a random chip with a trained readout */
  | 'random'
  /** transparent access: possible in a simulator only, shown as a bound */
  | 'bound'
  /** the random chip itself */
  | 'control'
  | 'failed'
  | 'missing';

/** A learner's place in a setting. */
export interface Standing {
  readonly learner: Learner;
  readonly setting: Setting;
  readonly cell: Cell;
  readonly error: Summary | undefined;
  readonly verdict: Verdict;
  /** mean error over the least of the setting */
  readonly ratio: number;
}

/** Half a percentage point: a smaller difference is not called one. */
const halfPoint = 0.5;
/** Above this many times the least error of the setting a learner has collapsed. */
const collapse = 5;

/** The rules in words, for the report's last section. */
export const rules: readonly string[] = [
  `“Level with” means: mean test error at most half a percentage point above the other’s, or at most one standard deviation (over chips) of its own above it and no more than half as much again.`,
  `“Best” is the least mean test error among learners that a real chip allows; transparent access exists in a simulator only and is called a bound.`,
  `“Collapses” means: mean test error above five times the least in the same setting.`,
  `“No better than a random chip” means: mean test error not below that of \`readout-only\`, which trains a readout on a chip left as it was made.`,
  '“Stays at” is said of learners within twice the least mean test error of every setting.',
  '“Still improving” means: somewhere the last fifth of the training took away more than a twentieth of the validation error, and more than two tenths of a point.',
];

/** Standings of every planned learner in a setting, in the order of the scenario. */
export function standings(study: Study, setting: Setting): Standing[] {
  const cells = study.cells.filter(cell => cell.setting === setting);
  const rivals = cells.filter(cell => cell.error && isRival(cell.learner));
  const best = leastOf(rivals);
  const control = cells.find(cell => cell.learner.role === 'control')?.error;
  const floor = floorOf(study, cells);
  const verdict = (cell: Cell): Verdict => {
    const { error, learner } = cell;
    if (!error) return cell.missing.length > 0 ? 'missing' : 'failed';
    if (learner.role === 'control') return 'control';
    if (error.mean > collapse * floor && error.mean > floor + halfPoint) return 'collapsed';
    if (control && error.mean >= control.mean) return 'random';
    if (!isRival(learner)) return 'bound';
    if (cell === best) return 'best';
    return isLevel(error, best!.error!) ? 'level' : 'behind';
  };
  return cells.map(cell => ({
    ...cell,
    cell,
    verdict: verdict(cell),
    ratio: (cell.error?.mean ?? Number.NaN) / floor,
  }));
}

/** The standings of one learner among those of several settings. */
export const ofLearner = (all: readonly Standing[][], learner: Learner): Standing[] =>
  all.flat().filter(standing => standing.learner === learner);

/** Whether `error` is as good as a smaller one, by the rule above. */
export function isLevel(error: Summary, reference: Summary): boolean {
  const allowed = Math.max(halfPoint, Math.min(error.deviation, reference.mean / 2));
  return error.mean - reference.mean <= allowed;
}

/** A learner broke down: it collapsed or is no better than a random chip. */
export const isBroken = (standing: Standing): boolean =>
  standing.verdict === 'collapsed' || standing.verdict === 'random';

/** A learner stays within twice the least error of the setting. */
export const holds = (standing: Standing): boolean => !isBroken(standing) && standing.ratio <= 2;

/** A learner is best or level with the best. */
export const keepsUp = (standing: Standing): boolean =>
  standing.verdict === 'best' || standing.verdict === 'level';

/** How two learners compare in a setting: a negative side says that the first errs less. */
export interface Comparison {
  readonly setting: Setting;
  readonly first: Summary;
  readonly second: Summary;
  readonly side: 'first' | 'level' | 'second';
}

/** Compares two learners wherever both have a result. */
export function compare(study: Study, first: Learner, second: Learner): Comparison[] {
  return study.settings.flatMap(setting => {
    const a = cellOf(study, first, setting)?.error;
    const b = cellOf(study, second, setting)?.error;
    if (!a || !b) return [];
    const [less, more] = a.mean <= b.mean ? [a, b] : [b, a];
    const side = isLevel(more, less) ? 'level' : less === a ? 'first' : 'second';
    return [{ setting, first: a, second: b, side } as const];
  });
}

/** Mean difference of test error from one setting to another over the chips that have both, percentage points. */
export function loss(study: Study, learner: Learner, from: Setting, to: Setting): number | undefined {
  const before = new Map(errorsBySeed(cellOf(study, learner, from)));
  const differences = errorsBySeed(cellOf(study, learner, to)).flatMap(([seed, error]) =>
    before.has(seed) ? [error - before.get(seed)!] : [],
  );
  return differences.length > 0 ? mean(differences) : undefined;
}

/** Chip passes per training sample of each finished trial of a learner. */
export const trainingPasses = (study: Study, learner: Learner): number[] =>
  study.cells.filter(cell => cell.learner === learner).flatMap(cell => cell.done.map(passesSpent));

/** "3.5 % to 4.2 %" or "3.5 %" */
export const errorRange = (errors: readonly number[]): string => {
  const [low, high] = [percent(Math.min(...errors)), percent(Math.max(...errors))];
  return low === high ? low : `${low} to ${high}`;
};

const isRival = (learner: Learner): boolean => learner.access !== 'transparent' && learner.role !== 'control';

const leastOf = (cells: readonly Cell[]): Cell | undefined =>
  cells.reduce<Cell | undefined>(
    (least, cell) => (!least || cell.error!.mean < least.error!.mean ? cell : least),
    undefined,
  );

/** Least mean error of a setting; of the whole study where a setting has one learner only. */
function floorOf(study: Study, cells: readonly Cell[]): number {
  const learned = (all: readonly Cell[]) => all.filter(cell => cell.error && cell.learner.role !== 'control');
  const here = learned(cells);
  return Math.min(...(here.length > 1 ? here : learned(study.cells)).map(cell => cell.error!.mean));
}

const errorsBySeed = (cell: Cell | undefined): [number, number][] =>
  (cell?.done ?? []).map(result => [result.specification.seed, result.readouts[0]!.testErrorPercent]);
