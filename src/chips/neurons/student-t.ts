/**
 * @file Student-t circuits: y = log(1 + u²) of u = gain · (a − offset), gain and offset of each unit its own. Up to a factor y is the negative log
 * of Student's t density of the current, the activity that Hinton 2022, section 10, would like to see tried (after Osindero, Welling and Hinton
 * 2006); no unit is ever dead. On one rail the sign of u is lost to whoever measures y: |u| = √(e^y − 1), and no more. On two rails,
 * y = sign(u) log(1 + u²), it can be told. Generic mismatch, not a fit to one process.
 */
import type { Static } from '@sinclair/typebox';
import type { Engine } from '../../engine/engine.ts';
import type { Matrix } from '../../engine/matrix.ts';
import { gaussians, type Stream } from '../../engine/streams.ts';
import type { NeuronCircuits, StudentT } from './neuron.ts';

/** Draws the circuits of one layer: gain exp(s · N), offset s · N. */
export function buildStudentT(
  model: Static<typeof StudentT>,
  units: number,
  _engine: Engine,
  stream: (path: string) => Stream,
): NeuronCircuits {
  const gain = gaussians(stream('gain'), units).map(n => Math.exp(model.gain * n));
  const offset = gaussians(stream('offset'), units).map(n => model.offset * n);
  const isSigned = model.rails === 'two';
  const inner = (a: Matrix, b: number, j: number): number => gain[j]! * (a.data[b * units + j]! - offset[j]!);
  return {
    activity(a, out) {
      for (let b = 0; b < a.rows; b++)
        for (let j = 0; j < units; j++) {
          const u = inner(a, b, j);
          const y = Math.log1p(u * u);
          out.data[b * units + j] = isSigned && u < 0 ? -y : y;
        }
    },
    back(a, d) {
      for (let b = 0; b < a.rows; b++)
        for (let j = 0; j < units; j++) {
          const u = inner(a, b, j);
          const slope = (2 * gain[j]! * u) / (1 + u * u);
          d.data[b * units + j]! *= isSigned ? Math.abs(slope) : slope;
        }
    },
  };
}
