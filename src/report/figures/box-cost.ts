/**
 * @file The slow time scale: what positive cases cost the layers behind boxes that take lessons, along the training. Beside the learning
 * curves, which show the fast one.
 */
import { mean } from '../statistics.ts';
import { type Cell, detailedCells, type Study } from '../study.ts';
import { bySetting, chipsBehind, learnerColour } from './encodings.ts';
import type { Figure, Frame, Specification } from './figure.ts';
import { look } from './vega.ts';

export const boxCost: Figure = {
  name: 'box-cost',
  panel(study) {
    const lines = detailedCells(study).filter(cell => points(cell).length > 1);
    if (lines.length === 0) return undefined;
    return {
      title: title(lines),
      caption: `Mean cost of positive cases in the layers behind boxes that take lessons, by epoch: ${chipsBehind(study)}. The layers learn at their own, much higher rate; what is left of the cost when they have adapted is what the boxes can change.`,
      numbers: lines.flatMap(cell =>
        points(cell).map(({ epoch, cost }) => ({
          learner: cell.learner.name,
          setting: cell.setting.label,
          epoch,
          cost_nats: cost,
        })),
      ),
      drawing: { kind: 'vega-lite', specification: specify(study, lines) },
    };
  },
};

/** Checkpoints and mean costs of a cell. */
function points(cell: Cell): { epoch: number; cost: number }[] {
  const taught = cell.done.filter(({ curve }) => (curve.boxCost?.length ?? 0) === curve.epoch.length);
  const [first] = taught;
  if (!first) return [];
  return first.curve.epoch.map((epoch, k) => ({
    epoch,
    cost: mean(taught.map(({ curve }) => curve.boxCost![k]!)),
  }));
}

function title(cells: readonly Cell[]): string {
  const ends = cells.map(cell => ({ cell, end: points(cell).at(-1)!.cost })).sort((a, b) => a.end - b.end);
  const [least, most] = [ends[0]!, ends.at(-1)!];
  if (least === most) return `Lessons end at a cost of ${least.end.toPrecision(2)} nats`;
  return `At the end a positive case costs ${least.end.toPrecision(2)} nats where ${least.cell.setting.label}, ${most.end.toPrecision(2)} where ${most.cell.setting.label}`;
}

const specify =
  (study: Study, cells: readonly Cell[]) =>
  (frame: Frame): Specification => {
    const values = cells.flatMap(cell =>
      points(cell).map(({ epoch, cost }) => ({
        epoch,
        cost,
        setting: cell.setting.label,
        learner: cell.learner.name,
      })),
    );
    const panel = {
      mark: { type: 'line', strokeWidth: 1.5 },
      encoding: {
        x: { field: 'epoch', type: 'quantitative', axis: { title: 'epoch', tickCount: 5 } },
        y: {
          field: 'cost',
          type: 'quantitative',
          scale: { type: 'log', nice: false },
          axis: { title: 'cost, nats (log axis)' },
        },
        color: learnerColour(study.learners),
      },
    };
    const shown = study.detailed.filter(setting => cells.some(cell => cell.setting === setting));
    return { ...look(frame), data: { values }, ...bySetting({ settings: shown }, frame, panel, 180) };
  };
