/**
 * @file A twin of a box with one hidden layer beside a linear path, z ≈ x A + b + tanh(x U + c) V: the linear path starts from a ridge
 * regression, then all of it is fitted to squared errors by Adam. It keeps the pairs that it was first shown for the epochs of that fit.
 */
import type { Engine } from '../../engine/engine.ts';
import { type Matrix, rowsOf } from '../../engine/matrix.ts';
import { permutation, type Stream } from '../../engine/streams.ts';
import { adam } from '../parts/optimiser.ts';
import { ridge } from '../parts/ridge.ts';
import type { Twin } from './physics-aware.ts';

export interface MlpTwinOptions {
  readonly hidden: number;
  readonly rate: number;
  /** of the first fit */
  readonly epochs: number;
  /** pairs that will be observed before the first fit */
  readonly pairs: number;
}

/** One matrix of the twin with its gradient and optimiser. */
interface Parameter {
  readonly value: Matrix;
  readonly gradient: Matrix;
  step(): void;
}

/** @param stream names the twin's own random numbers @param count told the multiply-adds */
export function mlpTwin(
  units: number,
  batch: number,
  { hidden, rate, epochs, pairs }: MlpTwinOptions,
  engine: Engine,
  stream: (path: string) => Stream,
  count: (multiplyAdds: number) => void,
): Twin {
  const { kernels, gemm } = engine;
  const first = ridge(units, batch, 0.01, engine);
  const [allX, allZ] = [engine.matrix(pairs, units), engine.matrix(pairs, units)];
  let kept = 0;

  const parameter = (rows: number, columns: number): Parameter => {
    const value = engine.matrix(rows, columns);
    const gradient = engine.matrix(rows, columns);
    const optimiser = adam()(rows, columns, engine);
    return { value, gradient, step: () => optimiser.step(gradient, value, rate) };
  };
  const straight = parameter(units, units);
  const offset = parameter(1, units);
  const into = parameter(units, hidden);
  const bias = parameter(1, hidden);
  const outOf = parameter(hidden, units);
  const all = [straight, offset, into, bias, outOf];
  kernels.addGaussian(into.value, 1 / Math.sqrt(units), stream('into'));

  const [x, z, errors] = [1, 2, 3].map(() => engine.matrix(batch, units)) as [Matrix, Matrix, Matrix];
  const [h, back] = [engine.matrix(batch, hidden), engine.matrix(batch, hidden)];
  const [part, xT, hT] = [
    engine.matrix(batch, units),
    engine.matrix(units, batch),
    engine.matrix(hidden, batch),
  ];
  const [straightT, intoT, outOfT] = [
    engine.matrix(units, units),
    engine.matrix(hidden, units),
    engine.matrix(units, hidden),
  ];
  const turned = (m: Matrix, room: Matrix): Matrix => {
    const out = { rows: m.columns, columns: m.rows, data: room.data.subarray(0, m.data.length) };
    kernels.transpose(m, out);
    return out;
  };

  /** tanh(x U + c) */
  function hiddenOf(input: Matrix): Matrix {
    const out = rowsOf(h, 0, input.rows);
    gemm.multiply(input, into.value, out);
    kernels.addRow(out, bias.value);
    for (let k = 0; k < out.data.length; k++) out.data[k] = Math.tanh(out.data[k]!);
    count(input.data.length * hidden);
    return out;
  }

  /** back = (d Vᵀ) ⊙ (1 − h²) */
  function throughHidden(d: Matrix, state: Matrix): Matrix {
    kernels.transpose(outOf.value, outOfT);
    const out = rowsOf(back, 0, d.rows);
    gemm.multiply(d, outOfT, out);
    for (let k = 0; k < out.data.length; k++) out.data[k]! *= 1 - state.data[k]! * state.data[k]!;
    count(d.data.length * hidden);
    return out;
  }

  /** One step down the mean squared error of a batch of pairs. */
  function learn(input: Matrix, output: Matrix): void {
    const state = hiddenOf(input);
    const error = rowsOf(errors, 0, input.rows);
    const nonlinear = rowsOf(part, 0, input.rows);
    gemm.multiply(input, straight.value, error);
    gemm.multiply(state, outOf.value, nonlinear);
    kernels.addScaled(nonlinear, 1, error);
    kernels.addRow(error, offset.value);
    kernels.addScaled(output, -1, error);
    kernels.addScaled(error, 1 / input.rows - 1, error); // mean over the batch
    const inputT = turned(input, xT);
    gemm.multiply(inputT, error, straight.gradient);
    kernels.columnSums(error, offset.gradient);
    gemm.multiply(turned(state, hT), error, outOf.gradient);
    const delta = throughHidden(error, state);
    gemm.multiply(inputT, delta, into.gradient);
    kernels.columnSums(delta, bias.gradient);
    count(2 * input.data.length * (units + 2 * hidden));
    for (const each of all) each.step();
  }

  /** The linear path starts as the ridge, offsets as what makes the means agree. */
  function startFromRidge(): void {
    first.fit();
    kernels.transpose(first.slope, straight.value);
    const [meanX, meanZ] = [engine.matrix(1, units), engine.matrix(1, units)];
    kernels.columnMeans(rowsOf(allX, 0, kept), meanX);
    kernels.columnMeans(rowsOf(allZ, 0, kept), meanZ);
    gemm.multiply(meanX, straight.value, offset.value);
    kernels.addScaled(offset.value, -2, offset.value);
    kernels.addScaled(meanZ, 1, offset.value);
  }

  function put(from: Matrix, row: number, to: Matrix, at: number): void {
    to.data.set(from.data.subarray(row * units, (row + 1) * units), at * units);
  }

  return {
    observe(input, output) {
      first.observe(input, output);
      count(2 * input.data.length * units);
      for (let b = 0; b < input.rows; b++, kept++) {
        put(input, b, allX, kept);
        put(output, b, allZ, kept);
      }
    },
    fit() {
      startFromRidge();
      for (let epoch = 1; epoch <= epochs; epoch++) {
        const order = permutation(stream(`order/${epoch}`), kept);
        for (let from = 0; from + batch <= kept; from += batch) {
          for (let b = 0; b < batch; b++) {
            put(allX, order[from + b]!, x, b);
            put(allZ, order[from + b]!, z, b);
          }
          learn(x, z);
        }
      }
    },
    refresh: learn,
    endEpoch() {},
    pullBack(input, d, out) {
      const delta = throughHidden(d, hiddenOf(input));
      kernels.transpose(straight.value, straightT);
      kernels.transpose(into.value, intoT);
      gemm.multiply(d, straightT, out);
      const curved = rowsOf(part, 0, d.rows);
      gemm.multiply(delta, intoT, curved);
      kernels.addScaled(curved, 1, out);
      count(d.data.length * (units + hidden));
    },
  };
}
