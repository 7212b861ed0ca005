/**
 * @file What follows across the settings: where Forward-Forward loses, how it compares with its layer-local rival, who collapses,
 * and what each setting costs.
 */

import { lifeWords } from './life-words.ts';
import { allOf, listed, percent, points, space } from './numbers.ts';
import { distinct, type Learner, learnerInRole, quoted, type Setting, type Study, spanOf } from './study.ts';
import { sweepFindings } from './sweep-words.ts';
import {
  type Comparison,
  compare,
  errorRange,
  holds,
  isBroken,
  keepsUp,
  loss,
  ofLearner,
  type Standing,
  trainingPasses,
} from './verdict.ts';
import type { Place } from './words.ts';

/** More settings than this are counted rather than named. */
const mostNamed = 4;

/** Sentences about all settings together. @param all standings, setting after setting */
export const findings = (study: Study, all: readonly Standing[][]): string[] => [
  ...lifeWords(study),
  ...sweepFindings(study),
  ...heroText(study, all),
  ...rivalText(study, all),
  ...collapseText(study, all),
];

/** Where Forward-Forward wins and where it loses, said plainly. */
function heroText(study: Study, all: readonly Standing[][]): string[] {
  const hero = learnerInRole(study, 'forward-forward');
  if (!hero) return [];
  const behind = ofLearner(all, hero).filter(standing => standing.error && !keepsUp(standing));
  const most = [...behind].sort((a, b) => b.ratio - a.ratio).slice(0, mostNamed);
  if (most.length < behind.length) {
    const [worst] = most;
    const better = bestOf(all, worst!.setting)!;
    return [
      `Forward-Forward is behind in ${behind.length} of ${all.length} settings, most at ${worst!.setting.label}: ${percent(worst!.error!.mean)} against ${percent(better.error!.mean)} of ${quoted(better.learner)}.`,
    ];
  }
  const lost = behind.map(standing => {
    const better = bestOf(all, standing.setting);
    const against =
      better && better !== standing
        ? ` against ${percent(better.error!.mean)} of ${quoted(better.learner)}`
        : '';
    return `${settingName(study, standing.setting)}${percent(standing.error!.mean)}${against}`;
  });
  return lost.length > 0 ? [`Forward-Forward loses: ${listed(lost)}.`] : [];
}

/** Forward-Forward against the layer-local rival: error, and what both cost. */
function rivalText(study: Study, all: readonly Standing[][]): string[] {
  const hero = learnerInRole(study, 'forward-forward');
  const rival = learnerInRole(study, 'local rival');
  if (!hero || !rival) return [];
  const comparisons = compare(study, hero, rival);
  if (comparisons.length === 0) return [];
  const [a, b] = [quoted(hero), quoted(rival)];
  const sides = (side: Comparison['side']) => comparisons.filter(each => each.side === side);
  const where = (some: readonly Comparison[]) => inSettings(study, some, comparisons.length);
  const better = (name: string, some: readonly Comparison[]) => {
    const margins = some.map(each => Math.abs(each.first.mean - each.second.mean));
    return some.length > 0
      ? [`${name} better${where(some)} by ${spanOf(margins, margin => margin.toFixed(1))} points`]
      : [];
  };
  const parts = [
    ...(sides('level').length > 0 ? [`level${where(sides('level'))}`] : []),
    ...better(a!, sides('first')),
    ...better(b!, sides('second')),
  ];
  const text = `${a} against ${b}, the same locality without negatives: ${parts.join(', ')}${passesText(study, hero, rival)}.`;
  const upright = !ofLearner(all, rival).some(isBroken);
  return sides('first').length === 0 && hero.access === rival.access && upright
    ? [
        `${text} What withstands the hardware here is learning layer by layer; Forward-Forward adds nothing measurable to it.`,
      ]
    : [text];
}

function passesText(study: Study, hero: Learner, rival: Learner): string {
  const training = [hero, rival].map(learner =>
    spanOf(distinct(trainingPasses(study, learner)), v => String(Math.round(v))),
  );
  const test = [hero, rival].map(learner => spanOf(distinct(answeringPasses(study, learner)), String));
  return (
    `; ${training[0]} chip passes per training sample against ${training[1]}, ` +
    `and ${test[0]} per test image against ${test[1]}`
  );
}

/** Who broke down where; and whether that is a matter of backprop or of what it knows. */
function collapseText(study: Study, all: readonly Standing[][]): string[] {
  const told = study.learners.flatMap(learner => {
    const broken = ofLearner(all, learner).filter(isBroken);
    if (broken.length === 0) return [];
    return [`${quoted(learner)} (${learner.access})${inSettings(study, broken, all.length)}`];
  });
  if (told.length === 0) return ['No learner collapses.'];
  const backprop = study.learners.filter(learner => learner.procedure.startsWith('backprop'));
  const upright = backprop.filter(learner => {
    const own = ofLearner(all, learner).filter(standing => standing.error);
    return own.length > 0 && own.every(holds);
  });
  const text = `Collapsed or no better than a random chip: ${listed(told)}.`;
  if (upright.length === 0 || upright.length === backprop.length) return [text];
  const standing = upright.map(learner => {
    const errors = ofLearner(all, learner).flatMap(each => (each.error ? [each.error.mean] : []));
    return `${quoted(learner)} (${learner.access}) stays at ${errorRange(errors)}`;
  });
  return [`${text} That is not backprop as such: ${listed(standing)}.`];
}

/** What each setting costs each learner against the first one, least first. */
export function costs(study: Study): Place[] {
  const [first, ...others] = study.told;
  if (!first) return [];
  return others.flatMap(setting => {
    const losses = study.learners
      .flatMap(learner => {
        const value = learner.role === 'control' ? undefined : loss(study, learner, first, setting);
        return value === undefined ? [] : [{ learner, value }];
      })
      .sort((a, b) => a.value - b.value);
    if (losses.length === 0) return [];
    const told = losses.map(each => `${quoted(each.learner)}${space}${points(each.value)}`);
    return [{ setting: setting.label, text: `${told.join(', ')}.` }];
  });
}

/** " in all 4 settings", " in scattering and comparator"; nothing where there is one setting. */
function inSettings(study: Study, places: readonly { setting: Setting }[], total: number): string {
  if (study.settings.length === 1) return '';
  if (places.length === total) return ` in ${allOf(total, 'setting')}`;
  if (places.length > mostNamed) return ` in ${places.length} of ${total} settings`;
  return ` in ${listed(places.map(place => place.setting.label))}`;
}

const settingName = (study: Study, setting: Setting): string =>
  study.settings.length > 1 ? `${setting.label} ` : '';

const bestOf = (all: readonly Standing[][], setting: Setting): Standing | undefined =>
  all
    .flat()
    .filter(standing => standing.setting === setting)
    .find(standing => standing.verdict === 'best');

/** Chip passes per test image of the principal readout. */
const answeringPasses = (study: Study, learner: Learner): number[] =>
  study.cells
    .filter(cell => cell.learner === learner)
    .flatMap(cell => cell.done.map(result => result.readouts[0]!.passes));
