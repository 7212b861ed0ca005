/** @file Products in TypeScript, summed in float64: slow, and what the other providers are tested against. */
import { checkProduct, type Gemm } from './gemm.ts';

/** Nothing to open, nothing to close. */
export function plainGemm(): Gemm {
  return {
    name: 'plain',
    multiply(a, b, out) {
      checkProduct(a, b, out);
      const sums = new Float64Array(b.columns);
      for (let i = 0; i < a.rows; i++) {
        sums.fill(0);
        for (let k = 0; k < a.columns; k++) {
          const factor = a.data[i * a.columns + k]!;
          for (let j = 0; j < b.columns; j++) sums[j]! += factor * b.data[k * b.columns + j]!;
        }
        out.data.set(sums, i * b.columns);
      }
    },
    close() {},
  };
}
