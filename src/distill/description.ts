/**
 * @file What a distillation is: a teacher that learned on another chip, a transfer set, and how the student starts and is told. The
 * scenario's `chip` and `learners` are those of the students.
 */
import { type Static, Type } from '@sinclair/typebox';
import { choice, count, quantity, ratio, strict } from '../description.ts';

/** What students are told about a transfer image. */
export const targetKinds = ['soft', 'argmax', 'true'] as const;
/** Where transfer images come from. */
export const imageKinds = ['spare', 'training', 'mixed', 'noise'] as const;
/** What the student's weights are before it learns. */
export const startKinds = ['fresh', 'copy', 'copy with gains', 'robust'] as const;
/** What the student learns. */
export const lessonKinds = ['transfer', 'none', 'all'] as const;

/** Everything but the teacher, who is described like a learner of the scenario. */
export const transferKeys = {
  samples: count('images of the transfer set', { maximum: 1000000, default: 1000 }),
  images: choice(
    imageKinds,
    'spare: images the teacher has not learned from (data.spare); training: those it has; mixed: pairs of spare images, blended; noise: blurred random dots',
    { default: 'spare' },
  ),
  without: Type.Array(Type.Integer({ minimum: 0, maximum: 999 }), {
    uniqueItems: true,
    default: [],
    description: 'classes of which the transfer set has no image',
  }),
  targets: choice(
    targetKinds,
    "soft: the teacher's probabilities; argmax: the class it gives; true: labels that no teacher is needed for",
    { default: 'soft' },
  ),
  trueShare: ratio('share of the transfer set whose true labels are told in place of what the teacher says', {
    minimum: 0,
    maximum: 1,
    default: 0,
  }),
  temperature: ratio('what scores are divided by before the softmax, on both sides', {
    exclusiveMinimum: 0,
    maximum: 1000,
    default: 4,
  }),
  reads: count('readings of the teacher that are averaged', { maximum: 1000, default: 1 }),
  start: choice(
    startKinds,
    "fresh: random weights; copy: the weights that the teacher's cells hold, written to the student; copy with gains: then every column scaled until its mean activity is the teacher's; robust: weights that were trained, in simulation, to suit many individuals of the student's model, on the images and true labels of the teacher. Learners whose labels go in elsewhere than the teacher's are left out where weights are given",
    { default: 'fresh' },
  ),
  population: count('individuals that robust weights are trained on, one after the other, a batch each', {
    maximum: 1000,
    default: 20,
  }),
  student: choice(
    ['another', 'same'],
    'another individual of its model; or the same individual as the teacher, which learns anew (self-distillation)',
    { default: 'another' },
  ),
  teachers: count('chips of the same model whose scores are averaged', { maximum: 100, default: 1 }),
  teacherAge: quantity('s', 'how old the teachers are when they are read', { minimum: 0, default: 0 }),
  generations: count('chips in the line: each learns from the one before it and is then lost', {
    maximum: 1000,
    default: 1,
  }),
};

/** A distillation as a scenario has it. */
export const DistillFrame = strict(
  {
    teacher: Type.Unsafe<unknown>({
      description:
        'the learner that made the teacher: its name, or an object with its options; or {"saved": "chip.safetensors"}, a chip that was kept (`mortal run --save-chip`)',
    }),
    teacherChip: Type.Optional(
      Type.Unsafe<unknown>({
        description: "the teacher's chip, where it is of another kind than the students'",
      }),
    ),
    teacherSeed: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 2 ** 32 - 1,
        description:
          'seed of the one individual that teaches all students; when absent every student has a teacher of its own (its seed and 5000)',
      }),
    ),
    readout: choice(['principal', 'one pass'], "which of the teacher's readouts is passed on", {
      default: 'principal',
    }),
    lesson: choice(
      lessonKinds,
      "transfer: the transfer set; none: nothing, what the student starts from is judged as it is; all: the images and true labels that the teacher had, in as many epochs: what the student's chip can do at best",
      { default: 'transfer' },
    ),
    ...transferKeys,
  },
  { description: 'students learn from what another chip has learned' },
);
const Transfer = Type.Object(transferKeys);

/** A distillation with everything resolved, as a trial has it. */
export interface Distillation extends Static<typeof Transfer> {
  /** 0 where the start is judged as it is */
  readonly samples: number;
  readonly teacher: TeacherRequest;
}

/** A teacher: the trial that makes it. */
export interface TeacherRequest {
  readonly chip: unknown;
  readonly learner: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly readout: 'principal' | 'one pass';
  /** the file that it was kept in, where it was made before, and what that file must be */
  readonly saved?: { readonly path: string; readonly sha256: string };
}
