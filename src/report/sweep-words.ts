/**
 * @file A sweep in words: who bears how much, who only guesses at the end, who is best there, and who crosses whom. Made from the
 * numbers of `thresholds.ts` by rules, the same for every learner.
 */
import { type Axis, levelAt, levelText, placeOf, type Slice, slicesOf } from './axes.ts';
import { listed, percent } from './numbers.ts';
import { cellOf, learnerInRole, quoted, type Setting, type Study } from './study.ts';
import {
  byEndurance,
  chance,
  crossing,
  type Endurance,
  guessing,
  isHarshAbove,
  thresholdText,
} from './thresholds.ts';
import { isLevel, keepsUp, standings } from './verdict.ts';

/** So many slices are told one by one. */
const mostSlices = 6;

/** The finding of a sweep in one line; undefined where there is no single line of settings to follow, or nothing was lost. */
export function sweepHeadline(study: Study): string | undefined {
  const [axis, another] = study.axes;
  if (!axis || another) return undefined;
  const slices = slicesOf(study, axis);
  if (slices.length > 1) return undefined;
  const ranked = byEndurance(study, axis, slices[0]!);
  const lost = ranked.filter(({ point }) => point.kind === 'reached');
  if (lost.length === 0) return undefined;
  const withstood = ranked.filter(({ point }) => point.kind === 'not reached');
  const hero = learnerInRole(study, 'forward-forward');
  const told = [...new Set([lost.find(each => each.learner === hero), lost[0], lost.at(-1)])].flatMap(each =>
    each ? [`${quoted(each.learner)} loses a point at ${axis.name} ${bareLevel(axis, each)}`] : [],
  );
  const [first, ...others] = told;
  const rest = others.map(text => text.replace(` loses a point at ${axis.name}`, ' at'));
  const whole = withstood.length > 0 ? `${listed(withstood.map(each => quoted(each.learner)))} nowhere` : [];
  return [first, ...rest, ...[whole].flat()].join(', ');
}

/** What follows from a sweep, slice by slice. */
export function sweepFindings(study: Study): string[] {
  const axis = study.axes.at(-1);
  if (!axis) return [];
  const slices = slicesOf(study, axis).filter(slice => slice.settings.length > 1);
  const told = slices.length > mostSlices ? [slices[0]!, slices.at(-1)!] : slices;
  return told.flatMap(slice => {
    const sentences = [
      lossText(study, axis, slice),
      ...chanceText(study, axis, slice),
      ...endText(study, axis, slice),
      ...crossText(study, axis, slice),
    ];
    return [`${slice.label ? `With ${slice.label}: ` : ''}${sentences.join(' ')}`];
  });
}

function lossText(study: Study, axis: Axis, slice: Slice): string {
  const ranked = byEndurance(study, axis, slice);
  const lost = ranked.filter(({ point }) => point.kind !== 'not reached');
  const end = levelText(axis, axis.at(harshEnd(study, axis, slice)));
  if (lost.length === 0) return `Nobody loses a point up to ${axis.name} ${end}.`;
  const withstood = ranked.filter(({ point }) => point.kind === 'not reached');
  const parts = lost.map(
    each =>
      `${quoted(each.learner)} at ${thresholdText(axis, each.point)
        .replace(/^on /, '(on ')
        .replace(/(\(on .*)/, '$1)')}`,
  );
  const first = `One point of error is lost at ${axis.name}: ${parts.map(part => part.replace(' at (on', ' (on')).join(', ')}`;
  return withstood.length > 0
    ? `${first}; not up to ${end} by ${listed(withstood.map(each => quoted(each.learner)))}.`
    : `${first}.`;
}

function chanceText(study: Study, axis: Axis, slice: Slice): string[] {
  const guessers = byEndurance(study, axis, slice).filter(
    each => each.chance.kind === 'reached' || each.chance.kind === 'partly',
  );
  if (guessers.length === 0) return [];
  const told = guessers.map(each => {
    const text = thresholdText(axis, each.chance);
    return each.chance.kind === 'partly'
      ? `${quoted(each.learner)} (${text})`
      : `${quoted(each.learner)} at ${text}`;
  });
  return [`Down to guessing (${chance}${'\u00a0'}%): ${told.join(', ')}.`];
}

/** Who is best at the harsh end. */
function endText(study: Study, axis: Axis, slice: Slice): string[] {
  const end = harshEnd(study, axis, slice);
  const places = standings(study, end);
  const learned = places.filter(standing => standing.error && standing.learner.role !== 'control');
  const where = `At the harsh end, ${axis.name} ${levelText(axis, axis.at(end))},`;
  if (learned.length > 0 && learned.every(standing => standing.error!.mean >= guessing))
    return [`${where} everybody guesses.`];
  const best = places.find(standing => standing.verdict === 'best');
  if (!best) return [];
  const level = places.filter(standing => keepsUp(standing) && standing !== best);
  const besides = level.length > 0 ? `, level with ${listed(level.map(each => quoted(each.learner)))}` : '';
  return [`${where} ${quoted(best.learner)} errs least, ${percent(best.error!.mean)}${besides}.`];
}

/** Pairs of which one is better at the mild end and the other at the harsh, both beyond what counts as level. */
function crossText(study: Study, axis: Axis, slice: Slice): string[] {
  const harsh = harshEnd(study, axis, slice);
  const mild = slice.settings.find(
    setting => setting !== harsh && [slice.settings[0], slice.settings.at(-1)].includes(setting),
  );
  if (!mild) return [];
  const way = harsh === slice.settings.at(-1) ? slice.settings : [...slice.settings].reverse();
  const rivals = study.learners.filter(learner => learner.role !== 'control');
  const error = (k: number, setting: Setting) => cellOf(study, rivals[k]!, setting)?.error;
  const isBetter = (i: number, j: number, setting: Setting) => {
    const [a, b] = [error(i, setting), error(j, setting)];
    return a !== undefined && b !== undefined && a.mean < b.mean && !isLevel(b, a);
  };
  const crossings = rivals.flatMap((first, i) =>
    rivals.flatMap((second, j) => {
      if (!isBetter(i, j, mild) || !isBetter(j, i, harsh)) return [];
      const gaps = way.flatMap(setting => {
        const [a, b] = [error(i, setting), error(j, setting)];
        return a && b ? [{ place: placeOf(axis, axis.at(setting)), error: a.mean - b.mean }] : [];
      });
      const last = gaps.findLastIndex(gap => gap.error < 0); // the last time they meet counts
      const place = crossing(gaps.slice(last), 0);
      return place === undefined
        ? []
        : [
            `${quoted(second)} overtakes ${quoted(first)} at ${levelText(axis, Number(levelAt(axis, place).toPrecision(2)))}`,
          ];
    }),
  );
  if (crossings.length > 4)
    return [
      `${crossings.length} pairs of learners change places; among them ${listed(crossings.slice(0, 4))}.`,
    ];
  return crossings.length > 0 ? [`${listed(crossings)}.`] : [];
}

const harshEnd = (study: Study, axis: Axis, slice: Slice): Setting =>
  isHarshAbove(study, axis) ? slice.settings.at(-1)! : slice.settings[0]!;

/** The level without its interval. */
const bareLevel = (axis: Axis, { point }: Endurance): string =>
  thresholdText(axis, point).replace(/ \[.*/, '');
