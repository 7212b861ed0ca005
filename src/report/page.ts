/**
 * @file The page: one file that needs nothing else. The answer first, then the table, the figures, and how it was done.
 */
import { accessTable } from './access.ts';
import { costs } from './costs.ts';
import { document } from './document.ts';
import type { Figure } from './figures/figure.ts';
import { figures } from './figures/index.ts';
import { html, json, type Markup, prose } from './html.ts';
import { measuresTable } from './measures.ts';
import { facts, method } from './method.ts';
import { paperTable } from './paper.ts';
import { place } from './place.ts';
import { race } from './race.ts';
import type { Study } from './study.ts';
import { enduranceTable, pairedTable } from './sweep-tables.ts';
import { failures, glance, readouts, results } from './tables.ts';
import { transferTable } from './transfer-table.ts';
import { answer } from './words.ts';

/**
 * The report of a study, as HTML.
 * @param drawn the figures to draw, all by default
 */
export async function page(study: Study, drawn: readonly Figure[] = figures): Promise<string> {
  // one after the other: the order of drawing is part of the bytes
  const panels: Markup[] = [];
  for (const figure of drawn) {
    const panel = figure.panel(study);
    if (!panel) continue;
    const below = figure.name === 'chip' ? accessTable(study) : undefined;
    panels.push(await place(figure.name, panel, panels.length + 1, below));
  }
  const { headline } = answer(study);
  const body = html`<header>
<p class="kind">mortal: learning on analog hardware, simulated</p>
<h1>${study.title}</h1>
<p class="question">${study.question}</p>
<nav aria-label="Contents"><a href="#answer">Answer</a><a href="#results">Results</a><a href="#figures">Figures</a><a href="#method">How it was done</a></nav>
</header>
<main>
<section id="answer"><h2>${prose(headline)}</h2>
${answerSection(study)}</section>
<section id="results"><h2>All results, and what they cost</h2>
${failures(study)}
${results(study)}
${costs(study)}
${race(study)}
${pairedTable(study)}
${measuresTable(study)}
<details><summary>Every readout: all layers, layers from 2 on, each layer alone, one pass</summary>${readouts(study)}</details>
</section>
<section id="figures">${panels}</section>
<section id="method"><h2>How it was done</h2>
${method(study)}
<p class="save"><a data-save="study" download="${study.name.replaceAll('/', '-')}.json" href="#method">All settings and results as JSON</a></p></section>
</main>
<footer>Made by mortal from the result files of this run. One file, no network.</footer>`;
  const data = html`<script type="application/json" id="study">${json(facts(study))}</script>
`;
  return document(study.title, body, data);
}

/** The answer in words, and the whole of it in one small table. */
function answerSection(study: Study): Markup {
  const { settings, findings, costs, cautions } = answer(study);
  const list = (lines: typeof settings) =>
    html`<dl class="places">${lines.map(each => html`<dt>${each.setting}</dt><dd>${prose(each.text)}</dd>`)}</dl>`;
  const places =
    settings.length > 1 ? list(settings) : settings.map(each => html`<p>${prose(each.text)}</p>`);
  const paragraphs = findings.map(text => html`<p>${prose(text)}</p>`);
  const first = study.told[0]?.label ?? '';
  return html`${cautions.length > 0 ? html`<div class="cautions" role="note">${cautions.map(text => html`<p>${text}</p>`)}</div>` : undefined}
${paperTable(study)}
${transferTable(study) ?? glance(study)}
${enduranceTable(study)}
${study.axes.length > 0 ? [paragraphs, places] : [places, paragraphs]}
${costs.length > 0 ? html`<p>What each setting costs against “${first}”, in percentage points of test error, least first:</p>${list(costs)}` : undefined}`;
}
