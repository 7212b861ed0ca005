/**
 * @file Weights given against answers told, along what makes chips unlike: error of the students by the strength of the boxes, one line for
 * each way, and where telling overtakes giving.
 */
import { type ArmPoint, armPoints, armsOf, over, placeAxis, plainArm, studentError } from '../arms.ts';
import { type Axis, axisTitle, levelText } from '../axes.ts';
import { overtakings } from '../overtaking.ts';
import { distinct, type Study } from '../study.ts';
import { anyColours, anyShapes, faint, ink } from './colours.ts';
import { bySetting, errorAxis, intervalWords, pairsBehind, summaryNumbers } from './encodings.ts';
import type { Figure, Frame, Specification } from './figure.ts';
import { look } from './vega.ts';

export const giving: Figure = {
  name: 'giving',
  panel(study) {
    const axis = placeAxis(study);
    const points = axis ? armPoints(study) : [];
    if (!axis || points.length === 0) return undefined;
    const marks = crossings(study, points);
    const marked =
      marks.length > 0
        ? ` Dashed verticals: where “${marks[0]!.told}” overtakes another way, the mean over pairs of chips.`
        : '';
    return {
      title: title(axis, marks),
      caption: `Test error of students along ${axis.name}, on a logarithmic axis.${marked} Means over ${pairsBehind(study)}; ${intervalWords(study, 'whiskers')}.`,
      numbers: points.map(point => ({
        arm: point.arm,
        group: point.group,
        level: point.level!,
        transfer_samples: point.samples,
        ...summaryNumbers(over(study, point, studentError)),
      })),
      drawing: { kind: 'vega-lite', specification: specify(study, axis, points, marks) },
    };
  },
};

interface Crossing {
  readonly setting: string;
  readonly level: number;
  readonly given: string;
  readonly told: string;
}

/** Where soft labels from scratch (true ones, where there are none) overtake, for the ways of which every pair is overtaken. */
function crossings(study: Study, points: readonly ArmPoint[]): Crossing[] {
  const told = plainArm(points, 'soft') ?? plainArm(points, 'true');
  if (told === undefined) return [];
  return overtakings(study, points, [told]).flatMap(({ group, given, at, ahead, behind }) =>
    at && ahead + behind === 0 ? [{ setting: group, level: at.level, given, told }] : [],
  );
}

function title(axis: Axis, marks: readonly Crossing[]): string {
  const [first] = [...marks].sort((a, b) => a.level - b.level);
  const last = [...marks].sort((a, b) => b.level - a.level)[0];
  if (!first || !last) return `Weights given against answers told, along ${axis.name}`;
  const until = (mark: Crossing) => `“${mark.given}” up to ${levelText(axis, mark.level)}`;
  return first === last
    ? `Better than being told: ${until(first)}`
    : `Better than being told: ${until(first)}, ${until(last)}`;
}

const specify =
  (study: Study, axis: Axis, points: readonly ArmPoint[], marks: readonly Crossing[]) =>
  (frame: Frame): Specification => {
    const rows = points.map(point => ({ point, error: over(study, point, studentError) }));
    const errors = errorAxis(
      rows.flatMap(({ error }) => [error.minimum, error.maximum]),
      'test error',
    );
    const values = [
      ...rows.map(({ point, error }) => ({
        part: 'error',
        setting: point.group,
        arm: point.arm,
        level: point.level!,
        value: errors.shown(error.mean),
        low: errors.shown(error.low),
        high: errors.shown(error.high),
        text: `${point.arm}, ${point.place}: ${error.mean.toFixed(1)} %`,
      })),
      ...marks.map(({ setting, level, given }) => ({
        part: 'crossing',
        setting,
        arm: given,
        level,
        text: levelText(axis, level),
      })),
    ];
    const arms = armsOf(points);
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
      scale: {
        domain: arms,
        range: arms.map((_, k) => (k < anyColours.length ? [1, 0] : [5, 3])),
      },
    };
    const part = (name: string) => ({ transform: [{ filter: `datum.part === '${name}'` }] });
    const y = { field: 'value', ...errors.channel };
    const panel = {
      encoding: {
        x: {
          field: 'level',
          type: 'quantitative',
          scale: {
            nice: false,
            zero: false,
            padding: 14,
            ...(axis.scale === 'linear' ? {} : { type: axis.scale }),
          },
          axis: {
            title: `${axisTitle(axis)}${axis.scale === 'linear' ? '' : ' (log axis)'}`,
            values: axis.levels,
            labelExpr: "format(datum.value, '.6~g')", // '~g' alone would write 0.3 for 0.25
          },
        },
      },
      layer: [
        {
          ...part('crossing'),
          mark: { type: 'rule', strokeDash: [3, 4], color: faint, aria: false },
          encoding: {},
        },
        {
          ...part('crossing'),
          mark: { type: 'text', angle: 270, align: 'right', dx: -4, dy: -6, y: 4, fontSize: 10, color: ink },
          encoding: { text: { field: 'text' } },
        },
        {
          ...part('error'),
          mark: { type: 'rule', opacity: 0.5, aria: false },
          encoding: { y: { ...y, field: 'low' }, y2: { field: 'high' }, color: colour },
        },
        {
          ...part('error'),
          mark: { type: 'line', strokeWidth: 1.5, aria: false },
          encoding: { y, color: colour, strokeDash: dash },
        },
        {
          ...part('error'),
          mark: { type: 'point', filled: true, size: 40, opacity: 1 },
          encoding: { y, color: colour, shape, description: { field: 'text' } },
        },
      ],
    };
    const settings = distinct(points.map(({ group }) => group)).map(label => ({ label }));
    return { ...look(frame), data: { values }, ...bySetting({ settings }, frame, panel, 320) };
  };
