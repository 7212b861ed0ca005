/**
 * @file A linear softmax classifier outside the chip, on measured activities: logits = h A + c, trained by cross-entropy.
 */
import type { Engine } from '../../engine/engine.ts';
import { type Matrix, rowsOf } from '../../engine/matrix.ts';
import type { TaughtBatch } from './batches.ts';
import { adam, type OptimiserKind } from './optimiser.ts';

export interface SoftmaxHead {
  /** Class scores [batch, classes] of features [batch, features]. */
  logits(h: Matrix): Matrix;
  /**
   * One step on a batch. Afterwards `errors` holds p − t [batch, classes].
   *
   * @param below added to the logits before the softmax, taken as given [batch, classes]
   * @param taught a teacher's probabilities, which then stand for the labels (see `softErrors`)
   * @returns mean cross-entropy, nats
   */
  learn(h: Matrix, labels: Uint8Array, rate: number, below?: Matrix, taught?: TaughtBatch): number;
  /** Errors and probabilities of a batch, without learning. @returns mean cross-entropy, nats */
  judge(h: Matrix, labels: Uint8Array, below?: Matrix, taught?: TaughtBatch): number;
  /** what the softmax of the last batch was taken of: logits, and `below` where it was given [batch, classes] */
  readonly scores: () => Matrix;
  /** p − t of the last batch [batch, classes] */
  readonly errors: () => Matrix;
  /** p of the last batch [batch, classes] */
  readonly probabilities: () => Matrix;
  /** out [batch, features] = errors · Aᵀ: the error at the features, by the weights as they were before the last step. */
  errorsBack(out: Matrix): void;
  /** Becomes a copy of `other`, optimiser state apart. */
  copyFrom(other: SoftmaxHead): void;
  /** its weights and biases under `name`, to be kept with a chip (`Classifier.outside`) */
  outside(name: string): Record<string, Matrix>;
  /** Becomes what `outside` gave under that name, where it is there. */
  restore(name: string, kept: Readonly<Record<string, Matrix>> | undefined): void;
  readonly weights: Matrix;
  readonly bias: Matrix;
}

/**
 * @param batch most rows at once
 * @param count told the multiply-adds of every call
 */
export function softmaxHead(
  features: number,
  classes: number,
  batch: number,
  engine: Engine,
  count: (multiplyAdds: number) => void,
  optimiser: OptimiserKind = adam(),
): SoftmaxHead {
  const { kernels, gemm } = engine;
  const weights = engine.matrix(features, classes);
  const bias = engine.matrix(1, classes);
  const gradient = engine.matrix(features, classes);
  const biasGradient = engine.matrix(1, classes);
  const weightStep = optimiser(features, classes, engine);
  const biasStep = optimiser(1, classes, engine);
  const allLogits = engine.matrix(batch, classes);
  const allProbabilities = engine.matrix(batch, classes);
  const allErrors = engine.matrix(batch, classes);
  const featuresT = engine.matrix(features, batch);
  const weightsT = engine.matrix(classes, features);
  let rows = 0;

  function logits(h: Matrix): Matrix {
    rows = h.rows;
    const out = rowsOf(allLogits, 0, rows);
    gemm.multiply(h, weights, out);
    kernels.addRow(out, bias);
    count(rows * features * classes);
    return out;
  }

  function judge(h: Matrix, labels: Uint8Array, below?: Matrix, taught?: TaughtBatch): number {
    const scores = logits(h);
    if (below) kernels.addScaled(below, 1, scores);
    softmaxRows(scores, allProbabilities);
    if (taught) return softErrors(scores, taught, rowsOf(allErrors, 0, rows));
    let loss = 0;
    for (let b = 0; b < rows; b++) {
      for (let c = 0; c < classes; c++) {
        const p = allProbabilities.data[b * classes + c]!;
        const isTrue = c === labels[b];
        if (isTrue) loss -= Math.log(Math.max(p, 1e-30));
        allErrors.data[b * classes + c] = isTrue ? p - 1 : p;
      }
    }
    return loss / rows;
  }

  function learn(h: Matrix, labels: Uint8Array, rate: number, below?: Matrix, taught?: TaughtBatch): number {
    const loss = judge(h, labels, below, taught);
    const errors = rowsOf(allErrors, 0, rows);
    kernels.transpose(weights, weightsT);
    const hT: Matrix = { rows: features, columns: rows, data: featuresT.data.subarray(0, features * rows) };
    kernels.transpose(h, hT);
    gemm.multiply(hT, errors, gradient);
    kernels.columnSums(errors, biasGradient);
    for (const g of [gradient, biasGradient]) for (let k = 0; k < g.data.length; k++) g.data[k]! /= rows;
    weightStep.step(gradient, weights, rate);
    biasStep.step(biasGradient, bias, rate);
    count(rows * features * classes);
    return loss;
  }

  return {
    weights,
    bias,
    logits,
    judge,
    learn,
    scores: () => rowsOf(allLogits, 0, rows),
    errors: () => rowsOf(allErrors, 0, rows),
    probabilities: () => rowsOf(allProbabilities, 0, rows),
    errorsBack(out) {
      gemm.multiply(rowsOf(allErrors, 0, rows), weightsT, out);
      count(rows * features * classes);
    },
    copyFrom(other) {
      kernels.copy(other.weights, weights);
      kernels.copy(other.bias, bias);
    },
    outside: name => ({ [`${name}/weights`]: weights, [`${name}/bias`]: bias }),
    restore(name, kept) {
      const [keptWeights, keptBias] = [kept?.[`${name}/weights`], kept?.[`${name}/bias`]];
      if (keptWeights) kernels.copy(keptWeights, weights);
      if (keptBias) kernels.copy(keptBias, bias);
    },
  };
}

