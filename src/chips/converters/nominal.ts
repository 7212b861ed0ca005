/** @file A converter circuit as it is meant to be. */
import type { Adc } from './converter.ts';

/** The same converter with capacitors and comparators that are all nominal; what its amplifier's gain does is known. */
export function nominalAdc(adc: Adc): Adc {
  switch (adc.kind) {
    case 'none':
    case 'clip':
    case 'uniform':
      return adc;
    case 'ramp':
    case 'sar':
      return { ...adc, capacitorMismatch: 0, comparatorOffset: 0 };
    case 'pipeline':
    case 'cyclic':
      return { ...adc, samplingMismatch: 0, feedbackMismatch: 0, parasitic: 0, comparatorOffset: 0 };
  }
}
