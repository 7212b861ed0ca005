/** @file Numbers that differ from cell to cell, drawn once at manufacture; kept only where they do differ. */
import { gaussians, type Stream } from '../../engine/streams.ts';

/**
 * A number of every cell: `of` a deviation N(0, sigma²) of its own, from the stream `name`; for all the same, and nothing drawn, where there is no
 * spread. @returns the number of cell k
 */
export function scattered(
  cells: number,
  sigma: number,
  stream: (path: string) => Stream,
  name: string,
  of: (deviation: number) => number = deviation => deviation,
): (k: number) => number {
  if (sigma === 0) {
    const same = of(0);
    return () => same;
  }
  const own = gaussians(stream(name), cells).map(deviation => of(sigma * deviation));
  return k => own[k]!;
}
