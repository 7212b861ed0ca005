/**
 * @file The page of two runs side by side.
 */
import { type ComparedRuns, compareRuns, type Pair } from './compare.ts';
import { document } from './document.ts';
import { pText } from './figures/differences.ts';
import { html, type Markup, prose } from './html.ts';
import { listed, plural, points } from './numbers.ts';
import { significance } from './paired.ts';
import type { Summary } from './statistics.ts';
import { distinct, quoted, type Study } from './study.ts';
import { named, tabled } from './tables.ts';

/** Two runs side by side, as HTML. */
export async function comparePage(first: Study, second: Study): Promise<string> {
  const compared = compareRuns(first, second);
  const title = `${first.title}: ${first.name} and ${second.name}`;
  const body = html`<header>
<p class="kind">mortal: two runs side by side</p>
<h1>A: ${first.title}<br>B: ${second.title}</h1>
<p class="question">A is ${first.name}, made by <code>${first.command}</code>; B is ${second.name}, made by <code>${second.command}</code>.</p>
</header>
<main>
<section id="answer"><h2>${prose(finding(compared))}</h2>
${remarks(compared).map(text => html`<p>${text}</p>`)}
${pairTable(compared)}</section>
<section id="asked"><h2>${compared.discrepancies.length > 0 ? 'What was asked differently' : 'Both runs were asked the same'}</h2>
${discrepancyTable(compared)}</section>
</main>
<footer>Made by mortal from the result files of both runs. One file, no network.</footer>`;
  return document(title, body);
}

/** Who differs, in one line. */
export function finding({ pairs }: ComparedRuns): string {
  if (pairs.length === 0) return 'The runs have no learner and setting in common';
  const sure = pairs.filter(({ p }) => p !== undefined && p < significance);
  const tested = pairs.some(({ p }) => p !== undefined);
  if (sure.length === 0) {
    return pairs.every(({ difference }) => difference && difference.minimum === 0 && difference.maximum === 0)
      ? 'Every chip errs the same in both runs'
      : tested
        ? 'No difference between the runs stands out from chance'
        : 'Too few chips in common to tell differences from chance';
  }
  const told = distinct(sure.map(({ learner }) => learner)).map(learner => {
    const own = sure.filter(each => each.learner === learner);
    const gains = own.filter(({ difference }) => difference!.mean < 0).length;
    const of = pairs.filter(each => each.learner === learner).length;
    const verdict = gains === own.length ? 'better' : gains === 0 ? 'worse' : 'different';
    return `${quoted(learner)} ${verdict}${of > 1 ? ` in ${own.length} of ${of} settings` : ''}`;
  });
  return `B against A: ${listed(told)}`;
}

function remarks({ same, alone, pairs }: ComparedRuns): string[] {
  const failed = pairs.reduce((sum, pair) => sum + pair.failed[0] + pair.failed[1], 0);
  return [
    ...(same.trials > 0
      ? [
          `${plural(same.trials, 'trial')} with the same specification in both runs; ${same.identical} of them ended with the same weights, bit by bit.`,
        ]
      : []),
    ...(alone.first.length > 0 ? [`Only in A: ${listed(brief(alone.first))}.`] : []),
    ...(alone.second.length > 0 ? [`Only in B: ${listed(brief(alone.second))}.`] : []),
    ...(failed > 0
      ? [`${plural(failed, 'trial')} of those compared failed and are left out of the means.`]
      : []),
  ];
}

const brief = (names: readonly string[]): string[] =>
  names.length > 12 ? [...names.slice(0, 11), `${names.length - 11} more`] : [...names];

function pairTable({ pairs }: ComparedRuns): Markup | undefined {
  if (pairs.length === 0) return undefined;
  const settings = distinct(pairs.map(({ setting }) => setting));
  const block = (setting: Pair['setting']) => {
    const head =
      settings.length > 1
        ? html`<tr class="group"><th colspan="6" scope="rowgroup">${setting.label}</th></tr>`
        : undefined;
    return html`<tbody>${head}${pairs.filter(pair => pair.setting === setting).map(row)}</tbody>`;
  };
  const tested = pairs.filter(({ p }) => p !== undefined).length;
  const note = html`Test error of the principal readout, %: means over chips; in brackets the 95 % Student-t interval (the range, where there are fewer than 3 chips). Difference: B less A in percentage points over chips of the same seed, so negative is better in B. p: two-sided paired t-test, corrected by Holm for ${tested} comparisons; bold below ${significance}.`;
  return tabled(
    'compared',
    note,
    html`
<thead><tr><th scope="col">learner</th><th scope="col" class="number">A</th><th scope="col" class="number">B</th><th scope="col" class="number">B − A</th><th scope="col" class="number">p (Holm)</th><th scope="col" class="number">chips in both</th></tr></thead>
${settings.map(block)}`,
  );
}

function row({ learner, first, second, failed, difference, p }: Pair): Markup {
  const value = (error: Summary | undefined, lost: number) =>
    error
      ? html`<td class="number">${bracketed(error, each => each.toFixed(2))}${lost > 0 ? html`<span class="flaw"> ${lost} failed</span>` : undefined}</td>`
      : html`<td class="number flaw">${lost > 0 ? 'failed' : 'no result'}</td>`;
  const isSure = p !== undefined && p < significance;
  return html`<tr><th scope="row">${named(learner)}</th>${value(first, failed[0])}${value(second, failed[1])}<td class="number">${difference ? bracketed(difference, precisePoints) : '–'}</td><td class="number${isSure ? ' best' : ''}">${p === undefined ? '–' : pText(p)}</td><td class="number">${difference?.count ?? 0}</td></tr>`;
}

const bracketed = ({ mean, low, high, count }: Summary, text: (value: number) => string): string =>
  count > 1 && low < high ? `${text(mean)} [${text(low)}, ${text(high)}]` : text(mean);

/** Differences of runs may be small: two decimals. */
const precisePoints = (value: number): string =>
  Math.abs(value) < 0.05 && value !== 0
    ? `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`
    : points(value);

function discrepancyTable({ discrepancies }: ComparedRuns): Markup | undefined {
  if (discrepancies.length === 0) return undefined;
  const rows = discrepancies.map(
    ({ path, first, second }) =>
      html`<tr><th scope="row"><code>${path}</code></th><td>${first}</td><td>${second}</td></tr>`,
  );
  return tabled(
    'parameters',
    html`Every part of a specification that differs, in SI units; all values it takes over the trials of a run.`,
    html`<thead><tr><th scope="col">what</th><th scope="col">A</th><th scope="col">B</th></tr></thead><tbody>${rows}</tbody>`,
  );
}
