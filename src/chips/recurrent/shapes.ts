/** @file Sizes of layers that see each other: what is below, bias, then what is above; above the last stand labels. */
import type { LayerShape } from '../access.ts';

/** Frozen, for learners see them. */
export const recurrentShapes = (
  layers: readonly number[],
  inputs: number,
  classes: number,
): readonly LayerShape[] =>
  Object.freeze(
    layers.map((units, l) => {
      const below = layers[l - 1] ?? inputs;
      const above = layers[l + 1];
      return Object.freeze({
        inputs: below,
        rows: below + 1 + (above ?? classes),
        units,
        biasRow: below,
        labelRow: above === undefined ? below + 1 : -1,
        ...(above !== undefined && { aboveRow: below + 1 }),
      });
    }),
  );

/** Rows behind feature and bias rows. */
export const linesAbove = ({ rows, inputs }: LayerShape): number => rows - inputs - 1;
