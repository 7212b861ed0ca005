/**
 * @file What learners have to say of a trained chip besides its errors: numbers by name, means over chips.
 */
import { html, type Markup } from './html.ts';
import { significant } from './numbers.ts';
import { mean } from './statistics.ts';
import { distinct, type Study } from './study.ts';
import { named, tabled } from './tables.ts';

/** Measures down, learners and settings across; nothing where there are none. */
export function measuresTable(study: Study): Markup | undefined {
  const cells = study.cells.filter(
    ({ done, setting }) => study.detailed.includes(setting) && done.some(({ measures }) => measures),
  );
  if (cells.length === 0) return undefined;
  const names = distinct(
    cells.flatMap(({ done }) => done.flatMap(({ measures }) => Object.keys(measures ?? {}))),
  );
  const value = (cell: (typeof cells)[number], name: string): string => {
    const all = cell.done.flatMap(({ measures }) => measures?.[name] ?? []);
    return all.length > 0 ? significant(mean(all)) : '–';
  };
  const many = study.settings.length > 1;
  const rows = cells.map(
    cell =>
      html`<tr><th scope="row">${named(cell.learner)}</th>${many ? html`<td>${cell.setting.label}</td>` : undefined}${names.map(name => html`<td class="number">${value(cell, name)}</td>`)}</tr>`,
  );
  return tabled(
    'measures',
    html`What else was measured on the trained chips: means over chips.`,
    html`<thead><tr><th scope="col">learner</th>${many ? html`<th scope="col">setting</th>` : undefined}${names.map(name => html`<th scope="col" class="number">${name}</th>`)}</tr></thead><tbody>${rows}</tbody>`,
  );
}