/**
 * Errors of soft targets: with p the teacher's probabilities at temperature T and q = softmax(scores/T), the loss is T² times the
 * cross-entropy of p and q, and its derivative by the scores T (q − p) (Hinton, Vinyals and Dean 2015, arXiv 1503.02531, section 2: T² keeps
 * its size the same at any temperature). With T = 1 and p a label these are the errors of that label.
 * @param errors becomes T (q − p) [batch, classes] @returns mean cross-entropy of p and q, nats
 */
export function softErrors(
  scores: Matrix,
  { probabilities, temperature }: TaughtBatch,
  errors: Matrix,
): number {
  for (let k = 0; k < scores.data.length; k++) errors.data[k] = scores.data[k]! / temperature;
  softmaxRows(errors, errors);
  let loss = 0;
  for (let k = 0; k < errors.data.length; k++) {
    const p = probabilities.data[k]!;
    const q = errors.data[k]!;
    loss -= p * Math.log(Math.max(q, 1e-30));
    errors.data[k] = temperature * (q - p);
  }
  return loss / scores.rows;
}

/** out = softmax of every row of x; the first rows of `out`. */
export function softmaxRows(x: Matrix, out: Matrix): void {
  const n = x.columns;
  for (let b = 0; b < x.rows; b++) {
    const at = b * n;
    let most = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < n; c++) most = Math.max(most, x.data[at + c]!);
    let sum = 0;
    for (let c = 0; c < n; c++) sum += out.data[at + c] = Math.exp(x.data[at + c]! - most);
    for (let c = 0; c < n; c++) out.data[at + c]! /= sum;
  }
}

/** The index of the largest of each row. */
export function largestOfRows(x: Matrix, answers: Int32Array): void {
  for (let b = 0; b < x.rows; b++) {
    let best = 0;
    for (let c = 1; c < x.columns; c++)
      if (x.data[b * x.columns + c]! > x.data[b * x.columns + best]!) best = c;
    answers[b] = best;
  }
}

/** x = log-softmax of every row, in place. */
export function logSoftmaxRows(x: Matrix): void {
  const n = x.columns;
  for (let b = 0; b < x.rows; b++) {
    const row = x.data.subarray(b * n, (b + 1) * n);
    let most = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < n; c++) most = Math.max(most, row[c]!);
    let sum = 0;
    for (let c = 0; c < n; c++) sum += Math.exp(row[c]! - most);
    const log = most + Math.log(sum);
    for (let c = 0; c < n; c++) row[c]! -= log;
  }
}
