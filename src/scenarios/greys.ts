/** @file Pictures without colours, for drawings. */
import type { Samples } from '../data/data.ts';

/** out [width · height] = mean over the colours of every pixel of one image, or of anything else of its shape. */
export function toGreys(
  { inputs, width, height }: Pick<Samples, 'inputs' | 'width' | 'height'>,
  image: ArrayLike<number>,
): Float32Array {
  const pixels = width * height;
  const colours = inputs / pixels;
  const out = new Float32Array(pixels);
  for (let i = 0; i < inputs; i++) out[Math.floor(i / colours)]! += image[i]! / colours;
  return out;
}
