/**
 * @file What distillation has shown, in sentences: whether soft labels beat hard ones, on what true labels win, whether copying would have
 * done, how near a student is to its teacher, and what it cost.
 */
import {
  type ArmPoint,
  agreement,
  armPoints,
  type Measure,
  over,
  paired,
  placesOf,
  studentError,
} from './arms.ts';
import { counted, percent, quantityIn } from './numbers.ts';
import { mean } from './statistics.ts';
import type { Study } from './study.ts';

/** The rule that the sentences go by, for the last section of the report. */
export const transferRule =
  'An arm is said to beat another when it is better on average over pairs of chips and on every single pair (of five and more: on all but one).';

/** The finding as a heading: what students have of their teachers, at best. */
export function transferHeadline(study: Study): string {
  const points = armPoints(study);
  const told = points.filter(
    point => targetsOf(point).start === 'fresh' && targetsOf(point).targets === 'soft',
  );
  const best = [...(told.length > 0 ? told : points)].sort(
    (a, b) => over(study, a, studentError).mean - over(study, b, studentError).mean,
  )[0]!;
  const teacher = mean(best.results.map(({ distillation }) => distillation!.teacher.testErrorPercent));
  const said = `${percent(over(study, best, studentError).mean)} after ${counted(best.samples)} images`;
  return `A teacher that errs on ${percent(teacher)} makes a student that errs on ${said} (“${best.arm}”)`;
}

/** Sentences, place by place; none where nothing was distilled. */
export function transferWords(study: Study): string[] {
  const points = armPoints(study);
  if (points.length === 0) return [];
  return placesOf(points)
    .flatMap(place => {
      const own = points.filter(point => point.place === place);
      const name = placesOf(points).length > 1 ? `${place}: ` : '';
      return [
        ...softAgainst(study, own, place),
        ...copies(study, own),
        ...floor(study, own),
        ...leftOut(own),
      ].map(text => `${name}${text}`);
    })
    .concat(prices(points));
}

const targetsOf = (point: ArmPoint) => point.results[0]!.specification.distill!;

/** Arms told from scratch by one kind of target, another individual, ordinary images: those that soft and hard labels are compared on. */
const plainArm = (points: readonly ArmPoint[], targets: string): string | undefined =>
  points.find(point => {
    const { targets: own, start, student, images, trueShare } = targetsOf(point);
    return (
      own === targets && start === 'fresh' && student === 'another' && images === 'spare' && trueShare === 0
    );
  })?.arm;

/** "soft labels beat true labels at 250 images (18.3 against 22.6 %)": at which sizes, on error and on agreement. */
function softAgainst(study: Study, points: readonly ArmPoint[], place: string): string[] {
  const soft = plainArm(points, 'soft');
  if (soft === undefined) return [];
  return ['argmax', 'true'].flatMap(kind => {
    const other = plainArm(points, kind);
    if (other === undefined) return [];
    const sizes = [...new Set(points.filter(({ arm }) => arm === soft).map(({ samples }) => samples))].sort(
      (a, b) => a - b,
    );
    const told = sizes.map(samples => {
      const errors = verdict(study, points, soft, other, place, samples, studentError, -1);
      const agreements = verdict(study, points, soft, other, place, samples, agreement, 1);
      return `at ${counted(samples)} images ${errors} on error and ${agreements} on agreement`;
    });
    return [`“${soft}” against “${other}”: ${told.join('; ')}.`];
  });
}

/** @param direction −1 where less is better */
function verdict(
  study: Study,
  points: readonly ArmPoint[],
  first: string,
  second: string,
  place: string,
  samples: number,
  measure: Measure,
  direction: 1 | -1,
): string {
  const differences = paired(points, first, second, place, samples, measure).map(d => direction * d);
  const value = (arm: string) => {
    const point = points.find(each => each.arm === arm && each.samples === samples && each.place === place);
    return point ? over(study, point, measure).mean.toFixed(1) : '–';
  };
  const numbers = `(${value(first)} against ${value(second)} %)`;
  if (differences.length === 0) return `nothing to compare ${numbers}`;
  const spared = differences.length >= 5 ? 1 : 0;
  const wins = (sign: number) => differences.filter(d => sign * d > 0).length >= differences.length - spared;
  if (differences.length > 1 && mean(differences) > 0 && wins(1)) return `wins ${numbers}`;
  if (differences.length > 1 && mean(differences) < 0 && wins(-1)) return `loses ${numbers}`;
  return `is level ${numbers}`;
}

/** Whether copied weights do better than being told from scratch. */
function copies(study: Study, points: readonly ArmPoint[]): string[] {
  const error = (point: ArmPoint) => over(study, point, studentError).mean;
  const copied = points
    .filter(point => targetsOf(point).start !== 'fresh')
    .sort((a, b) => error(a) - error(b));
  const told = points
    .filter(point => targetsOf(point).start === 'fresh' && targetsOf(point).images !== 'training')
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

/** How near the nearest student is to its teacher. */
function floor(study: Study, points: readonly ArmPoint[]): string[] {
  const best = [...points].sort(
    (a, b) => over(study, b, agreement).mean - over(study, a, agreement).mean,
  )[0]!;
  const own = mean(best.results.map(({ distillation }) => distillation!.teacher.floor.agreementPercent));
  const same = best.results.flatMap(({ distillation }) => distillation!.sameErrorsPercent ?? []);
  const errors =
    same.length > 0 ? `, and makes ${percent(mean(same))} of the teacher's own mistakes in the same way` : '';
  return [
    `The nearest student (“${best.arm}”, ${counted(best.samples)} images) gives ${percent(over(study, best, agreement).mean)} of its teacher's answers${errors}; the teacher repeats ${percent(own)} of its own when it is read again.`,
  ];
}

/** Classes that the transfer set had no image of. */
function leftOut(points: readonly ArmPoint[]): string[] {
  return points.flatMap(({ arm, samples, results }) => {
    const found = results.flatMap(({ distillation }) => distillation!.leftOut ?? []);
    if (found.length === 0) return [];
    const { without } = results[0]!.specification.distill!;
    const before = mean(found.map(each => each.asAnswered.onThemPercent));
    const after = mean(found.map(each => each.corrected.onThemPercent));
    return [
      `“${arm}”, ${counted(samples)} images, none of class ${without.join(', ')}: ${percent(before)} of these are wrong, ${percent(after)} once the bias of the class gives it a fair share of the answers.`,
    ];
  });
}

/** What was spent on both chips. */
function prices(points: readonly ArmPoint[]): string[] {
  const told = points.filter(point => point.samples > 0 && targetsOf(point).targets === 'soft');
  const largest = [...told].sort((a, b) => b.samples - a.samples)[0];
  if (!largest) return [];
  const [{ distillation, meter, specification }] = largest.results as [(typeof largest.results)[number]];
  const { asked, trainingEnergy } = distillation!.teacher;
  const { reads } = specification.distill!;
  return [
    `The price at ${counted(largest.samples)} images (“${largest.arm}”): the teacher is read in ${counted(asked.passes)} passes an image${reads > 1 ? ` (${reads} readings)` : ''}, ${quantityIn(asked.energy * largest.samples, 'J')} in all, after a training of ${quantityIn(trainingEnergy, 'J')}; the student's training takes ${quantityIn(meter?.training.energy.total ?? 0, 'J')}.`,
  ];
}
