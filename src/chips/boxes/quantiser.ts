/**
 * @file A coarse quantiser: z is the multiple of a step nearest to n, within ±3 or a little more.
 */
import { type Static, Type } from '@sinclair/typebox';
import { provenance, ratio, strict } from '../../description.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Box } from './box.ts';
import { strength, wire } from './strength.ts';

export const Quantiser = strict(
  {
    kind: Type.Literal('quantiser'),
    ...provenance,
    strength: strength('the step is multiplied by it'),
    step: ratio('distance of two levels, one of which is 0', { minimum: 0.001, maximum: 3, default: 2 }),
  },
  { description: 'a few levels and nothing between' },
);

export function buildQuantiser(
  model: Static<typeof Quantiser>,
  units: number,
  _batch: number,
  engine: Engine,
): Box {
  const step = model.strength * model.step;
  if (step === 0) return wire(engine);
  const above = Math.ceil(3 / step); // levels on each side of 0
  return {
    send(input, out) {
      engine.kernels.copy(input, out);
      engine.kernels.quantise(out, units, -above * step, above * step, 2 * above + 1);
    },
    pullBack: (_input, d, out) => engine.kernels.copy(d, out), // straight through
  };
}
