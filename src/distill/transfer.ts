/**
 * @file The transfer set: images that a teacher is asked about, and what a student is told of each.
 */
import type { Samples, Split } from '../data/data.ts';
import { gaussians, streamOf, uniforms } from '../engine/streams.ts';
import { answersOf, type Scores } from './agreement.ts';
import type { Distillation } from './description.ts';

/**
 * All images of a kind that a teacher is asked about; a student gets the first of them.
 * @throws Error when there are none of that kind
 */
export function askedImages(kind: Distillation['images'], { training, spare }: Split): Samples {
  if (kind === 'training') return training;
  if (!spare) throw new Error(`transfer images of kind "${kind}" need spare images: set data.spare`);
  if (kind === 'spare') return spare;
  return kind === 'mixed' ? mixed(spare) : noise(spare);
}

/**
 * Pairs of images blended, each with one chosen at random by a share from U(0, 1) (Zhang et al. 2018, arXiv 1710.09412, with α = 1). Their
 * labels mean nothing.
 */
function mixed(spare: Samples): Samples {
  const { inputs, length } = spare;
  const partners = uniforms(streamOf('data', 'mixed/partner'), length);
  const shares = uniforms(streamOf('data', 'mixed/share'), length);
  const pixels = new Uint8Array(length * inputs);
  for (let i = 0; i < length; i++) {
    const other = Math.floor(partners[i]! * length) * inputs;
    const share = shares[i]!;
    for (let k = 0; k < inputs; k++)
      pixels[i * inputs + k] = Math.round(
        share * spare.pixels[i * inputs + k]! + (1 - share) * spare.pixels[other + k]!,
      );
  }
  return { ...spare, pixels };
}

/** Blurred random dots with as much ink as an image has on average: nothing of the task is in them. Their labels mean nothing. */
function noise(spare: Samples): Samples {
  const { inputs, width, height, length } = spare;
  const ink = spare.pixels.reduce((sum, v) => sum + (v > 127 ? 1 : 0), 0) / spare.pixels.length;
  const pixels = new Uint8Array(length * inputs);
  const field = new Float64Array(inputs);
  for (let i = 0; i < length; i++) {
    field.set(gaussians(streamOf('data', `noise/${i}`), inputs));
    for (let round = 0; round < 4; round++) blur(field, width, height);
    const threshold = Float64Array.from(field).sort()[Math.floor((1 - ink) * inputs)]!;
    for (let k = 0; k < inputs; k++) pixels[i * inputs + k] = field[k]! >= threshold ? 255 : 0;
  }
  return { ...spare, pixels };
}

/** [1/4, 1/2, 1/4] along both directions, edges repeated. */
function blur(field: Float64Array, width: number, height: number): void {
  const before = Float64Array.from(field);
  const at = (x: number, y: number) =>
    before[Math.min(height - 1, Math.max(0, y)) * width + Math.min(width - 1, Math.max(0, x))]!;
  const across = (x: number, y: number) => (at(x - 1, y) + 2 * at(x, y) + at(x + 1, y)) / 4;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      field[y * width + x] = (across(x, y - 1) + 2 * across(x, y) + across(x, y + 1)) / 4;
}

/**
 * What a student learns from: images with labels, and with the teacher's probabilities where those are passed on.
 *
 * @param images that the teacher was asked about @param said its scores of them
 * @throws Error when there are fewer images than wanted once classes are left out
 */
export function transferSet(images: Samples, said: Scores, wanted: Distillation): Samples {
  const { samples, without, targets, trueShare, temperature } = wanted;
  const chosen = allowed(images, without, samples);
  const truth = Uint8Array.from(chosen, i => images.labels[i]!);
  const answers = answersOf(said);
  const isTold = toldTruth(targets === 'true' ? 1 : trueShare);
  const labels = truth.map((label, k) => (isTold(k) ? label : answers[chosen[k]!]!));
  const pixels = new Uint8Array(chosen.length * images.inputs);
  chosen.forEach((from, to) => {
    pixels.set(images.pixels.subarray(from * images.inputs, (from + 1) * images.inputs), to * images.inputs);
  });
  const set: Samples = { ...images, pixels, labels, length: chosen.length };
  if (targets !== 'soft') return set;
  const probabilities = new Float32Array(chosen.length * images.classes);
  chosen.forEach((from, to) => {
    const row = probabilities.subarray(to * images.classes, (to + 1) * images.classes);
    if (isTold(to)) row[truth[to]!] = 1;
    else soften(said.values.subarray(from * said.classes, (from + 1) * said.classes), temperature, row);
  });
  return { ...set, taught: { probabilities, temperature } };
}

/** The first images of the classes that are not left out. */
function allowed({ labels, length }: Samples, without: readonly number[], wanted: number): number[] {
  const all = Array.from({ length }, (_, i) => i).filter(i => !without.includes(labels[i]!));
  if (all.length < wanted)
    throw new Error(
      `a transfer set of ${wanted} images was asked for, there are ${all.length} to make it of`,
    );
  return all.slice(0, wanted);
}

/** Which of them have their true label told, spread evenly. */
const toldTruth =
  (share: number) =>
  (k: number): boolean =>
    Math.floor((k + 1) * share) > Math.floor(k * share);

/** out = softmax(scores / temperature). */
function soften(scores: Float32Array, temperature: number, out: Float32Array): void {
  const most = Math.max(...scores);
  let sum = 0;
  for (let c = 0; c < out.length; c++) sum += out[c] = Math.exp((scores[c]! - most) / temperature);
  for (let c = 0; c < out.length; c++) out[c]! /= sum;
}
