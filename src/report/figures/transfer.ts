/**
 * @file What transfer sets are worth: error of the students, and their agreement with the teacher, by the number of images they were told
 * about, one line for each way of telling. Dashed: the teacher's own error, and its agreement with a second reading of itself.
 */
import {
  type ArmPoint,
  agreement,
  armPoints,
  armsOf,
  type Measure,
  over,
  placesOf,
  studentError,
} from '../arms.ts';
import { percent } from '../numbers.ts';
import { mean } from '../statistics.ts';
import type { Study } from '../study.ts';
import { anyColours, anyShapes, faint } from './colours.ts';
import { bySetting, errorAxis, intervalWords, pairsBehind, summaryNumbers } from './encodings.ts';
import type { Figure, Frame, Specification } from './figure.ts';
import { look } from './vega.ts';

interface Kind {
  readonly name: string;
  readonly measure: Measure;
  /** what the teacher has of it */
  readonly own: Measure;
  readonly axisTitle: string;
  title(points: readonly ArmPoint[], study: Study): string;
  readonly caption: string;
}

const errors: Kind = {
  name: 'transfer-error',
  measure: studentError,
  own: result => result.distillation!.teacher.testErrorPercent,
  axisTitle: 'test error',
  title(points, study) {
    const best = [...points].sort(
      (a, b) => over(study, a, studentError).mean - over(study, b, studentError).mean,
    )[0]!;
    return `The best students err on ${percent(over(study, best, studentError).mean)}: ${best.arm}, ${best.samples} images`;
  },
  caption:
    "Test error of students; dashed in grey: the teachers' own; dotted: students that learned nothing from the transfer set.",
};

const agreements: Kind = {
  name: 'transfer-agreement',
  measure: agreement,
  own: result => result.distillation!.teacher.floor.agreementPercent,
  axisTitle: 'agreement with the teacher',
  title(points, study) {
    const best = [...points].sort(
      (a, b) => over(study, b, agreement).mean - over(study, a, agreement).mean,
    )[0]!;
    return `The most a student has of its teacher is ${percent(over(study, best, agreement).mean)} of its answers: ${best.arm}, ${best.samples} images`;
  },
  caption:
    'Test images that teacher and student give the same class; dashed in grey: the teacher and a second reading of itself, more than which nobody can reach; dotted: students that learned nothing from the transfer set.',
};

const figureOf = (kind: Kind): Figure => ({
  name: kind.name,
  panel(study) {
    const points = armPoints(study);
    if (!points.some(point => isAlong(point, points))) return undefined;
    return {
      title: kind.title(points, study),
      caption: `${kind.caption} Means over ${pairsBehind(study)}; ${intervalWords(study, 'whiskers')}.`,
      numbers: points.map(point => ({
        arm: point.arm,
        place: point.place,
        transfer_samples: point.samples,
        teacher_percent: mean(point.results.map(kind.own)),
        ...summaryNumbers(over(study, point, kind.measure)),
      })),
      drawing: { kind: 'vega-lite', specification: specify(study, points, kind) },
    };
  },
});

/** Whether an arm has more than one size at its place. */
const isAlong = (point: ArmPoint, points: readonly ArmPoint[]): boolean =>
  points.some(
    ({ arm, place, samples }) => arm === point.arm && place === point.place && samples !== point.samples,
  );

const specify =
  (study: Study, points: readonly ArmPoint[], kind: Kind) =>
  (frame: Frame): Specification => {
    const rows = points.map(point => ({ point, value: over(study, point, kind.measure) }));
    const own = points.map(({ results }) => mean(results.map(kind.own)));
    const isError = kind === errors;
    const axis = errorAxis(
      [...rows.flatMap(({ value }) => [value.minimum, value.maximum]), ...own],
      kind.axisTitle,
    );
    const shown = (value: number) => (isError ? axis.shown(value) : value);
    const values = rows.map(({ point, value }, k) => ({
      part: point.samples > 0 ? 'told' : 'given',
      setting: point.place,
      arm: point.arm,
      ...(point.samples > 0 && { samples: point.samples }),
      value: shown(value.mean),
      low: shown(value.low),
      high: shown(value.high),
      teacher: shown(own[k]!),
      text: `${point.arm}, ${point.place}${point.samples > 0 ? `, ${point.samples} images` : ''}: ${percent(value.mean)}`,
    }));
    const arms = armsOf(points);
    const x = {
      field: 'samples',
      type: 'quantitative',
      scale: { type: 'log', nice: false },
      axis: {
        title: 'images of the transfer set (log axis)',
        values: [...new Set(points.map(({ samples }) => samples))].filter(samples => samples > 0),
        format: '~s',
      },
    };
    const y = isError
      ? { field: 'value', ...axis.channel }
      : {
          field: 'value',
          type: 'quantitative',
          scale: { zero: false },
          axis: { title: `${kind.axisTitle}, %` },
        };
    const colour = {
      field: 'arm',
      type: 'nominal',
      scale: { domain: arms, range: arms.map((_, k) => anyColours[k % anyColours.length]!) },
      legend: { columns: frame.narrow ? 1 : 2 },
    };
    const shape = {
      field: 'arm',
      type: 'nominal',
      scale: { domain: arms, range: arms.map((_, k) => anyShapes[k % anyShapes.length]!) },
    };
    const dash = {
      field: 'arm',
      type: 'nominal',
      legend: { columns: frame.narrow ? 1 : 2 },
      scale: { domain: arms, range: arms.map((_, k) => (k < anyColours.length ? [1, 0] : [6, 3])) },
    };
    const part = (name: string) => ({ transform: [{ filter: `datum.part === '${name}'` }] });
    const panel = {
      layer: [
        {
          mark: { type: 'rule', strokeDash: [4, 4], strokeWidth: 1, color: faint, aria: false },
          encoding: { y: { ...y, field: 'teacher', aggregate: 'mean' } },
        },
        {
          ...part('given'),
          mark: { type: 'rule', strokeDash: [2, 3], strokeWidth: 1.5 },
          encoding: { y, color: colour, description: { field: 'text' } },
        },
        {
          ...part('told'),
          mark: { type: 'rule', opacity: 0.5, aria: false },
          encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color: colour },
        },
        {
          ...part('told'),
          mark: { type: 'line', strokeWidth: 1.5, aria: false },
          encoding: { x, y, color: colour, strokeDash: dash },
        },
        {
          ...part('told'),
          mark: { type: 'point', filled: true, size: 30, opacity: 1 },
          encoding: { x, y, color: colour, shape, description: { field: 'text' } },
        },
      ],
    };
    const settings = placesOf(points).map(label => ({ label }));
    return { ...look(frame), data: { values }, ...bySetting({ settings }, frame, panel, 220) };
  };

export const transferError = figureOf(errors);
export const transferAgreement = figureOf(agreements);
