/**
 * @file How what comes to a layer from above meets what comes from below: whether the one cancels the other where the label is true, which is
 * what small goodness for positive cases should teach (Hinton 2022, section 3.5). Worked out from what drove the rows and from the weights that
 * the learner asked for.
 */
import type { Labels, MeasuredView } from '../../chips/access.ts';
import { gather, type Samples } from '../../data/data.ts';
import type { Engine } from '../../engine/engine.ts';
import { type Matrix, rowsOf } from '../../engine/matrix.ts';
import { evaluationBatch } from '../parts/output-classifier.ts';

/**
 * Of each layer, by name, after so many steps, on up to 500 images: the mean square of its input as a share of that of the input from below
 * (bias included), and the correlation of the inputs from below and from above; with true labels, and with the class after the true one.
 * @param weights those asked for, layer by layer @param steps after the pass from below
 */
export function cancellation(
  chip: MeasuredView,
  weights: readonly Matrix[],
  images: Samples,
  strength: number,
  steps: number,
  engine: Engine,
): Record<string, number> {
  const count = Math.min(evaluationBatch, images.length);
  const pixels = engine.matrix(count, images.inputs);
  const labels = new Uint8Array(count);
  const pass = chip.newInnerPass(count);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  gather(images, order, 0, pixels, labels);
  const wrong = labels.map(label => (label + 1) % chip.classes);

  const told: [string, number][] = [];
  for (const [which, classes] of [
    ['true', labels],
    ['wrong', wrong],
  ] as const) {
    const carried: Labels = { kind: 'classes', classes, strength };
    chip.hold(pixels);
    chip.send({ kind: 'off' }, pass);
    for (let t = 0; t < steps; t++) chip.send(carried, pass);
    chip.layers.forEach((_, l) => {
      const { share, correlation } = met(pass.inputs[l]!, weights[l]!, chip.layers[l]!.inputs + 1, engine);
      told.push([`layer ${l + 1}, ${which} label: input squared, over that from below`, share]);
      told.push([`layer ${l + 1}, ${which} label: correlation of above with below`, correlation]);
    });
  }
  return Object.fromEntries(told);
}

/** What the first `below` rows give to the currents, and the others. */
function met(
  x: Matrix,
  weights: Matrix,
  below: number,
  { gemm, kernels, matrix }: Pick<Engine, 'gemm' | 'kernels' | 'matrix'>,
): { share: number; correlation: number } {
  const [lower, all, part] = [
    matrix(x.rows, below),
    matrix(x.rows, weights.columns),
    matrix(x.rows, weights.columns),
  ] as const;
  kernels.copy(x, lower);
  gemm.multiply(x, weights, all);
  gemm.multiply(lower, rowsOf(weights, 0, below), part);
  let [sum, fromBelow, fromAbove, product] = [0, 0, 0, 0] as [number, number, number, number];
  for (let k = 0; k < all.data.length; k++) {
    const [u, b] = [all.data[k]!, part.data[k]!];
    sum += u * u;
    fromBelow += b * b;
    fromAbove += (u - b) ** 2;
    product += b * (u - b);
  }
  return { share: sum / fromBelow, correlation: product / Math.sqrt(fromBelow * fromAbove) };
}
