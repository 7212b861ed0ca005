/**
 * @file Passes of a batch size that may vary at the end of a set: the room is made once, parts of it are handed out.
 */
import type { MeasuredView, Pass } from '../../chips/access.ts';

/** Gives the pass for a number of samples, at most `most`. */
export function passesUpTo(chip: MeasuredView, most: number): (count: number) => Pass {
  const whole = chip.newPass(most);
  const parts = new Map<number, Pass>([[most, whole]]);
  return count => {
    const part = parts.get(count) ?? chip.partOf(whole, 0, count);
    parts.set(count, part);
    return part;
  };
}
