/**
 * @file Saturation and dead units: an activity beyond a unit's ceiling stays at the ceiling, and some units give a value of their own whatever
 * they get. z = clamp(n, ±c_i/s), or v_i.
 */
import { type Static, Type } from '@sinclair/typebox';
import { provenance, ratio, strict } from '../../description.ts';
import type { Engine } from '../../engine/engine.ts';
import { gaussians, permutation, type Stream, uniforms } from '../../engine/streams.ts';
import type { Box } from './box.ts';
import { strength, wire } from './strength.ts';

export const Saturation = strict(
  {
    kind: Type.Literal('saturation'),
    ...provenance,
    strength: strength('ceilings are divided by it, the share of dead units is multiplied by it'),
    ceiling: ratio('median ceiling of a unit', { exclusiveMinimum: 0, maximum: 100, default: 0.6 }),
    spread: ratio('standard deviation of the logarithm of the ceilings', {
      minimum: 0,
      maximum: 3,
      default: 0.5,
    }),
    dead: ratio('share of units that always give the same value, drawn from −1 to 1', {
      minimum: 0,
      maximum: 1,
      default: 0.3,
    }),
  },
  { description: 'units with ceilings, and dead ones' },
);

export function buildSaturation(
  model: Static<typeof Saturation>,
  units: number,
  _batch: number,
  engine: Engine,
  stream: (path: string) => Stream,
): Box {
  const { strength: s } = model;
  if (s === 0) return wire(engine);
  const ceilings = gaussians(stream('ceiling'), units).map(
    n => (model.ceiling * Math.exp(model.spread * n)) / s,
  );
  const order = permutation(stream('dead'), units);
  const dead = Math.round(s * model.dead * units);
  const values = uniforms(stream('value'), units).map(u => 2 * u - 1);
  const isDead = Uint8Array.from(order, place => (place < dead ? 1 : 0));

  return {
    send(input, out) {
      for (let from = 0; from < input.data.length; from += units)
        for (let j = 0; j < units; j++) {
          const n = input.data[from + j]!;
          const c = ceilings[j]!;
          out.data[from + j] = isDead[j] ? values[j]! : n > c ? c : n < -c ? -c : n;
        }
    },
    pullBack(input, d, out) {
      for (let from = 0; from < input.data.length; from += units)
        for (let j = 0; j < units; j++) {
          const isFlat = isDead[j] === 1 || Math.abs(input.data[from + j]!) > ceilings[j]!;
          out.data[from + j] = isFlat ? 0 : d.data[from + j]!;
        }
    },
  };
}
