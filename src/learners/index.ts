/** @file Every learner, by name: the one list that the schema, the tests and the command line use. */
import { backpropBlind } from './backprop/backprop-blind.ts';
import { backpropLoop } from './backprop/backprop-loop.ts';
import { backpropOracle } from './backprop/backprop-oracle.ts';
import { backpropReversible } from './backprop/backprop-reversible.ts';
import { directFeedbackAlignment } from './backprop/direct-feedback-alignment.ts';
import { feedbackAlignment } from './backprop/feedback-alignment.ts';
import { surrogateMlp } from './backprop/surrogate-mlp.ts';
import { surrogateRidge } from './backprop/surrogate-ridge.ts';
import { boltzmann } from './boltzmann/boltzmann.ts';
import { equilibriumPropagation } from './equilibrium/equilibrium-propagation.ts';
import { fastWeightsLearner } from './fast-weights/fast-weights.ts';
import { boostedForwardForward, forwardForward } from './forward-forward/ff.ts';
import { generativeForwardForward } from './forward-forward/ff-generative.ts';
import { hintonForwardForward } from './forward-forward/ff-hinton.ts';
import { oneShotForwardForward } from './forward-forward/ff-one-shot.ts';
import { recurrentForwardForward } from './forward-forward/ff-recurrent.ts';
import { sleepingForwardForward } from './forward-forward/ff-sleep.ts';
import { unsupervisedForwardForward } from './forward-forward/ff-unsupervised.ts';
import { phyll } from './forward-forward/phyll.ts';
import { selfContrastive } from './forward-forward/self-contrastive.ts';
import { pepita } from './forward-only/pepita.ts';
import { signalPropagation } from './forward-only/signal-propagation.ts';
import type { Learner } from './learner.ts';
import { cafo } from './local/cafo.ts';
import { localBoosted } from './local/local-boosted.ts';
import { localSoftmax } from './local/local-softmax.ts';
import { monoForward } from './local/mono-forward.ts';
import { forwardGradient } from './perturbation/forward-gradient.ts';
import { multiplexedGradientDescent } from './perturbation/multiplexed-gradient-descent.ts';
import { nodePerturbation } from './perturbation/node-perturbation.ts';
import { spsa } from './perturbation/spsa.ts';
import { weightPerturbationLearner } from './perturbation/weight-perturbation.ts';
import { readoutOnly } from './readout-only.ts';

export const learners: Readonly<Record<string, Learner>> = Object.fromEntries(
  [
    forwardForward,
    boostedForwardForward,
    selfContrastive,
    phyll,
    unsupervisedForwardForward,
    generativeForwardForward,
    hintonForwardForward,
    oneShotForwardForward,
    sleepingForwardForward,
    recurrentForwardForward,
    localSoftmax,
    localBoosted,
    monoForward,
    cafo,
    readoutOnly,
    weightPerturbationLearner,
    spsa,
    multiplexedGradientDescent,
    nodePerturbation,
    forwardGradient,
    pepita,
    signalPropagation,
    backpropBlind,
    backpropLoop,
    backpropOracle,
    backpropReversible,
    surrogateRidge,
    surrogateMlp,
    feedbackAlignment,
    directFeedbackAlignment,
    equilibriumPropagation,
    boltzmann,
    fastWeightsLearner,
  ].map(learner => [learner.name, learner as unknown as Learner]),
);
