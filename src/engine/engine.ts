/**
 * @file What computes: one arena of matrices, kernels and products that work on it. One per trial; it knows
 * nothing of chips. The default, and the only fast one, is onnxruntime's product with the WebAssembly kernels.
 */
import type { Gemm } from './gemm.ts';
import type { Kernels } from './kernels.ts';
import type { Numbers } from './ledger.ts';
import { Arena, type Matrix } from './matrix.ts';
import { plainKernels } from './plain-kernels.ts';

export interface EngineOptions {
  /** who multiplies. Default: onnxruntime */
  product?: 'onnxruntime' | 'tfjs' | 'plain';
  /** threads of one product; results do not depend on it. Default: 1 */
  threads?: number;
  /** size of the arena. Default: 1 GiB; pages never touched cost no RAM */
  bytes?: number;
  /** who does the rest. Default: wasm */
  kernels?: 'wasm' | 'plain';
}

export interface Engine {
  readonly arena: Arena;
  readonly kernels: Kernels;
  readonly gemm: Gemm;
  /** A matrix of zeros in the arena. */
  matrix(rows: number, columns: number): Matrix;
  /** Enters what changes in training and lies in no matrix: see `Ledger.keep`. */
  keep<const T>(save: () => T, restore: (kept: T) => void): void;
  keepArrays(...arrays: Numbers[]): void;
  /** Frees sessions and threads; matrices stay readable. */
  close(): void;
}

/** @throws Error when the kernels are not built or the product's library does not load */
export async function openEngine(options: EngineOptions = {}): Promise<Engine> {
  const { product = 'onnxruntime', threads = 1, kernels = 'wasm' } = options;
  const arena = new Arena(options.bytes);
  const gemm = await products[product](threads);
  return {
    arena,
    kernels: await kernelSets[kernels](arena.memory),
    gemm,
    matrix: (rows, columns) => arena.matrix(rows, columns),
    keep: (save, restore) => arena.ledger.keep(save, restore),
    keepArrays: (...arrays) => arena.ledger.keepArrays(...arrays),
    close: () => gemm.close(),
  };
}

// imported when asked for: onnxruntime and tfjs take 0.1 s each to load
const products: Record<NonNullable<EngineOptions['product']>, (threads: number) => Promise<Gemm>> = {
  onnxruntime: async threads => (await import('./gemm-onnxruntime.ts')).openOnnxruntimeGemm(threads),
  tfjs: async () => (await import('./gemm-tfjs.ts')).openTfjsGemm(),
  plain: async () => (await import('./gemm-plain.ts')).plainGemm(),
};

const kernelSets: Record<
  NonNullable<EngineOptions['kernels']>,
  (memory: WebAssembly.Memory) => Promise<Kernels>
> = {
  wasm: async memory => (await import('./wasm-kernels.ts')).wasmKernels(memory),
  plain: async () => plainKernels(),
};
