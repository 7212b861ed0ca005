/**
 * @file What reads of a layer of local fields put on the meter where its crossbars add nothing to a product, and so are not asked one by one: the
 * sums of what each of them would.
 */
import type { Matrix } from '../../engine/matrix.ts';
import type { Meter } from '../meter.ts';
import type { FieldedShape } from './gather.ts';

export interface Bill {
  read(x: Matrix): void;
  reverse(delta: Matrix): void;
}

/** @param index of the layer @param hasDac whether rows and columns are driven by converters */
export function buildBill(shape: FieldedShape, index: number, hasDac: boolean, meter: Meter): Bill {
  const { fields, places, units, matrix } = shape;
  const { points, channels } = fields;
  const pairs = pairsOfLines(shape);
  const rowsOfUnits = Float32Array.from({ length: units }, (_, j) => places[Math.floor(j / channels)]!.rows);

  return {
    read(x) {
      meter.drive[index]! += weighted(x, pairs);
      meter.columnReads += x.rows * units;
      meter.reads[index]! += x.rows * points;
    },
    reverse(delta) {
      meter.drive[index]! += weighted(delta, rowsOfUnits);
      meter.reversePasses += delta.rows * points;
      meter.backReads[index]! += delta.rows * points;
      meter.columnReads += delta.rows * matrix.rows;
      meter.adcConversions += delta.rows * matrix.rows;
      meter.measuredConversions += delta.rows * matrix.rows;
      if (hasDac) meter.dacConversions += delta.rows * units;
    },
  };
}

/** Of each line of a layer, the pairs of cells that it drives. */
function pairsOfLines({ rows, fields: { areas, windows, channels } }: FieldedShape): Float32Array {
  const pairs = new Float32Array(rows);
  for (const own of windows)
    own.forEach(({ top, left, rows, width }, a) => {
      const { from, pitch } = areas[a]!;
      for (let k = 0; k < rows; k++)
        for (let i = 0; i < width; i++) pairs[from + (top + k) * pitch + left + i]! += channels;
    });
  return pairs;
}

/** Σ weight · x², over all samples. */
function weighted({ rows, columns, data }: Matrix, weights: Float32Array): number {
  let sum = 0;
  for (let b = 0, k = 0; b < rows; b++)
    for (let i = 0; i < columns; i++, k++) sum += weights[i]! * data[k]! * data[k]!;
  return sum;
}
