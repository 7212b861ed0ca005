/**
 * @file How far a conductance lands from where it was to be, one standard deviation σ as a function of the conductance G: the laws that have
 * been fitted to measured arrays. Which numbers belong to which technology stands in the files of `devices/cells`.
 */
import { type Static, Type } from '@sinclair/typebox';
import { oneOfKinds, quantity, ratio, strict } from '../../description.ts';
import { interpolated, tableOf } from './table.ts';

const micro = 1e-6;
export const ConstantSpread = strict(
  {
    kind: Type.Literal('constant'),
    sigma: quantity('S', 'standard deviation, whatever the conductance', { minimum: 0 }),
  },
  { description: 'σ' },
);
export const TableSpread = strict(
  {
    kind: Type.Literal('table'),
    ...tableOf('sigma', quantity('S', 'standard deviation there', { minimum: 0 })),
  },
  { description: 'measured points, with straight lines between them' },
);
export const Polynomial = {
  coefficients: Type.Array(ratio('c_k'), { minItems: 1, maxItems: 16, description: 'c_0, c_1, …' }),
  per: quantity('S', 'what G is counted in', { exclusiveMinimum: 0, default: micro }),
  unit: quantity('S', 'what the result is counted in', { exclusiveMinimum: 0, default: micro }),
};
export const PolynomialSpread = strict(
  { kind: Type.Literal('polynomial'), ...Polynomial },
  { description: 'unit · Σ c_k (G/per)^k, and 0 where that is negative' },
);
export const SaturatingSpread = strict(
  {
    kind: Type.Literal('saturating'),
    most: quantity('S', 'A: standard deviation at large conductances', { minimum: 0 }),
    scale: quantity('S', 'B: conductance over which it gets there', { exclusiveMinimum: 0 }),
  },
  { description: 'A (1 − exp(−G/B))' },
);
export const spreadKinds = [ConstantSpread, TableSpread, PolynomialSpread, SaturatingSpread] as const;

/** Description of a standard deviation that depends on the conductance. */
export const Spread = oneOfKinds([...spreadKinds], 'standard deviation of a conductance, by conductance');
export type Spread = Static<typeof Spread>;

/** Σ c_k (g/per)^k · unit, siemens. */
export function polynomial(
  { coefficients, per, unit }: { coefficients: readonly number[]; per: number; unit: number },
  g: number,
): number {
  let sum = 0;
  for (let k = coefficients.length - 1; k >= 0; k--) sum = sum * (g / per) + coefficients[k]!;
  return unit * sum;
}

/** σ(G), siemens, of a conductance in siemens. */
export function spreadOf(spread: Spread): (g: number) => number {
  switch (spread.kind) {
    case 'constant':
      return () => spread.sigma;
    case 'table':
      return interpolated(spread.conductances, spread.sigmas);
    case 'polynomial':
      return g => Math.max(0, polynomial(spread, g));
    case 'saturating':
      return g => spread.most * (1 - Math.exp(-g / spread.scale));
  }
}
