/**
 * @file Where the fields of a layer lie: what each sees of the grid below, and, where layers see each other, of the layer above, namely the points whose
 * own fields cover it. Fields of 11 × 11 points with stride 1 that are cut off at the edges so see 11 × 11 points either way (Hinton 2022, section 4).
 */
import type { CrossbarPlace, Fields, Window } from '../access.ts';
import { type LocalFields, misfitOf, pointsOf } from './local-fields.ts';

/** What drives rows behind the bias: so many lines, all seen by every field, or units of a layer of local fields above. */
export interface Others {
  readonly lines: number;
  readonly above?: LocalFields;
}

interface Span {
  readonly from: number;
  readonly count: number;
}

/** What the fields cover along an axis of the grid, one after the other. */
function spansOf(layer: LocalFields, axis: 0 | 1): Span[] {
  const [size, extent, step] = [layer.grid[axis], layer.field[axis], layer.stride[axis]];
  const points = pointsOf(layer)[axis];
  const over = Math.max(0, (points - 1) * step + extent - size); // 0 where all lie inside
  return Array.from({ length: points }, (_, p) => {
    const start = p * step - Math.floor(over / 2);
    const from = Math.max(0, start);
    return { from, count: Math.min(size, start + extent) - from };
  });
}

/** Of each place along an axis of the grid, the fields that cover it. */
function coveringOf(layer: LocalFields, axis: 0 | 1): Span[] {
  const spans = spansOf(layer, axis);
  return Array.from({ length: layer.grid[axis] }, (_, place) => {
    const covers = spans.map(({ from, count }) => from <= place && place < from + count);
    return { from: Math.max(0, covers.indexOf(true)), count: covers.filter(Boolean).length };
  });
}

/** Every pair of spans, as windows of an area. @param channels lines of a point */
const windowsOf = (down: readonly Span[], across: readonly Span[], channels: number): Window[] =>
  down.flatMap(rows =>
    across.map(columns => ({
      top: rows.from,
      left: columns.from * channels,
      rows: rows.count,
      width: columns.count * channels,
    })),
  );

/** @throws RangeError where they do not fit */
export function fieldsOf(layer: LocalFields, inputs: number, { lines, above }: Others): Fields {
  const wrong = misfitOf(layer, inputs);
  if (wrong) throw new RangeError(`local fields: ${wrong.message}`);
  const { grid, channels, normaliser } = layer;
  const [down, across] = pointsOf(layer);
  const below = inputs / (grid[0] * grid[1]);
  const seen = windowsOf(spansOf(layer, 0), spansOf(layer, 1), below);
  const whole = (width: number): Window => ({ top: 0, left: 0, rows: 1, width });
  const heard = above && windowsOf(coveringOf(above, 0), coveringOf(above, 1), above.channels);
  const pitch = above ? pointsOf(above)[1] * above.channels : lines;
  return Object.freeze({
    points: down * across,
    across,
    channels,
    areas: Object.freeze([
      { from: 0, pitch: grid[1] * below },
      { from: inputs, pitch: 1 },
      ...(lines > 0 ? [{ from: inputs + 1, pitch }] : []),
    ]),
    windows: Object.freeze(
      seen.map((window, point) =>
        Object.freeze([window, whole(1), ...(lines > 0 ? [heard?.[point] ?? whole(lines)] : [])]),
      ),
    ),
    normaliser,
  });
}

/** Lines in a window. */
export const sizeOf = ({ rows, width }: Window): number => rows * width;

/** The crossbars of all fields, below each other. */
export function placesOf({ windows, channels }: Fields): CrossbarPlace[] {
  let firstRow = 0;
  return windows.map((own, point) => {
    const rows = own.reduce((sum, window) => sum + sizeOf(window), 0);
    const inputs = sizeOf(own[0]!);
    const place = { firstRow, inputs, rows, columns: channels, firstUnit: point * channels };
    firstRow += rows;
    return Object.freeze(place);
  });
}

/** A layer of fields, or of units that see all. */
export function shapeOf(inputs: number, units: number, others: number, fields: Fields | undefined) {
  const rows = inputs + 1 + others;
  const places = fields
    ? placesOf(fields)
    : [Object.freeze({ firstRow: 0, inputs, rows, columns: units, firstUnit: 0 })];
  const last = places.at(-1)!;
  return {
    inputs,
    rows,
    units,
    matrix: Object.freeze({ rows: last.firstRow + last.rows, columns: last.columns }),
    places: Object.freeze(places),
    ...(fields && { fields }),
    biasRow: inputs,
  };
}
