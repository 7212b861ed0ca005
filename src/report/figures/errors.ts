/**
 * @file The main figure where settings are words: test error of every learner in every setting, with every chip as a dot. Values
 * make groups; where several paths vary, all but the last make panels. Sweeps over numbers are drawn by `sweep.ts`.
 */

import { nameOf } from '../names.ts';
import { bare, listed, percent } from '../numbers.ts';
import { type Cell, distinct, quoted, type Setting, type Study } from '../study.ts';
import { isBroken, standings } from '../verdict.ts';
import { faint, ink } from './colours.ts';
import {
  chipsBehind,
  errorAxis,
  errorInWords,
  errorNumbers,
  folded,
  intervalWords,
  learnerColour,
  learnerShape,
} from './encodings.ts';
import type { Figure, Frame, Specification } from './figure.ts';
import { axisWidth, fitted, look } from './vega.ts';

export const errors: Figure = {
  name: 'errors',
  panel: study =>
    study.axes.length === 0 && study.cells.some(cell => cell.error)
      ? {
          title: title(study),
          caption: caption(study),
          numbers: errorNumbers(study, study.cells),
          drawing: { kind: 'vega-lite', specification: specify(study) },
        }
      : undefined,
};

function title(study: Study): string {
  const broken = study.settings.flatMap(setting => standings(study, setting).filter(isBroken));
  const told = study.learners.flatMap(learner => {
    const times = broken.filter(standing => standing.learner === learner).length;
    const of = study.settings.length;
    return times === 0
      ? []
      : [of === 1 ? quoted(learner) : `${quoted(learner)} in ${times} of ${of} settings`];
  });
  if (told.length === 0) return 'Nobody collapses: test error by setting and learner';
  return `Collapse: ${listed(told)}; nobody else`;
}

function caption(study: Study): string {
  const control = study.learners.find(learner => learner.role === 'control');
  const dashed = control
    ? `The dashed line is ${quoted(control)}, a random chip with a trained readout.`
    : '';
  return [
    'Test error of the principal readout; the axis is logarithmic.',
    `Large marks are means over ${chipsBehind(study)}; ${intervalWords(study, 'whiskers')}; small marks are single chips.`,
    dashed,
    study.cells.some(cell => cell.failed.length > 0) ? 'A cross at the top stands for failed trials.' : '',
  ]
    .filter(sentence => sentence !== '')
    .join(' ');
}

const specify =
  (study: Study) =>
  (frame: Frame): Specification => {
    const cells = study.cells.filter(cell => cell.error);
    const axis = errorAxis(
      cells.flatMap(cell => [cell.error!.minimum, cell.error!.maximum]),
      'test error',
    );
    const x = { field: 'value', type: 'nominal', ...groups(study, frame) };
    const offset = { field: 'learner', type: 'nominal', sort: study.learners.map(learner => learner.name) };
    const y = { field: 'error', ...axis.channel };
    const looks = { color: learnerColour(study.learners), xOffset: offset };
    const shaped = { ...looks, shape: learnerShape(study.learners), description: { field: 'text' } };
    const part = (name: string) => ({ transform: [{ filter: `datum.part === '${name}'` }] });
    const yardstick = {
      ...part('control'),
      mark: { type: 'rule', strokeDash: [3, 3], color: faint, aria: false },
      encoding: { x: { ...x, bandPosition: 0 }, x2: { field: 'value', bandPosition: 1 }, y },
    };
    const number = {
      ...part('mean'),
      mark: { type: 'text', dy: -11, fontSize: 9.5, color: ink, aria: false },
      encoding: { x, xOffset: offset, y: { ...y, field: 'high' }, text: { field: 'label' } },
    };
    const layer = [
      yardstick,
      {
        ...part('mean'),
        mark: { type: 'rule', strokeWidth: 1.5, aria: false },
        encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, ...looks },
      },
      {
        ...part('chip'),
        mark: { type: 'point', filled: true, size: 14, opacity: 0.55 },
        encoding: { x, y, ...shaped },
      },
      {
        ...part('mean'),
        mark: { type: 'point', filled: true, size: frame.narrow ? 55 : 95, opacity: 1 },
        encoding: { x, y, ...shaped },
      },
      ...(frame.narrow || study.settings.length > 6 ? [] : [number]),
      {
        ...part('failed'),
        mark: { type: 'text', text: '✕', fontSize: 13, fontWeight: 700, y: 6 },
        encoding: { x, ...looks, description: { field: 'text' } },
      },
    ];
    const data = {
      values: rows(study, axis.shown),
    };
    const panels = distinct(study.settings.map(setting => panelOf(study, setting)));
    const height = frame.narrow ? 300 : 360;
    if (panels.length === 1) return { ...look(frame), data, ...fitted(frame.width), height, layer };
    return {
      ...look(frame),
      data,
      facet: { field: 'panel', type: 'nominal', sort: panels, header: { title: null } },
      columns: 1,
      spec: { width: frame.width - axisWidth(frame), height: Math.round(height * 0.62), layer },
    };
  };

