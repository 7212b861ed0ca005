/**
 * @file A layer of local fields, described: the activities below lie on a grid, channel by channel at each of its points, and every
 * square of that grid has units of its own that see nothing else. No weights are shared: each square is a small crossbar.
 * Hinton 2022, section 3.2 and footnote 8. Fields that would stick out over an edge are refused, so that all have as many rows.
 */
import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { choice, count, strict } from '../../description.ts';
import type { Fields } from '../access.ts';

type Extent = readonly [number, number];

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
const pointsOf = ({ grid, field, stride }: LocalFields): Extent => [
  (grid[0] - field[0]) / stride[0] + 1,
  (grid[1] - field[1]) / stride[1] + 1,
];

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
  const { grid, field, stride } = layer;
  const points = pointsOf(layer);
  for (const axis of [0, 1] as const) {
    const [size, extent, step] = [grid[axis], field[axis], stride[axis]];
    const lines = axis === 0 ? 'rows' : 'columns';
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
          `With ${extent + Math.floor(points[axis] - 1) * step} ${lines} they would`,
      };
  }
  if (inputs !== undefined && inputs % (grid[0] * grid[1]) !== 0)
    return {
      key: 'grid',
      message: `${inputs} inputs do not lie on a grid of ${grid[0]} × ${grid[1]} points, as many at each`,
    };
  return undefined;
}

/** Where the fields of a layer lie, and how large their crossbars are. @throws RangeError where they do not fit */
export function fieldsOf(layer: LocalFields, inputs: number, labelLines: number): Fields {
  const wrong = misfitOf(layer, inputs);
  if (wrong) throw new RangeError(`local fields: ${wrong.message}`);
  const { grid, field, stride, channels, normaliser } = layer;
  const [down, across] = pointsOf(layer);
  const below = inputs / (grid[0] * grid[1]);
  const starts = Array.from({ length: down * across }, (_, point) => {
    const [row, column] = [Math.floor(point / across) * stride[0], (point % across) * stride[1]];
    return (row * grid[1] + column) * below;
  });
  const run = field[1] * below;
  const seen = field[0] * run;
  return Object.freeze({
    points: starts.length,
    channels,
    inputs: seen,
    rows: seen + 1 + labelLines,
    starts: Object.freeze(starts),
    runs: field[0],
    run,
    pitch: grid[1] * below,
    normaliser,
  });
}
