/**
 * @file A paper's numbers beside ours: each under the conditions that it was got under, and ours under theirs. Two numbers in one row do not mean
 * that they were got in the same way; what differs stands in the row.
 */

import type { Timing } from '../lab/summary.ts';
import { unitsOfLayers } from '../scenarios/describe-chip.ts';
import type { PaperNumber } from '../scenarios/paper.ts';
import type { TrialSpecification } from '../scenarios/trial-files.ts';
import { html, type Markup, prose } from './html.ts';
import { counted, listed, plural, space } from './numbers.ts';
import { type Summary, summarise } from './statistics.ts';
import { type Cell, distinct, quoted, type Study, spanOf } from './study.ts';
import { tabled } from './tables.ts';

/** One number of ours, and the paper's where it has one. */
export interface Beside {
  readonly paper?: PaperNumber;
  readonly cell: Cell;
  /** name of the readout; undefined where there is no result yet */
  readonly readout: string | undefined;
  /** test error over the chips, percent */
  readonly ours: Summary | undefined;
  readonly conditions: string;
  /** means over the trials, where known; the largest of their memory */
  readonly timing: Timing;
}

/** The paper's numbers with ours, in the order of the scenario; one that fits several settings has a row for each. */
export function besidePaper(study: Study): Beside[] {
  return (study.about.paper ?? []).flatMap(paper =>
    study.cells.filter(cell => isAbout(paper, cell, study)).map(cell => beside(study, cell, paper)),
  );
}

/** The same, and what the study has besides: the principal readout of every cell that the paper has no number for. */
export function allBeside(study: Study): Beside[] {
  const known = besidePaper(study);
  const told = new Set(known.map(({ cell }) => cell));
  return [...known, ...study.cells.filter(cell => !told.has(cell)).map(cell => beside(study, cell))];
}

function isAbout({ learner, setting, set = 'mnist' }: PaperNumber, cell: Cell, study: Study): boolean {
  const wanted = learner ?? study.learners[0]!.name;
  return (
    cell.learner.name === wanted &&
    cell.trials.every(({ planned }) => planned.specification.data.set === set) &&
    Object.entries(setting ?? {}).every(([path, label]) => cell.setting.values[path] === label)
  );
}

function beside(study: Study, cell: Cell, paper?: PaperNumber): Beside {
  const readout = paper?.readout ?? '';
  const found = cell.done.flatMap(
    ({ readouts }) => readouts.find(each => each.name.startsWith(readout)) ?? [],
  );
  return {
    ...(paper && { paper }),
    cell,
    readout: found[0]?.name,
    ours: summarise(
      found.map(each => each.testErrorPercent),
      study.interval,
    ),
    conditions: listed(distinct(cell.trials.map(({ planned }) => conditionsOf(planned.specification)))),
    timing: timingOf(cell.trials),
  };
}

function timingOf(trials: readonly Timing[]): Timing {
  const mean = (values: readonly number[]) =>
    values.length > 0 ? values.reduce((sum, each) => sum + each, 0) / values.length : undefined;
  const peaks = trials.flatMap(({ peakBytes }) => peakBytes ?? []);
  return {
    seconds: mean(trials.flatMap(({ seconds }) => seconds ?? [])),
    samplesPerSecond: mean(trials.flatMap(({ samplesPerSecond }) => samplesPerSecond ?? [])),
    peakBytes: peaks.length > 0 ? Math.max(...peaks) : undefined,
  };
}

/** "4 × 2,000 units, 60 epochs, 60,000 images" */
function conditionsOf({ chip, data, options }: TrialSpecification): string {
  const layers = unitsOfLayers(chip);
  const size =
    distinct(layers).length === 1 ? `${layers.length} × ${counted(layers[0]!)}` : layers.join(', ');
  const fields = chip.layers.some(layer => typeof layer !== 'number') ? ' of local fields' : '';
  const epochs = typeof options.epochs === 'number' ? `, ${plural(options.epochs, 'epoch')}` : '';
  const jitter = data.jitter ? `, jitter ±${data.jitter}` : '';
  const set = data.set === 'mnist' ? '' : ` of ${data.set}`;
  return `${size} units${fields}${epochs}, ${counted(data.train)} images${set}${jitter}`;
}

/** "1.52 ± 0.04" */
export const ourText = (ours: Summary | undefined): string =>
  ours
    ? `${ours.mean.toFixed(2)}${ours.count > 1 ? `${space}±${space}${ours.deviation.toFixed(2)}` : ''}`
    : 'no result';

/** The table of a report; nothing where the scenario names no paper's number. */
export function paperTable(study: Study): Markup | undefined {
  const rows = besidePaper(study);
  if (rows.length === 0) return undefined;
  const tests = spanOf(
    study.trials.map(({ planned }) => planned.specification.data.test),
    counted,
  );
  const note = html`Test error, %: of the paper, and ours as mean ± one standard deviation over chips, on ${tests} test images. What is not the same in both stands in the row.`;
  return tabled(
    'paper',
    note,
    html`<thead><tr><th scope="col" class="number">paper</th><th scope="col">there</th><th scope="col" class="number">ours</th><th scope="col">here</th><th scope="col">readout</th><th scope="col" class="number">chips</th></tr></thead>
<tbody>${rows.map(each => row(each, study))}</tbody>`,
  );
}

const row = ({ paper, ours, cell, readout, conditions }: Beside, study: Study): Markup =>
  html`<tr><td class="number">${paper!.errorPercent.toFixed(2)}</td><td class="access">${paper!.where}${paper!.note ? `: ${paper!.note}` : ''}</td><td class="number best">${ourText(ours)}</td><td class="access">${prose(quoted(cell.learner))}${study.settings.length > 1 ? `, ${cell.setting.label}` : ''}: ${conditions}</td><td class="readout">${readout ?? '–'}</td><td class="number">${cell.done.length}</td></tr>`;
