/**
 * @file Training a softmax head on what leaves a chip that stands still: the floor of every comparison, and the recalibration of a
 * chip whose weights came from elsewhere.
 */
import type { MeasuredView } from '../../chips/access.ts';
import type { Samples } from '../../data/data.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Stream } from '../../engine/streams.ts';
import { batchesOf } from './batches.ts';
import { annealed, type TrainingOptions } from './options.ts';
import type { SoftmaxHead } from './softmax-head.ts';

/** @param each called after every epoch with the mean cross-entropy, nats */
export function trainHead(
  {
    chip,
    training,
    engine,
    stream,
  }: {
    chip: MeasuredView;
    training: Samples;
    engine: Engine;
    stream(path: string): Stream;
  },
  options: TrainingOptions,
  head: SoftmaxHead,
  each: (progress: { epoch: number; epochs: number; loss: number }) => void,
): void {
  const { batch, epochs } = options;
  const batches = batchesOf(training, batch, engine, stream);
  const pass = chip.newPass(batch);
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const rate = options.rate * annealed(epoch, epochs);
    let loss = 0;
    for (const { images, labels } of batches.epoch(epoch)) {
      chip.hold(images);
      chip.send({ kind: 'off' }, pass);
      loss += head.learn(pass.delivered, labels, rate);
    }
    each({ epoch, epochs, loss: loss / batches.perEpoch });
  }
}
