/**
 * @file An accident in a box: some of its units, at random, are drawn anew. Each accident has draws of its own, so a second one is another.
 */
import { permutation, type Stream } from '../../engine/streams.ts';

/** Names the streams of each accident, and chooses who is hit. */
export function accidents(units: number, stream: (path: string) => Stream) {
  let count = 0;
  return {
    /** @returns the units hit, and streams of the same names as at manufacture to draw them from */
    next(share: number): { hit: number[]; redrawn: (path: string) => Stream } {
      count++;
      const redrawn = (path: string) => stream(`rewiring/${count}/${path}`);
      const order = permutation(redrawn('hit'), units);
      return { hit: Array.from(order.subarray(0, Math.round(share * units))), redrawn };
    },
  };
}
