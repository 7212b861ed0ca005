/**
 * @file From an intended change to whole pulses, every cell by itself: floor(change/step + u) with u uniform in [0, 1), which is right in
 * the mean. Digital logic that addresses every cell can do this; rows and columns driven at once cannot (`trains.ts`).
 */
import type { Engine } from '../../engine/engine.ts';
import type { Matrix } from '../../engine/matrix.ts';
import type { Stream } from '../../engine/streams.ts';
import type { CellArray } from '../cells/array.ts';

/**
 * @param maximum most pulses of one cell in one update, either way
 * @returns gives an array the pulses of a change [rows, columns], scaled by a factor, and says how many they were
 */
export function roundedPulses(
  array: CellArray,
  maximum: number,
  engine: Engine,
  stream: Stream,
): (change: Matrix, factor?: number) => number {
  const lots = engine.matrix(array.weights.rows, array.weights.columns);
  return (change, factor = 1) => {
    array.turn?.();
    engine.kernels.uniform(lots, 0, 1, stream);
    const perUnit = factor / array.granularity;
    let pulses = 0;
    for (let k = 0; k < lots.data.length; k++) {
      const n = Math.floor(change.data[k]! * perUnit + lots.data[k]!);
      if (n === 0) continue;
      const given = Math.max(-maximum, Math.min(maximum, n));
      array.pulse(k, given);
      pulses += Math.abs(given);
    }
    return pulses * array.together;
  };
}
