/** @file Sizes of layers that see each other: what is below, bias, then what is above; above the last stand labels. */
import type { LayerShape } from '../access.ts';
import { type LayerModel, type LocalFields, pointsOf, unitsOf } from '../fields/local-fields.ts';
import { fieldsOf, shapeOf } from '../fields/windows.ts';

/** Frozen, for learners see them. @throws RangeError where layers cannot see each other */
export function recurrentShapes(
  layers: readonly LayerModel[],
  inputs: number,
  classes: number,
): readonly LayerShape[] {
  const wrong = misfitAbove(layers);
  if (wrong) throw new RangeError(wrong);
  return Object.freeze(
    layers.map((layer, l) => {
      const below = l === 0 ? inputs : unitsOf(layers[l - 1]!);
      const above = layers[l + 1];
      const lines = above === undefined ? classes : unitsOf(above);
      const others = { lines, ...(isLocal(above) && { above }) };
      const fields = isLocal(layer) ? fieldsOf(layer, below, others) : undefined;
      return Object.freeze({
        ...shapeOf(below, unitsOf(layer), lines, fields),
        labelRow: above === undefined ? below + 1 : -1,
        ...(above !== undefined && { aboveRow: below + 1 }),
      });
    }),
  );
}

const isLocal = (layer: LayerModel | undefined): layer is LocalFields => typeof layer === 'object';

/** Why local fields cannot see the layer above, in words. */
export function misfitAbove(layers: readonly LayerModel[]): string | undefined {
  for (const [l, layer] of layers.entries()) {
    if (!isLocal(layer)) continue;
    if (layer.normaliser === 'blocks')
      return `layer ${l + 1} normalises its fields one by one, but layers that see each other are normalised as a whole`;
    const above = layers[l + 1];
    if (!isLocal(above)) continue;
    const [points, grid] = [pointsOf(layer), above.grid];
    if (points[0] !== grid[0] || points[1] !== grid[1])
      return `layer ${l + 1} has units at ${points.join(' × ')} points, but layer ${l + 2}, which it is to see, looks at a grid of ${grid.join(' × ')}`;
  }
  return undefined;
}

/** Rows behind feature and bias rows. */
export const linesAbove = ({ rows, inputs }: LayerShape): number => rows - inputs - 1;
