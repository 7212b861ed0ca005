/**
 * @file The life of one chip from its making to what is said of it: it is trained, judged, and grows old where the scenario asks.
 */
import type { Chip } from '../chips/chip.ts';
import { combined, countsOf, type Meter, snapshot } from '../chips/meter.ts';
import { gather, type Samples, type Split } from '../data/data.ts';
import type { Engine } from '../engine/engine.ts';
import type { Classifier, Start } from '../learners/learner.ts';
import { recordCurve } from './curve.ts';
import { type Judge, judgeOf } from './evaluate.ts';
import { live } from './life.ts';
import { picturesOf } from './pictures.ts';
import { chipFor, learnerOf, train } from './raise.ts';
import { type TrainingSnapshots, withSnapshots } from './snapshots.ts';
import type { MeterReading, TrialHooks, TrialResult, TrialSpecification } from './trial-files.ts';
import { versions } from './versions.ts';

/** What a chip may be given on its way. */
export interface Given {
  /** images in place of the training images of the split */
  readonly training?: Samples;
  /** seed of the individual, where it is another's */
  readonly individual?: number;
  /** Makes what the learner starts from, on a chip that nobody has touched. */
  start?(chip: Chip): Start | undefined;
  /** Called on the day that training has ended, when everything has been judged. What it does to the chip is not noticed. */
  grownUp?(chip: Chip, classifier: Classifier): void;
}

export function bringUp(
  trial: { id: string; specification: TrialSpecification; pictures?: boolean },
  split: Split,
  engine: Engine,
  hooks: TrialHooks,
  given: Given = {},
): TrialResult {
  const { specification } = trial;
  const { training = split.training } = given;
  return withSnapshots(specification, engine, hooks, snapshots => {
    const chip = chipFor(specification, learnerOf(specification), training, engine, given.individual);
    try {
      return storyOf(chip, trial, training, split, engine, hooks, given, snapshots);
    } finally {
      chip.close();
    }
  });
}

function storyOf(
  chip: Chip,
  trial: { id: string; specification: TrialSpecification; pictures?: boolean },
  training: Samples,
  split: Split,
  engine: Engine,
  hooks: TrialHooks,
  given: Given,
  snapshots: TrainingSnapshots | undefined,
): TrialResult {
  const { specification } = trial;
  const learner = learnerOf(specification);
  const judge = judgeOf(training.inputs, engine);
  const record = recordCurve(specification, chip, training.length, split, judge, snapshots ?? hooks, engine);
  let grown: Grown | undefined;
  engine.keep(
    () => grown,
    kept => {
      grown = kept ?? undefined;
    },
  );
  const grownUp = (classifier: Classifier) => {
    const draw = () => picturesOf(chip, split.training, engine);
    const shown = trial.pictures === false ? undefined : chip.unnoticed(draw);
    grown = {
      ...examined(chip, split, classifier, record.validationErrors(classifier), judge),
      ...(shown && { pictures: shown }),
    };
    const maskErrors = chip.unnoticed(() => maskErrorsOf(chip, split, engine));
    if (maskErrors) grown = { ...grown, maskErrors };
    const measures = chip.unnoticed(() => classifier.measures?.());
    if (measures) grown = { ...grown, measures };
    chip.unnoticed(() => given.grownUp?.(chip, classifier));
  };
  const principal = (classifier: Classifier) => judge(classifier, split.test)[0]!;
  const living =
    specification.life && live(specification.life, chip, record.current, principal, grownUp, engine);
  const start = given.start?.(chip);
  const classifier = train(specification, chip, training, engine, {
    epoch: progress => (snapshots?.isRetold ? record.again(progress) : record.epoch(progress)),
    ...(snapshots && { snapshots }),
    ...(start && { start }),
    ...(living?.later && { later: living.later }),
  });
  const life = living?.finish(classifier);
  if (!grown) grownUp(classifier);

  return {
    format: 1,
    id: trial.id,
    specification,
    status: 'done',
    access: learner.access,
    trainingPasses: learner.passes(specification.options).training,
    curve: record.curve(),
    ...grown!,
    ...(life && { life }),
    dataDigest: split.digest,
    versions: versions(),
  };
}

type Grown = Pick<
  TrialResult,
  'readouts' | 'meter' | 'weightsDigest' | 'wear' | 'maskErrors' | 'pictures' | 'measures'
>;

/** What there is to say of a chip on the day that its training has ended. */
function examined(
  chip: Chip,
  split: Split,
  classifier: Classifier,
  validationError: readonly (number | null)[],
  judge: Judge,
): Grown {
  const trained = snapshot(chip.meter);
  const wear = chip.wear();
  const testError = judge(classifier, split.test);
  const tested = combined(chip.meter, trained, -1);
  return {
    readouts: classifier.readouts.map((readout, k) => ({
      ...readout,
      testErrorPercent: testError[k]!,
      validationErrorPercent: validationError[k]!,
    })),
    meter: { training: reading(chip, trained), test: reading(chip, tested) },
    weightsDigest: chip.digest(),
    ...(wear && { wear }),
  };
}

const sampled = 32; // images that a mask's error is taken over

/** How far the mask of the wires is off for images of validation, or of training where there are none. */
function maskErrorsOf(chip: Chip, split: Split, engine: Engine): TrialResult['maskErrors'] {
  if (chip.parts.model.wires?.kind !== 'mask') return undefined;
  const samples = split.validation.length > 0 ? split.validation : split.training;
  const count = Math.min(sampled, samples.length, chip.parts.batch);
  const images = engine.matrix(count, samples.inputs);
  gather(
    samples,
    Uint32Array.from({ length: count }, (_, b) => b),
    0,
    images,
    new Uint8Array(count),
  );
  const pass = chip.newInnerPass(count);
  chip.hold(images);
  chip.send({ kind: 'off' }, pass);
  return chip.maskErrors(pass);
}

export function reading(chip: Chip, meter: Meter): MeterReading {
  const time = chip.time(meter);
  return { ...countsOf(meter), energy: chip.energy(meter), ...(time && { time }) };
}
