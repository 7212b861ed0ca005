/**
 * @file Mini-batches: a fresh order every epoch, from a stream named after it; incomplete last batches are left out.
 */
import { gather, type Samples } from '../../data/data.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Matrix } from '../../engine/matrix.ts';
import { permutation, type Stream } from '../../engine/streams.ts';

/** One batch; its buffers are used again for the next one. */
export interface Batch {
  /** [batch, inputs], pixels in [0, 1] */
  readonly images: Matrix;
  readonly labels: Uint8Array;
}

/** Yields the batches of any epoch. @throws RangeError when there are fewer samples than one batch */
export function batchesOf(samples: Samples, size: number, engine: Engine, stream: (path: string) => Stream) {
  if (samples.length < size)
    throw new RangeError(`a batch of ${size} needs as many training images, there are ${samples.length}`);
  const batch: Batch = { images: engine.matrix(size, samples.inputs), labels: new Uint8Array(size) };
  const perEpoch = Math.floor(samples.length / size);
  return {
    perEpoch,
    *epoch(epoch: number): Generator<Batch> {
      const order = permutation(stream(`order/epoch/${epoch}`), samples.length);
      for (let i = 0; i < perEpoch; i++) {
        gather(samples, order, i * size, batch.images, batch.labels);
        yield batch;
      }
    },
  };
}
