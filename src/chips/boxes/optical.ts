/**
 * @file Light through a scattering medium: z = (1 − s) n + s (|T n|² + σ ξ), T the transmission matrix of the medium and |·|² what a camera
 * sees of the field. Entries of T are complex, real and imaginary part N(0, 1/2D), so intensities have mean 1 and the
 * exponential distribution of a speckle pattern. Every output hears every input and has lost its phase. Left out: shot noise, pixels
 * that see several speckle grains, amplitudes that a modulator cannot make.
 * @see Saade et al. 2016, Random projections through multiple optical scattering (arXiv 1510.06664), whose camera also quantises
 */
import { type Static, Type } from '@sinclair/typebox';
import { provenance, ratio, strict } from '../../description.ts';
import type { Engine } from '../../engine/engine.ts';
import { type Matrix, rowsOf } from '../../engine/matrix.ts';
import { gaussians, type Stream } from '../../engine/streams.ts';
import type { Box } from './box.ts';
import { accidents } from './rewiring.ts';
import { strength, wire } from './strength.ts';

export const Optical = strict(
  {
    kind: Type.Literal('optical'),
    ...provenance,
    strength: strength('intensities and the activity itself are mixed'),
    noise: ratio('standard deviation of the noise added to every intensity, whose mean is 1', {
      minimum: 0,
      maximum: 10,
      default: 0.3,
    }),
  },
  { description: 'intensities behind a scattering medium: every output hears every input' },
);

export function buildOptical(
  model: Static<typeof Optical>,
  units: number,
  batch: number,
  engine: Engine,
  stream: (path: string) => Stream,
): Box {
  const { kernels, gemm } = engine;
  const { strength: s } = model;
  if (s === 0) return { ...wire(engine), rewire() {} };
  // T, the real parts of every output and then the imaginary ones [2 units, units]
  const transmission = engine.matrix(2 * units, units);
  const spread = 1 / Math.sqrt(2 * units);
  kernels.addGaussian(transmission, spread, stream('transmission'));
  const turned = engine.matrix(units, 2 * units);
  kernels.transpose(transmission, turned);
  const fields = engine.matrix(batch, 2 * units);
  const accident = accidents(units, stream);
  const noise = stream('noise');

  /** T n, sample by sample [batch, 2 units]. */
  function fieldsOf(input: Matrix): Matrix {
    const f = rowsOf(fields, 0, input.rows);
    gemm.multiply(input, turned, f);
    return f;
  }

  return {
    send(input, out) {
      const f = fieldsOf(input).data;
      for (let b = 0; b < input.rows; b++)
        for (let j = 0; j < units; j++) {
          const real = f[2 * b * units + j]!;
          const imaginary = f[(2 * b + 1) * units + j]!;
          out.data[b * units + j] = s * (real * real + imaginary * imaginary);
        }
      if (s < 1) kernels.addScaled(input, 1 - s, out);
      if (model.noise > 0) kernels.addGaussian(out, s * model.noise, noise);
    },
    /** ∂|T n|²/∂n = 2 Re(T* T n), row by row of T. */
    pullBack(input, d, out) {
      const f = fieldsOf(input);
      for (let b = 0; b < d.rows; b++)
        for (let j = 0; j < units; j++) {
          const outer = 2 * s * d.data[b * units + j]!;
          f.data[2 * b * units + j]! *= outer;
          f.data[(2 * b + 1) * units + j]! *= outer;
        }
      gemm.multiply(f, transmission, out);
      if (s < 1) kernels.addScaled(d, 1 - s, out);
    },
    rewire(share) {
      const { hit, redrawn } = accident.next(share);
      const others = gaussians(redrawn('transmission'), transmission.data.length);
      for (const row of hit.flatMap(j => [j, units + j]))
        for (let at = row * units; at < (row + 1) * units; at++) transmission.data[at] = spread * others[at]!;
      kernels.transpose(transmission, turned);
    },
  };
}
