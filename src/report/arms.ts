/**
 * @file Distillation as its reader thinks of it: arms (how students were told, or what they copied) along the size of the transfer set, in
 * places that differ in everything else.
 */
import type { TrialResult } from '../scenarios/trial-files.ts';
import { type Summary, summarise } from './statistics.ts';
import { distinct, type Learner, type Study, testError } from './study.ts';

/** What is compared of students. */
export type Measure = (result: TrialResult) => number;

/** Students of one arm at one size, over pairs of chips. */
export interface ArmPoint {
  readonly arm: string;
  /** learner, and what else the setting varies */
  readonly place: string;
  readonly samples: number;
  /** pairs of chips, by seed */
  readonly results: readonly TrialResult[];
}

/** Every arm at every size; empty where nothing was distilled. */
export function armPoints(study: Study): ArmPoint[] {
  return study.cells.flatMap(({ learner, setting, done }) => {
    const results = done.filter(result => result.distillation && result.specification.distill);
    const [first] = results;
    if (!first) return [];
    const { samples, images } = first.specification.distill!;
    return [
      {
        arm: setting.values.distill ?? armOf(first),
        place: placeOf(study, learner, setting.values),
        samples: images === 'training' ? Math.min(samples, first.specification.data.train) : samples,
        results,
      },
    ];
  });
}

/** Whether a run is about students. */
export const isDistilled = (study: Study): boolean =>
  study.trials.some(({ planned }) => planned.specification.distill !== undefined);

/** An arm in words, where the scenario has none for it. */
function armOf({ specification }: TrialResult): string {
  const { start, targets, temperature, samples, student } = specification.distill!;
  const told = { soft: `soft labels, T = ${temperature}`, argmax: "teacher's answers", true: 'true labels' }[
    targets
  ];
  const copied = start === 'copy' ? 'copied' : 'copied, gains recalibrated';
  const words = start === 'fresh' ? told : samples === 0 ? copied : `${copied}, then ${told}`;
  return student === 'same' ? `${words}, same chip` : words;
}

/** What differs besides arm and size. */
function placeOf(study: Study, learner: Learner, values: Readonly<Record<string, string>>): string {
  const rest = study.paths
    .filter(path => path !== 'distill' && !path.startsWith('distill.') && !path.endsWith('.epochs'))
    .map(path => values[path] ?? '');
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
