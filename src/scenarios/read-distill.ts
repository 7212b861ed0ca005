/**
 * @file The distillation of a scenario, put together: the teacher is a learner with its options, on the students' chip unless another
 * is named.
 */
import type { Static } from '@sinclair/typebox';
import type { LabelEntry } from '../chips/access.ts';
import { layerShapes } from '../chips/build.ts';
import type { ChipModel } from '../chips/model.ts';
import type { Distillation, DistillFrame, lessonKinds } from '../distill/description.ts';
import { readEntries } from './entries.ts';
import { problem, shown } from './explain.ts';
import { entry, type Path, plain, record, type Written, whereOf } from './locate.ts';
import { InputError, type Problem } from './problems.ts';
import type { DataSetSizes, Entry, Known, Setting } from './schema.ts';

/** A distillation before a trial gives its teachers their seeds. */
export interface DistillRequest extends Omit<Distillation, 'teacher'> {
  readonly lesson: (typeof lessonKinds)[number];
  readonly teacherSeed?: number;
  readonly teacher: {
    readonly entry: Entry;
    readonly saved?: {
      readonly path: string;
      readonly sha256: string;
      readonly seed: number;
      readonly set: string;
      /** rows and units of every layer */
      readonly shapes: readonly (readonly number[])[];
    };
    readonly chip: ChipModel;
    readonly readout: Distillation['teacher']['readout'];
  };
}

/**
 * One value of a varied `distill`: without a teacher of its own it starts from the scenario's, and says what differs.
 * @param base the scenario's own `distill`, where it has one
 */
export function armFrom(base: Written | undefined, arm: Written): Written {
  if (base?.kind !== 'record' || arm.kind !== 'record' || arm.entries.has('teacher')) return arm;
  return record([...base.entries, ...arm.entries], arm.at);
}

/** Seeds of teachers are the students' and this, so that every pair is two individuals. */
const teachersFrom = 5000;

/** @param frame as checked against its schema @throws InputError */
export async function readDistill(
  frame: Static<typeof DistillFrame>,
  written: Written,
  chip: (written: Written | undefined) => Promise<ChipModel>,
  learners: Known['learners'],
): Promise<DistillRequest> {
  const teacher = entry(written, 'teacher')!;
  const { teacher: _teacher, teacherChip: _chip, readout, ...transfer } = frame;
  const saved = entry(teacher, 'saved');
  if (saved) return { ...transfer, teacher: { ...(await savedTeacher(saved, learners)), readout } };
  const [made] = await readEntries({ kind: 'list', at: teacher.at, items: [teacher] }, learners);
  return { ...transfer, teacher: { entry: made!, chip: await chip(entry(written, 'teacherChip')), readout } };
}

/** A teacher that was kept in a file. @throws InputError where that is no chip, or one that nobody here can read */
async function savedTeacher(written: Written, learners: Known['learners']) {
  const [{ readFileSync }, { resolve }, { chipOfBytes, digestOfFile }] = await Promise.all([
    import('node:fs'),
    import('node:path'),
    import('./saved-chip.ts'),
  ]);
  const name = String(plain(written));
  const wrong = (message: string) =>
    new InputError([
      { where: whereOf(written.at), path: 'distill.teacher.saved', message: `"${name}" ${message}` },
    ]);
  const path = resolve(written.at.source.folder, name);
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch {
    throw wrong('cannot be read');
  }
  try {
    const { specification, weights } = chipOfBytes(bytes);
    const learner = learners[specification.learner];
    if (!learner)
      throw new Error(`is of a learner called "${specification.learner}", and there is none here`);
    return {
      entry: { name: learner.name, learner, options: specification.options },
      chip: specification.chip,
      saved: {
        path,
        sha256: digestOfFile(bytes),
        seed: specification.seed,
        set: specification.data.set,
        shapes: weights.map(({ shape }) => shape),
      },
    };
  } catch (error) {
    throw wrong((error as Error).message);
  }
}

/**
 * The distillation of a trial. A lesson that is not the transfer set makes the same trial whatever its size would be.
 * @param train images that the teacher had
 */
export const distillationOf = (
  { teacher, lesson, teacherSeed, ...transfer }: DistillRequest,
  seed: number,
  train: number,
): Distillation => ({
  ...transfer,
  ...(lesson === 'none' && { samples: 0 }),
  ...(lesson === 'all' && {
    samples: train,
    images: 'training',
    targets: 'true',
    without: [],
    trueShare: 0,
  }),
  teacher: {
    chip: teacher.chip,
    learner: teacher.entry.learner.name,
    options: teacher.entry.options,
    seed: teacher.saved?.seed ?? teacherSeed ?? seed + teachersFrom,
    readout: teacher.readout,
    ...(teacher.saved && { saved: { path: teacher.saved.path, sha256: teacher.saved.sha256 } }),
  },
});

