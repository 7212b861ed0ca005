/**
 * @file The race: of many learners on the same chips, who stands where, how sure that is, and what it takes to get to a given error. Ranks
 * are taken chip by chip, so what all suffer from one chip cancels out.
 */
import { integers, streamOf } from '../engine/streams.ts';
import { checkpoints } from './figures/checkpoints.ts';
import { html, type Markup } from './html.ts';
import { counted, significant } from './numbers.ts';
import { mean } from './statistics.ts';
import { type Cell, cellOf, type Learner, type Setting, type Study, testError } from './study.ts';
import { named, tabled } from './tables.ts';

/** Fewer learners need no table of ranks. */
const fewest = 8;
/** Validation error to get to, percent. */
const target = 10;
const draws = 1000;

/** The table; nothing where there are few learners. */
export function race(study: Study): Markup | undefined {
  if (study.learners.length < fewest) return undefined;
  const rows = ranking(study);
  const head = html`<thead><tr><th scope="col">learner</th><th scope="col">access</th><th scope="col" class="number">mean rank</th><th scope="col" class="number">90 %</th>${study.detailed.map(({ label }) => html`<th scope="col" class="number">${label}</th>`)}<th scope="col">kept for a sample, and outside the chip</th></tr></thead>`;
  const body = rows.map(({ learner, rank, low, high }) => {
    const costs = study.detailed.map(
      setting => html`<td class="number">${passesTo(cellOf(study, learner, setting))}</td>`,
    );
    const memory = study.about.learners.find(({ name }) => name === learner.name)?.memory ?? '';
    return html`<tr><th scope="row">${named(learner)}</th><td class="access">${learner.access}</td><td class="number">${rank.toFixed(1)}</td><td class="number">${low.toFixed(1)} to ${high.toFixed(1)}</td>${costs}<td>${memory}</td></tr>`;
  });
  const note = html`Mean rank by test error over every chip of every setting, best first, and the middle 90 % of ${counted(draws)} rankings of chips drawn with replacement: ranks whose ranges overlap are not settled. Then chip passes per training sample until the validation error is ${target} %, by the checkpoint that saw it first, mean over chips; – where some chip never got there. Learners of transparent access are a bound, not competitors.`;
  return tabled('race', note, html`${head}<tbody>${body}</tbody>`);
}

interface Rank {
  readonly learner: Learner;
  readonly rank: number;
  readonly low: number;
  readonly high: number;
}

/** Mean ranks over all chips that every learner has finished, with bootstrap intervals; best first. */
export function ranking(study: Study): Rank[] {
  const chips = study.settings.flatMap(setting => ranksByChip(study, setting));
  if (chips.length === 0)
    return study.learners.map(learner => ({ learner, rank: Number.NaN, low: Number.NaN, high: Number.NaN }));
  const samples = bootstrap(chips.length);
  return study.learners
    .map((learner, k) => {
      const of = (which: readonly number[]) => mean(which.map(i => chips[i]![k]!));
      const drawn = samples.map(of).sort((a, b) => a - b);
      return {
        learner,
        rank: mean(chips.map(ranks => ranks[k]!)),
        low: drawn[Math.floor(0.05 * draws)]!,
        high: drawn[Math.ceil(0.95 * draws) - 1]!,
      };
    })
    .sort((a, b) => a.rank - b.rank);
}

/** For each chip of a setting that all learners have finished, the rank of every learner from 1; equals share the mean of their ranks. */
function ranksByChip(study: Study, setting: Setting): number[][] {
  const errors = study.learners.map(learner => errorsBySeed(cellOf(study, learner, setting)));
  return study.seeds.flatMap(seed => {
    const all = errors.map(each => each.get(seed));
    if (all.some(error => error === undefined)) return [];
    const values = all as number[];
    return [values.map(own => 1 + count(values, v => v < own) + (count(values, v => v === own) - 1) / 2)];
  });
}

const errorsBySeed = (cell: Cell | undefined): Map<number, number> =>
  new Map((cell?.done ?? []).map(result => [result.specification.seed, testError(result)]));

const count = (values: readonly number[], is: (value: number) => boolean): number => values.filter(is).length;

/** Samples of chips with replacement, the same at every call. */
function bootstrap(chips: number): number[][] {
  const drawn = integers(streamOf('report', 'bootstrap'), draws * chips, chips);
  return Array.from({ length: draws }, (_, k) => Array.from(drawn.subarray(k * chips, (k + 1) * chips)));
}

/** Passes per training sample until the target, or a dash. */
function passesTo(cell: Cell | undefined): string {
  if (!cell || cell.done.length === 0) return '–';
  const each = cell.done.map(({ curve }) => {
    const at = curve.validationErrorPercent.findIndex(error => error !== null && error <= target);
    return at < 0 ? undefined : curve.forwardPasses[at];
  });
  if (each.some(passes => passes === undefined) || checkpoints(cell).length === 0) return '–';
  return significant(mean(each as number[]));
}
