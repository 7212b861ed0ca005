/**
 * @file How it was done: every option of every learner, everything about the chip, versions, how to repeat it, and what is not
 * claimed. Meanings and units come from the same descriptions that check scenario files.
 */
import { ChipModel } from '../chips/model.ts';
import type { TrialSpecification } from '../scenarios/trial-files.ts';
import { isDistilled } from './arms.ts';
import { html, type Markup, prose } from './html.ts';
import { counted, duration, listed, plural, quantityIn } from './numbers.ts';
import { distinct, quoted, type Study } from './study.ts';
import { named, tabled } from './tables.ts';
import { thresholdRules } from './thresholds.ts';
import { transferRules } from './transfer-words.ts';
import { tuningSection } from './tuning.ts';
import { rules } from './verdict.ts';

/** The last section of the page. */
export function method(study: Study): Markup {
  return html`
${overview(study)}
<h3>Learners</h3>
<div class="cards">${study.learners.map(learner => card(study, learner.name))}</div>
${tuningSection(study)}
<h3>The chip</h3>
${chipTable(study)}
${sources(study)}
<h3>How the words were chosen</h3>
<p>The sentences on top are made from the numbers by rules, the same for every learner:</p>
<ul>${[...rules, ...(study.axes.length > 0 ? thresholdRules : []), ...(isDistilled(study) ? transferRules : [])].map(rule => html`<li>${prose(rule)}</li>`)}</ul>
<h3>What is not claimed</h3>
<ul>${disclaimers(study).map(text => html`<li>${prose(text)}</li>`)}</ul>`;
}

function overview(study: Study): Markup {
  const data = distinct(study.trials.map(({ planned }) => describeData(planned.specification.data)));
  const results = study.trials.flatMap(trial => trial.result ?? []);
  const digests = distinct(results.flatMap(result => result.dataDigest ?? []));
  const versions = distinct(
    results.flatMap(result => Object.entries(result.versions).map(([name, version]) => `${name} ${version}`)),
  );
  const trials = new Map(study.trials.map(trial => [trial.planned.id, trial]));
  const seconds = [...trials.values()].flatMap(trial => trial.seconds ?? []);
  const time =
    seconds.length > 0
      ? `${duration(seconds.reduce((sum, each) => sum + each, 0))} of computing, one core each`
      : 'not recorded';
  const varied = study.paths.map(
    path =>
      html`<li><code>${path}</code>: ${some(distinct(study.settings.map(setting => setting.values[path] ?? '–')), ', ')}</li>`,
  );
  return html`<dl class="facts">
<dt>To repeat it</dt><dd><code>${study.command}</code><br>Same scenario, same bits on machines of one kind: each trial draws its random numbers from its seed alone.</dd>
<dt>Data</dt><dd>${data.join('; ')}. Test images are used for nothing but the test errors.${digests.map(digest => html`<br>SHA-256 of images, labels and splits <code class="digest">${digest}</code>`)}</dd>
<dt>Varied</dt><dd>${varied.length > 0 ? html`<ul class="plain">${varied}</ul>` : 'nothing but the seed'}</dd>
<dt>Seeds</dt><dd>${study.seeds.join(', ')}: each makes another chip, another start and another order of the data; the same for every learner.</dd>
<dt>Trials</dt><dd>${plural(trials.size, 'trial')}; ${time}.</dd>
<dt>Versions</dt><dd>${versions.join(', ') || 'not recorded'}</dd>
</dl>`;
}

const describeData = ({
  set,
  train,
  validation,
  test,
  jitter = 0,
  pixels,
}: TrialSpecification['data']): string =>
  `${set}${pixels ? ` (pixels ${pixels} by the training images)` : ''}: ${counted(train)} images for training${jitter > 0 ? ` (shifted by up to ${plural(jitter, 'pixel')} anew in every epoch)` : ''}, ${counted(validation)} for validation, ${counted(test)} for testing`;