/** Options of the student: it has the teacher's epochs where it learns what the teacher did, and none where it learns nothing. */
export function studentOptions(
  options: Entry['options'],
  { lesson, teacher }: DistillRequest,
): Entry['options'] {
  const { epochs } = teacher.entry.options;
  if (lesson === 'none') return { ...options, epochs: 0 };
  return lesson === 'all' && typeof epochs === 'number' ? { ...options, epochs } : options;
}

/** What does not fit together. */
export function distillProblems(
  request: DistillRequest,
  { data, chip, entries }: Pick<Setting, 'data' | 'chip' | 'entries'>,
  { classes, inputs }: Pick<DataSetSizes, 'classes' | 'inputs'>,
  written: Written,
  above: Path,
): Problem[] {
  const { images, samples, targets, without, start, teacher, student, lesson } = request;
  const wrong = (path: Path, message: string) => problem(written, path, above, message);
  const problems: Problem[] = [];
  const there = images === 'training' ? data.train : (data.spare ?? 0);
  if (lesson === 'transfer' && samples > there)
    problems.push(
      wrong(
        ['samples'],
        `found ${samples}, but there are ${there} images of kind "${images}"${images === 'training' ? '' : ' (data.spare)'}`,
      ),
    );
  if (lesson === 'none' && start === 'fresh')
    problems.push(
      wrong(['lesson'], 'found "none", which needs a student that starts from something ("start")'),
    );
  if (lesson === 'transfer' && targets === 'true' && (images === 'mixed' || images === 'noise'))
    problems.push(wrong(['targets'], `found "true", but images of kind "${images}" have no true labels`));
  for (const left of without)
    if (left >= classes)
      problems.push(wrong(['without'], `found class ${left}, but there are ${classes} classes`));
  const copies = start === 'copy' || start === 'copy with gains';
  if (copies && JSON.stringify(teacher.chip.layers) !== JSON.stringify(chip.layers))
    problems.push(
      wrong(
        ['start'],
        `found "${start}", but teacher and student have layers of other sizes: ${shown(teacher.chip.layers)} and ${shown(chip.layers)}`,
      ),
    );
  const labels = labelsOf(teacher.entry);
  if (pupils(entries, request).length === 0)
    problems.push(
      wrong(
        ['start'],
        `found "${start}", but ${teacher.entry.name} has labels ${inWords[labels]}, and no learner here has them there: weights of one do not fit the other`,
      ),
    );
  if (teacher.saved)
    problems.push(...misfits(teacher.saved, teacher.chip, labels, { classes, inputs }, wrong));
  if (student === 'same' && JSON.stringify(teacher.chip) !== JSON.stringify(chip))
    problems.push(wrong(['student'], 'found "same", but the teacher is on another kind of chip'));
  return problems;
}

const labelsOf = ({ learner, options }: Entry): LabelEntry => learner.needs(options).labels;

/** Learners that can start as they are asked to: weights fit where labels go in at the same place. The others are left out of that arm. */
export const pupils = (entries: readonly Entry[], { start, teacher }: DistillRequest): readonly Entry[] =>
  entries.filter(each => start === 'fresh' || labelsOf(each) === labelsOf(teacher.entry));

const inWords: Readonly<Record<LabelEntry, string>> = {
  none: 'nowhere',
  lines: 'on lines of every crossbar',
  pixels: 'in the pixels',
};

/** A chip from a file answers about the images it was made for and no others. */
function misfits(
  { set, shapes }: NonNullable<DistillRequest['teacher']['saved']>,
  { layers }: ChipModel,
  labels: LabelEntry,
  { inputs, classes }: Pick<DataSetSizes, 'classes' | 'inputs'>,
  wrong: (path: Path, message: string) => Problem,
): Problem[] {
  const needed = layerShapes(layers, inputs, labels === 'lines' ? classes : 0);
  const fits = needed.every(({ rows, units }, l) => shapes[l]?.[0] === rows && shapes[l]?.[1] === units);
  if (fits) return [];
  const [rows] = shapes[0]!;
  return [
    wrong(
      ['teacher', 'saved'],
      `is a chip that learned ${set}: its first crossbar has ${rows} rows, where images of ${inputs} pixels and ${classes} classes need ${needed[0]!.rows}`,
    ),
  ];
}
