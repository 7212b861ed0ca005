/**
 * @file The reference box: z_i = Q(f_i((M n)_i) + sigma · xi), with M a sparse random mixing, f_i one of six curves with gain,
 * offset and polarity of its own, xi fresh N(0, 1) noise and Q a quantiser on [−3, 3]. Defined here.
 *
 * Calibration, on a prototype with 10,000 MNIST images, three layers of 300 units and the defaults: a readout on frozen random layers
 * errs on 32 to 35 % of the test set (11 % without boxes), backprop with the true derivative on 3.5 to 3.9 % (3.3 % without). The
 * box destroys random features, not the information.
 */
import type { Static } from '@sinclair/typebox';
import type { Engine } from '../../engine/engine.ts';
import { gaussians, permutation, type Stream, uniforms } from '../../engine/streams.ts';
import type { Box, Scattering } from './box.ts';
import { bend, bendBack, type UnitCurve } from './curves.ts';
import { buildMixer } from './mixer.ts';
import { drawMixing } from './mixing.ts';
import { accidents } from './rewiring.ts';
import { wire } from './strength.ts';

export function buildScattering(
  model: Static<typeof Scattering>,
  units: number,
  batch: number,
  engine: Engine,
  stream: (path: string) => Stream,
): Box {
  const { kernels } = engine;
  const { strength, bits, smoothing } = model;
  if (strength === 0) return { ...wire(engine), rewire() {} };

  const mixing = drawMixing(units, model.fanIn, strength, engine, stream);
  const mixer = buildMixer(mixing, units, batch, engine);
  const curves = drawCurves(model, units, stream);
  const accident = accidents(units, stream);
  const sigma = strength * model.noise;
  const noise = stream('noise');

  return {
    send(input, out) {
      const v = mixer.mix(input);
      for (let i = 0; i < units; i++) bend(curves[i]!, v.data, i * v.columns, (i + 1) * v.columns);
      kernels.transpose(v, out);
      if (sigma > 0) kernels.addGaussian(out, sigma, noise);
      if (bits > 0) kernels.quantise(out, units, -3, 3, 2 ** bits);
    },
    pullBack(input, d, out) {
      const v = mixer.mix(input);
      const delta = mixer.byUnit(d);
      for (let i = 0; i < units; i++)
        bendBack(curves[i]!, v.data, delta.data, i * v.columns, (i + 1) * v.columns, smoothing);
      mixer.mixBack(delta, out);
    },
    rewire(share) {
      const { hit, redrawn } = accident.next(share);
      mixer.rewire(drawMixing(units, model.fanIn, strength, engine, redrawn), hit);
      const others = drawCurves(model, units, redrawn);
      for (const i of hit) curves[i] = others[i]!;
    },
  };
}

/** Curves f_s(v) = (1 − s) · v ± s · f(gain · (v − offset)): kinds equally often, gain U(0.5, 2), offset N(0, 0.5²), polarity at random. */
export function drawCurves(
  model: Pick<Static<typeof Scattering>, 'curves' | 'strength'>,
  units: number,
  stream: (path: string) => Stream,
): UnitCurve[] {
  const { curves, strength } = model;
  const order = permutation(stream('kinds'), units);
  const gains = uniforms(stream('gain'), units);
  const offsets = gaussians(stream('offset'), units);
  const polarities = uniforms(stream('polarity'), units);
  return Array.from(order, (place, i) => ({
    kind: curves[place % curves.length]!,
    gain: 0.5 + 1.5 * gains[i]!,
    offset: 0.5 * offsets[i]!,
    keep: 1 - strength,
    amount: polarities[i]! < 0.5 ? strength : -strength,
  }));
}
