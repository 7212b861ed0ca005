/**
 * @file How learning went: validation error against epochs, with a band over the chips. It shows who had not finished.
 */
import { listed } from '../numbers.ts';
import { detailedCells, type Learner, quoted, type Study } from '../study.ts';
import { checkpoints, isSoftware, softwareWords } from './checkpoints.ts';
import {
  bySetting,
  chipsBehind,
  detailedWords,
  errorAxis,
  errorInWords,
  intervalWords,
  learnerColour,
  learnerShape,
  summaryNumbers,
} from './encodings.ts';
import type { Figure, Frame, Specification } from './figure.ts';
import { look } from './vega.ts';

export const learningCurves: Figure = {
  name: 'learning-curves',
  panel: study =>
    detailedCells(study).some(cell => checkpoints(cell).length > 1)
      ? {
          title: title(study),
          caption: caption(study),
          numbers: detailedCells(study).flatMap(cell =>
            checkpoints(cell).map(({ epoch, error }) => ({
              learner: cell.learner.name,
              setting: cell.setting.label,
              epoch,
              ...summaryNumbers(error),
            })),
          ),
          drawing: { kind: 'vega-lite', specification: specify(study) },
        }
      : undefined,
};

function title(study: Study): string {
  const improving = study.learners.filter(learner => isImproving(study, learner));
  if (improving.length === 0) return 'Everyone had finished learning when training ended';
  const names = listed(improving.map(quoted));
  return `${names} ${improving.length === 1 ? 'was' : 'were'} still improving when training ended`;
}

/** The last fifth of the training still took a twentieth of the error away, and two tenths of a point, somewhere. */
function isImproving(study: Study, learner: Learner): boolean {
  return study.cells
    .filter(cell => cell.learner === learner && !isSoftware(cell))
    .some(cell => {
      const points = checkpoints(cell);
      const end = points.at(-1);
      const before = points.findLast(point => end && point.epoch <= 0.81 * end.epoch);
      if (!end || !before) return false;
      const gain = before.error.mean - end.error.mean;
      return gain > 0.05 * before.error.mean && gain > 0.2;
    });
}

const caption = (study: Study): string =>
  [
    `Validation error by epoch, on a logarithmic axis: means over ${chipsBehind(study)}; ${intervalWords(study, 'bands')}.`,
    'An epoch costs different learners different numbers of passes.',
    ...detailedWords(study),
    ...softwareWords(
      study,
      'learned in software: its curve is that of its own model of the chip, not of the chip',
    ),
  ].join(' ');

const specify =
  (study: Study) =>
  (frame: Frame): Specification => {
    const rows = detailedCells(study).flatMap(cell =>
      checkpoints(cell).map(({ epoch, error }) => ({
        setting: cell.setting.label,
        learner: cell.learner.name,
        epoch,
        error,
        text: `${cell.learner.name}, ${cell.setting.label}, epoch ${epoch}: ${errorInWords(error)}`,
      })),
    );
    const axis = errorAxis(
      rows.flatMap(row => [row.error.minimum, row.error.maximum]),
      'validation error',
    );
    const values = rows.map(row => ({
      ...row,
      error: axis.shown(row.error.mean),
      low: axis.shown(row.error.low),
      high: axis.shown(row.error.high),
    }));
    const colour = learnerColour(study.learners);
    const x = {
      field: 'epoch',
      type: 'quantitative',
      scale: { zero: true, nice: false },
      axis: { title: 'epoch', tickCount: 5, format: ',.10~g' },
    };
    const y = { field: 'error', ...axis.channel };
    const panel = {
      encoding: { x },
      layer: [
        {
          mark: { type: 'area', opacity: 0.16, aria: false },
          encoding: { y: { ...y, field: 'low' }, y2: { field: 'high' }, color: colour },
        },
        { mark: { type: 'line', strokeWidth: 1.5, aria: false }, encoding: { y, color: colour } },
        {
          mark: { type: 'point', filled: true, size: frame.narrow ? 18 : 26, opacity: 1 },
          encoding: { y, color: colour, shape: learnerShape(study.learners), description: { field: 'text' } },
        },
      ],
    };
    return {
      ...look(frame),
      data: { values },
      ...bySetting({ settings: study.detailed }, frame, panel, frame.narrow ? 170 : 210),
    };
  };
