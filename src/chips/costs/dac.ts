/** @file What one digital-to-analog conversion costs. */
import { type Static, Type } from '@sinclair/typebox';
import { choice, count, oneOfKinds, quantity, strict } from '../../description.ts';
import type { Dac } from '../converters/converter.ts';
import type { Price } from './adc.ts';
import { dacMacros, macroOf } from './published.ts';

/** Description of the price of a conversion. */
export const DacPrice = oneOfKinds(
  [
    strict({ kind: Type.Literal('table') }, { description: 'the number given as dacConversion' }),
    strict(
      {
        kind: Type.Literal('capacitive'),
        bits: Type.Optional(
          count("resolution that is paid for; that of the chip's DAC when absent, 8 where it has none", {
            maximum: 20,
          }),
        ),
        unitCapacitance: quantity('F', 'one unit of the array, of which there are 2^bits', {
          exclusiveMinimum: 0,
          default: 1e-15,
        }),
        supply: quantity('V', 'to which the array is charged', { exclusiveMinimum: 0, default: 0.9 }),
      },
      { description: 'an array of capacitors that is charged once a conversion: C V², and nothing else' },
    ),
    strict(
      {
        kind: Type.Literal('published'),
        macro: choice(Object.keys(dacMacros), 'whose converter, as published'),
      },
      { description: 'a converter as somebody reported it' },
    ),
  ],
  'what a digital-to-analog conversion costs',
);
export type DacPrice = Static<typeof DacPrice>;

/** One conversion. @param given joules, of a chip that names no model @throws RangeError where a model does not reach */
export function dacPrice(price: DacPrice | undefined, given: number, dac: Dac): Price {
  if (price === undefined || price.kind === 'table')
    return { joules: given, source: "given in the chip's file" };
  const own = 'bits' in dac ? dac.bits : undefined;
  if (price.kind === 'published') return macroOf(dacMacros, price.macro, own);
  const bits = price.bits ?? own ?? 8;
  return {
    joules: 2 ** bits * price.unitCapacitance * price.supply ** 2,
    source: `C V² of an array of ${bits} bits`,
  };
}
