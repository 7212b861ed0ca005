/**
 * @file What stands between two layers: curves of some units of a black box.
 */
import { circuits, curveNumbers, drawCircuits } from './circuits.ts';
import type { Figure } from './figure.ts';

export const boxes: Figure = {
  name: 'boxes',
  panel(study) {
    const panels = circuits(
      study,
      pictures => pictures.boxCurves,
      chip => chip.boxes.between,
    );
    if (panels.length === 0) return undefined;
    return {
      title: 'What the boxes do, which no learner but a transparent one may know',
      caption:
        `Mean output of ${panels[0]!.units.length} units of the box behind the first layer against its input, the same for all units ` +
        `(chip ${panels[0]!.seed}). Every chip has other curves and other wires. Colours only tell units apart.`,
      numbers: curveNumbers(panels),
      drawing: {
        kind: 'vega-lite',
        specification: frame =>
          drawCircuits(panels, frame, { input: 'input', output: 'mean output', nominal: undefined }),
      },
    };
  },
};
