/**
 * @file A leak from the previous sample: z_t = (1 − m) n_t + m n_{t−1}. Samples pass in the order of the rows; the last of one pass is
 * followed by the first of the next, so a positive case may leak into a negative one.
 */
import { type Static, Type } from '@sinclair/typebox';
import { provenance, ratio, strict } from '../../description.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Box } from './box.ts';
import { strength, wire } from './strength.ts';

export const Delay = strict(
  {
    kind: Type.Literal('delay'),
    ...provenance,
    strength: strength('the leak is multiplied by it'),
    leak: ratio('m, the share of the previous sample', { minimum: 0, maximum: 1, default: 0.2 }),
  },
  { description: 'a share of the previous sample leaks into each' },
);

export function buildDelay(model: Static<typeof Delay>, units: number, _batch: number, engine: Engine): Box {
  const m = model.strength * model.leak;
  if (m === 0) return wire(engine);
  const before = new Float32Array(units);
  return {
    memory: [before],
    send(input, out) {
      for (let from = 0; from < input.data.length; from += units)
        for (let j = 0; j < units; j++) {
          const n = input.data[from + j]!;
          out.data[from + j] = (1 - m) * n + m * before[j]!;
          before[j] = n;
        }
    },
    pullBack(_input, d, out) {
      engine.kernels.fill(out, 0);
      engine.kernels.addScaled(d, 1 - m, out);
    },
  };
}
