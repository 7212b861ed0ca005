/**
 * @file Converters as their makers reported them, or as tables of them say. A macro is what it is: another resolution is another macro.
 */
import type { Price } from './adc.ts';

/** One converter. */
export interface Macro {
  readonly bits: number;
  /** joules of one conversion */
  readonly joules: number;
  readonly source: string;
}

const survey = (bits: number, picojoules: number): Macro => ({
  bits,
  joules: picojoules * 1e-12,
  source: `median of the converters of ${bits} effective bits since 2015 in B. Murmann's ADC Performance Survey (ISSCC and VLSI, revision of June 2025)`,
});

export const adcMacros = {
  isaac: {
    bits: 8,
    joules: 1.67e-12,
    source: 'ISAAC, 8-bit SAR at 32 nm (Shafiee et al. 2016, ISCA; as in the tables of CiMLoop)',
  },
  newton: {
    bits: 9,
    joules: 2.58e-12,
    source: 'Newton, 9 bits (Nag et al. 2018, IEEE Micro; as in the tables of CiMLoop)',
  },
  forms: {
    bits: 4,
    joules: 0.226e-12,
    source: 'FORMS, 4 bits (Yuan et al. 2021, ISCA; as in the tables of CiMLoop)',
  },
  timely: {
    bits: 8,
    joules: 0.145e-12,
    source:
      'TIMELY, 8-bit time-to-digital converter at 65 nm (Li et al. 2020, ISCA; as in the tables of CiMLoop)',
  },
  'survey-median-5': survey(5, 2.0),
  'survey-median-6': survey(6, 4.3),
  'survey-median-7': survey(7, 3.1),
  'survey-median-8': survey(8, 7.4),
  'survey-median-10': survey(10, 18.9),
} as const satisfies Record<string, Macro>;

export const dacMacros = {
  isaac: {
    bits: 1,
    joules: 0.417e-12,
    source: 'ISAAC, 1-bit DAC at 32 nm (Shafiee et al. 2016, ISCA; as in the tables of CiMLoop)',
  },
  'forty-nm': { bits: 8, joules: 0.291e-12, source: '8-bit DAC at 40 nm (tables of CiMLoop)' },
  timely: {
    bits: 8,
    joules: 0.0375e-12,
    source:
      'TIMELY, 8-bit digital-to-time converter at 65 nm (Li et al. 2020, ISCA; as in the tables of CiMLoop)',
  },
} as const satisfies Record<string, Macro>;

/** @param bits of the chip's converter, where it has one @throws RangeError where the macro has others */
export function macroOf(
  macros: Readonly<Record<string, Macro>>,
  name: string,
  bits: number | undefined,
): Price {
  const { joules, source, bits: own } = macros[name]!;
  if (bits !== undefined && bits !== own)
    throw new RangeError(
      `the published converter "${name}" has ${own} ${own === 1 ? 'bit' : 'bits'}, the chip's has ${bits}; take another macro or another model`,
    );
  return { joules, source };
}
