/**
 * @file What distillation has shown, in sentences: whether soft labels beat hard ones, on what true labels win, whether copying would have
 * done, how near a student is to its teacher, and what it cost.
 */
import {
  type ArmPoint,
  agreement,
  armPoints,
  learnsAll,
  type Measure,
  over,
  paired,
  placeAxis,
  placesOf,
  plainArm,
  studentError,
  targetsOf,
} from './arms.ts';
import { counted, percent, quantityIn, space } from './numbers.ts';
import { mean } from './statistics.ts';
import type { Study } from './study.ts';
import { meanPrice, studentPrice, teacherPrice } from './transfer-table.ts';
import { copies, overtaken } from './weights-words.ts';
import { worth } from './worth-words.ts';

/** The rule that the sentences go by, for the last section of the report. */
export const transferRules: readonly string[] = [
  'An arm is said to beat another when it is better on average over pairs of chips and on every single pair (of five and more: on all but one).',
  'What soft labels are worth in hard ones, and where being told overtakes given weights, is found pair by pair along straight lines between what was tried, errors and sizes on logarithmic axes; then the (geometric) mean over pairs is given, in brackets its 95 % Student-t interval (the range where there are fewer than 3 pairs).',
];

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

/** What is said of distillation: of each place where there are several, and of all together. */
export interface TransferAnswer {
  readonly places: readonly { readonly setting: string; readonly text: string }[];
  readonly findings: readonly string[];
}

/** Sentences, place by place; none where nothing was distilled. */
export function transferWords(study: Study): TransferAnswer {
  const points = armPoints(study);
  if (points.length === 0) return { places: [], findings: [] };
  const places = placesOf(points).map(place => {
    const own = points.filter(point => point.place === place);
    return { setting: place, told: placeWords(study, own, place) };
  });
  const common = [...overtaken(study, points), ...prices(points)];
  const [only] = places;
  return places.length === 1
    ? { places: [], findings: [...only!.told, ...common] }
    : { places: places.map(({ setting, told }) => ({ setting, text: told.join(' ') })), findings: common };
}

function placeWords(study: Study, points: readonly ArmPoint[], place: string): string[] {
  const told = [
    ...softAgainst(study, points, place),
    ...worth(points),
    ...leftOut(points),
    ...copies(study, points),
  ];
  // along an axis, what is said of one place alone is said of its ends
  if (isBetween(study, points)) return told;
  return [...told, ...bounds(study, points), ...floor(study, points), ...calibration(points)];
}

/** Whether a place stands between others on an axis. */
function isBetween(study: Study, [first]: readonly ArmPoint[]): boolean {
  const axis = placeAxis(study);
  return axis !== undefined && ![axis.levels[0], axis.levels.at(-1)].includes(first!.level!);
}

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

/** What the student's chip can do with everything that the teacher had, and what the teacher's own chip makes of being told. */
function bounds(study: Study, points: readonly ArmPoint[]): string[] {
  const error = (point: ArmPoint) => percent(over(study, point, studentError).mean);
  const all = points.find(point => learnsAll(point) && targetsOf(point).start === 'fresh');
  const same = points.filter(
    point => targetsOf(point).student === 'same' && targetsOf(point).start === 'fresh',
  );
  const largest = [...same].sort((a, b) => b.samples - a.samples)[0];
  const twin =
    largest &&
    points.find(
      point =>
        point.samples === largest.samples && point.arm === plainArm(points, targetsOf(largest).targets),
    );
  return [
    ...(all
      ? [
          `The student's chip, trained on all ${counted(all.samples)} images and true labels that the teacher had, errs on ${error(all)}: “${all.arm}”.`,
        ]
      : []),
    ...(largest && twin
      ? [
          `Told on the teacher's own chip, ${counted(largest.samples)} images come to ${error(largest)} and ${percent(over(study, largest, agreement).mean)} agreement; on another individual to ${error(twin)} and ${percent(over(study, twin, agreement).mean)}.`,
        ]
      : []),
  ];
}

/** How sure the best soft student is, against how sure it should be and how sure its teacher is. */
function calibration(points: readonly ArmPoint[]): string[] {
  const arm = plainArm(points, 'soft');
  const own = points.filter(point => point.arm === arm).sort((a, b) => b.samples - a.samples)[0];
  if (!own) return [];
  const of = (measure: Measure) => mean(own.results.map(measure));
  const { temperature } = targetsOf(own);
  const milli = (measure: Measure) => `${(1000 * of(measure)).toFixed(0)}${space}mnat`;
  const atTemperature =
    temperature === 1
      ? ''
      : `, at T = ${temperature} by ${milli(({ distillation }) => distillation!.divergenceAtTemperature)}`;
  return [
    `At ${counted(own.samples)} images the probabilities of “${own.arm}” differ from the teacher's by ${milli(({ distillation }) => distillation!.divergence)} at T = 1${atTemperature} (a second reading of the teacher: ${milli(({ distillation }) => distillation!.teacher.floor.divergence)} at T = 1). Its confidence is off by ${percent(100 * of(({ distillation }) => distillation!.calibrationError))} (expected calibration error, at its best scale), the teacher's by ${percent(100 * of(({ distillation }) => distillation!.teacher.calibrationError))}.`,
  ];
}

/** How near the nearest student is to its teacher. */
function floor(study: Study, points: readonly ArmPoint[]): string[] {
  const best = points
    .filter(point => !learnsAll(point))
    .sort((a, b) => over(study, b, agreement).mean - over(study, a, agreement).mean)[0];
  if (!best) return [];
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
  const told = points
    .filter(point => point.samples > 0 && !learnsAll(point))
    .flatMap(({ arm, samples, results }) => {
      const found = results.flatMap(({ distillation }) => distillation!.leftOut ?? []);
      if (found.length === 0) return [];
      const before = mean(found.map(each => each.asAnswered.onThemPercent));
      const after = mean(found.map(each => each.corrected.onThemPercent));
      return [`“${arm}”, ${counted(samples)} images, ${percent(before)} and ${percent(after)}`];
    });
  if (told.length === 0) return [];
  const { without } = targetsOf(points.find(point => targetsOf(point).without.length > 0)!);
  return [
    `Of class ${without.join(', ')}, which the transfer set has no image of, are wrong, as answered and once a bias gives the class its fair share of the answers: ${told.join('; ')}.`,
  ];
}

/** What was spent on both chips, per image of the transfer set. */
function prices(points: readonly ArmPoint[]): string[] {
  const told = points.filter(point => point.samples > 0 && targetsOf(point).targets === 'soft');
  const largest = [...told].sort((a, b) => b.samples - a.samples)[0];
  if (!largest) return [];
  const student = meanPrice(largest.results, studentPrice);
  const teacher = meanPrice(largest.results, teacherPrice)!;
  const { reads } = targetsOf(largest);
  const training = mean(largest.results.map(({ distillation }) => distillation!.teacher.trainingEnergy));
  const own = student
    ? `; the student learns from each in ${counted(student.passes)} passes, ${quantityIn(student.energy, 'J')}`
    : '';
  return [
    `The price at ${counted(largest.samples)} images (“${largest.arm}”): the teacher is read in ${counted(teacher.passes)} passes an image${reads > 1 ? ` (${reads} readings)` : ''}, ${quantityIn(teacher.energy, 'J')} each and ${quantityIn(teacher.energy * largest.samples, 'J')} in all, after a training of ${quantityIn(training, 'J')}${own} and ${quantityIn((student?.energy ?? 0) * largest.samples, 'J')} in all.`,
  ];
}
