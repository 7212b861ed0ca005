/**
 * @file Goodness made on the chip: a squarer at every unit, all of a layer into one wire, and one converter for what arrives there, in place of
 * one for every unit,
 *
 *   G = Σ_j g_j (y_j + o_j)² + noise ,
 *
 * with gain g_j and offset o_j of every squarer its own for life. Translinear loops and square-law transistors square within a per cent; how well
 * they match is another matter, and a learner that descends G descends what its own squarers say. Generic mismatch, not a fit to one process. What
 * bends at large activities is left out, but that the converter ends at its full scale.
 */
import { type Static, Type } from '@sinclair/typebox';
import { count, oneOfKinds, quantity, ratio, strict } from '../description.ts';
import type { Engine } from '../engine/engine.ts';
import type { Matrix } from '../engine/matrix.ts';
import { gaussians, type Stream } from '../engine/streams.ts';
import { AdcPrice } from './costs/adc.ts';

export const Squarers = strict(
  {
    kind: Type.Literal('squarers'),
    gain: ratio('unit-to-unit spread (one standard deviation) of the gain of squarers, log-normal around 1', {
      minimum: 0,
      maximum: 1,
      default: 0.05,
    }),
    offset: ratio('unit-to-unit spread of what is added to an activity before it is squared, in its units', {
      minimum: 0,
      maximum: 1,
      default: 0.02,
    }),
    noise: ratio('standard deviation of what each squarer adds at every evaluation, in activity²', {
      minimum: 0,
      default: 0.02,
    }),
    bits: count('resolution of the one converter of a layer; 0 for one that loses nothing', {
      minimum: 0,
      maximum: 16,
      default: 8,
    }),
    range: ratio('full scale of that converter, in activity² a unit', { exclusiveMinimum: 0, default: 8 }),
    power: quantity('W', 'of one squarer while a layer settles and is read', { minimum: 0, default: 5e-6 }),
    price: Type.Optional(AdcPrice),
  },
  { description: 'a squarer at every unit, a common wire and one converter for every layer' },
);
export type Squarers = Static<typeof Squarers>;

/** Description of the circuits of goodness. */
export const GoodnessCircuits = oneOfKinds(
  [
    strict(
      { kind: Type.Literal('none') },
      { description: 'who wants to know goodness measures every unit and adds up squares outside' },
    ),
    Squarers,
  ],
  'what a layer has to tell its goodness; none when absent',
);
export type GoodnessCircuits = Static<typeof GoodnessCircuits>;

/** The circuits as they are meant to be; the converter keeps its bits. */
export const nominalGoodness = (model: GoodnessCircuits): GoodnessCircuits =>
  model.kind === 'none' ? model : { ...model, gain: 0, offset: 0, noise: 0 };

/** out [batch, 1] = goodness of activities y [batch, units], as somebody learns of it. */
export type Weighing = (y: Matrix, out: Matrix) => void;

/** The circuits of one layer; exact sums outside where there are none. */
export function buildWeighing(
  model: GoodnessCircuits | undefined,
  units: number,
  { kernels }: Engine,
  stream: (path: string) => Stream,
): Weighing {
  if (model?.kind !== 'squarers') return (y, out) => kernels.sumSquares(y, out);
  const { bits, range } = model;
  const gain = gaussians(stream('gain'), units).map(z => Math.exp(model.gain * z));
  const offset = gaussians(stream('offset'), units).map(z => model.offset * z);
  const noise = stream('noise');
  const spread = model.noise * Math.sqrt(units); // of the sum
  return (y, out) => {
    for (let b = 0; b < y.rows; b++) {
      let sum = 0;
      for (let j = 0; j < units; j++) {
        const u = y.data[b * units + j]! + offset[j]!;
        sum += gain[j]! * u * u;
      }
      out.data[b] = sum;
    }
    if (spread > 0) kernels.addGaussian(out, spread, noise);
    if (bits > 0) kernels.quantise(out, 1, 0, range * units, 2 ** bits);
  };
}
