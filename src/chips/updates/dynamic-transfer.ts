/**
 * @file AGAD, analog gradient accumulation with a dynamic reference (Rasch, Carta, Fagbohungbe and Gokmen 2024): as with choppers, but the sign of a row
 * flips at regular times, and what the fast array held on the average in the last period is subtracted from the readings of this one. So its symmetry
 * points need not be known, nor programmed into reference cells.
 */
import { type Static, Type } from '@sinclair/typebox';
import { count, ratio, strict } from '../../description.ts';
import { bufferOptions } from './buffered-transfer.ts';
import { pulseBuffer } from './pulse-buffer.ts';
import { transferOptions, transferWriter } from './transfer.ts';
import type { Site, Writer } from './update.ts';

export const DynamicTransfer = strict(
  {
    kind: Type.Literal('dynamic-transfer'),
    ...transferOptions,
    ...bufferOptions,
    chopEvery: count('readings of a row between two flips of its sign [1/in_chop_prob]', {
      minimum: 2,
      default: 10,
      maximum: 1e6,
    }),
    tail: ratio(
      'weight of late readings in the mean of a period: it forgets in period/tail readings [tail_weightening]',
      {
        exclusiveMinimum: 0,
        default: 5,
      },
    ),
    momentum: ratio('share of the buffer that stays when it has given pulses', {
      minimum: 0,
      maximum: 1,
      default: 0,
    }),
  },
  {
    description:
      'AGAD: flipped signs and a reference taken from the readings themselves; needs a pulsed cell',
  },
);

export function buildDynamicTransfer(options: Static<typeof DynamicTransfer>, site: Site): Writer {
  const { rows, columns } = site.weights;
  const { chopEvery } = options;
  const signs = new Int8Array(rows).fill(1);
  const readings = new Uint32Array(rows);
  const mean = new Float32Array(rows * columns);
  const reference = new Float32Array(rows * columns);
  site.engine.keepArrays(signs, readings, mean, reference);
  const share = Math.min(options.tail / chopEvery, 1);
  return transferWriter(options, site, ({ slow }) => {
    const collect = pulseBuffer(slow, options.momentum, options.transferPulses, site);
    const scale = options.transferRate / (options.threshold * slow.granularity);
    return {
      sign: i => signs[i]!,
      take(i, reading) {
        const hasReference = readings[i]! >= chopEvery; // the first period only finds one
        for (let j = 0, k = i * columns; j < columns; j++, k++) {
          if (hasReference) collect(k, signs[i]! * scale * (reading[j]! - reference[k]!));
          mean[k]! += share * (reading[j]! - mean[k]!);
        }
        site.meter.digitalMacs += 2 * columns;
        readings[i]!++;
        if (readings[i]! % chopEvery !== 0) return;
        signs[i] = -signs[i]!;
        reference.set(mean.subarray(i * columns, (i + 1) * columns), i * columns);
      },
    };
  });
}
