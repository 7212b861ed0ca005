/**
 * @file Training, validation and test images of a trial. The training images of a set are put in one fixed random order, the same for
 * every trial; training takes them from the front, spare images follow, validation comes from the back, so that sizes can change without
 * one meeting another.
 */
import { createHash } from 'node:crypto';
import { permutation, streamOf } from '../engine/streams.ts';
import type { Samples, Split } from './data.ts';

/** How many images of each kind. */
export interface SplitSizes {
  readonly train: number;
  readonly validation: number;
  readonly test: number;
  /** further training images, which a teacher has not seen: transfer sets are made of them */
  readonly spare?: number;
}

/** @param name of the set: keys the order @throws RangeError when there are not as many images as wanted */
export function splitOf(name: string, all: { training: Samples; test: Samples }, sizes: SplitSizes): Split {
  checkSizes(name, all, sizes);
  const { train, validation, test, spare = 0 } = sizes;
  const { length } = all.training;
  const order = permutation(streamOf('data', `${name}/split`), length);
  const split = {
    training: chosen(all.training, order.subarray(0, train)),
    validation: chosen(all.training, order.subarray(length - validation)),
    test: chosen(
      all.test,
      Uint32Array.from({ length: test }, (_, i) => i),
    ),
    ...(spare > 0 && { spare: chosen(all.training, order.subarray(train, train + spare)) }),
  };
  return { ...split, digest: digestOf(Object.values(split)) };
}

function checkSizes(name: string, all: { training: Samples; test: Samples }, sizes: SplitSizes): void {
  for (const [kind, size = 0] of Object.entries(sizes))
    if (!Number.isInteger(size) || size < 0)
      throw new RangeError(`${kind} of ${name}: wanted a count but got ${size}`);
  const { train, validation, test, spare = 0 } = sizes;
  if (train + spare + validation > all.training.length)
    throw new RangeError(
      `train ${train}${spare > 0 ? `, spare ${spare}` : ''} and validation ${validation} overlap: ${name} has ${all.training.length} training images`,
    );
  if (test > all.test.length)
    throw new RangeError(`test ${test}: ${name} has ${all.test.length} test images`);
}

/** Some samples, copied into memory that worker threads can share. */
function chosen(samples: Samples, which: Uint32Array): Samples {
  const { inputs } = samples;
  const pixels = new Uint8Array(new SharedArrayBuffer(which.length * inputs));
  const labels = new Uint8Array(new SharedArrayBuffer(which.length));
  which.forEach((from, to) => {
    pixels.set(samples.pixels.subarray(from * inputs, (from + 1) * inputs), to * inputs);
    labels[to] = samples.labels[from]!;
  });
  return { ...samples, pixels, labels, length: which.length };
}

/** SHA-256 over shapes, pixels and labels. */
export function digestOf(parts: readonly Samples[]): string {
  const hash = createHash('sha256');
  for (const { pixels, labels, ...shape } of parts) {
    const { length, width, height, classes } = shape;
    hash
      .update(JSON.stringify([length, width, height, classes]))
      .update(pixels)
      .update(labels);
  }
  return hash.digest('hex');
}
