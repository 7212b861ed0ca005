/**
 * @file What each learner was given before it was compared: the settings tried, their validation errors and what was chosen. A table in the
 * report of a scenario that names a tuning file, and the report of the tuning itself. Neither has a test error.
 */
import type { Plan } from '../lab/plan-file.ts';
import { type LearnerTuning, type TuningFile, tuningFor } from '../scenarios/tuning-file.ts';
import { document } from './document.ts';
import { html, type Markup, prose } from './html.ts';
import { counted, listed, plural, space } from './numbers.ts';
import { distinct, quoted, type Run, type Study } from './study.ts';
import { tabled } from './tables.ts';

/** The section of a report, where its scenario names a tuning file. */
export function tuningSection(study: Study): Markup | undefined {
  const { tuning } = study.about;
  if (!tuning) return undefined;
  const { file, content } = tuning;
  const found = study.learners.map(learner => ({
    learner,
    own: tuningFor(content, learner.name, learner.procedure),
  }));
  const tuned = found.flatMap(({ learner, own }) => (own ? [[learner.name, own] as const] : []));
  const others = found.filter(({ own }) => !own).map(({ learner }) => quoted(learner));
  const kept = tuned.flatMap(([name, own]) => ownWords(study, name, own));
  const shared = study.seeds.filter(seed => content.seeds.includes(seed));
  return html`<h3>What each learner was given</h3>
<p>Options were chosen by the tuning file <code>${file}</code>, and it was made by <code>${content.command}</code>. ${effort(content)} An option that the scenario sets itself comes before.</p>
${tuned.length > 0 ? triedTable(content, tuned) : undefined}
${others.length > 0 ? html`<p>Not in that file, so untuned: ${prose(listed(others))}.</p>` : undefined}
${kept.length > 0 ? html`<p>Set by the scenario itself: ${listed(kept)}.</p>` : undefined}
${shared.length > 0 ? html`<p class="flaw">${shared.length > 1 ? 'Seeds' : 'Seed'} ${listed(shared.map(String))}: tuned on and shown here, so these chips flatter.</p>` : undefined}`;
}

/** "rate 0.01 of ff": where a learner ran with something else than what was chosen for it. */
function ownWords(study: Study, name: string, { chosen }: LearnerTuning): string[] {
  const trials = study.trials.filter(({ planned }) => planned.learner === name);
  return Object.entries(chosen).flatMap(([key, value]) => {
    const used = distinct(trials.map(({ planned }) => planned.specification.options[key]));
    return used.some(each => each !== value) ? [`${key} ${used.join(' / ')} of ${name}`] : [];
  });
}

/** The effort, which is the same for all. */
const effort = ({ settings, samples, seeds, data }: TuningFile): string =>
  `For every learner ${plural(settings, 'setting')} and ${counted(samples)} training images in all; judged on ${counted(Number(data.validation))} validation images, on ${seeds.length > 1 ? 'chips' : 'the chip'} of seed ${listed(seeds.map(String))}. Test images decided nothing.`;

/** Settings across, learners down; the chosen one is bold. */
function triedTable(
  content: TuningFile,
  learners: readonly (readonly [name: string, tuning: LearnerTuning])[],
): Markup {
  const most = Math.max(...learners.map(([, { tried }]) => tried.length));
  const columns = Array.from({ length: most }, (_, k) => k);
  const rows = learners.map(([name, { tried, chosen, isAtEdge, passes }]) => {
    const cells = columns.map(k => {
      const one = tried[k];
      if (!one) return html`<td class="number">–</td>`;
      const isChosen = words(one.options) === words(chosen);
      return html`<td class="number${isChosen ? ' best' : ''}">${words(one.options)}: ${errorWords(one)}${one.failed > 0 ? html`<span class="flaw" title="${plural(one.failed, 'trial')} failed">*</span>` : undefined}</td>`;
    });
    return html`<tr><th scope="row">${name}</th>${cells}<td>${isAtEdge ? 'yes' : ''}</td><td class="number">${counted(passes)}</td></tr>`;
  });
  const options = distinct(learners.flatMap(([, { chosen }]) => Object.keys(chosen)));
  const hasFailed = learners.some(([, { tried }]) => tried.some(({ failed }) => failed > 0));
  const note = html`${options.join(', ')}: validation error, %, mean${content.seeds.length > 1 ? ` ± one standard deviation over ${plural(content.seeds.length, 'chip')}` : ''}. <span class="best">Bold</span>: chosen, by the ${content.rule}.${hasFailed ? ' *: some trials failed.' : ''} At the edge: a better setting may lie beyond those tried. Passes: forward passes of the chip over all of them.`;
  return tabled(
    'tuning',
    note,
    html`<thead><tr><th scope="col">learner</th>${columns.map(k => html`<th scope="col" class="number">setting${space}${k + 1}</th>`)}<th scope="col">at the edge</th><th scope="col" class="number">passes</th></tr></thead><tbody>${rows}</tbody>`,
  );
}

