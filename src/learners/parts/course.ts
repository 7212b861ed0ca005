/**
 * @file The course of training: epochs at an annealed rate; then, where the chip's later life is asked about, further epochs between
 * which it ages.
 */
import type { Later } from '../learner.ts';
import type { Batch, batchesOf } from './batches.ts';
import { annealed } from './options.ts';

/** What is told after an epoch; those of later life count on from the last one of training. */
export interface Progress {
  readonly epoch: number;
  /** epochs of training */
  readonly epochs: number;
  /** mean over the batches */
  readonly loss: number;
}

/**
 * @param step learns from one batch at `anneal` times the learning rate; returns its loss
 * @param each called after every epoch
 */
export function follow(
  { later }: { readonly later?: Later },
  epochs: number,
  batches: ReturnType<typeof batchesOf>,
  step: (batch: Batch, anneal: number) => number,
  each: (progress: Progress) => void,
): void {
  function run(epoch: number, anneal: number): void {
    let loss = 0;
    for (const batch of batches.epoch(epoch)) loss += step(batch, anneal);
    each({ epoch, epochs, loss: loss / batches.perEpoch });
  }
  for (let epoch = 1; epoch <= epochs; epoch++) run(epoch, annealed(epoch, epochs));
  if (!later) return;
  for (let k = 1; k <= later.epochs; k++) {
    later.older();
    run(epochs + k, later.rate);
  }
}
