/**
 * @file Passes of a batch size that may vary at the end of a set: the room is made once, parts of it are handed out.
 */
import type { Appraisal, Delivery, MeasuredView, Pass } from '../../chips/access.ts';

/** Gives the part of `whole` for a number of samples. */
export function partsOf<P extends Pass | Delivery | Appraisal>(
  chip: MeasuredView,
  whole: P,
): (count: number) => P {
  const parts = new Map<number, P>([[whole.batch, whole]]);
  return count => {
    const part = parts.get(count) ?? chip.partOf(whole, 0, count);
    parts.set(count, part);
    return part;
  };
}
