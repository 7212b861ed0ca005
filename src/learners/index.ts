/** @file Every learner, by name: the one list that the schema, the tests and the command line use. */
import { backpropBlind } from './backprop/backprop-blind.ts';
import { backpropLoop } from './backprop/backprop-loop.ts';
import { backpropOracle } from './backprop/backprop-oracle.ts';
import { backpropReversible } from './backprop/backprop-reversible.ts';
import { directFeedbackAlignment } from './backprop/direct-feedback-alignment.ts';
import { feedbackAlignment } from './backprop/feedback-alignment.ts';
import { surrogateRidge } from './backprop/surrogate-ridge.ts';
import { forwardForward } from './forward-forward/ff.ts';
import { hintonForwardForward } from './forward-forward/ff-hinton.ts';
import type { Learner } from './learner.ts';
import { localBoosted } from './local/local-boosted.ts';
import { localSoftmax } from './local/local-softmax.ts';
import { readoutOnly } from './readout-only.ts';

export const learners: Readonly<Record<string, Learner>> = Object.fromEntries(
  [
    forwardForward,
    hintonForwardForward,
    localSoftmax,
    localBoosted,
    readoutOnly,
    backpropBlind,
    backpropLoop,
    backpropOracle,
    backpropReversible,
    surrogateRidge,
    feedbackAlignment,
    directFeedbackAlignment,
  ].map(learner => [learner.name, learner as unknown as Learner]),
);
