/**
 * @file Products by TensorFlow.js: through `@tensorflow/tfjs-node` where the user has installed it (its native
 * library comes from a download at install time, so it is an optional peer), else through the WebAssembly backend.
 * Both copy operands and result; the WebAssembly one runs a product at about 35 GFLOPS. For comparison, and where onnxruntime
 * does not run.
 */
import util from 'node:util';
import * as core from '@tensorflow/tfjs-core';
import { checkProduct, type Gemm } from './gemm.ts';

type Tensorflow = Pick<typeof core, 'tensor2d' | 'matMul' | 'tidy'>;

/** @throws Error when no backend of TensorFlow.js starts */
export async function openTfjsGemm(): Promise<Gemm> {
  const tf = (await native()) ?? (await webAssembly());
  return {
    name: 'tfjs',
    multiply(a, b, out) {
      checkProduct(a, b, out);
      if (a.data.length === 0 || b.data.length === 0) return void out.data.fill(0);
      tf.tidy(() => {
        const left = tf.tensor2d(a.data, [a.rows, a.columns]);
        const right = tf.tensor2d(b.data, [b.rows, b.columns]);
        out.data.set(tf.matMul(left, right).dataSync());
      });
    },
    close() {},
  };
}

/** tfjs-node, or nothing when it is not installed. The name is a variable so that its absence is no compile error. */
async function native(): Promise<Tensorflow | undefined> {
  const name = '@tensorflow/tfjs-node';
  try {
    import.meta.resolve(name);
  } catch {
    return undefined;
  }
  // Node 23 removed what tfjs-node 4.22 still calls (tensorflow/tfjs#8425)
  const legacy = util as unknown as Record<string, (value: unknown) => boolean>;
  legacy.isNullOrUndefined ??= value => value === null || value === undefined;
  legacy.isArray ??= Array.isArray;
  return (await import(name)) as Tensorflow;
}

async function webAssembly(): Promise<Tensorflow> {
  const { setWasmPaths, setThreadsCount } = await import('@tensorflow/tfjs-backend-wasm');
  const { createRequire } = await import('node:module');
  const { dirname } = await import('node:path');
  setWasmPaths(`${dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  setThreadsCount(1);
  if (!(await core.setBackend('wasm')))
    throw new Error(`TensorFlow.js could not start its WebAssembly backend`);
  return core;
}
