/**
 * @file What all cells that answer to pulses have in common. The meanings are those of AIHWKit's pulsed devices (its names in
 * brackets) with two differences. Weights are in units of the crossbar's weight range, so that a file says nothing of the
 * network it will serve. And a nominal pulse is the mean of the nominal up and down pulse at weight 0: AIHWKit's `up_down` u shrinks one of
 * the two and leaves the other at dw_min, which is states = 2/(dw_min (1 − u/2)) and asymmetry = 1/(1 − u) − 1 here.
 */
import { Type } from '@sinclair/typebox';
import { choice, ratio } from '../../description.ts';
import { Devices } from './vector.ts';

export const pulsed = {
  devices: Type.Optional(Devices),
  states: ratio(
    'pulses of nominal size from one end of the range to the other; one of them moves a weight by 2/states of the weight range [2/dw_min]',
    { minimum: 1, default: 1000 },
  ),
  highest: ratio('upper bound of a nominal pair, in units of the weight range [w_max]', {
    exclusiveMinimum: 0,
    maximum: 10,
    default: 1,
  }),
  lowest: ratio('lower bound of a nominal pair, in units of the weight range [w_min]', {
    minimum: -10,
    maximum: 0,
    default: -1,
  }),
  highestVariation: ratio('cell-to-cell spread of the upper bound, relative to it [w_max_dtod]', {
    minimum: 0,
    maximum: 2,
    default: 0,
  }),
  lowestVariation: ratio('cell-to-cell spread of the lower bound, relative to it [w_min_dtod]', {
    minimum: 0,
    maximum: 2,
    default: 0,
  }),
  asymmetry: ratio('up step over down step, minus one [1/(1 − up_down) − 1]', {
    minimum: -0.9,
    maximum: 9,
    default: 0,
  }),
  asymmetryVariation: ratio(
    'cell-to-cell spread of half the difference of up and down step, as a fraction of the nominal step [up_down_dtod]',
    { minimum: 0, maximum: 2, default: 0 },
  ),
  stepVariation: ratio('cell-to-cell spread of the step size, up and down apart', {
    minimum: 0,
    maximum: 1,
    default: 0,
  }),
  gainVariation: ratio(
    'cell-to-cell spread of the step size, up and down alike, as a fraction of the nominal step [dw_min_dtod]',
    { minimum: 0, maximum: 2, default: 0 },
  ),
  gainDistribution: choice(
    ['normal', 'log-normal'],
    'of the gain that `gainVariation` spreads; log-normal: the spread is that of the logarithm [dw_min_dtod_log_normal]',
    { default: 'normal' },
  ),
  cycleNoise: ratio('cycle-to-cycle spread of one pulse, as a fraction of the step [dw_min_std]', {
    minimum: 0,
    maximum: 100,
    default: 0,
  }),
  writeNoise: ratio(
    'spread of what is read around what the pulses wrote, drawn at every write, as a fraction of the nominal step [write_noise_std]',
    { minimum: 0, maximum: 1000, default: 0 },
  ),
  lifetime: ratio(
    'updates in which a weight decays to 1/e of its distance from the reset level; 0 for no decay [lifetime]',
    { minimum: 0, default: 0 },
  ),
  lifetimeVariation: ratio('cell-to-cell spread of the lifetime, relative to it [lifetime_dtod]', {
    minimum: 0,
    maximum: 1,
    default: 0,
  }),
  diffusion: ratio(
    'random walk: spread of the change by one update, in units of the weight range [diffusion]',
    { minimum: 0, maximum: 1, default: 0 },
  ),
  diffusionVariation: ratio('cell-to-cell spread of the diffusion, relative to it [diffusion_dtod]', {
    minimum: 0,
    maximum: 1,
    default: 0,
  }),
  resetLevel: ratio('weight that a reset or decay leads to, in units of the weight range [reset]', {
    minimum: -10,
    maximum: 10,
    default: 0,
  }),
  resetVariation: ratio('cell-to-cell spread of the reset level, in units of the weight range [reset_dtod]', {
    minimum: 0,
    maximum: 10,
    default: 0,
  }),
  resetNoise: ratio('spread of a weight after one reset, in units of the weight range [reset_std]', {
    minimum: 0,
    maximum: 10,
    default: 0,
  }),
};

export const cycleNoiseOf = choice(
  ['step', 'step-at-zero'],
  'what cycle noise is a fraction of: the step as it is at this weight, or the step at weight 0 [mult_noise true, false]',
  { default: 'step' },
);
