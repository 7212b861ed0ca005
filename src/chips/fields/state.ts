/** @file What is known of the cells of a layer of local fields beside their weights: that of its crossbars, one after the other. */
import type { CrossbarState } from '../crossbar.ts';

/** One state of several crossbars of one size. @returns undefined where there are none */
export function stateOfAll(states: readonly CrossbarState[]): CrossbarState | undefined {
  if (states.length === 0) return undefined;
  const all = (of: (state: CrossbarState) => Float32Array | undefined): Float32Array => {
    const parts = states.map(state => of(state) ?? new Float32Array());
    const out = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
      out.set(part, at);
      at += part.length;
    }
    return out;
  };
  return {
    cells: {
      aims: all(({ cells }) => cells.aims),
      landed: all(({ cells }) => cells.landed),
      ages: all(({ cells }) => cells.ages),
      writes: all(({ cells }) => cells.writes),
    },
    ...(states[0]!.compensation && { compensation: all(({ compensation }) => compensation) }),
  };
}

/** The state of one of `count` crossbars. */
export function stateOfPart(
  { cells, compensation }: CrossbarState,
  place: number,
  count: number,
): CrossbarState {
  const part = (of: Float32Array) =>
    of.subarray((place * of.length) / count, ((place + 1) * of.length) / count);
  return {
    cells: {
      aims: part(cells.aims),
      landed: part(cells.landed),
      ages: part(cells.ages),
      writes: part(cells.writes),
    },
    ...(compensation && { compensation: part(compensation) }),
  };
}
