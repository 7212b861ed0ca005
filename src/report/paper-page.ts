/**
 * @file Several runs as one table: experiment, the paper's number, ours, and what ours was got with. As a page, and as Markdown for
 * whoever keeps such a table in a text.
 */
import { document } from './document.ts';
import { html, type Markup } from './html.ts';
import { counted, duration } from './numbers.ts';
import { allBeside, type Beside, ourText } from './paper.ts';
import { type Study, spanOf } from './study.ts';
import { tabled } from './tables.ts';

/** A run, and where its own report is from the page. */
export interface Listed {
  readonly study: Study;
  readonly link: string;
}

const columns = [
  'experiment',
  'paper, %',
  'ours, %',
  'readout',
  'seeds',
  'ours with',
  'time a trial',
  'images/s',
  'GB',
  'remarks',
];

/** The cells of a row, as text, in the order of the columns. */
function texts(study: Study, { paper, cell, ours, readout, conditions, timing }: Beside): string[] {
  const { seconds, samplesPerSecond, peakBytes } = timing;
  const setting = study.settings.length > 1 ? `, ${cell.setting.label}` : '';
  return [
    `${study.title}: ${cell.learner.name}${setting}`,
    paper ? paper.errorPercent.toFixed(2) : '–',
    ourText(ours),
    readout ?? '–',
    String(cell.done.length),
    `${conditions}; ${spanOf(
      cell.trials.map(({ planned }) => planned.specification.data.test),
      String,
    )} test images`,
    seconds === undefined ? '–' : duration(seconds),
    samplesPerSecond === undefined ? '–' : counted(Number(samplesPerSecond.toPrecision(3))),
    peakBytes === undefined ? '–' : (peakBytes / 1e9).toPrecision(2),
    paper ? `paper: ${paper.where}${paper.note ? `, ${paper.note}` : ''}` : '',
  ];
}

/** The table as HTML. */
export async function paperPage(runs: readonly Listed[]): Promise<string> {
  const title = 'The paper’s experiments';
  const body = html`<header>
<p class="kind">mortal: several runs in one table</p>
<h1>${title}</h1>
<p class="question">The paper’s numbers beside ours. Ours are of the sizes that stand beside them, which may be smaller than the paper’s.</p>
</header>
<main><section id="results">${tabled(
    'paper',
    html`Test error in percent, mean ± one standard deviation over seeds. No number in the column “paper”: the paper has none. Images/s: training images, all epochs, on one core and whatever else it had to do; GB: the most memory of the process.`,
    html`<thead><tr>${columns.map(name => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${runs.flatMap(rowsOf)}</tbody>`,
  )}</section></main>
<footer>Made by mortal from the result files of ${runs.length} runs. One file, no network.</footer>`;
  return document(title, body);
}

const rowsOf = ({ study, link }: Listed): Markup[] =>
  allBeside(study).map(each => {
    const [experiment, ...rest] = texts(study, each);
    return html`<tr><th scope="row"><a href="${link}">${experiment}</a></th>${rest.map(text => html`<td>${text}</td>`)}</tr>`;
  });

/** The table as Markdown. */
export function paperMarkdown(runs: readonly Listed[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map(text => text.replaceAll('|', String.raw`\|`)).join(' | ')} |\n`;
  const rows = runs.flatMap(({ study }) => allBeside(study).map(each => line(texts(study, each))));
  return [line(columns), line(columns.map(() => '---')), ...rows].join('');
}
