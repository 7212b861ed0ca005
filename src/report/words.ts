/**
 * @file The answer in words: sentences made from the numbers by the rules of `verdict.ts`. Nothing here knows what came out.
 * Names of learners stand in backticks.
 */
import { costs, findings } from './findings.ts';
import { headline } from './headline.ts';
import { listed, percent, plural } from './numbers.ts';
import { distinct, quoted, type Study, type Trial } from './study.ts';
import { sweepHeadline } from './sweep-words.ts';
import { transferHeadline, transferWords } from './transfer-words.ts';
import { isBroken, isLevel, type Standing, standings } from './verdict.ts';

/** What is said of one setting. */
export interface Place {
  readonly setting: string;
  readonly text: string;
}

/** What a reader with one minute is told. */
export interface Answer {
  /** the finding, as a heading */
  readonly headline: string;
  /** one paragraph for each setting */
  readonly settings: readonly Place[];
  /** what follows across settings */
  readonly findings: readonly string[];
  /** what each setting costs every learner against the first, percentage points */
  readonly costs: readonly Place[];
  /** what the reader must know before trusting the above: failed or missing trials, a single seed */
  readonly cautions: readonly string[];
}

/** The answer in words. */
export function answer(study: Study): Answer {
  const all = study.settings.map(setting => standings(study, setting));
  if (!all.flat().some(standing => standing.error)) {
    return {
      headline: 'No trial has finished yet',
      settings: [],
      findings: [],
      costs: [],
      cautions: cautions(study),
    };
  }
  const told = transferWords(study);
  if (told.findings.length + told.places.length > 0)
    return {
      headline: transferHeadline(study),
      settings: told.places,
      findings: told.findings,
      costs: [],
      cautions: cautions(study),
    };
  return {
    headline: sweepHeadline(study) ?? headline(study, all),
    settings: study.settings.flatMap((setting, k) =>
      study.told.includes(setting) ? [{ setting: setting.label, text: settingText(all[k]!) }] : [],
    ),
    findings: findings(study, all),
    costs: costs(study),
    cautions: cautions(study),
  };
}

/** One setting: who is best, who is level, who follows, who breaks. */
function settingText(places: readonly Standing[]): string {
  const having = (verdict: Standing['verdict']) => places.filter(standing => standing.verdict === verdict);
  const [best] = having('best');
  const level = having('level');
  const [control] = having('control');
  const sentences: string[] = [];
  if (best) {
    sentences.push(`${withAccess(best)} errs least, ${percent(best.error!.mean)}`);
    if (level.length > 0) sentences.push(`level with it: ${listed(level.map(withError))}`);
    if (having('behind').length > 0) sentences.push(`behind: ${listed(having('behind').map(withError))}`);
  }
  for (const bound of having('bound')) {
    const reached = !best || isLevel(bound.error!, best.error!);
    sentences.push(
      reached
        ? `the bound, ${withAccess(bound)}, is at ${percent(bound.error!.mean)}`
        : `${withAccess(bound)}, meant as a bound, reaches only ${percent(bound.error!.mean)}`,
    );
  }
  for (const broken of places.filter(isBroken)) sentences.push(brokenText(broken, control));
  if (control) sentences.push(`a random chip with a trained readout: ${percent(control.error!.mean)}`);
  for (const standing of having('failed')) sentences.push(`${quoted(standing.learner)} failed on every chip`);
  for (const standing of having('missing')) sentences.push(`${quoted(standing.learner)} has no result yet`);
  return sentences.map(asSentence).join(' ');
}

function brokenText(standing: Standing, control: Standing | undefined): string {
  const error = percent(standing.error!.mean);
  if (standing.verdict === 'random')
    return `${quoted(standing.learner)} is no better than a random chip, ${error}`;
  const worse = control && standing.error!.mean >= control.error!.mean ? ', worse than a random chip' : '';
  return `${withAccess(standing)} collapses to ${error}${worse}`;
}

function cautions(study: Study): string[] {
  const count = (trials: readonly Trial[]) => distinct(trials.map(trial => trial.planned.id)).length;
  const failed = count(study.cells.flatMap(cell => cell.failed));
  const missing = count(study.cells.flatMap(cell => cell.missing));
  const total = count(study.trials);
  const some: string[] = [];
  if (failed > 0)
    some.push(
      `${failed} of ${plural(total, 'trial')} failed: left out of every mean, listed with the results.`,
    );
  if (missing > 0)
    some.push(
      `${missing} of ${plural(total, 'trial')} ${missing === 1 ? 'has' : 'have'} no result yet: run again to finish.`,
    );
  some.push(...study.notices.map(notice => `A result was set aside: ${notice}.`));
  if (study.seeds.length === 1)
    some.push('One seed, one chip: nothing is known about the spread from chip to chip.');
  return some;
}

const withAccess = ({ learner }: Standing): string => `${quoted(learner)} (${learner.access})`;
const withError = ({ learner, error }: Standing): string => `${quoted(learner)} ${percent(error!.mean)}`;
const asSentence = (text: string): string =>
  `${text.startsWith('`') ? text : text[0]!.toUpperCase() + text.slice(1)}.`;
