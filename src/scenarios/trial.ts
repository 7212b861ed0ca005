/**
 * @file A trial: the pure function from a specification to a result. Everything random in it comes from streams named after the seed;
 * the learner gets the view of the chip that it declared and no other.
 */
import type { DocumentedView } from '../chips/access.ts';
import { buildChip, type ChipRequest, nominal } from '../chips/build.ts';
import type { Chip } from '../chips/chip.ts';
import { combined, type Meter, snapshot } from '../chips/meter.ts';
import { viewOf } from '../chips/views.ts';
import type { Split } from '../data/data.ts';
import { type Engine, openEngine } from '../engine/engine.ts';
import { streamOf } from '../engine/streams.ts';
import { learners } from '../learners/index.ts';
import type { Classifier, Later, Learner, Lesson } from '../learners/learner.ts';
import { evaluationBatch } from '../learners/parts/output-classifier.ts';
import { recordCurve } from './curve.ts';
import { type Judge, judgeOf } from './evaluate.ts';
import { live } from './life.ts';
import { picturesOf } from './pictures.ts';
import type { MeterReading, TrialHooks, TrialResult, TrialSpecification } from './trial-files.ts';
import { versions } from './versions.ts';

let engineOfThread: Promise<Engine> | undefined; // a worker runs many trials; each starts with an empty arena

/** Trains and judges one chip; draws it unless its pictures are not wanted. @throws what goes wrong in it: a diverging learner, a chip that cannot be built */
export async function runTrial(
  trial: { id: string; specification: TrialSpecification; pictures?: boolean },
  split: Split,
  hooks: TrialHooks,
): Promise<TrialResult> {
  const { specification } = trial;
  engineOfThread ??= openEngine({ bytes: 3 * 2 ** 30 });
  const engine = await engineOfThread;
  engine.arena.reset();
  const learner = learners[specification.learner];
  if (!learner) throw new Error(`there is no learner '${specification.learner}'`);

  const chip = chipFor(specification, learner, split, engine);
  const judge = judgeOf(split.training.inputs, engine);
  const record = recordCurve(specification, chip, split, judge, hooks);
  let grown: Grown | undefined;
  const grownUp = (classifier: Classifier) => {
    const draw = () => picturesOf(chip, split.training, engine);
    const shown = trial.pictures === false ? undefined : chip.unnoticed(draw);
    grown = {
      ...examined(chip, split, classifier, record.validationErrors(classifier), judge),
      ...(shown && { pictures: shown }),
    };
  };
  const principal = (classifier: Classifier) => judge(classifier, split.test)[0]!;
  const living = specification.life && live(specification.life, chip, record.current, principal, grownUp);
  const classifier = train(specification, learner, chip, split, engine, record.epoch, living?.later);
  const life = living?.finish(classifier);
  if (!grown) grownUp(classifier);

  return {
    format: 1,
    id: trial.id,
    specification,
    status: 'done',
    access: learner.access,
    trainingPasses: learner.passes(specification.options).training,
    curve: record.curve,
    ...grown!,
    ...(life && { life }),
    dataDigest: split.digest,
    versions: versions(),
  };
}

type Grown = Pick<TrialResult, 'readouts' | 'meter' | 'weightsDigest' | 'pictures'>;

/** What there is to say of a chip on the day that its training has ended. */
function examined(
  chip: Chip,
  split: Split,
  classifier: Classifier,
  validationError: readonly (number | null)[],
  judge: Judge,
): Grown {
  const trained = snapshot(chip.meter);
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
  };
}

function chipFor(specification: TrialSpecification, learner: Learner, split: Split, engine: Engine): Chip {
  const request = requestFor(specification, learner, split);
  return buildChip(specification.chip, request, engine, path => streamOf(specification.seed, `chip/${path}`));
}

function requestFor({ options }: TrialSpecification, learner: Learner, { training }: Split): ChipRequest {
  const batch = typeof options.batch === 'number' ? options.batch : 0;
  return {
    inputs: training.inputs,
    classes: training.classes,
    labels: learner.needs(options).labels,
    batch: Math.max(batch, evaluationBatch),
  };
}

/** Gives the learner its lesson. */
function train(
  specification: TrialSpecification,
  learner: Learner,
  chip: Chip,
  split: Split,
  engine: Engine,
  epoch: Lesson<never, never>['epoch'],
  later: Later | undefined,
): Classifier {
  const stream = (path: string) => streamOf(specification.seed, `learner/${learner.name}/${path}`);
  let sheet: DocumentedView | undefined;
  const dataSheet = (): DocumentedView => (sheet ??= viewOf(sheetChip(), 'documented', dataSheet));
  const sheetChip = () => {
    const model = nominal(specification.chip);
    const request = requestFor(specification, learner, split);
    return buildChip(model, request, engine, path => streamOf(specification.seed, `data-sheet/${path}`));
  };
  return learner.train({
    chip: viewOf(chip, learner.access, dataSheet) as never, // the registry holds learners of every access
    options: specification.options,
    training: split.training,
    engine,
    stream,
    digital: multiplyAdds => {
      chip.meter.digitalMacs += multiplyAdds;
    },
    epoch,
    ...(later && { later }),
  });
}

function reading(chip: Chip, meter: Meter): MeterReading {
  const { drive: _drive, ...counts } = meter;
  return { ...counts, energy: chip.energy(meter) };
}
