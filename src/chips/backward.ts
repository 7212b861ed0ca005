/**
 * @file What a crossbar needs to be read backwards, where it is not ideal: drivers of the columns, which errors are given to, and ADCs of the rows. Errors are of any size, so every
 * sample is scaled: ranges of DAC and ADC are in units of its largest error (AIHWKit's backward pass, whose noise management is "abs-max" and which has no bound management).
 * Currents of tiles side by side meet before the ADC.
 */
import { type Static, Type } from '@sinclair/typebox';
import { strict } from '../description.ts';
import type { Engine } from '../engine/engine.ts';
import type { Matrix } from '../engine/matrix.ts';
import type { Stream } from '../engine/streams.ts';
import { Adc, Dac } from './converters/converter.ts';
import { buildConversion, buildDac } from './converters/index.ts';
import { Driver, drivenBy } from './driver.ts';
import { buildScaling } from './scaling.ts';

/** Description of what reads backwards. */
export const Backward = strict(
  { dac: Dac, adc: Adc, driver: Type.Optional(Driver) },
  {
    description:
      'converters and drivers of reads backwards, in units of the largest error of a sample; they are ideal when absent, whatever those forward are',
  },
);
export type Backward = Static<typeof Backward>;

export const givenOnly = 'the range of an ADC that reads backwards has to be given';

/** out [batch, rows] = what errors on the columns [batch, columns] give. @param product of what the cells meet, with their noise */
export type BackwardRead = (
  delta: Matrix,
  out: Matrix,
  product: (driven: Matrix, out: Matrix) => void,
) => void;

/** @param rows whose currents are converted @param batch most samples of one read */
export function buildBackward(
  { dac, adc, driver }: Backward,
  rows: number,
  columns: number,
  batch: number,
  engine: Engine,
  stream: (path: string) => Stream,
): BackwardRead {
  if ('ranging' in adc && adc.ranging !== undefined && adc.ranging !== 'given')
    throw new RangeError(givenOnly);
  const intoVolts = buildDac(dac, columns, batch, engine, path => stream(`dac/${path}`));
  const conversion = buildConversion(adc, rows, batch, engine, path => stream(`adc/${path}`));
  const noise = stream('driver');
  const room = { x: engine.matrix(batch, columns), out: engine.matrix(batch, rows) };
  const isNoisy = (driver?.noise ?? 0) > 0;
  const scaling = buildScaling(
    { inputs: 'abs-max', threshold: 0, overflow: 'none' },
    dac,
    adc,
    room,
    isNoisy,
  );
  return (delta, out, product) => {
    scaling.read(delta, out, (x, currents) => {
      intoVolts(x);
      if (driver) drivenBy(driver, engine.kernels, x, noise);
      product(x, currents);
      conversion?.(currents);
    });
  };
}
