/**
 * @file Hysteresis: what a unit gives depends on the samples that passed before. The play operator, a pointer dragged along with slack: the
 * output moves only when the input has gone further from it than the half-width w_i, z ← clamp(z, n − w_i, n + w_i). Samples pass in
 * the order of the rows; the last of one pass is followed by the first of the next.
 * @see Krasnosel'skii and Pokrovskii 1989, Systems with Hysteresis
 */
import { type Static, Type } from '@sinclair/typebox';
import { provenance, ratio, strict } from '../../description.ts';
import type { Engine } from '../../engine/engine.ts';
import { type Stream, uniforms } from '../../engine/streams.ts';
import type { Box } from './box.ts';
import { strength, wire } from './strength.ts';

export const Hysteresis = strict(
  {
    kind: Type.Literal('hysteresis'),
    ...provenance,
    strength: strength('widths are multiplied by it'),
    width: ratio('mean half-width; units have from half to one and a half of it', {
      minimum: 0,
      maximum: 10,
      default: 0.5,
    }),
  },
  { description: 'units with play: outputs lag behind, and remember the sample before' },
);

export function buildHysteresis(
  model: Static<typeof Hysteresis>,
  units: number,
  _batch: number,
  engine: Engine,
  stream: (path: string) => Stream,
): Box {
  const mean = model.strength * model.width;
  if (mean === 0) return wire(engine);
  const widths = uniforms(stream('width'), units).map(u => mean * (0.5 + u));
  const state = new Float32Array(units);
  return {
    memory: [state],
    send(input, out) {
      for (let from = 0; from < input.data.length; from += units)
        for (let j = 0; j < units; j++) {
          const n = input.data[from + j]!;
          const w = widths[j]!;
          const z = state[j]!;
          out.data[from + j] = state[j] = z < n - w ? n - w : z > n + w ? n + w : z;
        }
    },
    // which side of its play a unit stands on is the doing of other samples: on average a wire
    pullBack: (_input, d, out) => engine.kernels.copy(d, out),
  };
}
