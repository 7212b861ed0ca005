/**
 * @file What learning costs: validation error against chip passes per training sample, and the test error at the end of the road.
 */
import { bare, listed } from '../numbers.ts';
import { mean } from '../statistics.ts';
import { type Cell, detailedCells, distinct, passesSpent, quoted, type Study, spanOf } from '../study.ts';
import { keepsUp, standings, trainingPasses } from '../verdict.ts';
import { checkpoints, isSoftware, softwareWords } from './checkpoints.ts';
import {
  bySetting,
  chipsBehind,
  detailedWords,
  errorAxis,
  errorInWords,
  learnerColour,
  learnerShape,
  summaryNumbers,
} from './encodings.ts';
import type { Figure, Frame, Specification } from './figure.ts';
import { look } from './vega.ts';

export const passes: Figure = {
  name: 'passes',
  panel: study =>
    detailedCells(study).some(cell => cell.error)
      ? {
          title: title(study),
          caption: caption(study),
          numbers: detailedCells(study).flatMap(cell =>
            cell.error
              ? [
                  {
                    learner: cell.learner.name,
                    setting: cell.setting.label,
                    passes: spent(cell),
                    ...summaryNumbers(cell.error),
                  },
                ]
              : [],
          ),
          drawing: { kind: 'vega-lite', specification: specify(study) },
        }
      : undefined,
};

/** "Those that keep up everywhere spend 15 (`local-softmax`) and 60 (`ff`) chip passes per training sample" */
function title(study: Study): string {
  const all = study.settings.flatMap(setting => standings(study, setting));
  const steady = study.learners
    .filter(learner => {
      const own = all.filter(standing => standing.learner === learner && standing.error);
      return own.length > 0 && own.every(keepsUp);
    })
    .sort((a, b) => Math.max(...trainingPasses(study, a)) - Math.max(...trainingPasses(study, b)));
  if (steady.length === 0) return 'What learning costs in chip passes';
  const told = steady.map(learner => {
    const spent = spanOf(distinct(trainingPasses(study, learner)), value => String(Math.round(value)));
    return `${spent} (${quoted(learner)})`;
  });
  return steady.length === 1
    ? `The only learner that keeps up everywhere spends ${told[0]} chip passes per training sample`
    : `Keeping up everywhere takes ${listed(told)} chip passes per training sample`;
}

const caption = (study: Study): string =>
  [
    'Error, on a logarithmic axis, against the passes of the chip spent on each training sample.',
    `Lines: validation error along the training; marks: test error at its end. Means over ${chipsBehind(study)}.`,
    ...detailedWords(study),
    ...softwareWords(study, 'learned in software, so it has no line; passes it spent came after'),
  ].join(' ');

const specify =
  (study: Study) =>
  (frame: Frame): Specification => {
    const cells = detailedCells(study).filter(cell => cell.error);
    const curves = cells.flatMap(curveRows);
    const axis = errorAxis(
      [...curves.map(row => row.error), ...cells.map(cell => cell.error!.mean)],
      'error',
    );
    const most = Math.max(...curves.map(row => row.passes), ...cells.map(spent));
    const least = Math.min(...cells.map(spent).filter(value => value > 0));
    const x = {
      type: 'quantitative',
      // far apart (perturbation methods spend a hundred times as much) and still with a zero
      scale:
        most / least > 30
          ? { type: 'symlog', constant: least / 4 }
          : { domain: [0, most * 1.03], nice: false },
      axis: { title: 'chip passes per training sample', tickCount: 5, format: ',.10~g' },
    };
    const colour = learnerColour(study.learners);
    const panel = {
      layer: [
        {
          transform: [{ filter: "datum.part === 'curve'" }],
          mark: { type: 'line', strokeWidth: 1.5, opacity: 0.8, aria: false },
          encoding: { x: { field: 'passes', ...x }, y: { field: 'error', ...axis.channel }, color: colour },
        },
        {
          transform: [{ filter: "datum.part === 'end'" }],
          mark: { type: 'point', filled: true, size: frame.narrow ? 60 : 85, opacity: 1 },
          encoding: {
            x: { field: 'passes', ...x },
            y: { field: 'error', ...axis.channel },
            color: colour,
            shape: learnerShape(study.learners),
            description: { field: 'text' },
          },
        },
      ],
    };
    const rows = [...curves, ...cells.map(endRow)].map(row => ({ ...row, error: axis.shown(row.error) }));
    return {
      ...look(frame),
      data: { values: rows },
      ...bySetting({ settings: study.detailed }, frame, panel, frame.narrow ? 170 : 210),
    };
  };

const spent = (cell: Cell): number => mean(cell.done.map(passesSpent));

/** Mean validation error at each checkpoint; nothing for a learner that does not drive the chip while it learns. */
const curveRows = (cell: Cell) =>
  isSoftware(cell)
    ? []
    : checkpoints(cell).map(({ passes, error }) => ({
        part: 'curve',
        setting: cell.setting.label,
        learner: cell.learner.name,
        passes,
        error: error.mean,
      }));

const endRow = (cell: Cell) => ({
  part: 'end',
  setting: cell.setting.label,
  learner: cell.learner.name,
  passes: spent(cell),
  error: cell.error!.mean,
  text: `${cell.learner.name}, ${cell.setting.label}: ${errorInWords(cell.error!)} after ${bare(spent(cell)).replace(/\.0$/, '')} passes per sample`,
});
