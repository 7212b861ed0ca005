/**
 * @file The tables: at a glance, in full, and every readout. Failed trials stay visible as failed.
 */
import type { TrialResult } from '../scenarios/trial-files.ts';
import { chipsBehind } from './figures/encodings.ts';
import { mark } from './figures/marks.ts';
import { html, type Markup, prose } from './html.ts';
import { bare, commonScale, counted, listed, type Scale, significant, space } from './numbers.ts';
import { mean, type Summary, summarise } from './statistics.ts';
import {
  type Cell,
  cellOf,
  distinct,
  type Learner,
  passesSpent,
  quoted,
  reversesSpent,
  type Setting,
  type Study,
  spanOf,
  type Trial,
} from './study.ts';
import { type Standing, standings, type Verdict } from './verdict.ts';

/** What a verdict is called in a table. */
const verdicts: Readonly<Record<Verdict, string>> = {
  best: 'best',
  level: 'level with best',
  behind: 'behind',
  collapsed: 'collapsed',
  random: 'no better than random',
  bound: 'bound',
  control: 'random chip',
  failed: 'failed',
  missing: 'no result',
};

/** Mean test errors, learners down and settings across: the whole answer on one small screen. */
export function glance(study: Study): Markup {
  const columns = study.detailed.map(setting => standings(study, setting));
  const value = (learner: Learner, column: readonly Standing[]): Markup => {
    const standing = column.find(each => each.learner === learner);
    if (!standing) return html`<td class="number">–</td>`;
    const text = standing.error ? bare(standing.error.mean) : verdicts[standing.verdict];
    const failed =
      standing.cell.failed.length > 0 && standing.error
        ? html`<span class="flaw" title="some trials failed">*</span>`
        : undefined;
    return html`<td class="number ${standing.verdict}">${text}${failed}</td>`;
  };
  const rows = study.learners.map(
    learner =>
      html`<tr><th scope="row">${named(learner)}</th><td class="access">${learner.access}</td>${columns.map(column => value(learner, column))}</tr>`,
  );
  const flawed = study.cells.some(cell => cell.failed.length > 0 && cell.error);
  const note = html`Test error, %, mean over ${chipsBehind(study)}. <span class="best">Bold</span>: best or level with the best among learners a real chip allows. <span class="collapsed">Struck</span>: collapsed, or no better than a random chip.${flawed ? ' *: some trials failed.' : ''}${partial(study)}`;
  return tabled(
    'glance',
    note,
    html`
<thead><tr><th scope="col">learner</th><th scope="col">access</th>${study.detailed.map(setting => html`<th scope="col" class="number">${setting.label}</th>`)}</tr></thead>
<tbody>${rows}</tbody>`,
  );
}

/** Says which settings a table has, where it has not all. */
const partial = (study: Study): string =>
  study.detailed.length < study.settings.length
    ? ` Shown are ${study.detailed.length} of ${study.settings.length} settings, those at the ends of the axes; all are in the numbers of the first figure and in results.csv.`
    : '';

/** Everything about the principal readout: error, spread, worst chip, passes, energy. */
export function results(study: Study): Markup {
  const training = commonScale(
    study.cells.flatMap(cell => energies(cell, trainingEnergy)),
    'J',
  );
  const testing = commonScale(
    study.cells.flatMap(cell => energies(cell, energyPerImage)),
    'J',
  );
  const block = (setting: Setting): Markup => {
    const rows = standings(study, setting).map(standing => row(standing, training, testing));
    const head =
      study.settings.length > 1
        ? html`<tr class="group"><th colspan="9" scope="rowgroup">${setting.label}</th></tr>`
        : undefined;
    return html`<tbody>${head}${rows}</tbody>`;
  };
  const note = html`Test error of the principal readout: mean ± one standard deviation over chips (sd), and the worst of them. Passes of the chip per training sample, over the whole training, and per test image; “back” counts errors driven backwards through one crossbar each. Energy of chip and digital side by the chip’s energy table; per image with every readout answering.${partial(study)}`;
  return tabled(
    'results',
    note,
    html`
<thead>
<tr><th scope="col" rowspan="2">learner</th><th scope="col" rowspan="2">access</th><th scope="col" colspan="2" class="number span">test error, %</th><th scope="col" colspan="2" class="number span">chip passes</th><th scope="col" colspan="2" class="number span">energy</th><th scope="col" rowspan="2" class="number">chips</th></tr>
<tr><th scope="col" class="number">mean ± sd</th><th scope="col" class="number">worst</th><th scope="col" class="number">training</th><th scope="col" class="number">test</th><th scope="col" class="number">training,${space}${training.unit}</th><th scope="col" class="number">per image,${space}${testing.unit}</th></tr>
</thead>
${study.detailed.map(block)}`,
  );
}

function row({ learner, cell, verdict, error }: Standing, training: Scale, testing: Scale): Markup {
  const cells = error
    ? html`<td class="number ${verdict}" title="${verdicts[verdict]}">${spread(error)}</td><td class="number">${bare(error.maximum)}</td>`
    : html`<td class="number flaw" colspan="2">${cell.failed.length > 0 ? `failed on ${ofAll(cell.failed.length, cell)}` : verdicts[verdict]}</td>`;
  const finished =
    cell.done.length === cell.trials.length ? String(cell.done.length) : ofAll(cell.done.length, cell);
  return html`<tr><th scope="row">${named(learner)}</th><td class="access">${learner.access}</td>${cells}
<td class="number">${spanOf(distinct(cell.done.map(passesSpent)), counted)}${backwards(cell)}</td><td class="number">${spanOf(distinct(cell.done.map(result => result.readouts[0]!.passes)), counted)}</td>
<td class="number">${scaled(energies(cell, trainingEnergy), training)}</td><td class="number">${scaled(energies(cell, energyPerImage), testing)}</td><td class="number${cell.failed.length > 0 ? ' flaw' : ''}">${finished}</td></tr>`;
}

