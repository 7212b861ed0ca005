/** @file Differential pairs, W = (G⁺ − G⁻) range/span. A cell never goes below its smallest conductance. */
import { type Mapping, type MappingOf, type Span, toLevel } from './mapping.ts';

/** G^± = minimum + span max(±w, 0), w = W/range. */
export function oneSided({ cellBits }: MappingOf<'one-sided'>, { minimum, span, range }: Span): Mapping {
  return {
    ...pair({ span, range }, cellBits, 1),
    hold(w, out, at) {
      out[at] = minimum + span * toLevel(Math.max(w / range, 0), cellBits);
      out[at + 1] = minimum + span * toLevel(Math.max(-w / range, 0), cellBits);
    },
  };
}

/** G^± = minimum + span (1 ± w)/2. */
export function twoSided({ cellBits }: MappingOf<'two-sided'>, { minimum, span, range }: Span): Mapping {
  return {
    ...pair({ span, range }, cellBits, 2),
    hold(w, out, at) {
      out[at] = minimum + span * toLevel(Math.max((1 + w / range) / 2, 0), cellBits);
      out[at + 1] = minimum + span * toLevel(Math.max((1 - w / range) / 2, 0), cellBits);
    },
  };
}

/** @param stepsApart by how many levels of one cell neighbouring weights differ */
function pair(
  { span, range }: { span: number; range: number },
  cellBits: number | undefined,
  stepsApart: number,
): Omit<Mapping, 'hold'> {
  const factor = range / span;
  return {
    cells: [
      { slice: 0, factor },
      { slice: 0, factor: -factor },
    ],
    slices: [1],
    noise: Math.SQRT2,
    rest: 0,
    unit: undefined,
    range,
    step: cellBits === undefined ? 0 : (stepsApart * range) / (2 ** cellBits - 1),
  };
}
