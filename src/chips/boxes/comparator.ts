/**
 * @file One bit per unit: z_i = sign((M n)_i + sigma · xi). The mean over the noise is erf((M n)_i / (sigma √2)); its slope is a
 * spike for small noise, of no use to a learner, so the width of the step is at least `smoothing`.
 */
import type { Static } from '@sinclair/typebox';
import type { Engine } from '../../engine/engine.ts';
import type { Stream } from '../../engine/streams.ts';
import type { Box, Comparator } from './box.ts';
import { stepSlope } from './curves.ts';
import { buildMixer } from './mixer.ts';
import { drawMixing } from './mixing.ts';
import { accidents } from './rewiring.ts';

export function buildComparator(
  model: Static<typeof Comparator>,
  units: number,
  batch: number,
  engine: Engine,
  stream: (path: string) => Stream,
): Box {
  const { kernels } = engine;
  const mixing = drawMixing(units, model.fanIn, 1, engine, stream);
  const mixer = buildMixer(mixing, units, batch, engine);
  const accident = accidents(units, stream);
  const sigma = model.noise;
  const width = Math.max(sigma, model.smoothing);
  const noise = stream('noise');

  return {
    send(input, out) {
      kernels.transpose(mixer.mix(input), out);
      if (sigma > 0) kernels.addGaussian(out, sigma, noise);
      kernels.quantise(out, units, -1, 1, 2); // the sign, and 1 for 0
    },
    pullBack(input, d, out) {
      const v = mixer.mix(input).data;
      const delta = mixer.byUnit(d);
      for (let k = 0; k < v.length; k++) delta.data[k]! *= stepSlope(v[k]!, width);
      mixer.mixBack(delta, out);
    },
    rewire(share) {
      const { hit, redrawn } = accident.next(share);
      mixer.rewire(drawMixing(units, model.fanIn, 1, engine, redrawn), hit);
    },
  };
}
