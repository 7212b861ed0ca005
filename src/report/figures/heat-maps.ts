/**
 * @file A sweep in two directions: mean test error of every learner as a map, on one scale for all. What else varies (a third axis,
 * or words) makes more maps.
 */
import { axisTitle } from '../axes.ts';
import { nameOf } from '../names.ts';
import { bare, listed, space } from '../numbers.ts';
import { banded } from '../statistics.ts';
import { type Cell, distinct, quoted, type Setting, type Study, spanOf, testError } from '../study.ts';
import { standings } from '../verdict.ts';
import { errorInWords, errorNumbers } from './encodings.ts';
import type { Figure, Frame, Specification } from './figure.ts';
import { failureWords } from './sweep.ts';
import { axisWidth, look } from './vega.ts';

/** Numbers are written into cells of maps with at most this many columns. */
const mostWritten = 9;

export const heatMaps: Figure = {
  name: 'heat-maps',
  panel: study =>
    study.axes.length > 1 && study.cells.some(cell => cell.error)
      ? {
          title: title(study),
          caption: caption(study),
          drawing: { kind: 'vega-lite', specification: specify(study) },
          numbers: errorNumbers(study, study.cells, errorOf),
        }
      : undefined,
};

const errorOf = (cell: Cell) => banded(cell.done.map(testError));

/** Who is best in how many of the settings. */
function title(study: Study): string {
  const best = study.settings.flatMap(setting =>
    standings(study, setting).filter(standing => standing.verdict === 'best'),
  );
  const told = study.learners
    .map(learner => ({ learner, times: best.filter(standing => standing.learner === learner).length }))
    .filter(({ times }) => times > 0)
    .sort((a, b) => b.times - a.times)
    .map(({ learner, times }) => `${quoted(learner)} in ${times}`);
  return told.length > 0
    ? `Least error of ${study.settings.length} settings: ${listed(told)}`
    : 'Test error in two directions';
}

function caption(study: Study): string {
  const counts = study.cells.map(cell => cell.done.length).filter(count => count > 0);
  return [
    `Mean test error of the principal readout, %, over n${space}=${space}${spanOf(counts, String)} chips, one for each seed; 95 % Student-t intervals are in the numbers below (the range, where fewer than 3 chips finished).`,
    'Colours run over one logarithmic scale for all maps, dark is bad; the levels stand evenly, whatever lies between them.',
    ...failureWords(study),
  ].join(' ');
}

const specify =
  (study: Study) =>
  (frame: Frame): Specification => {
    const [rows, columns] = [study.axes.at(-2)!, study.axes.at(-1)!];
    const rest = study.paths.filter(
      path => ![rows, columns].some(axis => axis.path === path || axis.companions.includes(path)),
    );
    const restOf = ({ values }: Setting) =>
      rest.map(path => `${nameOf(path, study.paths)} ${values[path] ?? '–'}`).join(', ');
    const cells = study.cells.map(cell => ({ cell, error: errorOf(cell) }));
    const means = cells.flatMap(({ error }) => (error ? [error.mean] : []));
    const [least, most] = [Math.max(0.01, Math.min(...means)), Math.max(0.02, ...means)];
    const middle = Math.sqrt(least * most);
    const values = cells.map(({ cell, error }) => ({
      map: [cell.learner.name, restOf(cell.setting)].filter(text => text !== '').join(', '),
      row: rows.at(cell.setting),
      column: columns.at(cell.setting),
      error: error ? Math.max(least, error.mean) : null,
      label: error ? bare(error.mean) : '',
      dark: error ? error.mean > middle : false,
      failed: cell.failed.length,
      text: `${cell.learner.name}, ${cell.setting.label}: ${error ? errorInWords(error) : 'no result'}${cell.failed.length > 0 ? `, ${cell.failed.length} of ${cell.trials.length} trials failed` : ''}`,
    }));
    const maps = distinct(values.map(value => value.map));
    const across = frame.narrow ? 1 : Math.min(maps.length, columns.levels.length > mostWritten ? 2 : 3);
    const width = Math.floor((frame.width - across * axisWidth(frame) - (across - 1) * 12) / across);
    const isWritten = width / columns.levels.length >= 24;
    const height = Math.max(110, Math.min(width, rows.levels.length * (isWritten ? 24 : 16)));
    const level = (field: string, title: string, reverse: boolean) => ({
      field,
      type: 'ordinal',
      sort: reverse ? 'descending' : 'ascending',
      axis: { title, labelAngle: 0, labelOverlap: 'greedy', format: '~g', ticks: false, domain: false },
    });
    const number = (dark: boolean) => ({
      transform: [{ filter: `datum.dark === ${dark}` }],
      mark: { type: 'text', fontSize: 10, aria: false, color: dark ? '#ffffff' : '#101214' },
      encoding: { text: { field: 'label' } },
    });
    return {
      ...look(frame),
      data: { values },
      facet: { field: 'map', type: 'nominal', sort: maps, header: { title: null, labelLimit: width } },
      columns: across,
      spacing: { row: 22, column: 12 },
      resolve: { axis: { x: 'independent', y: 'independent' } },
      spec: {
        width,
        height,
        encoding: {
          x: level('column', axisTitle(columns), false),
          y: level('row', axisTitle(rows), true),
        },
        layer: [
          {
            transform: [{ filter: 'datum.error !== null' }],
            mark: { type: 'rect' },
            encoding: {
              color: {
                field: 'error',
                type: 'quantitative',
                scale: { type: 'log', domain: [least, most], scheme: 'viridis', reverse: true },
                legend: {
                  title: 'test error, % (log scale)',
                  orient: 'bottom',
                  direction: 'horizontal',
                  gradientLength: Math.min(320, frame.width - 60),
                  titleColor: '#24272c',
                  titleFontWeight: 'normal',
                  titleLimit: 0,
                  format: '~g',
                  tickCount: 5,
                },
              },
              description: { field: 'text' },
            },
          },
          ...(isWritten ? [number(true), number(false)] : []),
          {
            transform: [{ filter: 'datum.failed > 0' }],
            mark: {
              type: 'text',
              text: '✕',
              fontSize: 11,
              fontWeight: 700,
              dx: 0,
              dy: isWritten ? -8 : 0,
            },
            encoding: {
              color: { condition: { test: 'datum.dark', value: '#ffffff' }, value: '#d55e00' },
              description: { field: 'text' },
            },
          },
        ],
      },
    };
  };
