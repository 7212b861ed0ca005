/**
 * @file The distillation of a scenario, put together: the teacher is a learner with its options, on the students' chip unless another
 * is named.
 */
import type { Static } from '@sinclair/typebox';
import type { ChipModel } from '../chips/model.ts';
import type { Distillation, DistillFrame } from '../distill/description.ts';
import { readEntries } from './entries.ts';
import { problem, shown } from './explain.ts';
import { entry, type Path, plain, type Written, whereOf } from './locate.ts';
import { InputError, type Problem } from './problems.ts';
import type { Entry, Known, Setting } from './schema.ts';

/** A distillation before a trial gives its teachers their seeds. */
export interface DistillRequest extends Omit<Distillation, 'teacher'> {
  readonly teacher: {
    readonly entry: Entry;
    readonly saved?: { readonly path: string; readonly sha256: string; readonly seed: number };
    readonly chip: ChipModel;
    readonly readout: Distillation['teacher']['readout'];
  };
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
    const { specification } = chipOfBytes(bytes);
    const learner = learners[specification.learner];
    if (!learner)
      throw new Error(`is of a learner called "${specification.learner}", and there is none here`);
    return {
      entry: { name: learner.name, learner, options: specification.options },
      chip: specification.chip,
      saved: { path, sha256: digestOfFile(bytes), seed: specification.seed },
    };
  } catch (error) {
    throw wrong((error as Error).message);
  }
}

/** The distillation of a trial. */
export const distillationOf = ({ teacher, ...transfer }: DistillRequest, seed: number): Distillation => ({
  ...transfer,
  teacher: {
    chip: teacher.chip,
    learner: teacher.entry.learner.name,
    options: teacher.entry.options,
    seed: teacher.saved?.seed ?? seed + teachersFrom,
    readout: teacher.readout,
    ...(teacher.saved && { saved: { path: teacher.saved.path, sha256: teacher.saved.sha256 } }),
  },
});

/** What does not fit together. */
export function distillProblems(
  request: DistillRequest,
  { data, chip, classes }: Pick<Setting, 'data' | 'chip'> & { classes: number },
  written: Written,
  above: Path,
): Problem[] {
  const { images, samples, targets, without, start, teacher, student } = request;
  const wrong = (path: Path, message: string) => problem(written, path, above, message);
  const problems: Problem[] = [];
  const there = images === 'training' ? data.train : (data.spare ?? 0);
  if (samples > there)
    problems.push(
      wrong(
        ['samples'],
        `found ${samples}, but there are ${there} images of kind "${images}"${images === 'training' ? '' : ' (data.spare)'}`,
      ),
    );
  if (samples === 0 && start === 'fresh')
    problems.push(wrong(['samples'], 'found 0, which needs a student that starts from a copy ("start")'));
  if (targets === 'true' && (images === 'mixed' || images === 'noise'))
    problems.push(wrong(['targets'], `found "true", but images of kind "${images}" have no true labels`));
  for (const left of without)
    if (left >= classes)
      problems.push(wrong(['without'], `found class ${left}, but there are ${classes} classes`));
  const copies = start !== 'fresh';
  if (copies && JSON.stringify(teacher.chip.layers) !== JSON.stringify(chip.layers))
    problems.push(
      wrong(
        ['start'],
        `found "${start}", but teacher and student have layers of other sizes: ${shown(teacher.chip.layers)} and ${shown(chip.layers)}`,
      ),
    );
  if (student === 'same' && JSON.stringify(teacher.chip) !== JSON.stringify(chip))
    problems.push(wrong(['student'], 'found "same", but the teacher is on another kind of chip'));
  return problems;
}
