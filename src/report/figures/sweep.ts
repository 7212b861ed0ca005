/**
 * @file A sweep: test error of every learner along a numeric axis, with a band over the chips; one panel for every combination of
 * what else varies. Two or more axes are drawn by `heat-maps.ts`.
 */
import { isDistilled } from '../arms.ts';
import { type Axis, axisTitle, constantOf, slicesOf } from '../axes.ts';
import { counted, listed, space } from '../numbers.ts';
import { banded } from '../statistics.ts';
import { type Cell, quoted, type Study, spanOf, testError } from '../study.ts';
import { byEndurance, endurances, isHarshAbove, thresholdText } from '../thresholds.ts';
import {
  bySetting,
  errorAxis,
  errorInWords,
  errorNumbers,
  learnerColour,
  learnerShape,
} from './encodings.ts';
import type { Figure, Frame, Specification } from './figure.ts';
import { look } from './vega.ts';

export const sweep: Figure = {
  name: 'sweep',
  panel: study =>
    study.axes.length === 1 && !isDistilled(study) && study.cells.some(cell => cell.error)
      ? {
          title: title(study),
          caption: caption(study),
          drawing: { kind: 'vega-lite', specification: specify(study) },
          numbers: errorNumbers(study, study.cells, errorOf),
        }
      : undefined,
};

/** The mean over chips and the band around it. */
const errorOf = (cell: Cell) => banded(cell.done.map(testError));

function title(study: Study): string {
  const [axis] = study.axes;
  const slices = slicesOf(study, axis!);
  if (slices.length > 1) {
    const best = slices.flatMap(slice => byEndurance(study, axis!, slice)[0]?.learner ?? []);
    const parts = study.learners.flatMap(learner => {
      const times = best.filter(each => each === learner).length;
      return times > 0 ? [`${quoted(learner)} in ${times} of ${slices.length} settings of the rest`] : [];
    });
    return `Longest without losing a point along ${axis!.name}: ${listed(parts)}`;
  }
  const told = endurances(study, axis!, slices[0]!);
  const lost = told.filter(({ learner, point }) => learner.role !== 'control' && point.kind === 'reached');
  if (lost.length === 0) return `Along ${axis!.name} nobody loses a point`;
  const parts = lost.map(
    ({ learner, point }) => `${quoted(learner)} ${thresholdText(axis!, point).replace(/ \[.*/, '')}`,
  );
  return `Where a point of error is lost along ${axis!.name}: ${listed(parts)}`;
}

function caption(study: Study): string {
  const [axis] = study.axes;
  const scales = {
    linear: 'The error axis is logarithmic.',
    log: 'Both axes are logarithmic.',
    symlog: `Both axes are logarithmic, the lower with a straight piece that reaches to 0.`,
  };
  const counts = study.cells.map(cell => cell.done.length).filter(count => count > 0);
  const few = Math.min(...counts) < 3;
  const band =
    Math.max(...counts) < 2
      ? 'one chip shows no band'
      : few && Math.max(...counts) < 3
        ? 'bands reach from the best chip to the worst'
        : `bands are 95 % Student-t intervals of the mean${few ? ', or reach from best to worst where fewer than 3 chips finished' : ''}`;
  return [
    `Test error of the principal readout: means over n${space}=${space}${spanOf(counts, String)} ${Math.max(...counts) === 1 ? 'chip' : 'chips'}, one for each seed; ${band}.`,
    scales[axis!.scale],
    ...failureWords(study),
  ].join(' ');
}

/** A sentence on failed trials; none where none has. */
export function failureWords(study: Study): string[] {
  const failed = study.cells.reduce((sum, cell) => sum + cell.failed.length, 0);
  const total = study.cells.reduce((sum, cell) => sum + cell.trials.length, 0);
  return failed > 0
    ? [`${counted(failed)} of ${counted(total)} trials failed: a cross stands where they would.`]
    : [];
}

const specify =
  (study: Study) =>
  (frame: Frame): Specification => {
    const axis = study.axes[0]!;
    const slices = slicesOf(study, axis);
    const sliceOf = new Map(slices.flatMap(slice => slice.settings.map(setting => [setting, slice.label])));
    const rows = study.cells.map(cell => ({ cell, error: errorOf(cell) }));
    const errorScale = errorAxis(
      rows.flatMap(({ error }) => (error ? [error.minimum, error.maximum] : [])),
      'test error',
    );
    const values = rows.flatMap(({ cell, error }) => {
      const { learner, setting } = cell;
      const place = { setting: sliceOf.get(setting)!, learner: learner.name, level: axis.at(setting) };
      const name = `${learner.name}, ${setting.label}`;
      const drawn = error && {
        ...place,
        part: 'mean',
        error: errorScale.shown(error.mean),
        low: errorScale.shown(error.low),
        high: errorScale.shown(error.high),
        text: `${name}: ${errorInWords(error)}`,
      };
      const failed = cell.failed.length > 0 && {
        ...place,
        part: 'failed',
        text: `${name}: ${cell.failed.length} of ${cell.trials.length} trials failed`,
      };
      return [...(drawn ? [drawn] : []), ...(failed ? [failed] : [])];
    });
    const colour = learnerColour(study.learners);
    const y = { field: 'error', ...errorScale.channel };
    const part = (name: string) => ({ transform: [{ filter: `datum.part === '${name}'` }] });
    const panel = {
      encoding: { x: { field: 'level', ...levelChannel(study, axis, frame) } },
      layer: [
        {
          ...part('mean'),
          mark: { type: 'area', opacity: 0.16, aria: false },
          encoding: { y: { ...y, field: 'low' }, y2: { field: 'high' }, color: colour },
        },
        {
          ...part('mean'),
          mark: { type: 'line', strokeWidth: 1.5, aria: false },
          encoding: { y, color: colour },
        },
        {
          ...part('mean'),
          mark: { type: 'point', filled: true, size: frame.narrow ? 30 : 48, opacity: 1 },
          encoding: { y, color: colour, shape: learnerShape(study.learners), description: { field: 'text' } },
        },
        {
          ...part('failed'),
          mark: { type: 'text', text: '✕', fontSize: 12, fontWeight: 700, y: 6 },
          encoding: { color: colour, description: { field: 'text' } },
        },
      ],
    };
    const height = slices.length > 1 ? (frame.narrow ? 190 : 230) : frame.narrow ? 300 : 360;
    return { ...look(frame), data: { values }, ...bySetting({ settings: slices }, frame, panel, height) };
  };

/** Channel definition for `x` by levels of an axis; the milder end is on the left. */
function levelChannel(study: Study, axis: Axis, frame: Frame): Specification {
  const ends = [axis.levels[0]!, axis.levels.at(-1)!];
  const shape =
    axis.scale === 'symlog'
      ? { type: 'symlog', constant: constantOf(axis), domain: ends }
      : axis.scale === 'log'
        ? { type: 'log', domain: ends }
        : { domain: ends, zero: false };
  const most = frame.narrow ? 6 : 10;
  return {
    type: 'quantitative',
    scale: { ...shape, nice: false, padding: 14, ...(isHarshAbove(study, axis) ? {} : { reverse: true }) },
    axis: {
      title: `${axisTitle(axis)}${axis.scale === 'linear' ? '' : ' (log axis)'}`,
      labelExpr: "format(datum.value, '.6~g')", // '~g' alone would write 1e+1 on a symlog axis
      labelOverlap: 'greedy',
      ...(axis.levels.length <= most ? { values: axis.levels } : { tickCount: most }),
    },
  };
}
