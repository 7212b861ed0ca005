/**
 * @file Differences to Forward-Forward on the same chips: same seed, same setting, another learner. What chips have in common then
 * falls out of the difference.
 */
import { banded, holm, pairedP, type Summary } from './statistics.ts';
import { cellOf, type Learner, learnerInRole, type Setting, type Study, testError } from './study.ts';

/** A learner against the reference in one setting. */
export interface Difference {
  readonly learner: Learner;
  readonly setting: Setting;
  /** test error of the learner less that of the reference, percentage points, over chips that have both */
  readonly difference: Summary;
  /** two-sided p of a paired t-test, corrected by Holm for all differences of the table; undefined where it has no scale */
  readonly p: number | undefined;
}

/** Below this corrected p a difference is not put down to chance. */
export const significance = 0.05;

/** All differences to the first Forward-Forward learner, in the settings that are shown one by one; none without it. */
export function differences(study: Study): Difference[] {
  const reference = learnerInRole(study, 'forward-forward');
  if (!reference) return [];
  const pairs = study.detailed.flatMap(setting =>
    study.learners.flatMap(learner => {
      if (learner === reference) return [];
      const own = errorsBySeed(study, reference, setting);
      const values = [...errorsBySeed(study, learner, setting)].flatMap(([seed, error]) =>
        own.has(seed) ? [error - own.get(seed)!] : [],
      );
      const difference = banded(values);
      return difference ? [{ learner, setting, difference, raw: pairedP(values) }] : [];
    }),
  );
  const tested = pairs.filter(pair => pair.raw !== undefined);
  const corrected = holm(tested.map(pair => pair.raw!));
  return pairs.map(({ raw: _, ...pair }) => {
    const at = tested.findIndex(each => each.learner === pair.learner && each.setting === pair.setting);
    return { ...pair, p: corrected[at] };
  });
}

/** How many of the differences were tested. */
export const comparisons = (all: readonly Difference[]): number =>
  all.filter(each => each.p !== undefined).length;

export const isSignificant = ({ p }: Difference): boolean => p !== undefined && p < significance;

const errorsBySeed = (study: Study, learner: Learner, setting: Setting): Map<number, number> =>
  new Map(
    (cellOf(study, learner, setting)?.done ?? []).map(result => [
      result.specification.seed,
      testError(result),
    ]),
  );
