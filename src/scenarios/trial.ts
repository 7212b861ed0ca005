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
import type { Classifier, Learner, Lesson } from '../learners/learner.ts';
import { evaluationBatch } from '../learners/parts/output-classifier.ts';
import { recordCurve } from './curve.ts';
import { judgeOf } from './evaluate.ts';
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
  const classifier = train(specification, learner, chip, split, engine, record.epoch);
  const trained = snapshot(chip.meter);
  const validationError = record.validationErrors(classifier);
  const testError = judge(classifier, split.test);
  const tested = combined(chip.meter, trained, -1);

  return {
    format: 1,
    id: trial.id,
    specification,
    status: 'done',
    access: learner.access,
    trainingPasses: learner.passes(specification.options).training,
    readouts: classifier.readouts.map((readout, k) => ({
      ...readout,
      testErrorPercent: testError[k]!,
      validationErrorPercent: validationError[k]!,
    })),
    curve: record.curve,
    meter: { training: reading(chip, trained), test: reading(chip, tested) },
    weightsDigest: chip.digest(),
    dataDigest: split.digest,
    ...(trial.pictures !== false && { pictures: picturesOf(chip, split.training, engine) }),
    versions: versions(),
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
  });
}

function reading(chip: Chip, meter: Meter): MeterReading {
  const { drive: _drive, ...counts } = meter;
  return { ...counts, energy: chip.energy(meter) };
}
