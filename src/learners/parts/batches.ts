/**
 * @file Mini-batches: a fresh order every epoch, from a stream named after it; incomplete last batches are left out. Where the samples
 * say so, every image is shifted anew in every epoch.
 */
import { gather, type Samples } from '../../data/data.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Matrix } from '../../engine/matrix.ts';
import { permutation, type Stream } from '../../engine/streams.ts';
import { jitterOf } from './jitter.ts';

/** One batch; its buffers are used again for the next one. */
export interface Batch {
  /** [batch, inputs], pixels in [0, 1] */
  readonly images: Matrix;
  readonly labels: Uint8Array;
  /** batches before it, those of earlier epochs included */
  readonly number: number;
  /** what a teacher says of them, where there is one */
  readonly taught?: TaughtBatch;
}

/** A teacher's probabilities [batch, classes] at a temperature. */
export interface TaughtBatch {
  readonly probabilities: Matrix;
  readonly temperature: number;
}

/** Yields the batches of any epoch. @throws RangeError when there are fewer samples than one batch */
export function batchesOf(samples: Samples, size: number, engine: Engine, stream: (path: string) => Stream) {
  if (samples.length < size)
    throw new RangeError(`a batch of ${size} needs as many training images, there are ${samples.length}`);
  const { taught, jitter: most = 0 } = samples;
  const jitter = most > 0 ? jitterOf(most, samples) : undefined;
  const batch: Batch & { number: number } = {
    images: engine.matrix(size, samples.inputs),
    labels: new Uint8Array(size),
    number: 0,
    ...(taught && {
      taught: { probabilities: engine.matrix(size, samples.classes), temperature: taught.temperature },
    }),
  };
  const perEpoch = Math.floor(samples.length / size);
  return {
    perEpoch,
    *epoch(epoch: number): Generator<Batch> {
      const order = permutation(stream(`order/epoch/${epoch}`), samples.length);
      const shifts = jitter && stream(`jitter/epoch/${epoch}`);
      for (let i = 0; i < perEpoch; i++) {
        gather(samples, order, i * size, batch.images, batch.labels);
        batch.number = (epoch - 1) * perEpoch + i;
        if (shifts) jitter(batch.images, shifts);
        if (taught && batch.taught)
          gatherRows(taught.probabilities, order, i * size, batch.taught.probabilities);
        yield batch;
      }
    },
  };
}

/** Rows of a table of as many columns as `out`, chosen by `which` from `from` on. */
function gatherRows(table: Float32Array, which: Uint32Array, from: number, out: Matrix): void {
  const n = out.columns;
  for (let b = 0; b < out.rows; b++) {
    const at = which[from + b]! * n;
    out.data.set(table.subarray(at, at + n), b * n);
  }
}
