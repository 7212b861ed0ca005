/**
 * @file Rectifier circuits, nominally max(a, 0), each unit with its own curve (equations: `rectify` in engine/kernels.ts).
 * Generic mismatch of small analog circuits, not a fit to one process.
 */
import type { Static } from '@sinclair/typebox';
import type { Engine } from '../../engine/engine.ts';
import type { Matrix } from '../../engine/matrix.ts';
import { gaussians, type Stream, uniforms } from '../../engine/streams.ts';
import type { NeuronCircuits, Rectifier } from './neuron.ts';

/** Rectifiers and their parameters, each 1 × units. */
export interface Rectifiers extends NeuronCircuits {
  readonly gain: Matrix;
  readonly offset: Matrix;
  readonly knee: Matrix;
  readonly compression: Matrix;
}

/** Draws the circuits of one layer: gain exp(s · N), offset s · N, knee and compression exponential with the given means. */
export function buildRectifiers(
  model: Static<typeof Rectifier>,
  units: number,
  engine: Engine,
  stream: (path: string) => Stream,
): Rectifiers {
  const { kernels } = engine;
  const row = (values: Float32Array, curve: (value: number) => number): Matrix => {
    const matrix = engine.matrix(1, units);
    matrix.data.set(values.map(curve));
    return matrix;
  };
  const gain = row(gaussians(stream('gain'), units), n => Math.exp(model.gain * n));
  const offset = row(gaussians(stream('offset'), units), n => model.offset * n);
  const knee = row(uniforms(stream('knee'), units), u => -model.knee * Math.log(1 - u));
  const compression = row(uniforms(stream('compression'), units), u => -model.compression * Math.log(1 - u));
  return {
    gain,
    offset,
    knee,
    compression,
    activity: (a, out) => kernels.rectify(a, gain, offset, knee, compression, out),
    back: (a, d) => kernels.rectifyBack(a, gain, offset, knee, compression, d),
  };
}
