/** @file The ADCs, by their `kind`: one line each. */
import type { Engine } from '../../engine/engine.ts';
import type { Stream } from '../../engine/streams.ts';
import type { Adc, Conversion } from './converter.ts';
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
