/**
 * @file What became of the chips after training: test error as they age or after an accident, with learning or without. Where learning goes
 * on, every step has two points, one before and one after the epoch that followed, so the line is a saw.
 */
import { percent, space } from '../numbers.ts';
import { type Summary, summarise } from '../statistics.ts';
import { type Cell, detailedCells, quoted, type Study, testError } from '../study.ts';
import {
  bySetting,
  chipsBehind,
  detailedWords,
  errorAxis,
  errorInWords,
  intervalWords,
  learnerColour,
  summaryNumbers,
} from './encodings.ts';
import type { Figure, Frame, Specification } from './figure.ts';
import { look } from './vega.ts';

/** One judgement of the chips of a cell. */
interface Moment {
  /** days after training; epochs after it where no time passes */
  readonly at: number;
  readonly what: 'trained' | 'aged' | 'relearned';
  readonly error: Summary;
}

export const life: Figure = {
  name: 'life',
  panel: study => {
    const lived = cellsLived(study);
    if (lived.length === 0) return undefined;
    return {
      title: title(lived),
      caption: caption(study),
      numbers: lived.flatMap(cell =>
        moments(cell).map(({ at, what, error }) => ({
          learner: cell.learner.name,
          setting: cell.setting.label,
          [timePasses(study) ? 'day' : 'epoch']: at,
          moment: what,
          ...summaryNumbers(error),
        })),
      ),
      drawing: { kind: 'vega-lite', specification: specify(study, lived) },
    };
  },
};

const day = 86400;
const cellsLived = (study: Study): Cell[] => detailedCells(study).filter(cell => moments(cell).length > 0);

const timePasses = (study: Study): boolean =>
  study.cells.some(cell => cell.done.some(result => (result.life?.seconds.at(-1) ?? 0) > 0));

/** Whether ages span decades, so that their axis is logarithmic. */
const isLongLife = (study: Study): boolean =>
  study.cells.some(cell =>
    cell.done.some(
      ({ life }) => (life?.seconds[0] ?? 0) > 0 && life!.seconds.at(-1)! > 100 * life!.seconds[0]!,
    ),
  );

/** Everything that was judged, in the order of life. */
function moments(cell: Cell): Moment[] {
  const lives = cell.done.flatMap(result =>
    result.life ? [{ before: testError(result), ...result.life }] : [],
  );
  const [first] = lives;
  if (!first) return [];
  const summary = (errors: readonly number[]) => summarise(errors, cell.error?.method ?? 'range')!;
  const timeless = first.seconds.at(-1) === 0;
  const told: Moment[] = [{ at: 0, what: 'trained', error: summary(lives.map(each => each.before)) }];
  first.seconds.forEach((seconds, k) => {
    told.push({
      at: timeless ? k : seconds / day,
      what: 'aged',
      error: summary(lives.map(each => each.agedErrorPercent[k]!)),
    });
    if (first.relearnedErrorPercent.length > k)
      told.push({
        at: timeless ? k + 1 : seconds / day,
        what: 'relearned',
        error: summary(lives.map(each => each.relearnedErrorPercent[k]!)),
      });
  });
  return told;
}

function title(cells: readonly Cell[]): string {
  const ends = cells
    .map(cell => ({ cell, error: moments(cell).at(-1)!.error.mean }))
    .sort((a, b) => a.error - b.error);
  const best = ends[0]!;
  const worst = ends.at(-1)!;
  if (best === worst) return `In the end ${quoted(best.cell.learner)} errs on${space}${percent(best.error)}`;
  const said = ({ cell, error }: (typeof ends)[number]) =>
    `${quoted(cell.learner)} at ${cell.setting.label} errs on${space}${percent(error)}`;
  return `In the end ${said(best)}, ${said(worst)}`;
}

const caption = (study: Study): string =>
  [
    `Test error after training, on a logarithmic axis: means over ${chipsBehind(study)}; ${intervalWords(study, 'whiskers')}.`,
    isLongLife(study)
      ? 'Time is logarithmic too; the leftmost point is the day that training ended.'
      : timePasses(study)
        ? 'The first point is the day that training ended.'
        : 'The first point is the end of training, the second just after the accident.',
    'Where learning goes on, each step has two points: before and after the epoch that followed it.',
    ...detailedWords(study),
  ].join(' ');

const specify =
  (study: Study, cells: readonly Cell[]) =>
  (frame: Frame): Specification => {
    const isLong = isLongLife(study);
    const first = Math.min(...cells.map(cell => moments(cell)[1]!.at)); // the day that training ended stands a decade before it
    const rows = cells.flatMap(cell =>
      moments(cell).map(({ at, what, error }, order) => ({
        setting: cell.setting.label,
        learner: cell.learner.name,
        at: isLong ? day * (at || first / 10) : at,
        order,
        error,
        text: `${cell.learner.name}, ${cell.setting.label}, ${timePasses(study) ? 'day' : 'epoch'} ${at}, ${what}: ${errorInWords(error)}`,
      })),
    );
    const axis = errorAxis(
      rows.flatMap(row => [row.error.minimum, row.error.maximum]),
      'test error',
    );
    const values = rows.map(row => ({
      ...row,
      error: axis.shown(row.error.mean),
      low: axis.shown(row.error.low),
      high: axis.shown(row.error.high),
    }));
    const colour = learnerColour(study.learners);
    const x = {
      field: 'at',
      type: 'quantitative',
      scale: isLong ? { type: 'log', nice: false } : { zero: true, nice: false },
      axis: isLong
        ? { title: 'seconds after training', format: '~e', tickCount: 5 }
        : { title: timePasses(study) ? 'days after training' : 'epochs after the accident', tickCount: 5 },
    };
    const y = { field: 'error', ...axis.channel };
    const order = { field: 'order' };
    const panel = {
      encoding: { x },
      layer: [
        {
          mark: { type: 'rule', opacity: 0.35, aria: false },
          encoding: { y: { ...y, field: 'low' }, y2: { field: 'high' }, color: colour },
        },
        { mark: { type: 'line', strokeWidth: 1.5, aria: false }, encoding: { y, color: colour, order } },
        {
          mark: { type: 'point', filled: true, size: frame.narrow ? 10 : 16, opacity: 1 },
          encoding: { y, color: colour, description: { field: 'text' } },
        },
      ],
    };
    const shown = study.detailed.filter(setting => cells.some(cell => cell.setting === setting));
    return { ...look(frame), data: { values }, ...bySetting({ settings: shown }, frame, panel, 220) };
  };
