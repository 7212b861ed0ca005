/**
 * @file The page of a cell: its numbers with what they mean, and pictures of what they do.
 */
import type { CellKey } from '../scenarios/cell-keys.ts';
import type { CellSheet } from '../scenarios/cell-sheet.ts';
import { cellFigures } from './cells/index.ts';
import { document } from './document.ts';
import { html, type Markup, prose } from './html.ts';
import { quantityIn } from './numbers.ts';
import { place } from './place.ts';
import { tabled } from './tables.ts';

/** The page, as HTML. @param name of the cell @param keys what each number means */
export async function cellPage(
  name: string,
  sheet: CellSheet,
  keys: Readonly<Record<string, CellKey>>,
): Promise<string> {
  const panels: Markup[] = [];
  for (const figure of cellFigures) {
    const panel = figure.panel(sheet);
    if (panel) panels.push(await place(figure.name, panel, panels.length + 1));
  }
  const { cell } = sheet;
  const body = html`<header>
<p class="kind">mortal: a memory cell (${cell.kind})</p>
<h1>${name}</h1>
<p class="question">${cell.description ?? ''}</p>
</header>
<main>
${cell.source ? html`<p class="source">${cell.source}</p>` : undefined}
${sheet.pulses ? undefined : html`<p>${setWords(cell, panels.length)}</p>`}
<section id="figures">${panels}</section>
<section id="numbers"><h2>Its numbers</h2>
${numberTable(cell, keys)}</section>
</main>
<footer>Made by mortal from the cell file. One file, no network.</footer>`;
  return document(`Cell ${name}`, body);
}

/** Of a cell without step response. */
const setWords = (
  { minimumConductance: off, maximumConductance: on }: CellSheet['cell'],
  figures: number,
): string =>
  `This cell is set, not pulsed: ${
    figures > 0
      ? `it takes any conductance from ${quantityIn(off, 'S')} to ${quantityIn(on, 'S')}, and no pulse response is drawn.`
      : 'there is nothing to draw.'
  }`;

/** What is as by default is grey. */
function numberTable(cell: CellSheet['cell'], keys: Readonly<Record<string, CellKey>>): Markup {
  const values = cell as unknown as Record<string, unknown>;
  const rows = Object.entries(keys).map(([key, { description, unit, default: usual }]) => {
    const value = values[key];
    const isUsual = JSON.stringify(value) === JSON.stringify(usual);
    return html`<tr${isUsual ? html` class="usual"` : undefined}><th scope="row"><code>${key}</code></th><td class="number">${written(value, unit)}</td><td>${prose(description)}${inside(value)}</td></tr>
`;
  });
  return tabled(
    'fitted',
    html`Grey: as it is where a file says nothing. In brackets: the name in AIHWKit. Parts with numbers of their own have them below their meaning, in SI units.`,
    html`<thead><tr><th scope="col">parameter</th><th scope="col" class="number">value</th><th scope="col">meaning</th></tr></thead><tbody>${rows}</tbody>`,
  );
}

function written(value: unknown, unit: string | undefined): string {
  if (typeof value === 'number')
    return unit === 'S' ? quantityIn(value, 'S') : String(Number(value.toPrecision(5))).replace('-', '−');
  if (Array.isArray(value)) return value.length > 4 ? `${value.length} values` : value.join(', ');
  if (value === undefined) return '–';
  if (isPart(value)) return 'kind' in value ? String(value.kind) : 'as described';
  return String(value);
}

const isPart = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a part with keys of its own says, below its meaning. */
const inside = (value: unknown): Markup | undefined =>
  isPart(value) ? html`<br><small>${keyed(value)}</small>` : undefined;

const keyed = (part: Readonly<Record<string, unknown>>): string =>
  Object.entries(part)
    .filter(([key]) => key !== 'kind')
    .map(([key, value]) => `${key} ${told(value)}`)
    .join('; ');

function told(value: unknown): string {
  if (isPart(value)) return `(${'kind' in value ? `${value.kind}: ` : ''}${keyed(value)})`;
  if (Array.isArray(value))
    return value.length > 4 || value.some(isPart) ? `(${value.length})` : value.map(told).join(', ');
  const isTiny = typeof value === 'number' && value !== 0 && Math.abs(value) < 1e-3;
  return isTiny
    ? Number(value.toPrecision(5)).toExponential().replaceAll('-', '−')
    : written(value, undefined);
}
