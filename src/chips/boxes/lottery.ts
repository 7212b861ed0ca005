/**
 * @file A lottery of transfer curves: every unit keeps its own line but bends what is on it by a curve drawn for it alone, z = f_i(n_i) + σ ξ,
 * the curves of `scattering` without its wiring.
 */
import { type Static, Type } from '@sinclair/typebox';
import { choice, provenance, ratio, strict } from '../../description.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Matrix } from '../../engine/matrix.ts';
import type { Stream } from '../../engine/streams.ts';
import type { Box } from './box.ts';
import { bend, bendBack, curveKinds } from './curves.ts';
import { accidents } from './rewiring.ts';
import { drawCurves } from './scattering.ts';
import { strength, wire } from './strength.ts';

export const Lottery = strict(
  {
    kind: Type.Literal('lottery'),
    ...provenance,
    strength: strength('curves and noise are interpolated'),
    curves: Type.Array(choice(curveKinds, 'a transfer curve'), {
      minItems: 1,
      description: 'the kinds that units are given, at random and equally often',
      default: [...curveKinds],
    }),
    noise: ratio('standard deviation of the noise added to every output at every pass', {
      minimum: 0,
      maximum: 10,
      default: 0.2,
    }),
    smoothing: ratio('width of the smooth step that stands for a curve of kind "sign" in derivatives', {
      minimum: 0,
      maximum: 10,
      default: 0.5,
    }),
  },
  { description: 'a curve of its own for every unit, none like the other' },
);

export function buildLottery(
  model: Static<typeof Lottery>,
  units: number,
  batch: number,
  engine: Engine,
  stream: (path: string) => Stream,
): Box {
  const { kernels } = engine;
  if (model.strength === 0) return { ...wire(engine), rewire() {} };
  const curves = drawCurves(model, units, stream);
  const sigma = model.strength * model.noise;
  const noise = stream('noise');
  const accident = accidents(units, stream);
  const values = engine.matrix(units, batch).data;
  const errors = engine.matrix(units, batch).data;
  /** The numbers unit by unit [units, rows]. */
  const byUnit = (x: Matrix, room: Float32Array): Matrix => {
    const turned = { rows: units, columns: x.rows, data: room.subarray(0, units * x.rows) };
    kernels.transpose(x, turned);
    return turned;
  };

  return {
    send(input, out) {
      const v = byUnit(input, values);
      for (let i = 0; i < units; i++) bend(curves[i]!, v.data, i * v.columns, (i + 1) * v.columns);
      kernels.transpose(v, out);
      if (sigma > 0) kernels.addGaussian(out, sigma, noise);
    },
    pullBack(input, d, out) {
      const v = byUnit(input, values);
      const delta = byUnit(d, errors);
      for (let i = 0; i < units; i++)
        bendBack(curves[i]!, v.data, delta.data, i * v.columns, (i + 1) * v.columns, model.smoothing);
      kernels.transpose(delta, out);
    },
    rewire(share) {
      const { hit, redrawn } = accident.next(share);
      const others = drawCurves(model, units, redrawn);
      for (const i of hit) curves[i] = others[i]!;
    },
  };
}
