/**
 * @file A chaotic map: an activity is squashed into (0, 1), u = (1 + tanh n)/2, and goes a few times through the logistic map
 * u ← r_i u (1 − u) (May 1976, Nature 261:459) with a rate of each unit's own; z = (1 − s) n + s (4 u − 2). Small differences become large ones:
 * the derivative is exact and of little use.
 */
import { type Static, Type } from '@sinclair/typebox';
import { count, provenance, ratio, strict } from '../../description.ts';
import type { Engine } from '../../engine/engine.ts';
import { type Stream, uniforms } from '../../engine/streams.ts';
import type { Box } from './box.ts';
import { tanh } from './curves.ts';
import { strength, wire } from './strength.ts';

export const Chaotic = strict(
  {
    kind: Type.Literal('chaotic'),
    ...provenance,
    strength: strength('the map and the true value are mixed'),
    rounds: count('times through the map', { maximum: 50, default: 3 }),
    low: ratio('smallest rate r of a unit', { minimum: 0, maximum: 4, default: 3.5 }),
    high: ratio('largest; chaos begins at 3.57', { minimum: 0, maximum: 4, default: 3.99 }),
  },
  { description: 'the logistic map, a few times: neighbours are torn apart' },
);

export function buildChaotic(
  model: Static<typeof Chaotic>,
  units: number,
  _batch: number,
  engine: Engine,
  stream: (path: string) => Stream,
): Box {
  const { strength: s, rounds, low, high } = model;
  if (s === 0) return wire(engine);
  const rates = uniforms(stream('rate'), units).map(u => low + (high - low) * u);
  return {
    send(input, out) {
      for (let k = 0; k < input.data.length; k++) {
        const n = input.data[k]!;
        const r = rates[k % units]!;
        let u = (1 + tanh(n)) / 2;
        for (let i = 0; i < rounds; i++) u = r * u * (1 - u);
        out.data[k] = (1 - s) * n + s * (4 * u - 2);
      }
    },
    pullBack(input, d, out) {
      for (let k = 0; k < input.data.length; k++) {
        const r = rates[k % units]!;
        const t = tanh(input.data[k]!);
        let u = (1 + t) / 2;
        let slope = 2 * (1 - t * t); // 4 · du/dn
        for (let i = 0; i < rounds; i++) {
          slope *= r * (1 - 2 * u);
          u = r * u * (1 - u);
        }
        out.data[k] = d.data[k]! * (1 - s + s * slope);
      }
    },
  };
}
