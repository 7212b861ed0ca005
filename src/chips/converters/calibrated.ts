/**
 * @file ADCs whose full scale is measured: a percentile of the sizes of the currents of a tile, or of each of its columns, on a batch that comes by. Behind a column's own full
 * scale its result is multiplied by it again, digitally, so that what goes on is in the units of the activity as ever.
 */
import type { Matrix } from '../../engine/matrix.ts';
import type { Adc, Conversion } from './converter.ts';

export interface CalibratedConversion {
  readonly convert: Conversion;
  /** Whether this batch is to be measured; counts it. */
  isDue(samples: number): boolean;
  calibrate(x: Matrix): void;
  /** full scale of every column */
  readonly ranges: Float32Array;
  /** what it remembers: the same, and the samples read since it was calibrated, −1 before the first time */
  readonly memory: Float32Array;
}

type Measured = Exclude<Adc, { kind: 'none' | 'clip' }>;
export const isCalibrated = (adc: Adc): adc is Measured => 'ranging' in adc && adc.ranging === 'calibrated';

/** @param build makes the converters of a full scale */
export function calibratedConversion(
  adc: Measured,
  columns: number,
  build: (adc: Adc) => Conversion,
): CalibratedConversion {
  const { percentile, each, every } = adc.calibration ?? { percentile: 0.999, each: 'tile', every: 10000 };
  const low = adc.kind === 'uniform' && adc.low !== undefined ? { low: adc.low / adc.range } : {};
  const unit = build({ ...adc, range: 1, ...low });
  const memory = new Float32Array(columns + 1);
  const ranges = memory.subarray(0, columns).fill(adc.range);
  memory[columns] = -1;

  function rangeOf(sizes: Float32Array): number {
    sizes.sort();
    return sizes[Math.min(sizes.length - 1, Math.ceil(percentile * sizes.length) - 1)]!;
  }

  return {
    ranges,
    memory,
    isDue(samples) {
      const since = memory[columns]!;
      const due = since < 0 || since >= every;
      memory[columns] = (due ? 0 : since) + samples;
      return due;
    },
    calibrate({ rows, data }) {
      if (each === 'tile') {
        const range = rangeOf(data.map(Math.abs));
        if (range > 0) ranges.fill(range);
        return;
      }
      for (let j = 0; j < columns; j++) {
        const range = rangeOf(
          Float32Array.from({ length: rows }, (_, b) => Math.abs(data[b * columns + j]!)),
        );
        if (range > 0) ranges[j] = range; // a silent column keeps its own
      }
    },
    convert(x) {
      for (let k = 0; k < x.data.length; k++) x.data[k]! /= ranges[k % columns]!;
      unit(x);
      for (let k = 0; k < x.data.length; k++) x.data[k]! *= ranges[k % columns]!;
    },
  };
}