/** " + 30 back": errors driven backwards, where there were any. */
function backwards(cell: Cell): Markup | undefined {
  const reverses = distinct(cell.done.map(reversesSpent));
  return Math.max(0, ...reverses) > 0
    ? html`<span class="spread"> + ${spanOf(reverses, counted)} back</span>`
    : undefined;
}

/** Every way of reading an answer out of the trained chips. */
export function readouts(study: Study): Markup {
  const block = (setting: Setting): Markup => {
    const head =
      study.settings.length > 1
        ? html`<tr class="group"><th colspan="7" scope="rowgroup">${setting.label}</th></tr>`
        : undefined;
    return html`<tbody>${head}${study.learners.map(learner => readoutRows(study, cellOf(study, learner, setting)))}</tbody>`;
  };
  const interval =
    study.interval === 'student'
      ? '95 % Student-t interval of the mean'
      : 'range from the best chip to the worst';
  const note = html`Every readout of every learner: mean ± one standard deviation over ${chipsBehind(study)}, and the ${interval}. Validation error is what learners may choose by; test error is what they are judged on.${partial(study)}`;
  return tabled(
    'readouts',
    note,
    html`
<thead><tr><th scope="col">learner</th><th scope="col">readout</th><th scope="col">what votes</th><th scope="col" class="number">passes</th><th scope="col" class="number">test error, %</th><th scope="col" class="number">interval</th><th scope="col" class="number">validation, %</th></tr></thead>
${study.detailed.map(block)}`,
  );
}

function readoutRows(study: Study, cell: Cell | undefined): Markup[] {
  const [first] = cell?.done ?? [];
  if (!cell || !first) return [];
  return first.readouts.map((readout, k) => {
    const all = cell.done.flatMap(result => result.readouts[k] ?? []);
    const test = summarise(
      all.map(each => each.testErrorPercent),
      study.interval,
    )!;
    const validation = mean(all.flatMap(each => each.validationErrorPercent ?? []));
    const interval = test.count > 1 ? `${bare(test.low)} to ${bare(test.high)}` : '–';
    return html`<tr><th scope="row">${k === 0 ? named(cell.learner) : undefined}</th><td class="readout">${readout.name}</td><td class="access">${readout.role}</td><td class="number">${counted(readout.passes)}</td><td class="number">${spread(test)}</td><td class="number">${interval}</td><td class="number">${Number.isFinite(validation) ? bare(validation) : '–'}</td></tr>`;
  });
}

/** Trials that failed, with their reasons; nothing where none has. */
export function failures(study: Study): Markup | undefined {
  const groups = study.cells.flatMap(cell => {
    const reason = (trial: Trial) => trial.result?.error ?? 'no reason was recorded';
    return distinct(cell.failed.map(reason)).map(each => {
      const seeds = cell.failed
        .filter(trial => reason(trial) === each)
        .map(trial => String(trial.planned.specification.seed));
      const where = study.settings.length > 1 ? `, ${cell.setting.label}` : '';
      return html`<li>${prose(quoted(cell.learner))}${where}, seed${seeds.length > 1 ? 's' : ''} ${listed(seeds)}: ${each}</li>`;
    });
  });
  if (groups.length === 0) return undefined;
  return html`<div class="failures" role="note"><h3>Failed trials</h3><ul>${groups}</ul></div>`;
}

/** A learner’s sign and name. */
export const named = (learner: Learner): Markup =>
  html`<span class="learner">${mark(learner)}${learner.name}</span>`;

/** A table in a box of its own, that it scrolls in where the page is narrow, and a note below it. */
export const tabled = (kind: keyof typeof tables, note: Markup | undefined, content: Markup): Markup =>
  html`<div class="table"><div class="scroll" tabindex="0" role="region" aria-label="${tables[kind]}"><table class="${kind}">${content}</table></div>${note && html`<p class="note">${note}</p>`}</div>`;

/** The tables there are, and what they are called where they are not seen. */
const tables = {
  glance: 'Test errors at a glance',
  results: 'Results and costs',
  readouts: 'Every readout',
  knowledge: 'What each access may know',
  parameters: 'Parameters of the chip',
  fitted: 'Parameters of the cell',
  models: 'Models that were fitted',
  race: 'Ranks, and passes to a given error',
  tuning: 'Settings tried for each learner',
  behind: 'Numbers of a figure',
  endurance: 'How much each learner bears',
  paired: 'Differences on the same chips',
  compared: 'Two runs side by side',
  paper: 'The paper’s numbers beside ours',
  measures: 'What else was measured',
  transfer: 'Students and their teachers',
  bill: 'What training cost',
  answerBill: 'What an answer costs',
} as const;

const spread = (error: Summary): Markup =>
  error.count > 1
    ? html`${bare(error.mean)}<span class="spread"> ± ${error.deviation.toFixed(1)}</span>`
    : html`${bare(error.mean)}`;

const ofAll = (count: number, cell: Cell): string => `${count} of ${cell.trials.length}`;

const trainingEnergy = (result: TrialResult): number | undefined => result.meter?.training.energy.total;

/** Joules per test image; the meter ran while all readouts answered all test images. */
const energyPerImage = (result: TrialResult): number | undefined =>
  result.meter && result.meter.test.energy.total / result.specification.data.test;

const energies = (cell: Cell, of: (result: TrialResult) => number | undefined): number[] =>
  cell.done.flatMap(result => of(result) ?? []);

const scaled = (values: readonly number[], scale: Scale): string =>
  values.length > 0 ? significant(mean(values) / scale.factor) : '–';
