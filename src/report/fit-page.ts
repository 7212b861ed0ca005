/**
 * @file The page of a fit: the cell and how sure each number is, the models that were tried, and pictures of both data and fit.
 */
import type { Fit } from '../fit/fit.ts';
import type { Fitted } from '../fit/index.ts';
import type { Parameter } from '../fit/words.ts';
import { document } from './document.ts';
import { fitFigures } from './fits/index.ts';
import { html, json, type Markup, prose } from './html.ts';
import { commonScale, plural, quantityIn, significant } from './numbers.ts';
import { place } from './place.ts';
import { tabled } from './tables.ts';

/**
 * The page, as HTML.
 * @param cell text of the cell file @param descriptions what a key of it means
 */
export async function fitPage(
  { pulses, fits, best, words }: Fitted,
  cell: string,
  descriptions: Readonly<Record<string, string>>,
): Promise<string> {
  const { least, width } = best.measured;
  const scale = commonScale([least + width], 'S');
  const panels: Markup[] = [];
  for (const figure of fitFigures) {
    const panel = figure.panel({ fit: best, words, scale });
    if (panel) panels.push(await place(figure.name, panel, panels.length + 1));
  }
  const title = `A ${best.model.name} cell from ${pulses.name}`;
  const body = html`<header>
<p class="kind">mortal: a cell fitted to measured pulses</p>
<h1>${title}</h1>
<p class="question">${plural(best.devices.length, 'device')}, ${plural(best.observations, 'step')} away from the ends of the range. The fitted course explains ${(100 * best.rSquared).toFixed(2)} % of the variance of the conductance.</p>
</header>
<main>
<section id="cell"><h2>The cell, and how sure its numbers are</h2>
${parameterTable(words.parameters, descriptions)}
<p>At weight 0, half-way between the bounds, an up pulse moves the nominal cell by ${quantityIn(words.up.value, 'S')} and a down pulse by ${quantityIn(words.down.value, 'S')}. ${
    words.symmetryPoint === undefined
      ? 'Nowhere between the bounds are both alike.'
      : `Both are alike at ${quantityIn(words.symmetryPoint, 'S')}: pulses in turn lead there.`
  }</p>
${fits.length > 1 ? html`<h3>Models that were tried</h3>${modelTable(fits)}` : undefined}</section>
<section id="figures">${panels}</section>
<section id="file"><h2>The cell file</h2>
<pre class="listing">${cell}</pre></section>
</main>
<footer>Made by mortal from ${pulses.name}. One file, no network.</footer>`;
  return document(
    title,
    body,
    html`<script type="application/json" id="cell-file">${json(JSON.parse(cell))}</script>
`,
  );
}

function parameterTable(
  parameters: readonly Parameter[],
  descriptions: Readonly<Record<string, string>>,
): Markup {
  const rows = parameters.map(({ key, value, error, unit }) => {
    const written = (x: number) => (unit === 'S' ? quantityIn(x, 'S') : signed(x));
    const sure = error === undefined ? 'as measured' : `± ${written(error)}`;
    return html`<tr><th scope="row"><code>${key}</code></th><td class="number">${written(value)}</td><td class="number">${sure}</td><td>${prose(descriptions[key] ?? '')}</td></tr>
`;
  });
  return tabled(
    'fitted',
    html`± is one standard error; for spreads and noise the usual approximation for normal numbers. “As measured”: the data do not bend toward this number, so it is the end of what was seen.`,
    html`<thead><tr><th scope="col">parameter</th><th scope="col" class="number">value</th><th scope="col" class="number">error</th><th scope="col">meaning</th></tr></thead><tbody>${rows}</tbody>`,
  );
}

function modelTable(fits: readonly Fit[]): Markup {
  const [best] = fits as readonly [Fit, ...Fit[]];
  const rows = fits.map(
    fit => html`<tr><th scope="row">${fit === best ? html`<b>${fit.model.name}</b>` : fit.model.name}</th><td class="number">${fit.parameters}</td><td class="number">${difference(fit.bic - best.bic)}</td><td class="number">${difference(fit.aic - best.aic)}</td><td class="number">${fit.rSquared.toFixed(4)}</td></tr>
`,
  );
  return tabled(
    'models',
    html`Criteria as differences to the chosen model; less is better, beyond about 10 clearly so. They count how well each next conductance is predicted and what the parameters cost; R² is that of the courses.`,
    html`<thead><tr><th scope="col">model</th><th scope="col" class="number">parameters</th><th scope="col" class="number">BIC</th><th scope="col" class="number">AIC</th><th scope="col" class="number">R²</th></tr></thead><tbody>${rows}</tbody>`,
  );
}

const signed = (x: number): string => `${x < 0 ? '−' : ''}${significant(Math.abs(x))}`;
const difference = (x: number): string =>
  Math.abs(x) < 0.05 ? '0' : `${x < 0 ? '−' : '+'}${Math.abs(x).toFixed(1)}`;
