/**
 * @file What one analog-to-digital conversion costs, by several models that differ by a factor of a hundred: what the best of all published converters
 * takes, a fit to the good ones, what a simulator of arrays assumes, what named macros reported, or a number that is simply given. None is
 * right for every chip; each says where it comes from, and results print it.
 */
import { type Static, Type } from '@sinclair/typebox';
import { choice, count, oneOfKinds, quantity, strict } from '../../description.ts';
import type { Adc } from '../converters/converter.ts';
import { neurosimNodes, neurosimSar } from './neurosim-sar.ts';
import { adcMacros, macroOf } from './published.ts';

const bits = Type.Optional(
  count("resolution that is paid for; that of the chip's ADC when absent, 8 where it has none", {
    maximum: 20,
  }),
);
const node = count('technology, nanometres', { maximum: 1000, default: 28 });

/** Description of the price of a conversion. */
export const AdcPrice = oneOfKinds(
  [
    strict({ kind: Type.Literal('table') }, { description: 'the number given as adcConversion' }),
    strict(
      { kind: Type.Literal('murmann'), bits },
      { description: 'the envelope of all published converters: no chip was ever below it' },
    ),
    strict(
      {
        kind: Type.Literal('accelergy'),
        bits,
        node,
        rate: quantity('Hz', 'conversions a second of one converter', {
          exclusiveMinimum: 0,
          default: 1e8,
        }),
      },
      { description: 'a fit to the better fifth of published converters, by bits, technology and rate' },
    ),
    strict(
      {
        kind: Type.Literal('neurosim-sar'),
        bits,
        node: choice(neurosimNodes, 'technology, low power', { default: '22 nm' }),
      },
      {
        description:
          'the successive approximation of NeuroSim, with the current of the column as it was read: far below published converters',
      },
    ),
    strict(
      {
        kind: Type.Literal('published'),
        macro: choice(Object.keys(adcMacros), 'whose converter, as published'),
      },
      { description: 'a converter as somebody reported it' },
    ),
  ],
  'what an analog-to-digital conversion costs',
);
export type AdcPrice = Static<typeof AdcPrice>;

/** Joules, and where they come from. */
export interface Price {
  readonly joules: number;
  readonly source: string;
}

/** What a price may depend on besides its model. */
export interface Circumstances {
  readonly adc: Adc;
  /** volts of an input of 1 */
  readonly readVoltage: number;
  /** of one column, all its cells together, siemens */
  readonly columnConductance: number;
}

/** One conversion. @param given joules, of a chip that names no model @throws RangeError where a model does not reach */
export function adcPrice(price: AdcPrice | undefined, given: number, circumstances: Circumstances): Price {
  if (price === undefined || price.kind === 'table')
    return { joules: given, source: "given in the chip's file" };
  const own = 'bits' in circumstances.adc ? circumstances.adc.bits : undefined;
  if (price.kind === 'published') return macroOf(adcMacros, price.macro, own);
  const resolution = price.bits ?? own ?? 8;
  switch (price.kind) {
    case 'murmann':
      return {
        joules: murmann(resolution),
        source: `${resolution} bits on the envelope of B. Murmann's ADC Performance Survey 1997–2025 (ISSCC and VLSI)`,
      };
    case 'accelergy':
      return {
        joules: accelergy(resolution, price.rate, price.node),
        source: `${resolution} bits at ${price.node} nm and ${price.rate / 1e6} MS/s by the regression of Accelergy's ADC plug-in (Andrulis et al. 2024; Murmann's survey to 2023)`,
      };
    case 'neurosim-sar': {
      const { columnConductance, readVoltage } = circumstances;
      return {
        joules: neurosimSar(resolution, price.node, columnConductance, readVoltage),
        source: `${resolution} bits of SAR at ${price.node} as in NeuroSim V2.1 (Peng et al. 2021)`,
      };
    }
  }
}

/**
 * Joules of a conversion on the envelope of all converters, E = P_fs + k 4^ENOB: a floor that no resolution goes below, and thermal noise.
 *
 * @see Murmann, ADC Performance Survey, energy plot; constants of the revision of June 2025
 */
export const murmann = (enob: number): number => 2.672222222222222e-13 + 1.4456308979060314e-19 * 4 ** enob;

/**
 * Joules of a conversion by its figure of merit, E = ½ 10^((SNDR − FoM)/10), times what technology and resolution were found to
 * be worth beside it, a e^… of powers of both. The figure falls with the rate above some 100 MS/s and is bounded by the resolution.
 *
 * @param rate conversions a second @param node nanometres @throws RangeError below 4 bits, where the fit has no data
 * @see Accelergy ADC plug-in, adc_data/model.yaml (its energies are picojoules)
 */
export function accelergy(bits: number, rate: number, node: number): number {
  if (bits < 4) throw new RangeError(`the fit to published ADCs begins at 4 bits, got ${bits}`);
  const sndr = 20 * Math.log10(2) * bits + 10 * Math.log10(1.5); // decibels
  const byRate = 213.7806687348118 - 2.8719030399529957 * Math.log(rate);
  const byBits = 128.3068287398817 + 3.2205115109775617 * Math.ceil(bits);
  const trend = 26.0496215686518 + 1.8800369206815004 * Math.log(node) - 2.8291256050594527 * Math.log(bits);
  const best = 1.4702022133784405; // so much better than the trend are the better fifth
  return 1e-12 * 0.5 * 10 ** ((sndr - Math.min(byRate, byBits)) / 10) * Math.exp(trend - best);
}
