/**
 * @file Tiki-Taka with choppers (c-TTv2; Rasch, Carta, Fagbohungbe and Gokmen 2024): the sign with which a row's changes reach the fast array
 * flips at random after its readings, and the readings are turned back. What the fast array holds that is not gradient, such as a symmetry point
 * that is not at 0, then averages out in the buffer.
 */
import { type Static, Type } from '@sinclair/typebox';
import { ratio, strict } from '../../description.ts';
import { uniforms } from '../../engine/streams.ts';
import { bufferOptions } from './buffered-transfer.ts';
import { pulseBuffer } from './pulse-buffer.ts';
import { transferOptions, transferWriter } from './transfer.ts';
import type { Site, Writer } from './update.ts';

export const ChoppedTransfer = strict(
  {
    kind: Type.Literal('chopped-transfer'),
    ...transferOptions,
    ...bufferOptions,
    chopProbability: ratio('probability that the sign of a row flips after a reading [in_chop_prob]', {
      minimum: 0,
      maximum: 1,
      default: 0.1,
    }),
    momentum: ratio('share of the buffer that stays when it has given pulses', {
      minimum: 0,
      maximum: 1,
      default: 0,
    }),
  },
  { description: 'Tiki-Taka version 2 with randomly flipped signs; needs a pulsed cell' },
);

export function buildChoppedTransfer(options: Static<typeof ChoppedTransfer>, site: Site): Writer {
  const { rows, columns } = site.weights;
  const signs = new Int8Array(rows).fill(1);
  const lots = site.stream('chopper');
  site.engine.keepArrays(signs);
  return transferWriter(options, site, ({ slow }) => {
    const collect = pulseBuffer(slow, options.momentum, options.transferPulses, site);
    const scale = options.transferRate / (options.threshold * slow.granularity);
    return {
      sign: i => signs[i]!,
      take(i, reading) {
        for (let j = 0; j < columns; j++) collect(i * columns + j, signs[i]! * scale * reading[j]!);
        site.meter.digitalMacs += columns;
        if (uniforms(lots, 1)[0]! < options.chopProbability) signs[i] = -signs[i]!;
      },
    };
  });
}
