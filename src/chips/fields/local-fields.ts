/**
 * @file A layer of local fields, described: the activities below lie on a grid, channel by channel at each of its points, and every
 * square of that grid has units of its own that see nothing else. No weights are shared: each square is a small crossbar.
 * Hinton 2022, section 3.2 and footnote 8; section 4 and footnote 13 have fields that stick out over the edges of an image and are cut off there.
 */
import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { choice, count, strict } from '../../description.ts';

export type Extent = readonly [number, number];

const extent = (description: string) =>
  Type.Unsafe<Extent>({
    type: 'array',
    items: { type: 'integer', minimum: 1, maximum: 4096 },
    minItems: 2,
    maxItems: 2,
    description: `${description}, [rows, columns]`,
  });

/** Description of such a layer. */
export const LocalFields = strict(
  {
    grid: extent('points that the inputs lie on: pixels of an image, or grid points of the layer below'),
    field: extent('points that one field covers'),
    stride: extent('points from one field to the next'),
    channels: count('units of each field', { maximum: 100000 }),
    normaliser: choice(
      ['layer', 'blocks'],
      'what is brought to root mean square 1: the activities of the layer, or those of each field by themselves',
      { default: 'layer' },
    ),
    edges: Type.Optional(
      choice(
        ['inside', 'truncated'],
        'all fields lie inside the grid and have as many rows ("valid" in convolutions); or there is one for every point (every stride-th), and what sticks out over an edge is cut off ("same", with nothing in place of zeros); inside when absent',
      ),
    ),
  },
  { description: 'local receptive fields without shared weights' },
);
export type LocalFields = Static<typeof LocalFields>;

/** A layer: units that see all inputs, or local fields. */
export type LayerModel = number | LocalFields;
const units = count('units', { maximum: 100000 });
// numbers heed what is said of numbers, and objects the rest: one schema, so that what is wrong is said once
export const LayerModel = Type.Unsafe<LayerModel>({
  ...units,
  ...LocalFields,
  type: ['integer', 'object'],
  description: 'units that see all that comes in, or local fields',
} as TSchema);

/** Grid points of the layer, [rows, columns]; not whole where fields do not fit. */
export function pointsOf({ grid, field, stride, edges }: LocalFields): Extent {
  const along = (axis: 0 | 1) =>
    edges === 'truncated'
      ? Math.ceil(grid[axis] / stride[axis])
      : (grid[axis] - field[axis]) / stride[axis] + 1;
  return [along(0), along(1)];
}

/** Units of a layer that fits its grid. */
export function unitsOf(layer: LayerModel): number {
  if (typeof layer === 'number') return layer;
  const [down, across] = pointsOf(layer);
  return down * across * layer.channels;
}

/** What of the description does not go together, in words. @param inputs activities that come in, where they are known */
export function misfitOf(
  layer: LocalFields,
  inputs?: number,
): { key: keyof LocalFields; message: string } | undefined {
  const { grid, field, stride, edges } = layer;
  const points = pointsOf(layer);
  for (const axis of [0, 1] as const) {
    const [size, extent, step] = [grid[axis], field[axis], stride[axis]];
    const lines = axis === 0 ? 'rows' : 'columns';
    if (edges === 'truncated') continue;
    if (extent > size)
      return {
        key: 'field',
        message: `a field of ${extent} ${lines} does not fit on a grid of ${size}`,
      };
    if (!Number.isInteger(points[axis]))
      return {
        key: 'stride',
        message:
          `fields of ${extent} ${lines} every ${step} do not end with a grid of ${size}: the last would be cut off. ` +
          `With ${extent + Math.floor(points[axis] - 1) * step} ${lines} they would, and with "edges": "truncated" it may be`,
      };
  }
  if (inputs !== undefined && inputs % (grid[0] * grid[1]) !== 0)
    return {
      key: 'grid',
      message: `${inputs} inputs do not lie on a grid of ${grid[0]} × ${grid[1]} points, as many at each`,
    };
  return undefined;
}
