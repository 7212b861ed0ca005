/**
 * @file What `mortal tune` writes and a scenario may name as `tuned`: for every learner the settings tried, their validation errors, and the
 * one that was chosen. It holds no test error.
 */
import { type Static, Type } from '@sinclair/typebox';
import { strict } from '../description.ts';
import { parse, whereOf } from './locate.ts';
import { InputError } from './problems.ts';
import { readSource } from './read.ts';
import { check } from './validate.ts';

const Options = Type.Record(Type.String(), Type.Unknown());
const Tried = strict({
  options: Options,
  mean: Type.Number({ description: 'validation error, percent, mean over `each`' }),
  each: Type.Record(Type.String(), Type.Number(), {
    description: 'by what else the scenario varies, mean over the seeds',
  }),
  failed: Type.Integer({ description: 'trials that failed' }),
  passes: Type.Number({ description: 'chip passes spent on it, samples all counted' }),
});
export type Tried = Static<typeof Tried>;

const LearnerTuning = strict({
  learner: Type.String({ description: 'the procedure, where the entry has another name' }),
  chosen: Options,
  isAtEdge: Type.Boolean({
    description:
      'a better setting may lie beyond those tried, which is known and left so: all had the same effort',
  }),
  tried: Type.Array(Tried),
});
export type LearnerTuning = Static<typeof LearnerTuning>;

export const TuningFile = strict(
  {
    format: Type.Literal(1),
    rule: Type.String(),
    command: Type.String({ description: 'what makes it again' }),
    data: Type.Record(Type.String(), Type.Unknown()),
    chips: Type.Array(Type.String()),
    seeds: Type.Array(Type.Integer()),
    learners: Type.Record(Type.String(), LearnerTuning),
  },
  { title: 'tuning' },
);
export type TuningFile = Static<typeof TuningFile>;

/** Reads a tuning file. @throws InputError */
export async function readTuning(path: string, cwd: string): Promise<TuningFile> {
  const written = parse(readSource(path, cwd));
  const { value, problems } = await check(TuningFile, written);
  if (problems.length > 0)
    throw new InputError([
      { where: whereOf(written.at), path: '', message: `this is no tuning file: ${problems[0]!.message}` },
    ]);
  return value as TuningFile;
}

/** Options of a learner by what was chosen; those of an entry of that name before those of the procedure. */
export function chosenFor(
  tuning: TuningFile,
  name: string,
  procedure: string,
): Readonly<Record<string, unknown>> {
  const { learners } = tuning;
  const own = learners[name] ?? learners[procedure];
  return own?.learner === procedure ? own.chosen : {};
}
