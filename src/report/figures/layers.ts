/**
 * @file What each layer knows: test error of single-layer readouts, for the learners that have them. Only layers behind a box
 * have met one, so the all-layer score of a layer-local learner flatters it wherever nothing stands in front of the first layer.
 */
import { listed } from '../numbers.ts';
import { type Summary, summarise } from '../statistics.ts';
import { type Cell, detailedCells, distinct, quoted, type Study } from '../study.ts';
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

export const layers: Figure = {
  name: 'layers',
  panel: study =>
    detailedCells(study).some(cell => layerErrors(cell).length > 1)
      ? {
          title: title(study),
          caption: caption(study),
          numbers: detailedCells(study).flatMap(cell =>
            layerErrors(cell).map(({ layer, error }) => ({
              learner: cell.learner.name,
              setting: cell.setting.label,
              layer,
              ...summaryNumbers(error),
            })),
          ),
          drawing: { kind: 'vega-lite', specification: specify(study) },
        }
      : undefined,
};

/** Says whether deeper layers know more or less than the first, in how many settings. */
function title(study: Study): string {
  const told = study.learners.flatMap(learner => {
    const profiles = study.cells
      .filter(cell => cell.learner === learner)
      .map(layerErrors)
      .filter(profile => profile.length > 1);
    if (profiles.length === 0) return [];
    const worse = profiles.filter(
      profile => profile.at(-1)!.error.mean > profile[0]!.error.mean + 0.5,
    ).length;
    return [{ name: quoted(learner), worse, of: profiles.length }];
  });
  const falling = told.filter(each => each.worse > 0);
  if (falling.length === 0) return 'Deeper layers know as much as the first';
  const phrases = falling.map(each =>
    each.of > 1 ? `${each.name} (${each.worse} of ${each.of} settings)` : each.name,
  );
  return `Depth costs: the last layer errs more than the first in ${listed(phrases)}`;
}

const caption = (study: Study): string =>
  [
    `Test error of each layer read out alone, on a logarithmic axis: means over ${chipsBehind(study)}; ${intervalWords(study, 'whiskers')}.`,
    'Where nothing stands in front of layer 1, that layer has met no box, and a vote of all layers leans on it.',
    ...detailedWords(study),
  ].join(' ');

const specify =
  (study: Study) =>
  (frame: Frame): Specification => {
    const rows = detailedCells(study).flatMap(cell =>
      layerErrors(cell).map(({ layer, error }) => ({
        setting: cell.setting.label,
        learner: cell.learner.name,
        layer,
        error,
        text: `${cell.learner.name}, ${cell.setting.label}, layer ${layer}: ${errorInWords(error)}`,
      })),
    );
    const axis = errorAxis(
      rows.flatMap(row => [row.error.minimum, row.error.maximum]),
      'test error',
    );
    const values = rows.map(row => ({
      ...row,
      error: axis.shown(row.error.mean),
      low: axis.shown(row.error.low),
      high: axis.shown(row.error.high),
    }));
    const learners = study.learners.filter(learner => rows.some(row => row.learner === learner.name));
    const colour = learnerColour(learners);
    const x = { field: 'layer', type: 'ordinal', axis: { title: 'layer', labelAngle: 0, ticks: false } };
    const y = { field: 'error', ...axis.channel };
    const panel = {
      encoding: { x },
      layer: [
        { mark: { type: 'line', strokeWidth: 1.5, aria: false }, encoding: { y, color: colour } },
        {
          mark: { type: 'rule', strokeWidth: 1.5, aria: false },
          encoding: { y: { ...y, field: 'low' }, y2: { field: 'high' }, color: colour },
        },
        {
          mark: { type: 'point', filled: true, size: frame.narrow ? 55 : 75, opacity: 1 },
          encoding: { y, color: colour, shape: learnerShape(learners), description: { field: 'text' } },
        },
      ],
    };
    return {
      ...look(frame),
      data: { values },
      ...bySetting({ settings: study.detailed }, frame, panel, frame.narrow ? 150 : 180),
    };
  };

/** Test error of each layer alone, first to last. */
function layerErrors(cell: Cell): { layer: number; error: Summary }[] {
  const single = cell.done.flatMap(result =>
    result.readouts
      .filter(readout => readout.role === 'single layer')
      .map((readout, k) => ({ layer: layerNumber(readout.name) ?? k + 1, error: readout.testErrorPercent })),
  );
  return distinct(single.map(each => each.layer))
    .sort((a, b) => a - b)
    .map(layer => ({
      layer,
      error: summarise(
        single.filter(each => each.layer === layer).map(each => each.error),
        cell.error?.method ?? 'range',
      )!,
    }));
}

/** "goodness, layer 2" → 2 */
function layerNumber(name: string): number | undefined {
  const digits = name.match(/layer\s+(\d+)/)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
