/**
 * @file Negative data: the same image with a wrong label. Hard negatives are sampled from what a softmax on the chip itself finds
 * plausible, the true class left out (Hinton 2022, section 3.3 and ffcode.zip, choosefrom.m); random ones uniformly; and of some that were tried the
 * one that the layers take for true most, which needs no softmax and no more than goodness.
 */
import type { Matrix } from '../../engine/matrix.ts';
import { type Stream, uniforms } from '../../engine/streams.ts';
import { type Hearing, isHeard } from '../parts/votes.ts';
import type { LocalRule } from './layer.ts';

export const negativeKinds = ['hard', 'random'] as const;
export type NegativeKind = (typeof negativeKinds)[number];

/** A wrong label for each case, in proportion to `probabilities` [batch, classes]. */
export function hardNegatives(
  probabilities: Matrix,
  labels: Uint8Array,
  stream: Stream,
  out: Uint8Array,
): void {
  const { rows, columns, data } = probabilities;
  const draws = uniforms(stream, rows);
  for (let b = 0; b < rows; b++) {
    const at = b * columns;
    const truth = labels[b]!;
    let total = 0;
    for (let c = 0; c < columns; c++) if (c !== truth) total += data[at + c]!;
    let left = draws[b]! * total;
    let chosen = truth === columns - 1 ? columns - 2 : columns - 1; // where rounding leaves nothing over
    for (let c = 0; c < columns; c++) {
      if (c === truth) continue;
      left -= data[at + c]!;
      if (left < 0) {
        chosen = c;
        break;
      }
    }
    out[b] = chosen;
  }
}

/** A wrong label for each case, every one as likely. */
export function randomNegatives(classes: number, labels: Uint8Array, stream: Stream, out: Uint8Array): void {
  const draws = uniforms(stream, labels.length);
  for (let b = 0; b < labels.length; b++)
    out[b] = (labels[b]! + 1 + Math.floor(draws[b]! * (classes - 1))) % classes;
}

/**
 * Of `tries` random wrong labels for each case the one with the most evidence for "positive".
 * @param evidenceOf sends the held images with these labels; evidence of each case, until the next call
 */
export function triedNegatives(
  classes: number,
  labels: Uint8Array,
  stream: Stream,
  tries: number,
  evidenceOf: (candidates: Uint8Array) => Float32Array,
  out: Uint8Array,
): void {
  const candidates = new Uint8Array(labels.length);
  const most = new Float32Array(labels.length).fill(Number.NEGATIVE_INFINITY);
  for (let k = 0; k < tries; k++) {
    randomNegatives(classes, labels, stream, candidates);
    const evidence = evidenceOf(candidates);
    for (let b = 0; b < labels.length; b++)
      if (evidence[b]! > most[b]!) {
        most[b] = evidence[b]!;
        out[b] = candidates[b]!;
      }
  }
}

/**
 * Evidence of each case that all voting layers have together.
 * @param positive, @param negative what was measured of each layer; evidence is of the latter, until the next call
 */
export function summedEvidence(
  rules: readonly Pick<LocalRule, 'measure'>[],
  hearing: Hearing,
  batch: number,
) {
  const sums = new Float32Array(batch);
  return (positive: readonly Matrix[], negative: readonly Matrix[]): Float32Array => {
    sums.fill(0);
    rules.forEach((rule, l) => {
      if (!isHeard(l, rules.length, hearing)) return;
      const own = rule.measure(positive[l]!, negative[l]!).negative;
      for (let b = 0; b < batch; b++) sums[b]! += own[b]!;
    });
    return sums;
  };
}