/** A learner with all its options. */
function card(study: Study, name: string): Markup {
  const learner = study.learners.find(each => each.name === name)!;
  const about = study.about.learners.find(each => each.name === name);
  const trials = study.trials.filter(trial => trial.planned.learner === name);
  const options = trials.map(trial => trial.planned.specification.options);
  const rows = distinct(options.flatMap(Object.keys)).map(key => {
    const values = distinct(options.map(each => written(each[key])));
    return html`<dt>${key}</dt><dd>${some(values, ' / ')}</dd>`;
  });
  return html`<section class="card"><h4>${named(learner)}</h4>
<p class="summary">${learner.procedure === learner.name ? '' : `${asSentence(learner.procedure)} `}${asSentence(`${learner.access} access`)}${about ? ` ${asSentence(about.summary)}` : ''}</p>
<dl>${rows}</dl>${about ? html`<p class="source">${about.source}</p>` : undefined}</section>`;
}

const asSentence = (text: string): string =>
  `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;

interface Fact {
  readonly path: string;
  readonly value: string;
  readonly meaning: string;
}

/** What describes a value: as much of JSON Schema as `description.ts` makes. */
interface Schema {
  readonly description?: string;
  readonly unit?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
  readonly const?: unknown;
}

/** Everything about the chips that took part, a line for each parameter. */
function chipTable(study: Study): Markup {
  const models = distinct(study.trials.map(({ planned }) => JSON.stringify(planned.specification.chip))).map(
    text => JSON.parse(text),
  );
  const facts = models.map(
    model => new Map(factsOf(model, ChipModel as unknown as Schema, '').map(fact => [fact.path, fact])),
  );
  const paths = grouped(distinct(facts.flatMap(all => [...all.keys()])));
  const rows = paths.map(path => {
    const same = facts.flatMap(all => all.get(path) ?? []);
    const joined = (of: (fact: Fact) => string) => some(distinct(same.map(of)), ' / ');
    return html`<tr><th scope="row"><code>${path}</code></th><td>${joined(fact => fact.value)}</td><td class="access">${joined(fact => fact.meaning)}</td></tr>`;
  });
  return html`<details><summary>Every parameter of the chip${models.length > 1 ? ` (${models.length} models; a stroke separates their values)` : ''}</summary>
