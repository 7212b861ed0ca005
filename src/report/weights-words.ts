/**
 * @file Whether giving weights pays against telling, in sentences: at one place, and along an axis.
 */
import { type ArmPoint, learnsAll, over, placeAxis, plainArm, studentError, targetsOf } from './arms.ts';
import { levelText } from './axes.ts';
import { listed, percent } from './numbers.ts';
import { overtakings } from './overtaking.ts';
import type { Study } from './study.ts';

/** Whether weights that are given do better than being told from scratch, place by place; along an axis, from where on they do not. */
export function copies(study: Study, points: readonly ArmPoint[]): string[] {
  const error = (point: ArmPoint) => over(study, point, studentError).mean;
  const copied = points
    .filter(point => targetsOf(point).start !== 'fresh')
    .sort((a, b) => error(a) - error(b));
  const told = points
    .filter(point => targetsOf(point).start === 'fresh' && !learnsAll(point))
    .sort((a, b) => error(a) - error(b));
  const [best, fresh] = [copied[0], told[0]];
  if (!best || !fresh) return [];
  const numbers = `“${best.arm}” errs on ${percent(error(best))}, “${fresh.arm}” on ${percent(error(fresh))}`;
  return [
    error(best) < error(fresh)
      ? `Copying weights pays here: ${numbers}.`
      : `Weights are better not copied here: ${numbers}.`,
  ];
}

/** Where along an axis every way of giving weights is overtaken by being told. */
export function overtaken(study: Study, points: readonly ArmPoint[]): string[] {
  const axis = placeAxis(study);
  const told = [...new Set(['soft', 'true'].flatMap(kind => plainArm(points, kind) ?? []))];
  if (!axis) return [];
  const all = overtakings(study, points, told);
  const groups = new Set(all.map(({ group }) => group));
  return all.map(({ group, given, told: other, at, overtaken: count, ahead, behind }) => {
    const pairs = count + ahead + behind;
    const name = groups.size > 1 ? `${group}: ` : '';
    const who = `${name}“${other}” errs less than “${given}”`;
    if (ahead === pairs) return `${who} at no ${axis.name} up to ${levelText(axis, axis.levels.at(-1)!)}.`;
    if (behind === pairs) return `${who} at every ${axis.name} from ${levelText(axis, axis.levels[0]!)} on.`;
    const { level, low, high } = at ?? { level: 0, low: 0, high: 0 };
    const around = count > 1 ? ` [${levelText(axis, low)}, ${levelText(axis, high)}]` : '';
    const from = `from ${axis.name} ${levelText(axis, level)}${around} on`;
    if (count === pairs) return `${who} ${from} (${pairs} pairs, straight lines between the levels).`;
    const parts = [
      ...(count > 0 ? [`${from} in ${count} of ${pairs} pairs`] : []),
      ...(behind > 0 ? [`at every ${axis.name} in ${behind}`] : []),
      ...(ahead > 0 ? [`at none in ${ahead}`] : []),
    ];
    return `${who} ${listed(parts)}.`;
  });
}
