/**
 * @file Spikes: an activity is sent as a number of spikes in a window, z = K/λ₁ with K ~ Poisson(λ₁ max(0, n)), λ₁ the spikes of an
 * activity of 1. Mean max(0, n), variance max(0, n)/λ₁; a negative activity sends none.
 */
import { type Static, Type } from '@sinclair/typebox';
import { provenance, ratio, strict } from '../../description.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Stream } from '../../engine/streams.ts';
import type { Box } from './box.ts';
import { strength, wire } from './strength.ts';

export const Spiking = strict(
  {
    kind: Type.Literal('spiking'),
    ...provenance,
    strength: strength('the number of spikes is divided by it'),
    spikes: ratio('mean spikes in the window of an activity of 1', {
      exclusiveMinimum: 0,
      maximum: 1000,
      default: 2,
    }),
  },
  { description: 'activities as counts of spikes that come at random' },
);

/** Mean counts above this are drawn in parts: exp(−λ) must not vanish. */
const mostAtOnce = 30;

export function buildSpiking(
  model: Static<typeof Spiking>,
  _units: number,
  _batch: number,
  engine: Engine,
  stream: (path: string) => Stream,
): Box {
  if (model.strength === 0) return wire(engine);
  const perUnit = model.spikes / model.strength;
  const noise = stream('noise');
  const { kernels } = engine;
  return {
    send(input, out) {
      kernels.uniform(out, 0, 1, noise);
      for (let k = 0; k < out.data.length; k++)
        out.data[k] = poisson(perUnit * Math.max(0, input.data[k]!), out.data[k]!) / perUnit;
    },
    pullBack(input, d, out) {
      kernels.copy(d, out);
      kernels.gate(input, out);
    },
  };
}

/**
 * A Poisson number of mean λ from one uniform number: the smallest k with P(K ≤ k) > u, summed from 0 on. Above a mean of 30 the nearest whole
 * number of a normal variable of that mean and variance stands for it.
 */
export function poisson(mean: number, u: number): number {
  if (mean === 0) return 0;
  if (mean > mostAtOnce) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normalQuantile(u)));
  let k = 0;
  let p = Math.exp(-mean);
  let sum = p;
  while (u >= sum && k < 200) {
    k++;
    p *= mean / k;
    sum += p;
  }
  return k;
}

/** Quantile of N(0, 1), error below 4.5e-4 (Abramowitz and Stegun 1964, 26.2.23). */
function normalQuantile(u: number): number {
  const tail = Math.min(Math.max(Math.min(u, 1 - u), 1e-9), 0.5);
  const t = Math.sqrt(-2 * Math.log(tail));
  const x =
    t -
    (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t ** 3);
  return u < 0.5 ? -x : x;
}
