/**
 * @file The kernels in readable TypeScript: the specification that the fast ones (`wasm-kernels.ts`) are tested
 * against. Sums in float64, results rounded to float32. Fifty times slower.
 */
import type { Kernels } from './kernels.ts';
import { coincidenceKernels } from './plain/coincidences.ts';
import { elementKernels } from './plain/elements.ts';
import { learningKernels } from './plain/learning.ts';
import { noiseKernels } from './plain/noise.ts';
import { rowKernels } from './plain/rows.ts';

/** All kernels, for matrices in any memory. */
export function plainKernels(): Kernels {
  return { ...rowKernels, ...elementKernels, ...noiseKernels, ...learningKernels, ...coincidenceKernels };
}