const words = (options: Readonly<Record<string, unknown>>): string =>
  Object.values(options).map(String).join(' ');

const errorWords = ({ mean, spread }: { mean: number; spread: number | null }): Markup =>
  html`${mean.toFixed(2)}${spread === null ? undefined : html`<span class="spread"> ± ${spread.toFixed(2)}</span>`}`;

/** Whether a run was a tuning: the file that it names was made by it. */
export const isTuning = ({ command, about }: Run): boolean =>
  about.tuning !== undefined && about.tuning.content.command === command;

/** The report of a tuning. @param about what the run says of its tuning file */
export async function tuningPage(
  { title, question, notices }: Run,
  { file, content }: NonNullable<Plan['tuning']>,
): Promise<string> {
  const learners = Object.entries(content.learners);
  const body = html`<header>
<p class="kind">mortal: learning on analog hardware, simulated</p>
<h1>Tuning: ${title}</h1>
<p class="question">${question}</p>
</header>
<main>
<section><h2>What each learner was given</h2>
${notices.length > 0 ? html`<div class="cautions" role="note">${notices.map(text => html`<p>${text}</p>`)}</div>` : undefined}
<p>${effort(content)}</p>
${triedTable(content, learners)}
</section>
<section><h2>Setting by setting</h2>
${learners.map(([name, tuning]) => placesTable(name, tuning))}
</section>
<section id="method"><h2>How it was done</h2>
<dl class="facts">
<dt>To repeat it</dt><dd><code>${content.command}</code></dd>
<dt>Tuning file</dt><dd><code>${file}</code>; every trial is in <code>tuning.csv</code> beside this page.</dd>
<dt>Chosen</dt><dd>${content.rule}</dd>
<dt>Chips</dt><dd>${listed(content.chips)}, seed ${listed(content.seeds.map(String))}</dd>
<dt>Versions</dt><dd>${Object.entries(content.versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')}</dd>
</dl></section>
</main>
<footer>Made by mortal from the result files of this run. One file, no network.</footer>`;
  return document(`Tuning: ${title}`, body);
}

/** Settings of a learner down, what else varied across. */
function placesTable(name: string, { tried, chosen }: LearnerTuning): Markup {
  const places = distinct(tried.flatMap(({ each }) => Object.keys(each)));
  const rows = tried.map(
    one =>
      html`<tr><th scope="row">${Object.entries(one.options)
        .map(([key, value]) => `${key} ${value}`)
        .join(
          ', ',
        )}</th>${places.map(place => html`<td class="number">${one.each[place]?.toFixed(2) ?? '–'}</td>`)}<td class="number${words(one.options) === words(chosen) ? ' best' : ''}">${errorWords(one)}</td><td class="number">${counted(one.passes)}</td></tr>`,
  );
  return html`<h3>${name}</h3>${tabled(
    'tuning',
    undefined,
    html`<thead><tr><th scope="col">tried</th>${places.map(place => html`<th scope="col" class="number">${place}</th>`)}<th scope="col" class="number">mean, %</th><th scope="col" class="number">passes</th></tr></thead><tbody>${rows}</tbody>`,
  )}`;
}
