/**
 * @file Runs an ONNX model synchronously. onnxruntime-node's public `run` only wraps the same call in `setImmediate`;
 * the call itself sits in a file that is not part of its documented face. Hence the version check, and hence this
 * is the only file that knows. Measured: 12 µs a call, reads and writes tensors over a WebAssembly memory in place. The library is
 * loaded with the first model.
 *
 * A worker thread must not be terminated from outside while a session runs: that aborts the whole process.
 */
import { createRequire } from 'node:module';
import type { Tensor } from 'onnxruntime-node';
import type { Matrix } from './matrix.ts';

/** An input or output of a model. */
export interface Port {
  readonly name: string;
  /** of 32-bit floats */
  readonly isFloat: boolean;
  /** sizes, slowest axis first; −1 where any will do */
  readonly shape: readonly number[];
}

/** A loaded model. */
export interface Session {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** Computes `results` from `given`, by their names; all of them two-dimensional. @throws Error when sizes do not fit */
  run(given: Readonly<Record<string, Matrix>>, results: Readonly<Record<string, Matrix>>): void;
  close(): void;
}

const testedVersion = '1.30.';
const silently = { logSeverityLevel: 4 } as const;
const load = createRequire(import.meta.url);

/**
 * @param model bytes of the ONNX file
 * @param threads threads of one operator; results do not depend on it
 * @throws Error when onnxruntime-node is not the version this was tested with, or when the bytes are no model
 */
export function openSession(model: Uint8Array<ArrayBuffer>, threads: number): Session {
  const { version } = load('onnxruntime-node/package.json') as { version: string };
  if (!version.startsWith(testedVersion))
    throw new Error(
      `onnxruntime-node ${version} is installed, but its synchronous interface was tested with ${testedVersion}x only; ` +
        `install that version or choose the product 'tfjs'`,
    );
  const { binding, initOrt } = load(
    'onnxruntime-node/dist/binding.js',
  ) as typeof import('onnxruntime-node/dist/binding.js');
  initOrt();
  const session = new binding.InferenceSession();
  session.loadModel(model.buffer, model.byteOffset, model.byteLength, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'disabled',
    enableCpuMemArena: false,
    enableMemPattern: false,
    logSeverityLevel: 4, // what goes wrong is thrown, and need not be printed as well
    extra: { session: { intra_op: { allow_spinning: '0' } } }, // spinning threads steal the kernels' cores
  });
  const tensors = new Tensors();
  return {
    inputs: session.inputMetadata.map(port),
    outputs: session.outputMetadata.map(port),
    run: (given, results) => void session.run(tensors.ofAll(given), tensors.ofAll(results), silently),
    close() {
      tensors.forget();
      session.dispose();
    },
  };
}

interface Metadata {
  readonly name: string;
  readonly isTensor: boolean;
  readonly type: number;
  readonly shape: readonly number[];
}

const port = ({ name, isTensor, type, shape }: Metadata): Port => ({
  name,
  isFloat: isTensor && type === 1, // FLOAT in ONNX's TensorProto.DataType
  shape: isTensor ? shape : [],
});

/** One tensor per (place, shape), so that a training step makes none. */
class Tensors {
  readonly #make = (load('onnxruntime-node') as typeof import('onnxruntime-node')).Tensor;
  readonly #known = new Map<ArrayBufferLike, Map<string, Tensor>>();

  ofAll(matrices: Readonly<Record<string, Matrix>>): Record<string, Tensor> {
    const all: Record<string, Tensor> = {};
    for (const name in matrices) all[name] = this.#of(matrices[name]!);
    return all;
  }

  #of(m: Matrix): Tensor {
    const known = this.#known.get(m.data.buffer) ?? new Map<string, Tensor>();
    const key = `${m.data.byteOffset}: ${m.rows} × ${m.columns}`;
    const tensor = known.get(key) ?? new this.#make('float32', m.data, [m.rows, m.columns]);
    this.#known.set(m.data.buffer, known.set(key, tensor));
    return tensor;
  }

  forget(): void {
    this.#known.clear();
  }
}
