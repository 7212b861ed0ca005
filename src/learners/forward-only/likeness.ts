/**
 * @file A softmax over the likeness of an activity to those of the labels, z = k · h Tᵀ / units, and its derivatives to both sides.
 */
import type { Engine } from '../../engine/engine.ts';
import { type Matrix, rowsOf } from '../../engine/matrix.ts';
import { softmaxRows } from '../parts/softmax-head.ts';

export interface Likeness {
  /** z [batch, labels] of activities h [batch, units] and t [labels, units], both of mean square 1. */
  logits(h: Matrix, t: Matrix): Matrix;
  /**
   * Cross-entropy of the softmax of z, and its derivatives, summed over the batch.
   *
   * @returns the mean loss, nats; the error at h [batch, units] and at t [labels, units], good until the next call
   */
  errors(h: Matrix, t: Matrix, labels: Uint8Array): { loss: number; images: Matrix; signals: Matrix };
}

/** @param batch most rows at once @param sharpness k @param count told the multiply-adds of every call */
export function likeness(
  units: number,
  classes: number,
  batch: number,
  sharpness: number,
  engine: Engine,
  count: (multiplyAdds: number) => void,
): Likeness {
  const { kernels, gemm } = engine;
  const scaledT = engine.matrix(classes, units); // k/units · t
  const transposed = engine.matrix(units, classes);
  const allLogits = engine.matrix(batch, classes);
  const allErrors = engine.matrix(batch, classes);
  const errorsT = engine.matrix(classes, batch);
  const allImages = engine.matrix(batch, units);
  const signals = engine.matrix(classes, units);

  function logits(h: Matrix, t: Matrix): Matrix {
    const out = rowsOf(allLogits, 0, h.rows);
    kernels.fill(scaledT, 0);
    kernels.addScaled(t, sharpness / units, scaledT);
    kernels.transpose(scaledT, transposed);
    gemm.multiply(h, transposed, out);
    count(h.rows * units * classes);
    return out;
  }

  return {
    logits,
    errors(h, t, labels) {
      const rows = h.rows;
      const e = rowsOf(allErrors, 0, rows);
      softmaxRows(logits(h, t), e);
      let loss = 0;
      for (let b = 0; b < rows; b++) {
        const at = b * classes + labels[b]!;
        loss -= Math.log(Math.max(e.data[at]!, 1e-30));
        e.data[at]! -= 1;
      }
      const images = rowsOf(allImages, 0, rows);
      gemm.multiply(e, scaledT, images);
      const eT: Matrix = { rows: classes, columns: rows, data: errorsT.data.subarray(0, classes * rows) };
      kernels.transpose(e, eT);
      gemm.multiply(eT, h, signals);
      kernels.addScaled(signals, sharpness / units - 1, signals);
      count(2 * rows * units * classes);
      return { loss: loss / rows, images, signals };
    },
  };
}
