/**
 * @file Tiki-Taka version 2 (Gokmen 2021): readings of the fast array are collected in a digital buffer, H += rate · v, and a cell of the
 * slow array gets a pulse when the buffer exceeds a threshold: a low-pass filter against the noise of the readings.
 */
import { type Static, Type } from '@sinclair/typebox';
import { count, ratio, strict } from '../../description.ts';
import { pulseBuffer } from './pulse-buffer.ts';
import { transferOptions, transferWriter } from './transfer.ts';
import type { Site, Writer } from './update.ts';

export const bufferOptions = {
  threshold: ratio('content of the buffer that makes a pulse, in steps of the slow cells [thres_scale]', {
    exclusiveMinimum: 0,
    default: 1,
  }),
  transferPulses: count('most pulses of one transfer of a cell [transfer_bl]', { default: 1, maximum: 1000 }),
};

export const BufferedTransfer = strict(
  {
    kind: Type.Literal('buffered-transfer'),
    ...transferOptions,
    ...bufferOptions,
    momentum: ratio('share of the buffer that stays when it has given pulses', {
      minimum: 0,
      maximum: 1,
      default: 0.1,
    }),
  },
  { description: 'Tiki-Taka version 2: a fast array, a digital buffer, a slow array; needs a pulsed cell' },
);

export function buildBufferedTransfer(options: Static<typeof BufferedTransfer>, site: Site): Writer {
  const { columns } = site.weights;
  return transferWriter(options, site, ({ slow }) => {
    const collect = pulseBuffer(slow, options.momentum, options.transferPulses, site);
    const scale = options.transferRate / (options.threshold * slow.granularity);
    return {
      take(i, reading) {
        for (let j = 0; j < columns; j++) collect(i * columns + j, scale * reading[j]!);
        site.meter.digitalMacs += columns;
      },
    };
  });
}
