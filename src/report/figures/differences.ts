/**
 * @file Differences to Forward-Forward on the same chips, with intervals: right of the line Forward-Forward errs less.
 */
import { listed, points, space } from '../numbers.ts';
import {
  differences as allOf,
  comparisons,
  type Difference,
  isSignificant,
  significance,
} from '../paired.ts';
import { learnerInRole, quoted, type Study } from '../study.ts';
import { faint } from './colours.ts';
import { bySetting, detailedWords, learnerColour, learnerShape } from './encodings.ts';
import type { Figure, Frame, Numbers, Specification } from './figure.ts';
import { look } from './vega.ts';

export const differences: Figure = {
  name: 'differences',
  panel(study) {
    const all = allOf(study);
    return all.length > 0
      ? {
          title: title(study, all),
          caption: caption(study, all),
          drawing: { kind: 'vega-lite', specification: specify(study, all) },
          numbers: all.map(numbers(study)),
        }
      : undefined;
  },
};

/** Who is told apart from Forward-Forward, in how many settings. */
function title(study: Study, all: readonly Difference[]): string {
  const hero = quoted(learnerInRole(study, 'forward-forward')!);
  const sure = all.filter(isSignificant);
  if (comparisons(all) === 0)
    return `Differences to ${hero}, chip by chip: too few chips to tell any from chance`;
  if (sure.length === 0) return `No difference to ${hero} on the same chips stands out from chance`;
  const better = sure.filter(each => each.difference.mean < 0).length;
  const parts = [
    ...(sure.length > better ? [`worse in ${sure.length - better}`] : []),
    ...(better > 0 ? [`better in ${better}`] : []),
  ];
  return `On the same chips other learners are ${listed(parts)} of ${all.length} comparisons with ${hero}`;
}

const caption = (study: Study, all: readonly Difference[]): string => {
  const chips = Math.max(...all.map(each => each.difference.count));
  return [
    `Test error less that of ${quoted(learnerInRole(study, 'forward-forward')!)} on the same chip (same seed, same setting), percentage points; right of the line ${quoted(learnerInRole(study, 'forward-forward')!)} errs less. The axis is linear up to 1 point and logarithmic beyond.`,
    `Marks: means over up to ${chips} chip${chips === 1 ? '' : 's'}; bars: 95 % Student-t intervals (the range, where fewer than 3 chips have both).`,
    `Filled marks: p < ${significance} by a two-sided paired t-test after Holm’s correction for ${comparisons(all)} comparisons.`,
    ...detailedWords(study),
  ].join(' ');
};

const numbers =
  (study: Study) =>
  ({ learner, setting, difference, p }: Difference): Numbers => ({
    learner: learner.name,
    ...Object.fromEntries(study.paths.map(path => [path, setting.values[path] ?? null])),
    chips: difference.count,
    difference_points: difference.mean,
    low_points: difference.low,
    high_points: difference.high,
    p_holm: p ?? null,
  });

const ticks = [-100, -50, -20, -5, -2, -1, 0, 1, 2, 5, 20, 50, 100];

const specify =
  (study: Study, all: readonly Difference[]) =>
  (frame: Frame): Specification => {
    const values = all.map(each => {
      const { mean, low, high, count } = each.difference;
      return {
        setting: each.setting.label,
        learner: each.learner.name,
        difference: mean,
        low,
        high,
        sure: isSignificant(each),
        text: `${each.learner.name}, ${each.setting.label}: ${points(mean)} points (${points(low)} to ${points(high)}, ${count}${space}chip${count === 1 ? '' : 's'}${each.p === undefined ? '' : `, p ${pText(each.p)}`})`,
      };
    });
    const learners = study.learners.filter(learner => values.some(row => row.learner === learner.name));
    const [least, most] = [
      Math.min(0, ...values.map(row => row.low)),
      Math.max(0, ...values.map(row => row.high)),
    ];
    const letters = Math.max(...learners.map(learner => learner.name.length));
    const room = Math.min(frame.narrow ? 150 : 200, Math.ceil(letters * (frame.narrow ? 8.4 : 9.2)) + 8);
    const x = {
      type: 'quantitative',
      scale: {
        type: 'symlog',
        constant: 1,
        domain: [Math.min(-1, least * 1.1), Math.max(1, most * 1.1)],
        nice: false,
      },
      axis: { title: 'difference, percentage points', values: ticks, grid: true, labelOverlap: 'greedy' },
    };
    const y = {
      field: 'learner',
      type: 'nominal',
      sort: learners.map(learner => learner.name),
      axis: { title: null, minExtent: room, maxExtent: room, labelLimit: room - 6, grid: false },
    };
    const colour = { ...learnerColour(learners), legend: null };
    const shape = { ...learnerShape(learners), legend: null };
    const point = (sure: boolean) => ({
      transform: [{ filter: `datum.sure === ${sure}` }],
      mark: { type: 'point', filled: sure, size: 70, opacity: 1, ...(sure ? {} : { strokeWidth: 1.5 }) },
      encoding: { x: { field: 'difference', ...x }, color: colour, shape, description: { field: 'text' } },
    });
    const panel = {
      encoding: { y },
      layer: [
        {
          mark: { type: 'rule', color: faint, aria: false },
          encoding: { x: { datum: 0 }, y: { value: 0 }, y2: { value: 'height' } },
        },
        {
          mark: { type: 'rule', strokeWidth: 1.5, aria: false },
          encoding: { x: { field: 'low', ...x }, x2: { field: 'high' }, color: colour },
        },
        point(true),
        point(false),
      ],
    };
    const settings = study.detailed.filter(setting => values.some(row => row.setting === setting.label));
    const height = 14 + learners.length * 22;
    return {
      ...look(frame),
      data: { values },
      ...bySetting({ settings }, { ...frame, width: frame.width - room + 14 }, panel, height),
    };
  };

/** "0.012", "< 0.001" */
export const pText = (p: number): string => (p < 0.001 ? '< 0.001' : p.toFixed(3));
