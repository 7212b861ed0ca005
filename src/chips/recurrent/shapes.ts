/** @file Sizes of layers that see each other: what is below, bias, then what is above; above the last stand labels. */
import type { LayerShape } from '../access.ts';
import type { LayerModel } from '../fields/local-fields.ts';

/** Frozen, for learners see them. @throws RangeError where a layer has local fields */
export function recurrentShapes(
  layers: readonly LayerModel[],
  inputs: number,
  classes: number,
): readonly LayerShape[] {
  const widths = layers.map(layer => {
    if (typeof layer === 'number') return layer;
    throw new RangeError('layers that see each other have whole crossbars, not local fields');
  });
  return Object.freeze(
    widths.map((units, l) => {
      const below = widths[l - 1] ?? inputs;
      const above = widths[l + 1];
      const rows = below + 1 + (above ?? classes);
      const place = Object.freeze({ firstRow: 0, inputs: below, rows, columns: units, firstUnit: 0 });
      return Object.freeze({
        inputs: below,
        rows,
        units,
        matrix: Object.freeze({ rows, columns: units }),
        places: Object.freeze([place]),
        biasRow: below,
        labelRow: above === undefined ? below + 1 : -1,
        ...(above !== undefined && { aboveRow: below + 1 }),
      });
    }),
  );
}

/** Rows behind feature and bias rows. */
export const linesAbove = ({ rows, inputs }: LayerShape): number => rows - inputs - 1;