${tabled('parameters', undefined, html`<thead><tr><th scope="col">parameter</th><th scope="col">value</th><th scope="col">meaning</th></tr></thead><tbody>${rows}</tbody>`)}</details>`;
}

/** Values in a row; of more than a dozen the first and the last. */
const some = (values: readonly string[], between: string): string =>
  values.length > 12
    ? [...values.slice(0, 6), `… (${values.length} values)`, values.at(-1)].join(between)
    : values.join(between);

/** Paths with the same parent together, parents in order of appearance. */
function grouped(paths: readonly string[]): string[] {
  const parent = (path: string) => path.split('.').slice(0, -1).join('.');
  const parents = distinct(paths.map(parent));
  return parents.flatMap(each => paths.filter(path => parent(path) === each));
}

const ofNoConcern = ['$schema', 'description', 'source'];

/** The leaves of a described value. */
function factsOf(value: unknown, schema: Schema | undefined, path: string): Fact[] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const member =
      schema?.oneOf?.find(each => each.properties?.kind?.const === (value as { kind?: unknown }).kind) ??
      schema;
    return Object.entries(value)
      .filter(([key]) => !ofNoConcern.includes(key))
      .flatMap(([key, inner]) => {
        const meaning =
          key === 'kind' ? { description: member?.description ?? '' } : member?.properties?.[key];
        return factsOf(inner, meaning, path === '' ? key : `${path}.${key}`);
      });
  }
  return [{ path, value: measured(value, schema?.unit), meaning: schema?.description ?? '' }];
}

const measured = (value: unknown, unit: string | undefined): string =>
  typeof value === 'number' && unit !== undefined && unit !== '1' ? quantityIn(value, unit) : written(value);

function written(value: unknown): string {
  if (value === undefined) return '–';
  if (typeof value === 'number') return String(Number(value.toPrecision(6)));
  if (Array.isArray(value)) return value.map(written).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Where the numbers of cells, circuits, boxes and energies come from, in the words of their files. */
function sources(study: Study): Markup | undefined {
  const items = study.about.devices.map(
    ({ kind, name, description, source }) =>
      html`<li><b>${kind} <code>${name}</code></b>${description ? `: ${description}` : ''}${source ? html`. <span class="source">${source}</span>` : ''}</li>`,
  );
  return items.length > 0
    ? html`<details><summary>Where the numbers of the chip come from</summary><ul>${items}</ul></details>`
    : undefined;
}

/** Limits of the experiment, as far as they follow from it. */
function disclaimers(study: Study): string[] {
  const sets = distinct(study.trials.map(trial => trial.planned.specification.data.set));
  const most = Math.max(...study.trials.map(trial => trial.planned.specification.data.train));
  const isVaried = study.learners.some(learner => {
    const own = study.trials.filter(trial => trial.planned.learner === learner.name);
    return distinct(own.map(trial => JSON.stringify(trial.planned.specification.options))).length > 1;
  });
  const transparent = study.learners.filter(learner => learner.access === 'transparent');
  return [
    `Anything beyond ${listed(sets)} with ${counted(most)} training images, and beyond ${plural(study.seeds.length, 'chip')} for each learner and setting.`,
    ...(isVaried || study.settings.length < 2
      ? []
      : [
          `That this is the best each learner can do: its options are the same in every setting, ${study.about.tuning ? 'those of the tuning file chosen for the mean over its settings' : 'and none was tuned for it here'}.`,
        ]),
    'That a real chip behaves so: cells, circuits and boxes are models with stated sources, not fits to one device.',
    `The full energy of a system: ${uncounted(study)} are not counted.`,
    ...(transparent.length > 0
      ? [
          `That ${listed(transparent.map(quoted))} could be built: ${transparent.length === 1 ? 'its' : 'their'} access exists in a simulator only.`,
        ]
      : []),
  ];
}

/** What no chip of the study has a price for. */
function uncounted(study: Study): string {
  const tables = study.trials.map(({ planned }) => planned.specification.chip.energy);
  const memory = tables.some(
    ({ digitalPrice }) => digitalPrice?.kind === 'horowitz' && digitalPrice.memory !== 'none',
  );
  return listed([
    ...(tables.some(({ lines }) => lines) ? [] : ['lines']),
    ...(tables.some(({ drivers }) => drivers) ? [] : ['drivers']),
    'control logic',
    ...(memory ? ['neuron circuits', 'boxes', 'the arithmetic of optimisers'] : ['memory traffic']),
  ]);
}

/** So many trials are written into the page with all that is known of them; of more only what tables hold. */
const mostInFull = 2000;

/** Settings and results as plain data, for readers who want to compute. */
export function facts(study: Study): unknown {
  const trials = [
    ...new Map(study.trials.map(trial => [`${trial.planned.learner}/${trial.planned.id}`, trial])).values(),
  ];
  const chips = new Map<string, number>();
  const numberOf = (chip: unknown) => {
    const text = JSON.stringify(chip);
    if (!chips.has(text)) chips.set(text, chips.size);
    return chips.get(text)!;
  };
  const inFull = trials.length <= mostInFull;
  const written = trials.map(({ planned, result }) => {
    const { chip, ...specification } = planned.specification;
    const { id, learner, access, settings } = planned;
    const { pictures, specification: _same, id: _id, ...rest } = result ?? { status: 'missing' as const };
    return inFull
      ? { id, learner, access, settings, chip: numberOf(chip), specification, ...rest }
      : { id, learner, settings, seed: specification.seed, status: rest.status, readouts: result?.readouts };
  });
  return {
    name: study.name,
    title: study.title,
    question: study.question,
    command: study.command,
    ...(inFull ? { chips: [...chips.keys()].map(text => JSON.parse(text)) } : {}),
    trials: written,
  };
}
