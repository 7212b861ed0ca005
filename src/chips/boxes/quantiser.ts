/**
 * @file A coarse quantiser: z = (1 − s) n + s Q(n), Q to the nearest of 2^bits levels between −3 and 3.
 */
import { type Static, Type } from '@sinclair/typebox';
import { count, provenance, strict } from '../../description.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Box } from './box.ts';
import { blend, strength, wire } from './strength.ts';

export const Quantiser = strict(
  {
    kind: Type.Literal('quantiser'),
    ...provenance,
    strength: strength('rounded values and true ones are mixed'),
    bits: count('resolution between −3 and 3', { maximum: 16, default: 1 }),
  },
  { description: 'a few levels and nothing between' },
);

export function buildQuantiser(
  model: Static<typeof Quantiser>,
  units: number,
  _batch: number,
  engine: Engine,
): Box {
  if (model.strength === 0) return wire(engine);
  return {
    send(input, out) {
      engine.kernels.copy(input, out);
      engine.kernels.quantise(out, units, -3, 3, 2 ** model.bits);
      blend(input, model.strength, out, engine);
    },
    pullBack: (_input, d, out) => engine.kernels.copy(d, out), // straight through
  };
}
