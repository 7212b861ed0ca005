/**
 * @file Where copied weights stop paying: the level of an axis (the strength of the boxes) at which a student that was told from scratch errs
 * as little as one that started from weights. Each pair of chips is followed by itself, along straight lines between levels, errors on a
 * logarithmic axis as they are drawn.
 */
import { type ArmPoint, placeAxis, studentError } from './arms.ts';
import { banded } from './statistics.ts';
import { distinct, type Study } from './study.ts';

/** One way of giving weights against one way of telling. */
export interface Overtaking {
  readonly group: string;
  readonly given: string;
  readonly told: string;
  /** levels, of the pairs that were overtaken */
  readonly at: { readonly level: number; readonly low: number; readonly high: number } | undefined;
  /** pairs overtaken on the way, ahead all along, behind from the first level on */
  readonly overtaken: number;
  readonly ahead: number;
  readonly behind: number;
}

/** Every arm that starts from weights against every arm that does not and learns the transfer set; none without an axis. */
export function overtakings(
  study: Study,
  points: readonly ArmPoint[],
  told: readonly string[],
): Overtaking[] {
  const axis = placeAxis(study);
  if (!axis) return [];
  const given = distinct(
    points
      .filter(({ results }) => results[0]!.specification.distill!.start !== 'fresh')
      .map(({ arm }) => arm),
  );
  return distinct(points.map(({ group }) => group)).flatMap(group =>
    given.flatMap(arm =>
      told.flatMap(other => {
        const own = points.filter(point => point.group === group);
        const ways = wayOf(own, arm, other);
        if (ways.length === 0) return [];
        const found = ways.map(firstAbove);
        const levels = found.filter(each => typeof each === 'number');
        const band = banded(levels);
        return [
          {
            group,
            given: arm,
            told: other,
            at: band && { level: band.mean, low: band.low, high: band.high },
            overtaken: levels.length,
            ahead: found.filter(each => each === 'ahead').length,
            behind: found.filter(each => each === 'behind').length,
          },
        ];
      }),
    ),
  );
}

type Way = readonly { readonly level: number; readonly lead: number }[];

/** log error of the given over that of the told, pair by pair along the levels. */
function wayOf(points: readonly ArmPoint[], given: string, told: string): Way[] {
  const at = (arm: string) => points.filter(point => point.arm === arm);
  const seeds = distinct(
    at(given).flatMap(({ results }) => results.map(({ specification }) => specification.seed)),
  );
  const errorAt = (arm: string, level: number, seed: number) => {
    const result = at(arm)
      .find(point => point.level === level)
      ?.results.find(({ specification }) => specification.seed === seed);
    return result && Math.log(Math.max(0.01, studentError(result)));
  };
  const levels = distinct(at(given).map(({ level }) => level!)).sort((a, b) => a - b);
  return seeds
    .map(seed =>
      levels.flatMap(level => {
        const [own, other] = [errorAt(given, level, seed), errorAt(told, level, seed)];
        return own === undefined || other === undefined ? [] : [{ level, lead: own - other }];
      }),
    )
    .filter(way => way.length > 1);
}

function firstAbove(way: Way): number | 'ahead' | 'behind' {
  const k = way.findIndex(({ lead }) => lead > 0);
  if (k < 0) return 'ahead';
  if (k === 0) return 'behind';
  const [a, b] = [way[k - 1]!, way[k]!];
  return a.level + (a.lead / (a.lead - b.lead)) * (b.level - a.level);
}
