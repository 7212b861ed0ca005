/**
 * @file One cell a weight, G = g₀ + r (1 + w)/2 with w = W/range, so W x = (2 range/r)(G x − (g₀ + r/2) Σ x). Where cells have levels, weight 0 must be one of them,
 * so the upper 2^b − 1 are used: r = span (2^b − 2)/(2^b − 1), and g₀ is one level above the smallest. In subtraction by a column, that column's own noise
 * is left out.
 */
import { type Mapping, type MappingOf, type Span, toLevel } from './mapping.ts';

export function offset(
  { cellBits, reference }: MappingOf<'offset'>,
  { minimum, span, range }: Span,
): Mapping {
  const steps = cellBits === undefined ? undefined : 2 ** cellBits - 1;
  if (steps === 1)
    throw new RangeError('an offset mapping needs cells of 2 bits or more, for weight 0 to be a level');
  const share = steps === undefined ? 1 : (steps - 1) / steps;
  const used = span * share;
  const factor = (2 * range) / used;
  const middle = 1 - share / 2;
  return {
    cells: [{ slice: 0, factor }],
    slices: [1],
    noise: 2 / share,
    rest: factor * (minimum + span * middle),
    unit: reference === 'column' ? minimum + span * middle : undefined,
    range,
    step: steps === undefined ? 0 : (2 * range) / (steps - 1),
    hold(w, out, at) {
      out[at] = minimum + span * toLevel(Math.max(middle + (share * w) / (2 * range), 0), cellBits);
    },
  };
}
