/**
 * @file The full scale of an ADC from what can come: the largest sum of a tile (nothing is ever clipped, and most codes are never used), or a step
 * that is one level of a cell at the smallest input (nothing is lost below, and large sums are clipped).
 */
import type { Adc, Dac } from './converter.ts';
import { levelsOf } from './uniform.ts';

/** What a tile can give. */
export interface Extent {
  readonly rows: number;
  /** largest weight, and the smallest step between two; 0 where weights are continuous */
  readonly weight: number;
  readonly weightStep: number;
}

type Ranging = Exclude<Adc, { kind: 'none' | 'clip' }>;

/** Whether the full scale follows from the rest of the description. */
export const isDerived = (adc: Adc): adc is Ranging =>
  'ranging' in adc && (adc.ranging === 'maximal' || adc.ranging === 'granular');

/** The ADC with its full scale as `range`. @throws RangeError where that has no meaning */
export function ranged(adc: Adc, dac: Dac, { rows, weight, weightStep }: Extent): Adc {
  if (!isDerived(adc)) return adc;
  if (dac.kind === 'none' || weight === 0)
    throw new RangeError(`an ADC of ${adc.ranging} range needs a DAC and a weightRange above 0`);
  if (adc.ranging === 'maximal') return scaled(adc, rows * dac.range * weight);
  if (weightStep === 0)
    throw new RangeError(
      'an ADC of granular range needs cells of stated bits: a step of a continuous one is 0',
    );
  if (dac.kind !== 'uniform')
    throw new RangeError('an ADC of granular range needs a DAC with levels: a step of a continuous one is 0');
  const inputStep = (2 * dac.range) / (levelsOf(dac) - 1);
  const codes = adc.kind === 'uniform' ? levelsOf(adc) - 1 : 2 ** adc.bits; // circuits stand for the middles of their steps
  return scaled(adc, (codes / 2) * inputStep * weightStep);
}

/** The same with another full scale, and a low end in proportion. */
function scaled(adc: Ranging, range: number): Adc {
  return adc.kind === 'uniform' && adc.low !== undefined
    ? { ...adc, range, low: (adc.low / adc.range) * range }
    : { ...adc, range };
}
