/**
 * @file How much a learner bears: the level of an axis at which it has lost one point, and the level at which it only guesses.
 * Each chip is followed from the axis' milder end to the harsher, between levels along straight lines on the axis as drawn.
 */
import { type Axis, levelAt, levelText, placeOf, type Slice } from './axes.ts';
import { banded } from './statistics.ts';
import { type Cell, cellOf, type Learner, type Study, testError } from './study.ts';

/** Where the chips of a learner pass a limit of error. */
export type Threshold =
  /** all did; the mean and its interval over chips, taken on the axis as drawn */
  | {
      readonly kind: 'reached';
      readonly level: number;
      readonly low: number;
      readonly high: number;
      readonly chips: number;
    }
  /** some did, the first of them at `level` */
  | { readonly kind: 'partly'; readonly level: number; readonly reached: number; readonly chips: number }
  /** none did up to the harshest level, `level` */
  | { readonly kind: 'not reached'; readonly level: number; readonly chips: number }
  /** no chip has results at two levels */
  | { readonly kind: 'unknown' };

/** What a learner bears along one slice. */
export interface Endurance {
  readonly learner: Learner;
  /** least mean error along the slice, and where */
  readonly best: { readonly error: number; readonly level: number } | undefined;
  readonly point: Threshold;
  readonly chance: Threshold;
}

/** So many points of error above its own best level are a loss. */
const lostPoints = 1;
/** Within so many points of guessing a learner guesses. */
const nearChance = 2;
/** All data sets there are have ten classes. */
const classes = 10;
/** Error of guessing, percent. */
export const chance = 100 - 100 / classes;
/** From this error on a learner only guesses. */
export const guessing = chance - nearChance;

/** The rules in words. */
export const thresholdRules: readonly string[] = [
  `“Loses one point” means: test error one percentage point above that at the learner’s own best level (least mean over chips), on the way to the harsher end; the harsher end is the one where learners err more on average.`,
  `“Reaches chance” means: test error within ${nearChance} points of guessing one of ${classes} classes, ${chance} %.`,
  'Both are found chip by chip, straight lines between levels on the axis as drawn; the level given is the mean over chips, in brackets its 95 % Student-t interval (the range where fewer than 3 chips reach it), both taken on the axis as drawn.',
];

/** What every learner bears along a slice, in the order of the scenario. */
export function endurances(study: Study, axis: Axis, slice: Slice): Endurance[] {
  const way = isHarshAbove(study, axis) ? slice.settings : [...slice.settings].reverse();
  return study.learners.map(learner => {
    const cells = way.flatMap(setting => {
      const cell = cellOf(study, learner, setting);
      return cell?.error ? [cell] : [];
    });
    const [first, ...others] = cells;
    if (!first) return { learner, best: undefined, point: { kind: 'unknown' }, chance: { kind: 'unknown' } };
    const best = others.reduce((least, cell) => (cell.error!.mean < least.error!.mean ? cell : least), first);
    const beyond = cells.slice(cells.indexOf(best));
    const onWay = (limit: (reference: number) => number) => threshold(axis, beyond, limit);
    return {
      learner,
      best: { error: best.error!.mean, level: axis.at(best.setting) },
      point: onWay(reference => reference + lostPoints),
      chance: onWay(() => guessing),
    };
  });
}

/** Learners other than the control, the most enduring first. */
export function byEndurance(study: Study, axis: Axis, slice: Slice): Endurance[] {
  const sign = isHarshAbove(study, axis) ? 1 : -1;
  const reach = ({ point }: Endurance) =>
    point.kind === 'not reached'
      ? Number.POSITIVE_INFINITY
      : point.kind === 'unknown'
        ? Number.NEGATIVE_INFINITY
        : sign * placeOf(axis, point.level);
  return endurances(study, axis, slice)
    .filter(each => each.learner.role !== 'control' && each.point.kind !== 'unknown')
    .sort((a, b) => Number(reach(b) > reach(a)) - Number(reach(b) < reach(a)));
}

/** Whether learners err more at the upper end of the axis than at the lower. */
export function isHarshAbove(study: Study, axis: Axis): boolean {
  const at = (level: number) => {
    const errors = study.cells.flatMap(cell =>
      cell.error && cell.learner.role !== 'control' && axis.at(cell.setting) === level
        ? [cell.error.mean]
        : [],
    );
    return errors.reduce((sum, error) => sum + error, 0) / errors.length;
  };
  return !(at(axis.levels[0]!) > at(axis.levels.at(-1)!));
}

/** @param cells from the reference to the harshest level */
function threshold(axis: Axis, cells: readonly Cell[], limit: (reference: number) => number): Threshold {
  const chips = new Map<number, { place: number; error: number }[]>();
  for (const cell of cells)
    for (const result of cell.done) {
      const point = { place: placeOf(axis, axis.at(cell.setting)), error: testError(result) };
      const { seed } = result.specification;
      // a chip without the reference cannot be measured against it
      if (cell === cells[0]) chips.set(seed, [point]);
      else chips.get(seed)?.push(point);
    }
  const ways = [...chips.values()];
  const end = axis.at(cells.at(-1)!.setting);
  if (ways.length === 0) return { kind: 'unknown' };
  const places = ways.flatMap(way => crossing(way, limit(way[0]!.error)) ?? []);
  if (places.length === 0) return { kind: 'not reached', level: end, chips: ways.length };
  if (places.length < ways.length) {
    const isAbove = cells.length < 2 || end >= axis.at(cells[0]!.setting);
    const first = isAbove ? Math.min(...places) : Math.max(...places);
    return { kind: 'partly', level: levelAt(axis, first), reached: places.length, chips: ways.length };
  }
  const { mean, low, high, count } = banded(places)!;
  return {
    kind: 'reached',
    level: levelAt(axis, mean),
    low: levelAt(axis, low),
    high: levelAt(axis, high),
    chips: count,
  };
}

/** Where a way first reaches a limit of error; undefined where it never does. */
export function crossing(
  way: readonly { readonly place: number; readonly error: number }[],
  limit: number,
): number | undefined {
  const k = way.findIndex(point => point.error >= limit);
  if (k < 1) return way[k]?.place;
  const [before, after] = [way[k - 1]!, way[k]!];
  return (
    before.place + ((limit - before.error) / (after.error - before.error)) * (after.place - before.place)
  );
}

/** "5 % [4, 7]", "not up to 20 %", "on 2 of 3 chips, from 5 %" */
export function thresholdText(axis: Axis, threshold: Threshold): string {
  switch (threshold.kind) {
    case 'reached': {
      const { level, low, high, chips } = threshold;
      const around = chips > 1 ? ` [${interval(low, high)}]` : '';
      return `${levelText(axis, Number(level.toPrecision(2)))}${around}`;
    }
    case 'partly':
      return `on ${threshold.reached} of ${threshold.chips} chips, from ${levelText(axis, Number(threshold.level.toPrecision(2)))}`;
    case 'not reached':
      return `not reached up to ${levelText(axis, threshold.level)}`;
    case 'unknown':
      return '–';
  }
}

/** "4, 7": as many digits as it takes to tell the ends apart, at most four. */
function interval(low: number, high: number): string {
  const written = (digits: number) => [low, high].map(level => String(Number(level.toPrecision(digits))));
  const [a, b] = [2, 3, 4].map(written).find(([a, b]) => a !== b) ?? written(2);
  return `${a}, ${b}`;
}