/** Groups of marks side by side, one for each value of the last path. */
const groups = (study: Study, frame: Frame): Specification => {
  const labels = distinct(study.settings.map(setting => shortLabel(study, setting)));
  const room = Math.floor((frame.width - 60) / labels.length / (frame.narrow ? 6 : 7));
  const lines = Object.fromEntries(labels.map(label => [label, folded(label, room)]));
  return {
    sort: labels,
    scale: { paddingInner: 0.12, paddingOuter: 0.04 },
    axis: {
      title: null,
      labelAngle: 0,
      labelExpr: `(${JSON.stringify(lines)})[datum.value]`,
      labelColor: ink,
      labelFontSize: frame.narrow ? 11 : 13,
      labelLimit: 0,
      labelPadding: 10,
      ticks: false,
    },
  };
};

/** What a setting is called on the axis: the value of the last path, where several vary. */
const shortLabel = (study: Study, setting: Setting): string =>
  study.paths.length > 1 ? (setting.values[study.paths.at(-1)!] ?? '–') : setting.label;

/** The panel of a setting: the values of all paths but the last. */
const panelOf = (study: Study, setting: Setting): string =>
  study.paths
    .slice(0, -1)
    .map(path => `${nameOf(path, study.paths)} ${setting.values[path] ?? '–'}`)
    .join(', ');

/** Everything to be drawn, a row for each mark. */
function rows(study: Study, shown: (error: number) => number) {
  return study.cells.flatMap(cell => {
    const { learner, setting, error } = cell;
    const place = {
      panel: panelOf(study, setting),
      value: shortLabel(study, setting),
      learner: learner.name,
    };
    const name = `${learner.name}, ${setting.label}`;
    const mean = error && {
      ...place,
      error: shown(error.mean),
      low: shown(error.low),
      high: shown(error.high),
      label: bare(error.mean),
      text: `${name}: ${errorInWords(error)}`,
    };
    return [
      ...(mean ? [{ ...mean, part: 'mean' }] : []),
      ...(mean && learner.role === 'control' ? [{ ...mean, part: 'control' }] : []),
      ...chips(cell).map(({ seed, percent: each }) => ({
        ...place,
        part: 'chip',
        error: shown(each),
        text: `${name}, chip ${seed}: ${percent(each)}`,
      })),
      ...(cell.failed.length > 0
        ? [
            {
              ...place,
              part: 'failed',
              text: `${name}: ${cell.failed.length} of ${cell.trials.length} trials failed`,
            },
          ]
        : []),
    ];
  });
}

/** Single chips, where there are several. */
const chips = (cell: Cell): { seed: number; percent: number }[] =>
  cell.done.length < 2
    ? []
    : cell.done.map(result => ({
        seed: result.specification.seed,
        percent: result.readouts[0]!.testErrorPercent,
      }));
