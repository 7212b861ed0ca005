/** @file A chip as `mortal inspect` prints it. */
import type { Curves } from '../chips/boxes/table.ts';
import type { Adc, Dac } from '../chips/converters/converter.ts';
import type { ChipAbout } from '../scenarios/describe-chip.ts';
import type { LayerIndividual, Spread } from '../scenarios/individual.ts';
import { si } from './si.ts';
import { table } from './table.ts';

export function chipText({ inputs, layers, cells, model }: ChipAbout): string {
  const number = (n: number) => n.toLocaleString('en');
  const several = layers.some(({ crossbars }) => crossbars > 1);
  const heading = ['layer', ...(several ? ['crossbars'] : []), 'rows', 'columns', 'tiles', 'cells'];
  const lines = layers.map(({ layer, crossbars, rows, columns, tiles, cells }) =>
    [layer, ...(several ? [crossbars] : []), rows, columns, tiles, cells].map(number),
  );
  const { cell, crossbar, dac, adc, neuron, boxes, update } = model;
  const parts = [
    ['cell', partText(cell)],
    [
      'weights',
      crossbar.weightRange === 0 ? 'unbounded' : `−${crossbar.weightRange} to ${crossbar.weightRange}`,
    ],
    ...(['mapping', 'weightScaling', 'faults', 'curve'] as const).flatMap(part => {
      const given = crossbar[part];
      return given
        ? [[part === 'weightScaling' ? 'weight scaling' : part, partText({ kind: part, ...given })]]
        : [];
    }),
    ...(['wires', 'drive', 'scaling'] as const).flatMap(part => {
      const given = model[part];
      return given ? [[part, partText({ kind: part, ...given })]] : [];
    }),
    ['DAC', converterText(dac)],
    ['ADC', converterText(adc)],
    ['neuron', partText(neuron)],
    ...(['goodness', 'generators'] as const).flatMap(part => {
      const given = model[part];
      return given ? [[part, partText(given)]] : [];
    }),
    ['box in front', partText(boxes.front)],
    ['boxes between', partText(boxes.between)],
    ['update', partText(update)],
  ];
  return `${inputs} inputs, ${layers.length} layers, ${number(cells)} cells

${table([heading, ...lines], 0)}
Rows are the inputs and one bias${several ? ', where a layer has several crossbars those of each, on its field of the inputs' : ''}; a learner may ask for label rows beside them. A weight is ${crossbar.mapping ? `held by cells as "${crossbar.mapping.kind}" says` : 'a pair of cells'}.

${table(parts)}`;
}

/** How far the parts of one individual are apart. */
export function individualText(layers: readonly LayerIndividual[], seed: number): string {
  const spread = (of: Spread | undefined) =>
    of === undefined ? 'unbounded' : [of.least, of.mean, of.most].map(x => x.toFixed(2)).join('  ');
  const heading = ['layer', 'largest weight', 'response', 'activity at input 1'];
  const lines = layers.map(({ layer, largestWeight, response, activity }) => [
    String(layer),
    spread(largestWeight),
    spread(response),
    spread(activity),
  ]);
  return `The individual of seed ${seed}: least, mean and most of its pairs of cells and its circuits

${table([heading, ...lines], 0)}`;
}

const converterText = (converter: Dac | Adc): string =>
  converter.kind === 'none'
    ? 'none'
    : converter.kind === 'clip'
      ? `clipped at ±${converter.range}`
      : `${converter.kind === 'uniform' ? '' : `${converter.kind}, `}${converter.bits} bits, −${converter.range} to ${converter.range}`;

/** `linear: variation 0.1, readNoise 0.005`; what is zero is left out, so that flaws are what is seen. */
function partText({ kind, ...parameters }: { kind: string }): string {
  const said = Object.entries(parameters)
    .filter(([, value]) => value !== 0)
    .map(([key, value]) => `${key} ${valueText(key, value)}`);
  return said.length === 0 ? kind : `${kind}: ${said.join(', ')}`;
}

function valueText(key: string, value: unknown): string {
  if (Array.isArray(value)) return value.join(' ');
  if (typeof value === 'object' && value !== null && 'text' in value) return JSON.stringify(value.text); // a formula
  if (typeof value === 'object' && value !== null && 'outputs' in value) return curvesText(value as Curves);
  if (typeof value === 'object' && value !== null && 'kind' in value) return String(value.kind); // a law of its own
  if (typeof value !== 'number') return String(value);
  return key.endsWith('Conductance') ? si(value, 'S') : String(value);
}

const curvesText = ({ input, outputs }: Curves) =>
  `${outputs.length} ${outputs.length === 1 ? 'curve' : 'curves'} of ${input.length} points from ${input[0]} to ${input.at(-1)}`;
