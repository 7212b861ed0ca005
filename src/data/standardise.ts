/**
 * @file Pixels about their mean: every colour less its mean over the training images of a trial, over its deviation there. A chip divides an image by its root
 * mean square and does no more, so that of a photograph, all of whose pixels are positive, it would see little but brightness. Done in numbers, before the chip;
 * what validates and tests is measured by the training images too.
 */
import { channelsOf, type Samples, type Split } from './data.ts';

/** What the colours of some images are on average, with pixels from 0 to 1. */
export interface Standard {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** Of each colour, over all pixels. @throws RangeError when pixels are no picture */
export function standardOf(samples: Samples): Standard {
  const { pixels, length, inputs } = samples;
  const channels = channelsOf(samples);
  const [sums, squares] = [new Float64Array(channels), new Float64Array(channels)];
  for (let k = 0; k < pixels.length; k++) {
    const value = pixels[k]! / 255;
    sums[k % channels]! += value;
    squares[k % channels]! += value * value;
  }
  const count = (length * inputs) / channels;
  const mean = Array.from(sums, sum => sum / count);
  const deviation = mean.map((m, c) => Math.sqrt(Math.max(0, squares[c]! / count - m * m)) || 1);
  return { mean, deviation };
}

/** The same images, which `gather` will bring to the mean and deviation of those trained on. */
export function standardised({ training, validation, test, spare, digest }: Split): Split {
  const standard = standardOf(training);
  return {
    training: { ...training, standard },
    validation: { ...validation, standard },
    test: { ...test, standard },
    ...(spare && { spare: { ...spare, standard } }),
    digest,
  };
}
