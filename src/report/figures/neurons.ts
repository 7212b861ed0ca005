/**
 * @file What the data sheet calls a ReLU: measured curves of some neuron circuits.
 */
import { circuits, curveNumbers, drawCircuits } from './circuits.ts';
import type { Figure } from './figure.ts';

export const neurons: Figure = {
  name: 'neurons',
  panel(study) {
    const panels = circuits(
      study,
      pictures => pictures.transferCurves,
      chip => chip.neuron,
    );
    if (panels.length === 0) return undefined;
    return {
      title: 'The data sheet says ReLU; every neuron circuit has a curve of its own',
      caption:
        `Activity of ${panels[0]!.units.length} neuron circuits of the first layer against their input (chip ${panels[0]!.seed}); ` +
        'dashed: the nominal ReLU. Colours only tell circuits apart.',
      numbers: curveNumbers(panels),
      drawing: {
        kind: 'vega-lite',
        specification: frame =>
          drawCircuits(panels, frame, {
            input: 'input of the neuron',
            output: 'activity',
            nominal: x => Math.max(0, x),
          }),
      },
    };
  },
};
