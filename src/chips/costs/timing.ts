/**
 * @file How long a chip is busy. One sample after another, one layer after another, nothing overlaps: an array settles and is integrated, its
 * columns take turns at the ADCs they share, the learner's measurements take turns likewise, digital units work through their
 * multiply-adds, rows are written one by one, but for trains of pulses that rows and columns carry at once. Tiles and crossbars of one layer work at once. This is time on the chip; the simulator's own is another matter.
 */
import type { Static } from '@sinclair/typebox';
import { count, quantity, strict } from '../../description.ts';
import type { LayerShape } from '../access.ts';
import type { Meter } from '../meter.ts';
import type { ChipModel } from '../model.ts';

/** Description of what takes time. */
export const Timing = strict(
  {
    settling: quantity(
      's',
      'until the currents of an array, and the neuron circuits behind it, stand still',
      {
        minimum: 0,
        default: 10e-9,
      },
    ),
    conversion: quantity('s', 'one analog-to-digital conversion', { exclusiveMinimum: 0, default: 10e-9 }),
    columnsPerAdc: count('neighbouring columns that take turns at one ADC', { default: 8, maximum: 65536 }),
    digitalRate: quantity('Hz', 'multiply-adds a second, all digital units together', {
      exclusiveMinimum: 0,
      default: 1e12,
    }),
  },
  { description: 'how long things take on the chip' },
);
export type Timing = Static<typeof Timing>;

/** Seconds by cause. */
export interface ChipTime {
  /** arrays that settle and are integrated, either way */
  readonly reading: number;
  /** ADCs between layers */
  readonly converting: number;
  /** ADCs that measure for the learner */
  readonly measuring: number;
  readonly digital: number;
  readonly writing: number;
  readonly total: number;
}

/** What a meter has counted, in seconds. @returns undefined where the model does not say how long things take */
export function timeOf(
  meter: Meter,
  { timing, readTime, pulseTime }: ChipModel['energy'],
  model: Pick<ChipModel, 'adc' | 'crossbar'>,
  layers: readonly LayerShape[],
): ChipTime | undefined {
  if (!timing) return undefined;
  const { tileColumns } = model.crossbar;
  const turns = (lines: number) => Math.min(timing.columnsPerAdc, lines) * timing.conversion;
  const once = timing.settling + readTime;
  let [reading, converting, measuring, writing] = [0, 0, 0, 0];
  layers.forEach(({ units, places }, l) => {
    const { reads, backReads, slots, trainSlots } = byCrossbar(meter, l, places.length);
    const { columns } = places[0]!;
    const rows = Math.max(...places.map(place => place.rows)); // the largest is done last
    reading += (reads + backReads) * once;
    if (model.adc.kind !== 'none') converting += reads * turns(Math.min(columns, tileColumns));
    measuring +=
      meter.measured[l]! * turns(units) + meter.weighed[l]! * timing.conversion + backReads * turns(rows);
    writing += (slots * rows + trainSlots) * pulseTime;
  });
  const digital = meter.digitalMacs / timing.digitalRate;
  return {
    reading,
    converting,
    measuring,
    digital,
    writing,
    total: reading + converting + measuring + digital + writing,
  };
}

/** What the crossbars of a layer, which all work at once, were busy with. */
const byCrossbar = ({ reads, backReads, slots, trainSlots }: Meter, l: number, crossbars: number) => ({
  reads: reads[l]! / crossbars,
  backReads: backReads[l]! / crossbars,
  slots: slots[l]! / crossbars,
  trainSlots: trainSlots[l]! / crossbars,
});
