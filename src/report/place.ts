/**
 * @file A figure in its place on a page.
 */
import { type Numbers, narrow, type Panel, wide } from './figures/figure.ts';
import { render } from './figures/vega.ts';
import { html, json, type Markup, prose, raw } from './html.ts';
import { tabled } from './tables.ts';

/** A figure with number, caption, what it was drawn from, and ways to save it. @param below what follows the caption */
export async function place(
  name: string,
  { title, caption, drawing, numbers = [] }: Panel,
  number: number,
  below?: Markup,
): Promise<Markup> {
  const id = `figure-${name}`;
  const save = (what: string, label: string, file: string) =>
    html`<a data-save="${what}" download="${file}" href="#${id}">${label}</a>`;
  const drawn =
    drawing.kind === 'markup'
      ? drawing.markup
      : html`<div class="wide">${raw(await render(drawing.specification(wide), `${name}-wide`))}</div>
<div class="narrow">${raw(await render(drawing.specification(narrow), `${name}-narrow`))}</div>`;
  const links =
    drawing.kind === 'markup'
      ? []
      : [
          save(`${id}-specification`, 'Vega-Lite', `${name}.vl.json`),
          ' · ',
          save('svg', 'SVG', `${name}.svg`),
          ...(numbers.length > 0 ? [' · ', save('csv', 'CSV', `${name}.csv`)] : []),
        ];
  const specification =
    drawing.kind === 'vega-lite'
      ? html`<script type="application/json" id="${id}-specification">${json(drawing.specification(wide))}</script>`
      : undefined;
  return html`<figure class="figure" id="${id}"><h3>${prose(title)}</h3>
<div class="drawing">${drawn}</div>
<figcaption><b>Figure ${number}.</b> ${prose(caption)}${links.length > 0 ? html` <span class="save">Save: ${links}</span>` : undefined}</figcaption>
${below}${behind(numbers)}${specification}</figure>
`;
}

/** The table behind a figure. Saved as CSV it is read by programs: whole names, numbers without commas, nothing where there is nothing. */
function behind(numbers: readonly Numbers[]): Markup | undefined {
  if (numbers.length === 0) return undefined;
  const columns = Object.keys(numbers[0]!);
  const value = (line: Numbers, column: string) => {
    const each = line[column] ?? '';
    return typeof each === 'number'
      ? html`<td class="number">${Number(each.toPrecision(6))}</td>`
      : html`<td>${each}</td>`;
  };
  const head = html`<tr>${columns.map(column => html`<th scope="col">${column}</th>`)}</tr>`;
  const body = numbers.map(line => html`<tr>${columns.map(column => value(line, column))}</tr>\n`);
  return html`<details class="behind"><summary>The numbers of this figure</summary>
${tabled('behind', undefined, html`<thead>${head}</thead><tbody>${body}</tbody>`)}</details>`;
}
