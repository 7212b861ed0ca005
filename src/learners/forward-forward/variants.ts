/**
 * @file The named variants of Forward-Forward: options that every member of the family has, each one alone a change of the recipe.
 */
import type { NormaliserRequest } from '../../chips/access.ts';
import { choice, count, ratio } from '../../description.ts';
import type { Hearing } from '../parts/votes.ts';
import { goodnessKinds } from './goodness.ts';
import { lossKinds } from './loss.ts';
import { type NegativeKind, negativeKinds } from './negatives.ts';
import { softRules } from './taught.ts';

export const negatives = (usual: NegativeKind) =>
  choice(negativeKinds, 'hard: sampled from the one-pass softmax; random: any wrong label', {
    default: usual,
  });

export const aims = ['maximise', 'minimise', 'mixed'] as const;
type Aim = (typeof aims)[number];

export const normaliserKinds = ['length', 'block-lengths', 'sum'] as const;

/** @param loss that the member has by default */
export const variants = (loss: (typeof lossKinds)[number]) => ({
  goodness: choice(
    goodnessKinds,
    'squares: the sum of squared activities; sum: of the activities themselves (which Hinton 2022, section 10, wants small for positive cases); student-t: of their sizes, for circuits of that kind',
    { default: 'squares' },
  ),
  aim: choice(
    aims,
    'whether positive cases get large goodness or small; mixed: every second block of units (or the second half of a layer) small, detectors of violated constraints beside detectors of features (Hinton 2022, section 10)',
    { default: 'maximise' },
  ),
  loss: choice(
    lossKinds,
    'threshold: each case against θ; paired: positive against negative; swish: paired, letting go of pairs far enough apart',
    { default: loss },
  ),
  threshold: ratio('θ, goodness per unit; only the loss of that name asks for it', {
    exclusiveMinimum: 0,
    maximum: 1000,
    default: 1,
  }),
  blocks: count('blocks of units in each layer that have a goodness and a loss of their own', {
    maximum: 10000,
    default: 1,
  }),
  normaliser: choice(
    normaliserKinds,
    "what a layer's activities are divided by for the next. length: that of the whole layer; block-lengths: of each block its own, so that the next layer cannot read how blocks compare; sum: their sum, as goodness of that kind wants it (Hinton 2022, footnote 22)",
    { default: 'length' },
  ),
  warmUp: count(
    'steps at the beginning in which the learning rate of the layers rises linearly; without it small goodness for positive cases may silence units',
    { minimum: 0, maximum: 1e6, default: 0 },
  ),
  negatives: choice(
    [...negativeKinds, 'tried', 'dreamt'],
    'hard: sampled from the one-pass softmax; random: any wrong label; tried: of some wrong labels, each sent through the chip, the one of most goodness in the layers that vote; dreamt: text that the chip writes itself, where pictures are text (data set characters)',
    { default: 'hard' },
  ),
  tries: count('wrong labels sent through the chip for each image, where negatives are tried', {
    maximum: 1000,
    default: 4,
  }),
  reads: count(
    'passes for each label that an answer takes, goodness averaged over them; more than 1 helps where boxes are very noisy',
    { maximum: 1000, default: 1 },
  ),
  softRule: choice(
    softRules,
    "what layers make of a teacher's probabilities, where one is there. pairs: two labels drawn, goodness differences follow the teacher's; linear: the same without the sigmoid; teacher-negatives: hard labels, negatives drawn from the teacher; label-vector: the teacher's probabilities themselves on the label entry of the positive pass",
    { default: 'pairs' },
  ),
  boxLessons: count('a lesson for boxes that learn by themselves after every so many steps; 0 for none', {
    minimum: 0,
    default: 0,
  }),
});

export const sights = ['activities', 'goodness'] as const;
/** How much of a pass is measured. */
export const measured = choice(
  sights,
  'what is measured of a pass. activities: of every unit, by one conversion each; goodness: of every layer, by its own circuits and one conversion, and lines write by what they hold ' +
    '(needs writes "outer-products", goodness of squares in one block, and negatives that are not dreamt; hard negatives have the units of a neutral pass measured all the same, random and tried ones do not)',
  { default: 'activities' },
);

/** Blocks of a layer that is wide enough; mixed aims take two at least. */
export const blocksFor = ({ aim, blocks }: { aim: Aim; blocks: number }): number =>
  aim === 'mixed' ? Math.max(2, blocks) : blocks;

/** What is asked of the chip's normalisers. */
export const normalisersFor = (options: {
  aim: Aim;
  blocks: number;
  normaliser: (typeof normaliserKinds)[number];
}): { normaliser?: NormaliserRequest } => {
  switch (options.normaliser) {
    case 'length':
      return {};
    case 'block-lengths':
      return { normaliser: { divisor: 'length', blocks: blocksFor(options) } };
    case 'sum':
      return { normaliser: { divisor: 'sum' } };
  }
};

/** What layers count of each other's evidence. */
export const collaboration = choice(
  ['none', 'others'],
  'others: the evidence of all other layers counts in the loss of each, taken as given (layer collaboration, arXiv 2305.12393)',
  { default: 'none' },
);

/** Who votes: layers that lean on each other's evidence were trained to vote together. */
export const hearingOf = (collaboration: 'none' | 'others'): Hearing =>
  collaboration === 'others' ? 'all' : 'upper';

/** Chip passes per training sample: three; two where goodness alone is measured and no softmax proposes negatives; as many more as labels are tried; one more to write a symbol of dreamt text; two more in a step with a lesson for boxes. */
export const passesOf = ({
  boxLessons,
  negatives,
  tries,
  measured = 'activities',
}: {
  boxLessons: number;
  negatives: string;
  tries: number;
  measured?: (typeof sights)[number];
}): { training: number } => ({
  training:
    (measured === 'goodness' && negatives !== 'hard' ? 2 : 3) +
    (negatives === 'tried' ? tries : 0) +
    (negatives === 'dreamt' ? 1 : 0) +
    (boxLessons > 0 ? 2 / boxLessons : 0),
});
