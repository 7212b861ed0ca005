/**
 * @file What became of the chips after training, in sentences: how far each learner fell, and where it stood in the end.
 */
import { listed, percent } from './numbers.ts';
import { mean } from './statistics.ts';
import { type Cell, quoted, type Setting, type Study, testError } from './study.ts';

const day = 86400;

/** One sentence for each setting; none where chips had no later life. */
export const lifeWords = (study: Study): string[] =>
  study.settings.flatMap(setting => {
    const cells = study.cells.filter(cell => cell.setting === setting && cell.done.some(({ life }) => life));
    return cells.length > 0 ? [settingWords(study, setting, cells)] : [];
  });

function settingWords(study: Study, setting: Setting, cells: readonly Cell[]): string {
  const ordered = cells
    .map(cell => ({ cell, course: courseOf(cell) }))
    .sort((a, b) => a.course.end - b.course.end)
    .map(({ cell, course }) => `${quoted(cell.learner)} ${coursed(course)}`);
  const where = study.settings.length > 1 ? `${setting.label}: ` : '';
  return `${where}${occasion(cells[0]!)} ${listed(ordered)}.`;
}

interface Course {
  readonly before: number;
  /** at its worst, before any learning that followed */
  readonly worst: number;
  readonly end: number;
}

function courseOf({ done }: Cell): Course {
  const lives = done.flatMap(result => (result.life ? [{ before: testError(result), ...result.life }] : []));
  return {
    before: mean(lives.map(each => each.before)),
    worst: mean(lives.map(each => Math.max(...each.agedErrorPercent))),
    end: mean(lives.map(each => each.relearnedErrorPercent.at(-1) ?? each.agedErrorPercent.at(-1)!)),
  };
}

/** "from 4.1 to 8.1 and back to 4.8 %". */
function coursed({ before, worst, end }: Course): string {
  const one = (value: number) => value.toFixed(1);
  return worst > end + 0.05
    ? `went from ${one(before)} to ${one(worst)} and back to ${percent(end)}`
    : `went from ${one(before)} to ${percent(end)}`;
}

function occasion({ done }: Cell): string {
  const { life, specification } = done.find(result => result.life)!;
  const days = life!.seconds.at(-1)! / day;
  const { accident, learning, steps } = specification.life!;
  const events = [
    ...(days > 0 ? [`in ${Number(days.toPrecision(3))} days`] : []),
    ...(accident > 0 ? [`through an accident to ${percent(100 * accident)} of the units of every box`] : []),
  ];
  const after = learning && days === 0 ? ` and ${steps} more epochs` : '';
  return `${capital(events.join(', '))}${after},`;
}

const capital = (text: string): string => `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`;
