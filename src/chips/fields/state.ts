/** @file What is known of the cells of a layer of local fields beside their weights: that of its crossbars, one after the other. */
import type { CrossbarState } from '../crossbar.ts';

/** One state of several crossbars. @returns undefined where there are none */
export function stateOfAll(states: readonly CrossbarState[]): CrossbarState | undefined {
  const [first] = states;
  if (!first) return undefined;
  return eachPart(first, of => {
    const parts = states.map(state => of(state)!);
    const out = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
      out.set(part, at);
      at += part.length;
    }
    return out;
  });
}

/** The states of the crossbars of a layer. @param like such states, of the same crossbars: each array is as long as theirs */
export function statesOf(state: CrossbarState, like: readonly CrossbarState[]): CrossbarState[] {
  return like.map((_, place) =>
    eachPart(state, of => {
      const lengths = like.map(one => of(one)?.length ?? 0);
      const from = lengths.slice(0, place).reduce((sum, length) => sum + length, 0);
      return of(state)!.subarray(from, from + lengths[place]!);
    }),
  );
}

/** A state of what `like` has, array by array. */
function eachPart(
  like: CrossbarState,
  make: (of: (state: CrossbarState) => Float32Array | undefined) => Float32Array,
): CrossbarState {
  return {
    ...(like.cells && {
      cells: {
        aims: make(({ cells }) => cells?.aims),
        landed: make(({ cells }) => cells?.landed),
        ages: make(({ cells }) => cells?.ages),
        writes: make(({ cells }) => cells?.writes),
      },
    }),
    ...(like.scales && { scales: make(({ scales }) => scales) }),
    ...(like.stored && { stored: make(({ stored }) => stored) }),
    ...(like.compensation && { compensation: make(({ compensation }) => compensation) }),
  };
}
