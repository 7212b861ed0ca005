/**
 * @file Whether a chip means the probabilities that it gives: expected calibration error, the temperature that makes it smallest, and the
 * bias that gives a class which a student never saw its fair share of answers.
 */
import type { Scores } from './agreement.ts';

const bins = 15;

/**
 * Expected calibration error: mean distance between confidence and accuracy over 15 equal bins of confidence, weighted by how many
 * images fall into each (Guo et al. 2017, arXiv 1706.04599, eq. 3).
 * @param scale what scores are multiplied by before the softmax
 */
export function calibrationError({ values, classes }: Scores, labels: Uint8Array, scale = 1): number {
  const counts = new Float64Array(bins);
  const confidences = new Float64Array(bins);
  const hits = new Float64Array(bins);
  for (let i = 0; i < labels.length; i++) {
    const { answer, confidence } = mostLikely(values, i * classes, classes, scale);
    const bin = Math.min(bins - 1, Math.floor(confidence * bins));
    counts[bin]!++;
    confidences[bin]! += confidence;
    if (answer === labels[i]) hits[bin]!++;
  }
  let sum = 0;
  for (let k = 0; k < bins; k++) sum += Math.abs(confidences[k]! - hits[k]!);
  return sum / labels.length;
}

/**
 * The scale of scores with the least cross-entropy on labelled images: 1/T of temperature scaling (Guo et al. 2017). Convex in the
 * scale; found by Newton's method, between 1e-4 and 1e4.
 */
export function calibratedScale({ values, classes }: Scores, labels: Uint8Array): number {
  let scale = 1 / (deviation(values, classes) || 1);
  for (let round = 0; round < 50; round++) {
    let slope = 0;
    let curvature = 0;
    for (let i = 0; i < labels.length; i++) {
      const from = i * classes;
      const { mean, variance } = underSoftmax(values, from, classes, scale);
      slope += mean - values[from + labels[i]!]!;
      curvature += variance;
    }
    const step = curvature > 0 ? slope / curvature : Math.sign(slope) * scale;
    const next = Math.min(1e4, Math.max(1e-4, Math.min(4 * scale, Math.max(scale / 4, scale - step))));
    if (Math.abs(next - scale) < 1e-6 * scale) return next;
    scale = next;
  }
  return scale;
}

/**
 * What to add to the scores of `classesLeftOut` so that each is the answer to its fair share of the images, 1/classes of them
 * (Hinton, Vinyals and Dean 2015, section 4: the bias of the digit that the student never saw). No label is needed.
 */
export function fairBiases({ values, classes }: Scores, classesLeftOut: readonly number[]): Float64Array {
  const biases = new Float64Array(classes);
  const images = values.length / classes;
  const wanted = Math.round(images / classes);
  const gaps = new Float64Array(images);
  // one after the other, a few times: each bias moves the shares of the others
  for (let round = 0; round < (classesLeftOut.length > 1 ? 20 : 1); round++)
    for (const left of classesLeftOut) {
      for (let i = 0; i < images; i++) {
        let best = Number.NEGATIVE_INFINITY;
        for (let c = 0; c < classes; c++)
          if (c !== left) best = Math.max(best, values[i * classes + c]! + biases[c]!);
        gaps[i] = best - values[i * classes + left]!; // the bias from which this image is called `left`
      }
      gaps.sort();
      biases[left] = wanted === 0 ? gaps[0]! : (gaps[wanted - 1]! + gaps[Math.min(wanted, images - 1)]!) / 2;
    }
  return biases;
}

/** The scores with something added to each class. */
export function shifted({ values, classes }: Scores, biases: Float64Array): Scores {
  return { values: values.map((v, k) => v + biases[k % classes]!), classes };
}

function mostLikely(values: Float32Array, from: number, classes: number, scale: number) {
  let answer = 0;
  for (let c = 1; c < classes; c++) if (values[from + c]! > values[from + answer]!) answer = c;
  let sum = 0;
  for (let c = 0; c < classes; c++) sum += Math.exp(scale * (values[from + c]! - values[from + answer]!));
  return { answer, confidence: 1 / sum };
}

/** Mean and variance of the scores of one image under their own softmax: what cross-entropy's derivatives are made of. */
function underSoftmax(values: Float32Array, from: number, classes: number, scale: number) {
  let most = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < classes; c++) most = Math.max(most, values[from + c]!);
  let [total, first, second] = [0, 0, 0];
  for (let c = 0; c < classes; c++) {
    const weight = Math.exp(scale * (values[from + c]! - most));
    total += weight;
    first += weight * (values[from + c]! - most);
    second += weight * (values[from + c]! - most) ** 2;
  }
  const mean = first / total;
  return { mean: mean + most, variance: second / total - mean * mean };
}

/** Spread of the scores of an image, root mean square over the images. */
function deviation(values: Float32Array, classes: number): number {
  let sum = 0;
  for (let from = 0; from < values.length; from += classes) {
    const row = values.subarray(from, from + classes);
    const mean = row.reduce((s, v) => s + v, 0) / classes;
    for (const v of row) sum += (v - mean) ** 2;
  }
  return Math.sqrt(sum / values.length);
}
