/**
 * @file Images and labels, and the splits everything is trained, chosen and judged on. Pixels stay bytes, shared between workers;
 * a batch becomes floats only when it is put on the chip.
 */
import type { Matrix } from '../engine/matrix.ts';
import type { Standard } from './standardise.ts';

/** Labelled images. */
export interface Samples {
  /** pixels, sample after sample, 0 to 255 */
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
  /** numbers of one image, and its shape for pictures; colours of a pixel lie side by side, inputs / (width · height) of them */
  readonly inputs: number;
  readonly width: number;
  readonly height: number;
  readonly classes: number;
  readonly length: number;
  /** what a teacher says of them; `labels` are then what it, or somebody, calls them */
  readonly taught?: Taught;
  /** how many pixels batches of them are shifted at most, sideways and up or down */
  readonly jitter?: number;
  /** mean and deviation that batches of them are brought to 0 and 1 by; pixels are 0 to 1 when absent */
  readonly standard?: Standard;
}

/** Colours of a pixel. @throws RangeError where numbers are no picture, so that nothing is beside anything */
export function channelsOf({ width, height, inputs }: Samples): number {
  const channels = inputs / (width * height);
  if (!Number.isInteger(channels))
    throw new RangeError(`an image of ${width} × ${height} has not ${inputs} pixels`);
  return channels;
}

/** The answers of a teacher, softened. */
export interface Taught {
  /** softmax of the teacher's scores over the temperature [length × classes], sample after sample */
  readonly probabilities: Float32Array;
  readonly temperature: number;
}

/** A data set as a trial sees it. */
export interface Split {
  readonly training: Samples;
  readonly validation: Samples;
  readonly test: Samples;
  /** images that are left over from training, where the trial asks for some */
  readonly spare?: Samples;
  /** SHA-256 over everything above */
  readonly digest: string;
}

/** A data set as this machine may have it. */
export interface DataSet {
  readonly name: string;
  /** one line: what the pictures show, how many and how large */
  readonly description: string;
  /** paper */
  readonly source: string;
  /** Folders it is looked for in, in this order. */
  places(): string[];
  /** Puts it into a folder, where it does not come with the program and can be had otherwise. Takes minutes. */
  fetch?(folder: string): void;
  /** Reads and checks all of it. @throws Error that says which file, what was wanted and what to do */
  load(): { readonly folder: string; readonly training: Samples; readonly test: Samples };
  /** Test errors that are had without any learning worth the name, in percent. */
  baselines?(training: Samples, test: Samples): readonly Baseline[];
}

/** What little a set may be answered with. */
export interface Baseline {
  readonly name: string;
  readonly errorPercent: number;
}

/**
 * Copies chosen samples into a batch.
 * @param which indices into the samples; `images.rows` of them from `from` on
 * @param images [batch, inputs], becomes pixels in [0, 1], or standardised ones
 * @param labels becomes the class of each
 */
export function gather(
  samples: Samples,
  which: Uint32Array,
  from: number,
  images: Matrix,
  labels: Uint8Array,
): void {
  const { inputs, pixels, standard } = samples;
  const out = images.data;
  for (let b = 0; b < images.rows; b++) {
    const sample = which[from + b]!;
    const at = sample * inputs;
    const to = b * images.columns;
    for (let i = 0; i < inputs; i++) out[to + i] = pixels[at + i]! * (1 / 255);
    if (standard) standardiseImage(standard, out, to, inputs);
    labels[b] = samples.labels[sample]!;
  }
}

function standardiseImage(
  { mean, deviation }: Standard,
  out: Float32Array,
  at: number,
  inputs: number,
): void {
  const channels = mean.length;
  for (let i = 0; i < inputs; i++)
    out[at + i] = (out[at + i]! - mean[i % channels]!) / deviation[i % channels]!;
}
