/**
 * @file Making a teacher, and asking it. A reading depends on how the teacher was made and what it was asked alone, so students of one
 * teacher share it, and one that was lost is made again.
 */
import { readFileSync } from 'node:fs';
import type { Chip } from '../chips/chip.ts';
import { combined, snapshot } from '../chips/meter.ts';
import type { ChipModel } from '../chips/model.ts';
import { viewOf } from '../chips/views.ts';
import { gather, type Samples, type Split } from '../data/data.ts';
import { answersOf, errorPercent, type Scores } from '../distill/agreement.ts';
import type { Bequest } from '../distill/bequest.ts';
import type { Distillation, TeacherRequest } from '../distill/description.ts';
import { meanScores, type Reading, readingOf, readingToBytes } from '../distill/reading.ts';
import { askedImages } from '../distill/transfer.ts';
import type { Engine } from '../engine/engine.ts';
import { type Matrix, rowsOf } from '../engine/matrix.ts';
import { type Tensor, tensorOf } from '../engine/safetensors.ts';
import type { Classifier } from '../learners/learner.ts';
import { meanActivities } from '../learners/parts/gains.ts';
import { evaluationBatch } from '../learners/parts/output-classifier.ts';
import { bringUp } from './bring-up.ts';
import { hashOf } from './canonical.ts';
import { chipOfBytes, digestOfFile, revived } from './saved-chip.ts';
import type { Artefacts, TrialHooks, TrialSpecification } from './trial-files.ts';

/** Between the seeds of the chips of a committee. */
const apart = 1000003;

/** The reading of a trial's teachers, made or found. @throws what goes wrong in their training */
export function heard(
  specification: TrialSpecification,
  wanted: Distillation,
  split: Split,
  engine: Engine,
  hooks: TrialHooks,
): Reading {
  const key = readingKey(specification, wanted);
  const found = stored(key, hooks.artefacts);
  if (found) return found;
  const readings = Array.from({ length: wanted.teachers }, (_, k) => {
    engine.arena.reset();
    const teacher = { ...wanted.teacher, seed: wanted.teacher.seed + k * apart };
    return oneReading(specification, teacher, wanted, split, engine, hooks);
  });
  const reading = together(readings, split);
  hooks.artefacts?.write(key, readingToBytes(reading));
  return reading;
}

/** Hash of everything that a reading depends on. */
function readingKey({ data }: TrialSpecification, wanted: Distillation): string {
  const { teacher, teachers, teacherAge, reads } = wanted;
  const asked = { format: 2, data, teacher, teachers, teacherAge, images: askedAbout(data, wanted), reads };
  return hashOf(asked);
}

/** What teachers are asked about: where only true labels are told it does not matter, and students that differ in that share a teacher. */
export const askedAbout = (
  { spare = 0 }: TrialSpecification['data'],
  { images, targets, generations }: Distillation,
): Distillation['images'] => (targets === 'true' && generations === 1 && spare > 0 ? 'spare' : images);

function stored(key: string, artefacts: Artefacts | undefined): Reading | undefined {
  const bytes = artefacts?.read(key);
  if (!bytes) return undefined;
  try {
    return readingOf(bytes);
  } catch {
    return undefined; // torn: made again
  }
}

function oneReading(
  { data, checkpoints }: TrialSpecification,
  teacher: TeacherRequest,
  wanted: Distillation,
  split: Split,
  engine: Engine,
  hooks: TrialHooks,
): Reading {
  const { chip, learner, options, seed } = teacher;
  const images = askedImages(askedAbout(data, wanted), split);
  if (teacher.saved) return takenOut(teacher, teacher.saved, wanted, images, split, engine);
  let reading: Reading | undefined;
  const made: TrialSpecification = {
    format: 1,
    data,
    chip: chip as ChipModel,
    learner,
    options,
    seed,
    checkpoints,
  };
  bringUp({ id: 'teacher', specification: made, pictures: false }, split, engine, hooks, {
    grownUp(trained, classifier) {
      if (wanted.teacherAge > 0) trained.age(wanted.teacherAge);
      reading = read(trained, classifier, teacher, wanted.reads, images, split, engine);
    },
  });
  return reading!;
}

/** The reading of a chip that was kept in a file. @throws Error where it is not that file any more */
function takenOut(
  teacher: TeacherRequest,
  { path, sha256 }: NonNullable<TeacherRequest['saved']>,
  wanted: Distillation,
  images: Samples,
  split: Split,
  engine: Engine,
): Reading {
  const bytes = readFileSync(path);
  if (digestOfFile(bytes) !== sha256)
    throw new Error(`${path} is not the file that the run was planned with (SHA-256 differs)`);
  const { chip, classifier } = revived(chipOfBytes(bytes), split.training, engine);
  try {
    if (wanted.teacherAge > 0) chip.age(wanted.teacherAge);
    return read(chip, classifier, teacher, wanted.reads, images, split, engine);
  } finally {
    chip.close();
  }
}

