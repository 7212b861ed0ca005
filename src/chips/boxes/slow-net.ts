/**
 * @file A black box that is a small neural net and learns slowly by itself, z = (1 − s) n + s V tanh(U n + c): Hinton 2022, section 7. While
 * Forward-Forward around it learns fast and takes it for stationary, the box adds small random numbers δ ~ N(0, σ²) to the inputs of
 * its hidden units and multiplies them by the change of the positive-phase cost C of the layer above it. With every lesson given twice, to
 * δ and to −δ, the estimate ∂C/∂a ≈ (C(+δ) − C(−δ)) δ / 2σ² is unbiased to second order in σ and free of C itself (antithetic pairs; activity
 * perturbation as Ren et al. 2022, arXiv 2210.03310). It learns U and c; V stays as manufactured. Its variance grows with the number of
 * hidden units, so the box is small.
 */
import { type Static, Type } from '@sinclair/typebox';
import { count, provenance, ratio, strict } from '../../description.ts';
import type { Engine } from '../../engine/engine.ts';
import { type Matrix, rowsOf } from '../../engine/matrix.ts';
import { gaussians, type Stream } from '../../engine/streams.ts';
import type { Box } from './box.ts';
import { tanh } from './curves.ts';
import { accidents } from './rewiring.ts';
import { wire } from './strength.ts';

export const SlowNet = strict(
  {
    kind: Type.Literal('slow-net'),
    ...provenance,
    strength: ratio('0 is transparent, 1 the net alone', { minimum: 0, maximum: 1, default: 1 }),
    hidden: count('units of its hidden layer, all perturbed at once', { default: 100, maximum: 10000 }),
    gain: ratio('spread of what its hidden units get, for inputs of mean square 1', {
      exclusiveMinimum: 0,
      maximum: 100,
      default: 1,
    }),
    perturbation: ratio('σ of the numbers added to the inputs of its hidden units in a lesson', {
      exclusiveMinimum: 0,
      maximum: 10,
      default: 0.1,
    }),
    rate: ratio('its own learning rate; at 0 it takes its lessons and learns nothing', {
      minimum: 0,
      maximum: 100,
      default: 0.01,
    }),
  },
  { description: 'a small neural net that learns slowly by itself' },
);

/** Share of itself that the running mean of its gradients keeps. */
const momentum = 0.9;

export function buildSlowNet(
  model: Static<typeof SlowNet>,
  units: number,
  batch: number,
  engine: Engine,
  stream: (path: string) => Stream,
): Box {
  const { kernels, gemm } = engine;
  const { strength, hidden } = model;
  if (strength === 0) return { ...wire(engine), rewire() {} };
  const gaussian = (rows: number, columns: number, spread: number, from: Stream): Matrix => {
    const weights = engine.matrix(rows, columns);
    kernels.addGaussian(weights, spread, from);
    return weights;
  };
  const outwards = strength / Math.sqrt(hidden);
  const net: Net = {
    into: gaussian(units, hidden, model.gain / Math.sqrt(units), stream('into')),
    bias: engine.matrix(1, hidden),
    outOf: gaussian(hidden, units, outwards, stream('out-of')),
  };
  const outOfT = engine.matrix(units, hidden);
  kernels.transpose(net.outOf, outOfT);
  const intoT = engine.matrix(hidden, units);
  const states = engine.matrix(batch, hidden);
  const errors = engine.matrix(batch, hidden);
  const accident = accidents(units, stream);
  const school = buildSchool(model, net, batch, engine, stream('lessons'));

  /** tanh(U n + c), perturbed in a lesson [batch, hidden]. */
  function hiddenStates(input: Matrix, disturb: (h: Matrix) => void): Matrix {
    const h = rowsOf(states, 0, input.rows);
    gemm.multiply(input, net.into, h);
    kernels.addRow(h, net.bias);
    disturb(h);
    for (let k = 0; k < h.data.length; k++) h.data[k] = tanh(h.data[k]!);
    return h;
  }

  return {
    lesson: school.lesson,
    send(input, out) {
      const h = hiddenStates(input, a => school.disturb(input, a));
      gemm.multiply(h, net.outOf, out);
      if (strength < 1) kernels.addScaled(input, 1 - strength, out);
    },
    pullBack(input, d, out) {
      const h = hiddenStates(input, () => {});
      const e = rowsOf(errors, 0, d.rows);
      gemm.multiply(d, outOfT, e);
      for (let k = 0; k < e.data.length; k++) e.data[k]! *= 1 - h.data[k]! * h.data[k]!;
      kernels.transpose(net.into, intoT);
      gemm.multiply(e, intoT, out);
      if (strength < 1) kernels.addScaled(d, 1 - strength, out);
    },
    /** Units hit listen to the hidden layer, which stays, with other weights. */
    rewire(share) {
      const { hit, redrawn } = accident.next(share);
      const others = gaussians(redrawn('out-of'), hidden * units);
      const { data } = net.outOf;
      for (const j of hit) for (let at = j; at < data.length; at += units) data[at] = outwards * others[at]!;
      kernels.transpose(net.outOf, outOfT);
    },
  };
}

