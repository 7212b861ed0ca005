/**
 * @file Training a softmax head on what leaves a chip that stands still: the floor of every comparison, and the recalibration of a
 * chip whose weights came from elsewhere.
 */
import type { MeasuredView } from '../../chips/access.ts';
import type { Samples } from '../../data/data.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Stream } from '../../engine/streams.ts';
import type { Later, Snapshots } from '../learner.ts';
import { type Batch, batchesOf } from './batches.ts';
import { follow, type Progress } from './course.ts';
import type { TrainingOptions } from './options.ts';
import type { SoftmaxHead } from './softmax-head.ts';

/** @param each called after every epoch with the mean cross-entropy, nats */
export function trainHead(
  trainee: {
    readonly chip: MeasuredView;
    readonly training: Samples;
    readonly engine: Engine;
    readonly later?: Later;
    readonly snapshots?: Snapshots;
    stream(path: string): Stream;
  },
  options: TrainingOptions,
  head: SoftmaxHead,
  each: (progress: Progress) => void,
): void {
  const { batch } = options;
  const { chip } = trainee;
  const batches = batchesOf(trainee.training, batch, trainee.engine, trainee.stream);
  const pass = chip.newDelivery(batch);
  function step({ images, labels, taught }: Batch, anneal: number): number {
    chip.hold(images);
    chip.send({ kind: 'off' }, pass);
    return head.learn(pass.delivered, labels, options.rate * anneal, undefined, taught);
  }
  follow(trainee, options.epochs, batches, step, each);
}