/** Asks a chip everything. */
function read(
  chip: Chip,
  classifier: Classifier,
  { learner, seed, readout }: TeacherRequest,
  reads: number,
  images: Samples,
  split: Split,
  engine: Engine,
): Reading {
  const trainingEnergy = chip.energy(chip.meter).total;
  const place = placeOf(classifier, readout, learner);
  const ask = (samples: Samples) => scoresOf(classifier, place, samples, reads, engine);
  const before = snapshot(chip.meter);
  const transfer = ask(images);
  const spent = combined(chip.meter, before, -1);
  const test = ask(split.test);
  return {
    transfer,
    validation: ask(split.validation),
    test,
    again: ask(split.test),
    ...leftBy(chip, classifier),
    activity: activitiesOf(chip, images, engine),
    facts: {
      learner,
      seeds: [seed],
      testErrorPercent: errorPercent(answersOf(test), split.test.labels),
      trainingEnergy,
      asked: {
        passes: spent.forwardPasses / images.length,
        energy: chip.energy(spent).total / images.length,
      },
    },
  };
}

/** What a chip can leave to a copy of it. */
export const leftBy = (chip: Chip, { outside = {} }: Classifier): Bequest => ({
  weights: chip.parts.crossbars.map(({ weights }) => tensorOf(weights)),
  outside: Object.fromEntries(Object.entries(outside).map(([name, matrix]) => [name, tensorOf(matrix)])),
});

/** Where a readout stands among those of a classifier. @throws Error where there is none such */
export function placeOf(classifier: Classifier, wanted: TeacherRequest['readout'], learner: string): number {
  if (!classifier.scores)
    throw new Error(`${learner} gives answers without scores: nothing can be passed on`);
  const place = wanted === 'principal' ? 0 : classifier.readouts.findIndex(({ role }) => role === 'one pass');
  if (place < 0) throw new Error(`${learner} has no one-pass readout`);
  return place;
}

/** Scores of all samples by one readout, the mean of `reads` readings. */
export function scoresOf(
  classifier: Classifier,
  readout: number,
  samples: Samples,
  reads: number,
  engine: Engine,
): Scores {
  const { classes, inputs, length } = samples;
  const values = new Float32Array(length * classes);
  const images = engine.matrix(evaluationBatch, inputs);
  const out = engine.matrix(evaluationBatch, classes);
  const labels = new Uint8Array(evaluationBatch);
  const order = Uint32Array.from({ length }, (_, i) => i);
  for (let from = 0; from < length; from += evaluationBatch) {
    const count = Math.min(evaluationBatch, length - from);
    const batch = rowsOf(images, 0, count);
    const scores = rowsOf(out, 0, count);
    gather(samples, order, from, batch, labels);
    for (let k = 0; k < reads; k++) {
      classifier.scores!(batch, readout, scores);
      for (let i = 0; i < scores.data.length; i++) values[from * classes + i]! += scores.data[i]! / reads;
    }
  }
  return { values, classes };
}

/** Mean activity of every unit over the first images that fill a batch. */
function activitiesOf(chip: Chip, images: Samples, engine: Engine): Tensor[] {
  const view = viewOf(chip, 'measured', () => {
    throw new Error('a measured view has no data sheet');
  });
  const first = firstImages(images, engine);
  return meanActivities(view, first, view.newInnerPass(first.rows), engine).map(tensorOf);
}

/** The first images, as many as a chip is judged on at once. */
export function firstImages(images: Samples, engine: Engine): Matrix {
  const count = Math.min(evaluationBatch, images.length);
  const first = engine.matrix(count, images.inputs);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  gather(images, order, 0, first, new Uint8Array(count));
  return first;
}

/** Several teachers as one: the mean of their scores. Who copies weights copies those of the first. */
function together(readings: readonly Reading[], split: Split): Reading {
  const [first] = readings as [Reading];
  if (readings.length === 1) return first;
  const mean = (of: (reading: Reading) => Scores) => meanScores(readings.map(of));
  const sum = (of: (reading: Reading) => number) => readings.reduce((total, each) => total + of(each), 0);
  const test = mean(reading => reading.test);
  return {
    ...first,
    transfer: mean(reading => reading.transfer),
    validation: mean(reading => reading.validation),
    test,
    again: mean(reading => reading.again),
    facts: {
      learner: first.facts.learner,
      seeds: readings.flatMap(({ facts }) => facts.seeds),
      testErrorPercent: errorPercent(answersOf(test), split.test.labels),
      trainingEnergy: sum(({ facts }) => facts.trainingEnergy),
      asked: {
        passes: sum(({ facts }) => facts.asked.passes),
        energy: sum(({ facts }) => facts.asked.energy),
      },
    },
  };
}
