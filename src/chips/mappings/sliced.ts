/**
 * @file Bit slices: with B bits, sign included, q = round(W/range · (2^(B−1) − 1)) and |q| is written in digits of b = ⌈(B − 1)/S⌉ bits, lowest first. Digit d is a
 * conductance of minimum + span d/(2^b − 1) on the side of the sign, and slice s counts 2^(b s)(2^b − 1)/(2^(B−1) − 1) of the range.
 */
import type { Mapping, MappingOf, Span } from './mapping.ts';

export function sliced({ weightBits, slices }: MappingOf<'sliced'>, { minimum, span, range }: Span): Mapping {
  if (weightBits < 2) throw new RangeError('a sliced weight needs 2 bits or more: one of them is its sign');
  const digitBits = Math.ceil((weightBits - 1) / slices);
  const top = 2 ** digitBits - 1;
  const most = 2 ** (weightBits - 1) - 1;
  const factor = range / span;
  return {
    cells: Array.from({ length: 2 * slices }, (_, c) => ({
      slice: c >> 1,
      factor: c % 2 === 0 ? factor : -factor,
    })),
    slices: Array.from({ length: slices }, (_, s) => (2 ** (digitBits * s) * top) / most),
    noise: Math.SQRT2,
    rest: 0,
    unit: undefined,
    range,
    step: range / top,
    hold(w, out, at) {
      const q = Math.max(-most, Math.min(most, Math.round((w / range) * most)));
      let left = Math.abs(q);
      for (let s = 0; s < slices; s++) {
        const digit = left & top;
        left >>= digitBits;
        const g = minimum + (span * digit) / top;
        out[at + 2 * s] = q < 0 ? minimum : g;
        out[at + 2 * s + 1] = q < 0 ? g : minimum;
      }
    },
  };
}
