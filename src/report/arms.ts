/**
 * @file Distillation as its reader thinks of it: arms (how students were told, or what they copied) along the size of the transfer set, in
 * places that differ in everything else.
 */
import type { TrialResult } from '../scenarios/trial-files.ts';
import type { Axis } from './axes.ts';
import { nameOf } from './names.ts';
import { type Summary, summarise } from './statistics.ts';
import { distinct, type Learner, type Study, testError } from './study.ts';

/** What is compared of students. */
export type Measure = (result: TrialResult) => number;

/** Students of one arm at one size, over pairs of chips. */
export interface ArmPoint {
  readonly arm: string;
  /** learner, and what else the setting varies */
  readonly place: string;
  /** the place but for the axis that places stand on, and the level there */
  readonly group: string;
  readonly level?: number;
  readonly samples: number;
  /** pairs of chips, by seed */
  readonly results: readonly TrialResult[];
}

/** The axis that places stand on: what is varied by number and is neither of the transfer nor the length of training. */
export const placeAxis = (study: Study): Axis | undefined => study.axes.find(({ path }) => isOfPlace(path));

const isOfPlace = (path: string): boolean =>
  path !== 'distill' && !/^distill\.|\.epochs$|\.softRule$/.test(path);

/** Every arm at every size; empty where nothing was distilled. Students that learn nothing, or everything, have no size and stand there once. */
export function armPoints(study: Study): ArmPoint[] {
  const axis = placeAxis(study);
  const points = study.cells.flatMap(({ learner, setting, done }) => {
    const results = done.filter(result => result.distillation && result.specification.distill);
    const [first] = results;
    if (!first) return [];
    const { samples, images } = first.specification.distill!;
    return [
      {
        arm: setting.values.distill ?? armOf(first),
        place: placeOf(study, learner, setting.values, axis, true),
        group: placeOf(study, learner, setting.values, axis, false),
        ...(axis && { level: axis.at(setting) }),
        samples: images === 'training' ? Math.min(samples, first.specification.data.train) : samples,
        results,
      },
    ];
  });
  const name = ({ arm, place, samples }: ArmPoint) => JSON.stringify([arm, place, samples]);
  return [...new Map([...points].reverse().map(point => [name(point), point])).values()].reverse();
}

/** Whether students of a point learned what the teacher had learned from: all of it, with its true labels. */
export const learnsAll = ({ results: [first] }: Pick<ArmPoint, 'results'>): boolean => {
  const { data, distill } = first!.specification;
  return distill!.images === 'training' && distill!.targets === 'true' && distill!.samples >= data.train;
};

/** Whether a run is about students. */
export const isDistilled = (study: Study): boolean =>
  study.trials.some(({ planned }) => planned.specification.distill !== undefined);

/** An arm in words, where the scenario has none for it. */
function armOf(result: TrialResult): string {
  const { distill, options } = result.specification;
  const { start, targets, temperature, samples, student } = distill!;
  if (start === 'fresh' && learnsAll({ results: [result] })) return "all of the teacher's data";
  const told = { soft: `soft labels, T = ${temperature}`, argmax: "teacher's answers", true: 'true labels' }[
    targets
  ];
  const copied = {
    copy: 'copied',
    'copy with gains': 'copied, gains recalibrated',
    robust: 'robust weights',
  };
  const words = start === 'fresh' ? told : samples === 0 ? copied[start] : `${copied[start]}, then ${told}`;
  const rule =
    targets === 'soft' && 'softRule' in options && options.softRule !== 'pairs'
      ? `, ${options.softRule}`
      : '';
  return `${words}${rule}${student === 'same' ? ', same chip' : ''}`;
}

/** What differs besides arm and size. @param axis that places stand on @param isWhole whether it counts */
function placeOf(
  study: Study,
  learner: Learner,
  values: Readonly<Record<string, string>>,
  axis: Axis | undefined,
  isWhole: boolean,
): string {
  const isLeftOut = (path: string) =>
    axis?.companions.includes(path) || (!isWhole && path === axis?.path) || !isOfPlace(path);
  const rest = study.paths
    .filter(path => path in values && !isLeftOut(path))
    .map(path => {
      const value = values[path]!;
      const name = path === axis?.path ? axis.name : nameOf(path, study.paths);
      return /^[-+.\d]/.test(value) ? `${name} ${value}` : value;
    });
  const names = study.learners.length > 1 ? [learner.name, ...rest] : rest;
  return names.join(', ') || learner.name;
}

export const armsOf = (points: readonly ArmPoint[]): string[] => distinct(points.map(({ arm }) => arm));
export const placesOf = (points: readonly ArmPoint[]): string[] => distinct(points.map(({ place }) => place));

/** A measure over the pairs of a point. */
export const over = (study: Study, { results }: ArmPoint, measure: Measure): Summary =>
  summarise(results.map(measure), study.interval)!;

export const studentError: Measure = testError;
export const agreement: Measure = result => result.distillation!.agreementPercent;

/** What one arm has more of a measure than another on the same pairs of chips, at one size of one place; empty where they share none. */
export function paired(
  points: readonly ArmPoint[],
  first: string,
  second: string,
  place: string,
  samples: number,
  measure: Measure,
): number[] {
  const at = (arm: string) =>
    points.find(point => point.arm === arm && point.place === place && point.samples === samples)?.results ??
    [];
  const others = new Map(at(second).map(result => [result.specification.seed, measure(result)]));
  return at(first).flatMap(result => {
    const other = others.get(result.specification.seed);
    return other === undefined ? [] : [measure(result) - other];
  });
}

/** What was asked of the students of a point. */
export const targetsOf = (point: ArmPoint) => point.results[0]!.specification.distill!;

/** Arms told from scratch by one kind of target, another individual, ordinary images: those that soft and hard labels are compared on. */
export const plainArm = (points: readonly ArmPoint[], targets: string): string | undefined =>
  points.find(point => {
    const { targets: own, start, student, images, trueShare } = targetsOf(point);
    return (
      own === targets && start === 'fresh' && student === 'another' && images === 'spare' && trueShare === 0
    );
  })?.arm;
