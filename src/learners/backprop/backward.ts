/**
 * @file Backpropagation through a chip whose forward pass is measured. What the family differs in is one thing: what it holds for the
 * derivative of the parts it crosses (`Knowledge`). The error goes from the chip's output lines back through normaliser, box,
 * normaliser and neuron of every layer, and through the weights to the layer before.
 */
import type { LayerShape, MeasuredView, OutputPass, Pass } from '../../chips/access.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Kernels } from '../../engine/kernels.ts';
import { type Matrix, rowsOf } from '../../engine/matrix.ts';

/** What a member of the family takes for the truth about the parts between two layers. */
export interface Knowledge {
  /** out [batch, rows] = delta [batch, units] carried back through the crossbar of `layer`, at the state of `pass` */
  inputsBack(layer: number, delta: Matrix, out: Matrix, pass: Pass): void;
  /** d ← d · slope of the neuron circuits, at the state of `pass` */
  neuronBack(layer: number, pass: Pass, d: Matrix): void;
  /** out = d pulled back through the box behind `layer`; another matrix than d */
  boxBack(layer: number, pass: Pass, d: Matrix, out: Matrix): void;
}

/**
 * The way back through weights that are known: delta · Wᵀ, in software.
 *
 * @param weights [rows, units] of a layer
 * @param count told the multiply-adds
 */
export function byWeights(
  weights: (layer: number) => Matrix,
  layers: readonly LayerShape[],
  engine: Engine,
  count: (multiplyAdds: number) => void,
): Knowledge['inputsBack'] {
  const transposed = layers.map((shape, l) => (l === 0 ? undefined : engine.matrix(shape.units, shape.rows)));
  return (l, delta, out) => {
    const wT = transposed[l]!; // nothing goes back beyond the first layer
    engine.kernels.transpose(weights(l), wT);
    engine.gemm.multiply(delta, wT, out);
    count(delta.rows * wT.rows * wT.columns);
  };
}

/** Circuits taken for nominal ones: a ReLU by its measured output, a box for a wire. */
export const nominalCircuits = (kernels: Kernels): Pick<Knowledge, 'neuronBack' | 'boxBack'> => ({
  neuronBack: (l, pass, d) => kernels.gate(pass.outputs[l]!, d),
  boxBack: (_l, _pass, d, out) => kernels.copy(d, out),
});

export interface Backward {
  /**
   * Errors at the currents of every layer.
   * @param error at the chip's output lines [batch, units of the last layer]; is used up
   * @returns per layer [batch, units]
   */
  run(pass: OutputPass, error: Matrix): readonly Matrix[];
}

export function backward(chip: MeasuredView, knowledge: Knowledge, batch: number, engine: Engine): Backward {
  const { kernels } = engine;
  const { layers, epsilon } = chip;
  const widest = Math.max(...layers.map(l => l.rows), ...layers.map(l => l.units));
  const [room, behind, before] = [1, 2, 3].map(() => engine.matrix(batch, widest)) as [
    Matrix,
    Matrix,
    Matrix,
  ];
  const deltas = layers.map(shape => engine.matrix(batch, shape.units));
  const cut = (m: Matrix, rows: number, columns: number): Matrix => ({
    rows,
    columns,
    data: m.data.subarray(0, rows * columns),
  });

  /** From the features of layer l + 1 (or the output lines) to the currents of layer l. */
  function throughLayer(l: number, pass: Pass, error: Matrix): void {
    const delta = rowsOf(deltas[l]!, 0, pass.batch);
    kernels.normaliseRowsBack(pass.outputs[l]!, throughBox(l, pass, error), delta, epsilon);
    knowledge.neuronBack(l, pass, delta);
  }

  /** The error before the box behind layer l; without a box, and so without a second normaliser, the same error. */
  function throughBox(l: number, pass: Pass, error: Matrix): Matrix {
    const boxed = pass.boxed[l];
    if (!boxed) return error;
    const { units } = layers[l]!;
    const behindBox = cut(behind, pass.batch, units);
    const beforeBox = cut(before, pass.batch, units);
    kernels.normaliseRowsBack(boxed, error, behindBox, epsilon);
    knowledge.boxBack(l, pass, behindBox, beforeBox);
    return beforeBox;
  }

  return {
    run(pass, error) {
      let arriving = error;
      for (let l = layers.length - 1; l >= 0; l--) {
        throughLayer(l, pass, arriving);
        if (l === 0) break;
        arriving = cut(room, pass.batch, layers[l]!.rows);
        knowledge.inputsBack(l, rowsOf(deltas[l]!, 0, pass.batch), arriving, pass);
      }
      return deltas.map(d => rowsOf(d, 0, pass.batch));
    },
  };
}
