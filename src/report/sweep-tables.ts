/**
 * @file Tables of a sweep and of differences: how much each learner bears, and how it differs from Forward-Forward on the same chips.
 */
import { isDistilled } from './arms.ts';
import { levelText, slicesOf } from './axes.ts';
import { pText } from './figures/differences.ts';
import { html, type Markup } from './html.ts';
import { bare, points } from './numbers.ts';
import { comparisons, differences, isSignificant, significance } from './paired.ts';
import { learnerInRole, type Study } from './study.ts';
import { named, tabled } from './tables.ts';
import { type Endurance, endurances, thresholdText } from './thresholds.ts';

/** More slices than this are shown by their first and last. */
const mostSlices = 12;

/** Levels at which each learner has lost a point, and at which it guesses; nothing where no axis is numeric. */
export function enduranceTable(study: Study): Markup | undefined {
  const axis = study.axes.at(-1);
  if (!axis || isDistilled(study) || !study.cells.some(cell => cell.error)) return undefined;
  const all = slicesOf(study, axis);
  const slices = all.length > mostSlices ? [all[0]!, all.at(-1)!] : all;
  const row = (each: Endurance) =>
    html`<tr><th scope="row">${named(each.learner)}</th><td class="number">${each.best ? `${bare(each.best.error)} at ${levelText(axis, each.best.level)}` : '–'}</td><td class="number">${thresholdText(axis, each.point)}</td><td class="number">${thresholdText(axis, each.chance)}</td></tr>`;
  const block = (slice: (typeof slices)[number]) => {
    const head = slice.label
      ? html`<tr class="group"><th colspan="4" scope="rowgroup">${slice.label}</th></tr>`
      : undefined;
    return html`<tbody>${head}${endurances(study, axis, slice).map(row)}</tbody>`;
  };
  const note = html`How much of ${axis.name} each learner bears. In brackets: 95 % Student-t interval over chips (the range, where fewer than 3 chips reach it); interpolated between levels. A point is lost against the learner’s own best level; chance is reached within two points of guessing.${slices.length < all.length ? ` Shown are the first and the last of ${all.length} settings of the rest.` : ''}`;
  return tabled(
    'endurance',
    note,
    html`
<thead><tr><th scope="col">learner</th><th scope="col" class="number">least error, %</th><th scope="col" class="number">loses one point at</th><th scope="col" class="number">reaches chance at</th></tr></thead>
${slices.map(block)}`,
  );
}

/** Differences to Forward-Forward, chip by chip; nothing where there is nothing to pair. */
export function pairedTable(study: Study): Markup | undefined {
  const all = differences(study);
  const reference = learnerInRole(study, 'forward-forward');
  if (all.length === 0 || !reference) return undefined;
  const blocks = study.detailed.map(setting => {
    const rows = all
      .filter(each => each.setting === setting)
      .map(each => {
        const { mean, low, high, count } = each.difference;
        return html`<tr><th scope="row">${named(each.learner)}</th><td class="number">${points(mean)}</td><td class="number">${count > 1 ? `${points(low)} to ${points(high)}` : '–'}</td><td class="number${isSignificant(each) ? ' best' : ''}">${each.p === undefined ? '–' : pText(each.p)}</td><td class="number">${count}</td></tr>`;
      });
    const head =
      study.detailed.length > 1
        ? html`<tr class="group"><th colspan="5" scope="rowgroup">${setting.label}</th></tr>`
        : undefined;
    return rows.length > 0 ? html`<tbody>${head}${rows}</tbody>` : html``;
  });
  const note = html`Test error less that of ${reference.name} on the same chip, percentage points: mean, 95 % Student-t interval (the range, where fewer than 3 chips have both), and two-sided p of a paired t-test, corrected by Holm for ${comparisons(all)} comparisons (bold: below ${significance}). Positive: ${reference.name} errs less. The test takes differences between chips as normal; with few chips it tells only large ones from chance.`;
  return html`<details><summary>Differences to ${reference.name} on the same chips</summary>${tabled(
    'paired',
    note,
    html`
<thead><tr><th scope="col">learner</th><th scope="col" class="number">difference</th><th scope="col" class="number">interval</th><th scope="col" class="number">p (Holm)</th><th scope="col" class="number">chips</th></tr></thead>
${blocks}`,
  )}</details>`;
}
