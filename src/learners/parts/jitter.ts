/**
 * @file Shifting images: every one of a batch by a whole number of pixels of its own, sideways and up or down, zeros moving in. Two pixels at
 * most make 25 versions of an image (Hinton 2022, section 3.3). Labels enter on the chip, after this.
 */

import { channelsOf, type Samples } from '../../data/data.ts';
import type { Matrix } from '../../engine/matrix.ts';
import { type Stream, uniforms } from '../../engine/streams.ts';

/** Shifts whole batches of images in place. */
export type Jitter = (images: Matrix, draws: Stream) => void;

/**
 * @param most pixels in each of the four directions; every shift is as likely
 * @throws RangeError where pixels are no picture, so that nothing is beside anything
 */
export function jitterOf(most: number, samples: Samples): Jitter {
  const { width, inputs } = samples;
  const channels = channelsOf(samples);
  const ways = 2 * most + 1;
  const before = new Float32Array(inputs);
  return (images, draws) => {
    const drawn = uniforms(draws, images.rows);
    for (let b = 0; b < images.rows; b++) {
      const which = Math.floor(drawn[b]! * ways * ways);
      const image = images.data.subarray(b * inputs, (b + 1) * inputs);
      before.set(image);
      const [right, down] = [(which % ways) - most, Math.floor(which / ways) - most];
      shift(before, width * channels, right * channels, down, image);
    }
  };
}

/** out = image moved `right` and `down`; both [height × width], row after row. */
export function shift(
  image: Float32Array,
  width: number,
  right: number,
  down: number,
  out: Float32Array,
): void {
  const height = image.length / width;
  out.fill(0);
  const [left, end] = [Math.max(0, -right), Math.min(width, width - right)];
  for (let y = Math.max(0, -down); y < Math.min(height, height - down); y++)
    for (let x = left; x < end; x++) out[(y + down) * width + x + right] = image[y * width + x]!;
}
