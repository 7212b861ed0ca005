/**
 * @file A trial of distillation: a teacher is made, or its reading is there already; a student learns from what it said; the two are compared.
 * In a line of generations each student is the next one's teacher.
 */

import type { MeasuredView } from '../chips/access.ts';
import type { Chip } from '../chips/chip.ts';
import type { ChipModel } from '../chips/model.ts';
import { viewOf } from '../chips/views.ts';
import type { Samples, Split } from '../data/data.ts';
import { agreementOf, answersOf, errorPercent, type Scores } from '../distill/agreement.ts';
import { calibratedScale, calibrationError, fairBiases, shifted } from '../distill/calibration.ts';
import type { Distillation } from '../distill/description.ts';
import type { Reading } from '../distill/reading.ts';
import { askedImages, transferSet } from '../distill/transfer.ts';
import type { Engine } from '../engine/engine.ts';
import type { Tensor } from '../engine/safetensors.ts';
import type { Start } from '../learners/learner.ts';
import { writeWithGains } from '../learners/parts/gains.ts';
import { bringUp } from './bring-up.ts';
import { curvesOf } from './pictures.ts';
import { chipFor, learnerOf } from './raise.ts';
import { firstImages, heard, placeOf, scoresOf } from './teacher.ts';
import type {
  DistillationResult,
  Generation,
  Pictures,
  TrialHooks,
  TrialResult,
  TrialSpecification,
} from './trial-files.ts';

/** Between the seeds of the generations of a line. */
const apart = 7919;

/** What a chip hands on to the next. */
type Legacy = Pick<Reading, 'transfer' | 'test' | 'weights' | 'activity'>;

export function distil(
  trial: { id: string; specification: TrialSpecification; pictures?: boolean },
  wanted: Distillation,
  split: Split,
  engine: Engine,
  hooks: TrialHooks,
): TrialResult {
  const teacher = heard(trial.specification, wanted, split, engine, hooks);
  const images = askedImages(wanted.images, split);
  const line: Generation[] = [];
  let before: Legacy = teacher;
  let last: { result: TrialResult; scores: Scores } | undefined;
  for (let g = 0; g < wanted.generations; g++) {
    engine.arena.reset();
    const student = raised(trial, wanted, g, before, images, split, engine, hooks);
    line.push({
      testErrorPercent: student.result.readouts[0]!.testErrorPercent,
      agreementPercent: agreementOf(teacher.test, student.legacy.test, split.test.labels, 1).agreementPercent,
      withPredecessorPercent: agreementOf(before.test, student.legacy.test, split.test.labels, 1)
        .agreementPercent,
    });
    before = student.legacy;
    last = { result: student.result, scores: student.legacy.test };
  }
  const { pictures } = last!.result;
  return {
    ...last!.result,
    specification: trial.specification,
    distillation: compared(teacher, last!.scores, wanted, split, line),
    ...(pictures && {
      pictures: { ...pictures, ...pairPictures(wanted, teacher.test, last!.scores, split, engine) },
    }),
  };
}

const mostAlike = 12;

/** What the pair of chips is drawn with: the curves of the teacher's individual, and images that both get wrong in the same way. */
function pairPictures(
  { teacher }: Distillation,
  said: Scores,
  student: Scores,
  { test }: Split,
  engine: Engine,
): Pick<Pictures, 'teacher' | 'confusedAlike'> {
  engine.arena.reset();
  const upbringing = { ...teacher, chip: teacher.chip as ChipModel };
  const chip = chipFor(upbringing, learnerOf(upbringing), test, engine);
  const curves = curvesOf(chip, engine);
  chip.close();
  const [a, b] = [answersOf(said), answersOf(student)];
  const alike = [...a.keys()].filter(i => a[i] === b[i] && a[i] !== test.labels[i]).slice(0, mostAlike);
  const images = alike.map(i => test.pixels.subarray(i * test.inputs, (i + 1) * test.inputs));
  return {
    teacher: curves,
    ...(alike.length > 0 && {
      confusedAlike: {
        width: test.width,
        height: test.height,
        bytes: Buffer.concat(images).toString('base64'),
        said: alike.map(i => a[i]!),
        truth: alike.map(i => test.labels[i]!),
      },
    }),
  };
}

