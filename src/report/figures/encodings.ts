/**
 * @file What the figures share: the error axis, and how learners and settings look.
 */
import { percent, space } from '../numbers.ts';
import type { Summary } from '../statistics.ts';
import { type Cell, type Learner, type Setting, type Study, spanOf } from '../study.ts';
import { colourOf, shapeOf } from './colours.ts';
import type { Frame, Numbers, Specification } from './figure.ts';
import { axisWidth, fitted } from './vega.ts';

/** Where ticks stand, and where an axis may begin. */
const steps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 3, 5, 10, 20, 30, 50, 100];
const beginnings = [...steps, 1.5, 2.5, 4, 6, 7, 8, 15, 25, 40, 60, 70, 80].sort((a, b) => a - b);

/** Everything an error axis has to show, and the scale for it. */
export interface ErrorAxis {
  /** channel definition for `y`, without its field */
  readonly channel: Specification;
  /** an error where the axis can show it: none has a logarithm of nothing */
  shown(error: number): number;
}

/** A logarithmic axis of errors in percent around `errors`, said aloud in its title. */
export function errorAxis(errors: readonly number[], title: string): ErrorAxis {
  const positive = errors.filter(error => error > 0);
  const least = Math.min(100, ...positive);
  const most = Math.max(0.02, ...positive);
  const low = beginnings.findLast(step => step <= least * 0.95) ?? steps[0]!;
  const high = steps.find(step => step >= most) ?? 100;
  return {
    channel: {
      type: 'quantitative',
      scale: { type: 'log', domain: [low, high], nice: false, clamp: true },
      axis: {
        title: `${title}, % (log axis)`,
        values: steps.filter(step => step >= low && step <= high),
        format: '~g',
      },
    },
    shown: error => Math.min(high, Math.max(low, error)),
  };
}

/** Channel definition for `color` by the field `learner`. */
export const learnerColour = (learners: readonly Learner[]): Specification => ({
  field: 'learner',
  type: 'nominal',
  scale: { domain: learners.map(each => each.name), range: learners.map(colourOf) },
});

/** Channel definition for `shape` by the field `learner`. */
export const learnerShape = (learners: readonly Learner[]): Specification => ({
  field: 'learner',
  type: 'nominal',
  scale: { domain: learners.map(each => each.name), range: learners.map(shapeOf) },
});

/** Text in lines of about `room` letters. */
export function folded(text: string, room: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && `${last} ${word}`.length <= room) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** One small panel for each setting, with the same axes. @param left pixels for the vertical axis */
export function bySetting(
  { settings }: { readonly settings: readonly Pick<Setting, 'label'>[] },
  frame: Frame,
  panel: Specification,
  height: number,
  left = axisWidth(frame),
): Specification {
  const count = settings.length;
  if (count === 1) return { ...fitted(frame.width), height, ...panel };
  const columns = frame.narrow ? 1 : count % 3 === 0 ? 3 : 2;
  const width = Math.floor((frame.width - left - (columns - 1) * 28) / columns);
  const room = Math.floor(width / (frame.narrow ? 9.6 : 10.4)); // letters, by Vega's estimate of their width
  const lines = Object.fromEntries(settings.map(({ label }) => [label, folded(label, room)]));
  return {
    facet: {
      field: 'setting',
      type: 'nominal',
      sort: settings.map(setting => setting.label),
      header: { title: null, labelLimit: 0, labelExpr: `(${JSON.stringify(lines)})[datum.value]` },
    },
    columns,
    spacing: { row: 18, column: 28 },
    spec: { width, height, ...panel },
  };
}

/** "n = 3 chips", "n = 2 to 3 chips": how many finished trials stand behind each mark. */
export function chipsBehind(study: Study): string {
  const counts = study.cells.map(cell => cell.done.length).filter(count => count > 0);
  if (counts.length === 0) return 'no chip yet';
  const things = Math.max(...counts) === 1 ? 'chip' : 'chips';
  return `n${space}=${space}${spanOf(counts, String)} ${things}, one for each seed`;
}

/** "n = 3 pairs of chips, one for each seed", or students of one teacher. */
export function pairsBehind(study: Study): string {
  const teachers = study.trials.flatMap(({ planned }) => planned.specification.distill?.teacher.seed ?? []);
  const isOne = new Set(teachers).size === 1 && study.seeds.length > 1;
  return chipsBehind(study).replace(/chips?/, isOne ? 'students of one teacher' : 'pairs of chips');
}

/** What the whiskers or bands are, for captions; `shape` is their name. */
export function intervalWords(study: Study, shape: string): string {
  if (Math.max(...study.cells.map(cell => cell.done.length)) < 2)
    return `no ${shape}: one chip shows no spread`;
  return study.interval === 'student'
    ? `${shape} are 95 % Student-t intervals of the mean`
    : `${shape} reach from the best chip to the worst`;
}

/** "4.2 % (4.0 to 4.4, 3 chips)" */
export const errorInWords = (error: { mean: number; low: number; high: number; count: number }): string =>
  error.count === 1
    ? `${percent(error.mean)} (1 chip)`
    : `${percent(error.mean)} (${error.low.toFixed(1)} to ${error.high.toFixed(1)}, ${error.count} chips)`;

/** Numbers of an error over chips, for the table behind a figure. */
export const summaryNumbers = (error: Summary | undefined): Numbers => ({
  chips: error?.count ?? 0,
  mean_percent: error?.mean ?? null,
  low_percent: error?.low ?? null,
  high_percent: error?.high ?? null,
  least_percent: error?.minimum ?? null,
  worst_percent: error?.maximum ?? null,
});

/** Test errors of cells for the table behind a figure; varied paths have columns of their own. */
export const errorNumbers = (
  study: Study,
  cells: readonly Cell[],
  error: (cell: Cell) => Summary | undefined = cell => cell.error,
): Numbers[] =>
  cells.map(cell => ({
    learner: cell.learner.name,
    ...Object.fromEntries(study.paths.map(path => [path, cell.setting.values[path] ?? null])),
    ...summaryNumbers(error(cell)),
    failed: cell.failed.length,
  }));

/** A sentence on which settings a figure shows; none where it shows all. */
export const detailedWords = (study: Study): string[] =>
  study.detailed.length < study.settings.length
    ? [`Of ${study.settings.length} settings the ${study.detailed.length} at the ends of the axes are shown.`]
    : [];
