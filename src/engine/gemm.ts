/**
 * @file The seam behind which matrix products happen. Three providers pass one conformance suite
 * (`test/contracts/gemm.test.ts`): `onnxruntime` (default), `tfjs`, `plain`.
 */
import type { Matrix } from './matrix.ts';

/** Multiplies matrices. A provider is bound to one arena and one thread count. */
export interface Gemm {
  readonly name: string;
  /**
   * out = a · b; a is m × k, b is k × n, out is m × n and neither of the two.
   * @throws RangeError when sizes do not agree
   */
  multiply(a: Matrix, b: Matrix, out: Matrix): void;
  /** Frees sessions and threads. */
  close(): void;
}

/** @throws RangeError naming the three sizes, unless out = a · b makes sense */
export function checkProduct(a: Matrix, b: Matrix, out: Matrix): void {
  if (a.columns !== b.rows || out.rows !== a.rows || out.columns !== b.columns)
    throw new RangeError(
      `cannot multiply ${a.rows} × ${a.columns} by ${b.rows} × ${b.columns} into ${out.rows} × ${out.columns}`,
    );
}
