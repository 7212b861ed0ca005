/** @file The ADCs, by their `kind`: one line each. */
import type { Engine } from '../../engine/engine.ts';
import type { Stream } from '../../engine/streams.ts';
import type { Adc, Conversion, Dac } from './converter.ts';
import { pipelineConversion } from './pipeline.ts';
import { rampConversion } from './ramp.ts';
import { sarConversion } from './sar.ts';
import { convert, stochasticConversion } from './uniform.ts';

/**
 * The ADCs of the columns of one tile.
 *
 * @param batch most samples of one conversion @param stream names of what differs from converter to converter
 */
export function buildConversion(
  adc: Adc,
  columns: number,
  batch: number,
  engine: Engine,
  stream: (path: string) => Stream,
): Conversion | undefined {
  switch (adc.kind) {
    case 'none':
      return undefined;
    case 'clip':
      return x => convert(engine.kernels, adc, x);
    case 'uniform':
      return adc.rounding === 'stochastic'
        ? stochasticConversion(adc, columns, batch, engine, stream('rounding'))
        : x => convert(engine.kernels, adc, x);
    case 'ramp':
      return rampConversion(adc, columns, stream);
    case 'sar':
      return sarConversion(adc, columns, stream);
    case 'pipeline':
    case 'cyclic':
      return pipelineConversion(adc, columns, stream);
  }
}

/** Whether what a DAC makes of an input is another thing at every read, and so no business of whoever drives the rows. */
export const isRandom = (dac: Dac): boolean => dac.kind === 'uniform' && dac.rounding === 'stochastic';

/** The DACs of the rows of one crossbar. @param batch most samples of one conversion */
export function buildDac(
  dac: Dac,
  rows: number,
  batch: number,
  engine: Engine,
  stream: (path: string) => Stream,
): Conversion {
  return dac.kind === 'uniform' && dac.rounding === 'stochastic'
    ? stochasticConversion(dac, rows, batch, engine, stream('rounding'))
    : x => convert(engine.kernels, dac, x);
}
