/**
 * @file Gains and offsets that differ from unit to unit and walk away as time passes: z = exp(g_i) n + o_i, with g_i and o_i ~ N(0, m²) at
 * manufacture and random walks of standard deviation r √(days) since. A twin that was fitted once goes stale.
 */
import { type Static, Type } from '@sinclair/typebox';
import { provenance, ratio, strict } from '../../description.ts';
import type { Engine } from '../../engine/engine.ts';
import { gaussians, type Stream } from '../../engine/streams.ts';
import type { Box } from './box.ts';
import { strength, wire } from './strength.ts';

export const Drift = strict(
  {
    kind: Type.Literal('drift'),
    ...provenance,
    strength: strength('mismatch and drift are multiplied by it'),
    mismatch: ratio('standard deviation of log-gains and of offsets at manufacture', {
      minimum: 0,
      maximum: 10,
      default: 0.1,
    }),
    rate: ratio('standard deviation of what is added to both in one day', {
      minimum: 0,
      maximum: 10,
      default: 0.1,
    }),
  },
  { description: 'gains and offsets that walk away with time' },
);

const day = 86400;

export function buildDrift(
  model: Static<typeof Drift>,
  units: number,
  _batch: number,
  engine: Engine,
  stream: (path: string) => Stream,
): Box {
  const { strength: s } = model;
  if (s === 0) return wire(engine);
  const logGains = gaussians(stream('gain'), units).map(n => s * model.mismatch * n);
  const offsets = gaussians(stream('offset'), units).map(n => s * model.mismatch * n);
  const gains = logGains.map(Math.exp);
  const walk = stream('drift');
  engine.keepArrays(logGains, offsets, gains);

  return {
    send(input, out) {
      for (let from = 0; from < input.data.length; from += units)
        for (let j = 0; j < units; j++) out.data[from + j] = gains[j]! * input.data[from + j]! + offsets[j]!;
    },
    pullBack(_input, d, out) {
      for (let from = 0; from < d.data.length; from += units)
        for (let j = 0; j < units; j++) out.data[from + j] = gains[j]! * d.data[from + j]!;
    },
    age(seconds) {
      const spread = s * model.rate * Math.sqrt(seconds / day);
      const steps = gaussians(walk, 2 * units);
      for (let j = 0; j < units; j++) {
        logGains[j]! += spread * steps[j]!;
        offsets[j]! += spread * steps[units + j]!;
        gains[j] = Math.exp(logGains[j]!);
      }
    },
  };
}
