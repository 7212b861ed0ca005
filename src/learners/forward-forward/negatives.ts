/**
 * @file Negative data: the same image with a wrong label. Hard negatives are sampled from what a softmax on the chip itself finds
 * plausible, the true class left out (Hinton 2022, section 3.3 and ffcode.zip, choosefrom.m); random ones uniformly.
 */
import type { Matrix } from '../../engine/matrix.ts';
import { type Stream, uniforms } from '../../engine/streams.ts';

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
