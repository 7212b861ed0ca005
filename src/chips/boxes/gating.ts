/**
 * @file Stochastic gating: at every pass each unit is let through with probability 1 − p, and then as much stronger, so that the mean stays:
 * z = n · Bernoulli(1 − p)/(1 − p), fresh every time. Dropout that nobody can switch off.
 */
import { type Static, Type } from '@sinclair/typebox';
import { provenance, ratio, strict } from '../../description.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Stream } from '../../engine/streams.ts';
import type { Box } from './box.ts';
import { strength, wire } from './strength.ts';

export const Gating = strict(
  {
    kind: Type.Literal('gating'),
    ...provenance,
    strength: strength('the probability is multiplied by it'),
    probability: ratio('p, that a unit is not let through in a pass', {
      minimum: 0,
      maximum: 0.99,
      default: 0.4,
    }),
  },
  { description: 'units that are shut off at random, others at every pass' },
);

export function buildGating(
  model: Static<typeof Gating>,
  _units: number,
  _batch: number,
  engine: Engine,
  stream: (path: string) => Stream,
): Box {
  const shut = model.strength * model.probability;
  if (shut === 0) return wire(engine);
  const noise = stream('noise');
  const louder = 1 / (1 - shut);
  return {
    send(input, out) {
      engine.kernels.uniform(out, 0, 1, noise);
      for (let k = 0; k < out.data.length; k++)
        out.data[k] = out.data[k]! < shut ? 0 : louder * input.data[k]!;
    },
    pullBack: (_input, d, out) => engine.kernels.copy(d, out),
  };
}
