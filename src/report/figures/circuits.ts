/**
 * @file Curves of single units: what one input does to one output. Shared by neuron circuits and black boxes.
 */

import type { ChipModel } from '../../chips/model.ts';
import type { Pictures, TrialResult } from '../../scenarios/trial-files.ts';
import { distinct, type Study } from '../study.ts';
import { anyColours, faint } from './colours.ts';
import { bySetting } from './encodings.ts';
import type { Frame, Numbers, Specification } from './figure.ts';
import { look } from './vega.ts';

/** Curves of some units of one chip, under the settings that share its model. */
export interface Circuits {
  readonly label: string;
  readonly seed: number;
  readonly input: readonly number[];
  readonly units: readonly (readonly number[])[];
}

const mostPanels = 6;
const mostUnits = 7;

/**
 * The curves of the first chip of each different model, in the order of the settings.
 * @param model the part of the chip that the curves belong to; panels differ in it
 */
export function circuits(
  study: Study,
  curves: (
    pictures: Pictures,
  ) => { input: readonly number[]; units: readonly (readonly number[])[] } | undefined,
  model: (chip: ChipModel) => unknown,
): Circuits[] {
  const drawn = study.detailed.flatMap(setting => {
    const found = study.cells
      .filter(cell => cell.setting === setting)
      .flatMap(cell => cell.done.filter(result => result.pictures && curves(result.pictures)));
    const [first] = [...found].sort((a, b) => a.specification.seed - b.specification.seed);
    return first ? [{ setting, result: first, model: JSON.stringify(model(first.specification.chip)) }] : [];
  });
  return distinct(drawn.map(each => each.model))
    .slice(0, mostPanels)
    .map(each => {
      const same = drawn.filter(one => one.model === each);
      const result: TrialResult = same[0]!.result;
      const { input, units } = curves(result.pictures!)!;
      const label =
        same.length === study.detailed.length ? '' : same.map(one => one.setting.label).join(', ');
      return { label, seed: result.specification.seed, input, units: units.slice(0, mostUnits) };
    });
}

/** What is drawn, a line for each point of each curve. */
export const curveNumbers = (panels: readonly Circuits[]): Numbers[] =>
  panels.flatMap(({ label, seed, input, units }) =>
    units.flatMap((unit, k) =>
      unit.map((output, i) => ({ settings: label || 'all', seed, unit: k + 1, input: input[i]!, output })),
    ),
  );

/** One panel for each model, a line for each unit, and a dashed line for the nominal curve. */
export function drawCircuits(
  panels: readonly Circuits[],
  frame: Frame,
  axes: { input: string; output: string; nominal: ((x: number) => number) | undefined },
): Specification {
  const rows = panels.flatMap(panel =>
    panel.units.flatMap((unit, k) =>
      unit.map((output, i) => ({ setting: panel.label, unit: k + 1, input: panel.input[i]!, output })),
    ),
  );
  const nominal = axes.nominal;
  const dashed = nominal
    ? panels.flatMap(panel =>
        panel.input.map(input => ({ setting: panel.label, input, nominal: nominal(input) })),
      )
    : [];
  const x = {
    field: 'input',
    type: 'quantitative',
    axis: { title: axes.input, tickCount: 5, grid: false },
    scale: { nice: false },
  };
  const scale = { zero: true };
  const lines = {
    transform: [{ filter: 'isValid(datum.unit)' }],
    mark: { type: 'line', strokeWidth: 1.4, opacity: 0.9, aria: false },
    encoding: {
      x,
      y: { field: 'output', type: 'quantitative', scale, axis: { title: axes.output, tickCount: 4 } },
      color: { field: 'unit', type: 'nominal', scale: { range: anyColours }, legend: null },
    },
  };
  const ideal = {
    transform: [{ filter: 'isValid(datum.nominal)' }],
    mark: { type: 'line', strokeDash: [4, 3], strokeWidth: 1.4, color: faint, aria: false },
    encoding: { x, y: { field: 'nominal', type: 'quantitative', scale } },
  };
  const layer = nominal ? [ideal, lines] : [lines];
  const single = panels.length === 1 ? { ...frame, width: Math.min(frame.width, 480) } : frame; // one curve needs no wide page
  const settings = panels.map(panel => ({ label: panel.label, values: {} }));
  return {
    ...look(frame),
    data: { values: [...rows, ...dashed] },
    ...bySetting({ settings }, single, { layer }, frame.narrow ? 150 : 170),
  };
}
