/** @file Options that learners by perturbation share. */
import { type Static, Type } from '@sinclair/typebox';
import { ratio } from '../../description.ts';
import { trainingOptions } from '../parts/options.ts';

/** Length of training and two rates: noisy estimates bear a smaller one than the exact gradient of the readout. */
export const perturbationOptions = (defaults: { epochs: number; rate: number; readoutRate: number }) => ({
  ...trainingOptions(defaults),
  readoutRate: ratio(
    'learning rate of the softmax outside the chip, whose gradient is exact; same schedule',
    {
      exclusiveMinimum: 0,
      maximum: 100,
      default: defaults.readoutRate,
    },
  ),
});
const Options = Type.Object(perturbationOptions({ epochs: 1, rate: 1, readoutRate: 1 }));
export type PerturbationOptions = Static<typeof Options>;

/** Size of a perturbation of the weights. */
export const weightPerturbation = (size: number) =>
  ratio('how far each weight is moved to see what it does to the loss, in units of weight', {
    exclusiveMinimum: 0,
    maximum: 10,
    default: size,
  });

/** Size of a perturbation of the currents. */
export const currentPerturbation = (size: number) =>
  ratio(
    'standard deviation of the currents added before the neuron circuits, in units of activity; the loss has to show them through the noise of the chip',
    { exclusiveMinimum: 0, maximum: 100, default: size },
  );
