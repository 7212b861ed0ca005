/** @file Tiki-Taka (Gokmen and Haensch 2020): a row of the fast array, as it is read, is pulsed onto the same row of the slow one. */
import { type Static, Type } from '@sinclair/typebox';
import { strict } from '../../description.ts';
import { transferOptions, transferWriter } from './transfer.ts';
import type { Site, Writer } from './update.ts';

export const TikiTaka = strict(
  { kind: Type.Literal('tiki-taka'), ...transferOptions },
  {
    description:
      'a fast array whose readings are pulsed onto a slow one that multiplies; needs a pulsed cell',
  },
);

export function buildTikiTaka(options: Static<typeof TikiTaka>, site: Site): Writer {
  return transferWriter(options, site, ({ slow, trains }) => ({
    take(i, reading) {
      site.meter.pulses += trains.row(slow, i, reading, options.transferRate);
    },
  }));
}
