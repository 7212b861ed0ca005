/**
 * @file What `mortal tune` writes and a scenario may name as `tuned`: for every learner the settings tried, their validation errors, and the
 * one that was chosen. It holds no test error.
 */
import { type Static, Type } from '@sinclair/typebox';
import { strict } from '../description.ts';
import { parse } from './locate.ts';
import { InputError } from './problems.ts';
import { readSource } from './read.ts';
import { check } from './validate.ts';

const Options = Type.Record(Type.String(), Type.Unknown(), { description: 'option → value' });
const Tried = strict({
  options: Options,
  mean: Type.Number({
    description: 'validation error, percent, mean over the chips, each the mean of `each`',
  }),
  spread: Type.Union([Type.Number(), Type.Null()], {
    description: 'standard deviation of `mean` over the chips (seeds), percentage points; null for one chip',
  }),
  each: Type.Record(Type.String(), Type.Number(), {
    description: 'validation error, percent, by what else the scenario varies, mean over the seeds',
  }),
  failed: Type.Integer({ description: 'trials that failed' }),
  passes: Type.Number({ description: 'forward passes of the chip spent on it, samples all counted' }),
});
export type Tried = Static<typeof Tried>;

const LearnerTuning = strict({
  learner: Type.String({ description: 'the procedure, where the entry has another name' }),
  chosen: Options,
  isAtEdge: Type.Boolean({
    description:
      'a better setting may lie beyond those tried, which is known and left so: all had the same effort',
  }),
  passes: Type.Number({ description: 'forward passes of the chip spent on all that was tried' }),
  tried: Type.Array(Tried, { description: 'every setting that was tried, in order' }),
});
export type LearnerTuning = Static<typeof LearnerTuning>;

export const TuningFile = strict(
  {
    $schema: Type.Optional(Type.String()),
    format: Type.Literal(1),
    rule: Type.String({ description: 'how one setting was chosen of those tried' }),
    command: Type.String({ description: 'what makes it again' }),
    versions: Type.Record(Type.String(), Type.String(), { description: 'program and libraries' }),
    data: Type.Record(Type.String(), Type.Unknown(), {
      description:
        'how much of which data set; of the test images, which nothing here depends on, as few as a trial needs',
    }),
    chips: Type.Array(Type.String(), { description: 'names of the chip models' }),
    seeds: Type.Array(Type.Integer(), { description: 'the individuals; no report is to show them' }),
    settings: Type.Integer({ description: 'how many were tried, the same for every learner' }),
    samples: Type.Number({
      description:
        'training images seen in all of them, each as often as it was seen; the same for every learner',
    }),
    learners: Type.Record(Type.String(), LearnerTuning, {
      description: 'entry of the scenario → its tuning',
    }),
  },
  { title: 'tuning', description: 'what `mortal tune` has tried and chosen; a scenario names it as "tuned"' },
);
export type TuningFile = Static<typeof TuningFile>;

/** Reads a tuning file. @throws InputError */
export async function readTuning(path: string, cwd: string): Promise<TuningFile> {
  const written = parse(readSource(path, cwd));
  const { value, problems } = await check(TuningFile, written);
  const [first] = problems;
  if (first) throw new InputError([{ ...first, message: `this is no tuning file: ${first.message}` }]);
  return value as TuningFile;
}

/** What was found for a learner: under the name of its entry before that of its procedure; nothing where it was not tuned. */
export function tuningFor(
  { learners }: TuningFile,
  name: string,
  procedure: string,
): LearnerTuning | undefined {
  const own = learners[name] ?? learners[procedure];
  return own?.learner === procedure ? own : undefined;
}
