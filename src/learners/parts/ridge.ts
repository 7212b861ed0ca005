/**
 * @file Ridge regression from measured pairs, batch by batch: out ≈ mean(out) + A (in − mean(in)), with
 * A = C_xz ᵀ (C_xx + λ m I)⁻¹, C the covariances seen and m the mean of the diagonal of C_xx (Hoerl and Kennard 1970).
 */
import type { Engine } from '../../engine/engine.ts';
import type { Matrix } from '../../engine/matrix.ts';

export interface Ridge {
  /** Takes in a batch of pairs [batch, units]. */
  observe(x: Matrix, z: Matrix): void;
  /** Fits `slope` to the pairs seen since the last fit, and forgets them. */
  fit(): void;
  /** ∂z/∂x of the fit, transposed so that an error d at z goes back as d · slope [units, units] */
  readonly slope: Matrix;
}

/** @param batch most pairs at once @param penalty λ */
export function ridge(units: number, batch: number, penalty: number, engine: Engine): Ridge {
  const { kernels, gemm } = engine;
  const square = () => engine.matrix(units, units);
  const [sumXX, sumXZ, product, slope] = [square(), square(), square(), square()];
  const [sumX, sumZ, column] = [1, 2, 3].map(() => engine.matrix(1, units)) as [Matrix, Matrix, Matrix];
  const transposed = engine.matrix(units, batch);
  let pairs = 0;
  engine.keep(
    () => pairs,
    kept => {
      pairs = kept;
    },
  );

  function observe(x: Matrix, z: Matrix): void {
    const xT: Matrix = { rows: units, columns: x.rows, data: transposed.data.subarray(0, units * x.rows) };
    kernels.transpose(x, xT);
    for (const [other, sum, means] of [
      [x, sumXX, sumX],
      [z, sumXZ, sumZ],
    ] as const) {
      gemm.multiply(xT, other, product);
      kernels.addScaled(product, 1, sum);
      kernels.columnSums(other, column);
      kernels.addScaled(column, 1, means);
    }
    pairs += x.rows;
  }

  /** Covariance of x with what `sum` was taken with, in double precision. */
  const covariance = (sum: Matrix, means: Matrix): Float64Array =>
    Float64Array.from(
      sum.data,
      (s, k) => s / pairs - (sumX.data[Math.floor(k / units)]! / pairs) * (means.data[k % units]! / pairs),
    );

  return {
    slope,
    observe,
    fit() {
      const xx = covariance(sumXX, sumX);
      const xz = covariance(sumXZ, sumZ);
      let trace = 0;
      for (let i = 0; i < units; i++) trace += xx[i * units + i]!;
      for (let i = 0; i < units; i++) xx[i * units + i]! += (penalty * trace) / units;
      solve(xx, xz, units);
      // xz is now ∂z/∂x as [input, output]; the way back wants [output, input]
      for (let i = 0; i < units; i++)
        for (let j = 0; j < units; j++) slope.data[j * units + i] = xz[i * units + j]!;
      for (const m of [sumXX, sumXZ, sumX, sumZ]) kernels.fill(m, 0);
      pairs = 0;
    },
  };
}

/** b ← a⁻¹ b for a symmetric, positive definite a [n, n] and b [n, n], by Cholesky; a is used up. */
export function solve(a: Float64Array, b: Float64Array, n: number): void {
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = a[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= a[i * n + k]! * a[j * n + k]!;
      a[i * n + j] = i === j ? Math.sqrt(sum) : sum / a[j * n + j]!;
    }
  }
  // L y = b, then Lᵀ x = y, all columns at once
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) subtractRow(b, i, k, a[i * n + k]!, n);
    scaleRow(b, i, 1 / a[i * n + i]!, n);
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) subtractRow(b, i, k, a[k * n + i]!, n);
    scaleRow(b, i, 1 / a[i * n + i]!, n);
  }
}

function subtractRow(b: Float64Array, to: number, from: number, factor: number, n: number): void {
  for (let j = 0; j < n; j++) b[to * n + j]! -= factor * b[from * n + j]!;
}

function scaleRow(b: Float64Array, row: number, factor: number, n: number): void {
  for (let j = 0; j < n; j++) b[row * n + j]! *= factor;
}
