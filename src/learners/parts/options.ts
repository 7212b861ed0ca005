/**
 * @file Options that learners share, described once.
 */
import { type Static, Type } from '@sinclair/typebox';
import { choice, count, ratio } from '../../description.ts';

/** Length of training and the optimiser's step. */
export const trainingOptions = (defaults: { epochs: number; rate: number }) => ({
  epochs: count('passes over the training images', { maximum: 100000, default: defaults.epochs }),
  batch: count('images between two updates', { maximum: 10000, default: 100 }),
  rate: ratio('learning rate; constant over the first half of training, then linear to 0', {
    exclusiveMinimum: 0,
    maximum: 100,
    default: defaults.rate,
  }),
});
const Training = Type.Object(trainingOptions({ epochs: 1, rate: 1 }));
export type TrainingOptions = Static<typeof Training>;

export const writeKinds = ['changes', 'outer-products'] as const;
export type WriteKind = (typeof writeKinds)[number];
/** How what a layer has learned gets into its cells. */
export const writes = choice(
  writeKinds,
  'how a layer writes. changes: outer products are summed outside the chip and go through the optimiser; outer-products: plain gradient descent, and rows and columns are pulsed by ' +
    'what they carried, sample after sample, so that nothing of the size of a crossbar is kept or worked out outside it (a chip whose update takes no outer products gets their sum)',
  { default: 'changes' },
);

/** Share of the learning rate in a step, from 0 on, that is one of the first `steps`: linear, the last of them with all of it. */
export const warmed = (step: number, steps: number): number => (step < steps ? (step + 1) / steps : 1);

/**
 * The schedule of Hinton's code: 1 over the first half of training, then linear to (almost) 0.
 * @param epoch from 1 @see ffcode.zip, ffnew.m
 */
export const annealed = (epoch: number, epochs: number): number =>
  epoch <= epochs / 2 ? 1 : Math.min(1, (1 + 2 * (epochs - epoch)) / epochs);
