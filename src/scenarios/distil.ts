/**
 * @file A trial of distillation: a teacher is made, or its reading is there already; a student learns from what it said; the two are compared.
 * In a line of generations each student is the next one's teacher.
 */
import type { ChipModel } from '../chips/model.ts';
import type { Samples, Split } from '../data/data.ts';
import { agreementOf, answersOf, errorPercent, type Scores } from '../distill/agreement.ts';
import { calibratedScale, calibrationError, fairBiases, shifted } from '../distill/calibration.ts';
import type { Distillation } from '../distill/description.ts';
import type { Reading } from '../distill/reading.ts';
import { askedImages, transferSet } from '../distill/transfer.ts';
import type { Engine } from '../engine/engine.ts';
import { bringUp } from './bring-up.ts';
import { toGreys } from './greys.ts';
import { curvesOf } from './pictures.ts';
import { chipFor, learnerOf } from './raise.ts';
import { robustWeights } from './robust.ts';
import { type Legacy, startOf } from './start.ts';
import { askedAbout, heard, leftBy, placeOf, scoresOf } from './teacher.ts';
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

export function distil(
  trial: { id: string; specification: TrialSpecification; pictures?: boolean },
  wanted: Distillation,
  split: Split,
  engine: Engine,
  hooks: TrialHooks,
): TrialResult {
  const teacher = heard(trial.specification, wanted, split, engine, hooks);
  const images = askedImages(wanted.images, split);
  const measured = askedImages(askedAbout(trial.specification.data, wanted), split);
  const line: Generation[] = [];
  let before: Legacy = { ...teacher, learner: teacher.facts.learner };
  let last: { result: TrialResult; scores: Scores } | undefined;
  for (let g = 0; g < wanted.generations; g++) {
    const student = raised(trial, wanted, g, before, { images, measured }, split, engine, hooks);
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
  const images = alike.map(i =>
    Uint8Array.from(toGreys(test, test.pixels.subarray(i * test.inputs, (i + 1) * test.inputs)), Math.round),
  );
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
  { images, measured }: { readonly images: Samples; readonly measured: Samples },
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
  const robust =
    wanted.start === 'robust' ? robustWeights(specification, wanted, split, engine, hooks) : undefined;
  engine.arena.reset();
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
        startOf(
          wanted.start,
          robust ? { ...before, ...robust } : before,
          specification,
          chip,
          measured,
          engine,
        ),
      grownUp(chip, classifier) {
        // what it passes on is known here alone: its later life is lived again
        if (own.life) engine.arena.ledger.refuse('the later life of a student is not kept');
        const place = placeOf(classifier, 'principal', specification.learner);
        const said = (samples: Samples) => scoresOf(classifier, place, samples, wanted.reads, engine);
        legacy = {
          test: said(split.test),
          transfer: isLast ? before.transfer : said(images),
          ...(isLast ? { weights: [], outside: {} } : leftBy(chip, classifier)),
          activity: before.activity,
          learner: specification.learner,
        };
      },
    },
  );
  return { result, legacy: legacy! };
}

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
        divergenceAtTemperature: floor.divergenceAtTemperature,
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