/** U [units, hidden], c [1, hidden], s V [hidden, units]. */
interface Net {
  readonly into: Matrix;
  readonly bias: Matrix;
  readonly outOf: Matrix;
}

/** How the box learns: perturbs itself when told to, and follows the estimate of its gradient. */
function buildSchool(
  { perturbation: sigma, rate }: Static<typeof SlowNet>,
  { into, bias }: Net,
  batch: number,
  engine: Engine,
  stream: Stream,
) {
  const { kernels, gemm } = engine;
  const [units, hidden] = [into.rows, into.columns];
  const [deltas, estimates] = [engine.matrix(batch, hidden), engine.matrix(batch, hidden)];
  const [seen, seenT] = [engine.matrix(batch, units), engine.matrix(units, batch)];
  const factors = engine.matrix(batch, 1);
  const weights = { gradient: engine.matrix(units, hidden), velocity: engine.matrix(units, hidden) };
  const biases = { gradient: engine.matrix(1, hidden), velocity: engine.matrix(1, hidden) };
  const step = { rate, momentum, scale: -1, decay: 0 };
  let sign: -1 | 0 | 1 = 0;

  /** Hidden units' inputs of a pass, with what the lesson adds to them. */
  function disturb(input: Matrix, a: Matrix): void {
    if (sign === 0) return;
    const delta = rowsOf(deltas, 0, a.rows);
    if (sign === 1) {
      kernels.fill(delta, 0);
      kernels.addGaussian(delta, sigma, stream);
      kernels.copy(input, rowsOf(seen, 0, input.rows));
    }
    kernels.addScaled(delta, sign, a);
  }

  /** ∂C/∂a ≈ (C(+δ) − C(−δ)) δ / 2σ², its outer product with the inputs, one step down. */
  function learn(difference: Matrix): void {
    if (rate === 0) return;
    const rows = difference.rows;
    const factor = rowsOf(factors, 0, rows);
    for (let b = 0; b < rows; b++) factor.data[b] = difference.data[b]! / (2 * sigma * sigma * rows);
    const estimate = rowsOf(estimates, 0, rows);
    kernels.scaleRows(rowsOf(deltas, 0, rows), factor, estimate);
    const inputsT: Matrix = { rows: units, columns: rows, data: seenT.data.subarray(0, units * rows) };
    kernels.transpose(rowsOf(seen, 0, rows), inputsT);
    gemm.multiply(inputsT, estimate, weights.gradient);
    kernels.columnSums(estimate, biases.gradient);
    kernels.momentum(weights.gradient, weights.velocity, into, step);
    kernels.momentum(biases.gradient, biases.velocity, bias, step);
  }

  const lesson: NonNullable<Box['lesson']> = {
    perturb(next) {
      sign = next;
    },
    learn,
  };
  return { lesson, disturb };
}
