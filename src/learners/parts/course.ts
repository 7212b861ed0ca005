/**
 * @file The course of training: epochs at an annealed rate; then, where the chip's later life is asked about, further epochs between
 * which it ages. A course that was broken off goes on where a snapshot was taken of it.
 */
import type { Lesson, Progress } from '../learner.ts';
import type { Batch, batchesOf } from './batches.ts';
import { annealed } from './options.ts';

export type { Progress } from '../learner.ts';

/**
 * @param step learns from one batch at `anneal` times the learning rate; returns its loss
 * @param each called after every epoch; what it makes of the chip is undone where it is called for an epoch that need not be lived again
 */
export function follow(
  { later, snapshots }: Pick<Lesson<never, never>, 'later' | 'snapshots'>,
  epochs: number,
  batches: ReturnType<typeof batchesOf>,
  step: (batch: Batch, anneal: number) => number,
  each: (progress: Progress) => void,
): void {
  function run(epoch: number, anneal: number): void {
    let loss = 0;
    for (const batch of batches.epoch(epoch)) loss += step(batch, anneal);
    const progress = { epoch, epochs, loss: loss / batches.perEpoch };
    each(progress);
    snapshots?.lived(progress);
  }
  const lived = snapshots?.begin(each) ?? 0;
  for (let epoch = lived + 1; epoch <= epochs; epoch++) run(epoch, annealed(epoch, epochs));
  for (let k = Math.max(1, lived - epochs + 1); later && k <= later.epochs; k++) {
    later.older();
    run(epochs + k, later.rate);
  }
  snapshots?.end();
}
