/**
 * @file The sum of outer products of a layer: what drove the rows times what the learner makes of the columns, over all samples of some
 * passes. Samples whose delta is all zero contribute exactly nothing and are left out of the product.
 */
import type { Engine } from '../engine/engine.ts';
import type { Matrix } from '../engine/matrix.ts';
import type { FullPass } from './pass.ts';

/** A pass and what the learner makes of it: `Term` of access.ts, with the whole state. */
export interface FullTerm {
  readonly pass: FullPass;
  readonly delta: Matrix;
  readonly common?: Matrix;
}

/** Room for the rows that count, of up to `samples` samples: inputs, deltas and the transposed inputs. */
export interface CorrelationScratch {
  readonly samples: number;
  readonly inputs: Float32Array;
  readonly deltas: Float32Array;
  readonly inputsT: Float32Array;
  /** sums over the samples of a pass, of all passes of a call [passes, rows] */
  readonly sums: Matrix;
}

/** @param samples of all passes of one call together; @param rows, @param units of the widest layer */
export function correlationScratch(
  samples: number,
  rows: number,
  units: number,
  engine: Engine,
  passes = 2,
): CorrelationScratch {
  return {
    samples,
    inputs: engine.matrix(samples, rows).data,
    deltas: engine.matrix(samples, units).data,
    inputsT: engine.matrix(rows, samples).data,
    sums: engine.matrix(passes, rows),
  };
}

/**
 * out [rows, units] = Σ inputsᵀ · delta of layer `l`. @throws RangeError when there are more samples than room
 * @param sum makes it of the samples that have been gathered
 */
export function correlatePasses(
  l: number,
  terms: readonly FullTerm[],
  out: Matrix,
  engine: Engine,
  scratch: CorrelationScratch,
  sum: (count: number) => void = count => multiplyGathered(count, out, engine, scratch),
): void {
  let count = 0;
  for (const { pass, delta, common } of terms) {
    if (count + delta.rows + 1 > scratch.samples)
      throw new RangeError(
        `correlate has room for ${scratch.samples} samples, got ${count + delta.rows + 1} or more`,
      );
    count = gatherActive(pass.inputs[l]!, delta, count, scratch);
    if (common) count = appendCommon(pass.inputs[l]!, common, count, scratch, engine);
  }
  sum(count);
}

/** out = Σ inputsᵀ · delta of the `count` samples that have been gathered. */
export function multiplyGathered(
  count: number,
  out: Matrix,
  engine: Engine,
  scratch: CorrelationScratch,
): void {
  const { rows, columns: units } = out;
  if (count === 0) {
    engine.kernels.fill(out, 0);
    return;
  }
  const view = (data: Float32Array, r: number, c: number): Matrix => ({
    rows: r,
    columns: c,
    data: data.subarray(0, r * c),
  });
  const xT = view(scratch.inputsT, rows, count);
  engine.kernels.transpose(view(scratch.inputs, count, rows), xT);
  engine.gemm.multiply(xT, view(scratch.deltas, count, units), out);
}

/** Copies the samples with any delta behind the `count` there are. @returns how many there are now */
export function gatherActive(x: Matrix, delta: Matrix, count: number, scratch: CorrelationScratch): number {
  for (let b = 0; b < delta.rows; b++) {
    const from = b * delta.columns;
    if (!isActive(delta.data, from, delta.columns)) continue;
    scratch.deltas.set(delta.data.subarray(from, from + delta.columns), count * delta.columns);
    scratch.inputs.set(x.data.subarray(b * x.columns, (b + 1) * x.columns), count * x.columns);
    count++;
  }
  return count;
}

/** Σ_b x_b ⊗ common is one outer product: that of the summed inputs. */
export function appendCommon(
  x: Matrix,
  common: Matrix,
  count: number,
  scratch: CorrelationScratch,
  engine: Engine,
): number {
  const sums = scratch.inputs.subarray(count * x.columns, (count + 1) * x.columns);
  engine.kernels.columnSums(x, { rows: 1, columns: x.columns, data: sums });
  scratch.deltas.set(common.data, count * common.columns);
  return count + 1;
}

/** Whether any of `count` deltas from `from` on is not 0. */
export function isActive(deltas: Float32Array, from: number, count: number): boolean {
  for (let k = from; k < from + count; k++) if (deltas[k] !== 0) return true;
  return false;
}