/** One student, from what the chip before it has left. */
function raised(
  trial: { id: string; specification: TrialSpecification; pictures?: boolean },
  wanted: Distillation,
  generation: number,
  before: Legacy,
  images: Samples,
  split: Split,
  engine: Engine,
  hooks: TrialHooks,
): { result: TrialResult; legacy: Legacy } {
  const { specification } = trial;
  const seed = specification.seed + generation * apart;
  const learnsNothing = wanted.samples === 0;
  const own = {
    ...specification,
    seed,
    ...(learnsNothing && { options: { ...specification.options, epochs: 0 } }),
  };
  const isLast = generation === wanted.generations - 1;
  let legacy: Legacy | undefined;
  const result = bringUp(
    { ...trial, specification: own, pictures: isLast && trial.pictures !== false },
    split,
    engine,
    hooks,
    {
      training: learnsNothing ? split.training : transferSet(images, before.transfer, wanted),
      ...(wanted.student === 'same' && generation === 0 && { individual: wanted.teacher.seed }),
      start: chip =>
        wanted.start === 'fresh' ? undefined : copied(wanted.start, before, chip, images, engine),
      grownUp(chip, classifier) {
        const place = placeOf(classifier, 'principal', specification.learner);
        const said = (samples: Samples) => scoresOf(classifier, place, samples, wanted.reads, engine);
        legacy = {
          test: said(split.test),
          transfer: isLast ? before.transfer : said(images),
          weights: isLast
            ? []
            : chip.parts.crossbars.map(({ weights: { rows, columns, data } }) => ({
                shape: [rows, columns],
                data: data.slice(),
              })),
          activity: before.activity,
        };
      },
    },
  );
  return { result, legacy: legacy! };
}

/** The weights of the chip before, as they are or with gains recalibrated. @throws Error when the chips are not of one size */
function copied(
  how: 'copy' | 'copy with gains',
  { weights, activity }: Legacy,
  chip: Chip,
  images: Samples,
  engine: Engine,
): Start {
  const { crossbars } = chip.parts;
  weights.forEach(({ shape }, l) => {
    const own = crossbars[l];
    if (weights.length !== crossbars.length || own?.rows !== shape[0] || own?.columns !== shape[1])
      throw new Error(
        'weights can be copied only between chips with the same layers and the same label lines',
      );
  });
  const copies = weights.map(tensor => matrixOf(tensor, engine));
  if (how === 'copy') return { weights: copies, isHeld: false };
  const wanted = activity.map(tensor => matrixOf(tensor, engine));
  writeWithGains(measured(chip), copies, wanted, firstImages(images, engine), engine);
  return { weights: copies, isHeld: true };
}

function matrixOf({ shape, data }: Tensor, engine: Engine) {
  const matrix = engine.matrix(shape[0]!, shape[1]!);
  matrix.data.set(data);
  return matrix;
}

const measured = (chip: Chip): MeasuredView =>
  viewOf(chip, 'measured', () => {
    throw new Error('a measured view has no data sheet');
  });

/** What the last chip of the line has of the first. */
function compared(
  teacher: Reading,
  student: Scores,
  wanted: Distillation,
  split: Split,
  line: readonly Generation[],
): DistillationResult {
  const { labels } = split.test;
  const { matrix, ...agreement } = agreementOf(teacher.test, student, labels, wanted.temperature);
  const floor = agreementOf(teacher.test, teacher.again, labels, wanted.temperature);
  const calibration = (scores: Scores) => calibrationError(scores, labels, agreement.scale);
  const teacherScale = calibratedScale(teacher.validation, split.validation.labels);
  return {
    teacher: {
      ...teacher.facts,
      calibrationError: calibrationError(teacher.test, labels),
      calibratedScale: teacherScale,
      floor: {
        agreementPercent: floor.agreementPercent,
        sameErrorsPercent: floor.sameErrorsPercent,
        divergence: floor.divergence,
      },
    },
    ...agreement,
    calibrationError: calibration(student),
    matrix,
    ...(wanted.without.length > 0 && { leftOut: leftOut(student, wanted.without, labels) }),
    line,
  };
}

/** Errors on the classes that the transfer set had no image of, as answered and with the bias that makes their shares fair. */
function leftOut(student: Scores, without: readonly number[], labels: Uint8Array) {
  const errors = (answers: Uint8Array) => {
    const mine = [...labels.keys()].filter(i => without.includes(labels[i]!));
    return {
      errorPercent: errorPercent(answers, labels),
      onThemPercent: (100 * mine.filter(i => answers[i] !== labels[i]).length) / mine.length,
    };
  };
  return {
    asAnswered: errors(answersOf(student)),
    corrected: errors(answersOf(shifted(student, fairBiases(student, without)))),
  };
}
