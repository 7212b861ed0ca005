/**
 * @file The learners of a scenario: names, or objects with options.
 */
import { type Static, Type } from '@sinclair/typebox';
import {
  type Path,
  record,
  value,
  type Written,
  type Entry as WrittenEntry,
  type WrittenRecord,
  whereOf,
  without,
} from './locate.ts';
import { nameOf } from './overrides.ts';
import { didYouMean, InputError, type Problem } from './problems.ts';
import type { Entry, Known } from './schema.ts';
import { type TuningFile, tuningFor } from './tuning-file.ts';
import { check } from './validate.ts';

/** Keys of a learner's entry that are no options. */
export const entryKeys = Type.Object({
  learner: Type.String({ description: 'name of a learner, as `mortal list learners` shows them' }),
  as: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 60,
      pattern: '^[^.*]+$',
      description: 'what tables call it, where one learner is entered more than once; no dots, no stars',
    }),
  ),
});

/** Reads the list of learners. @param tuning what options that are not written come from, before defaults @throws InputError */
export async function readEntries(
  list: Written,
  learners: Known['learners'],
  tuning?: TuningFile,
): Promise<Entry[]> {
  const items = list.kind === 'list' ? list.items : [];
  const problems: Problem[] = [];
  const entries: Entry[] = [];
  for (const [i, item] of items.entries()) {
    const name = nameOf(item);
    if (name !== '' && items.findIndex(other => nameOf(other) === name) < i)
      problems.push({
        where: whereOf(item.at),
        path: `learners.${name}`,
        message: `"${name}" is entered a second time; give it a name of its own with "as"`,
      });
    const read = await readEntry(item, name, learners, tuning);
    problems.push(...read.problems);
    if (read.entry !== undefined) entries.push(read.entry);
  }
  if (problems.length > 0) throw new InputError(problems);
  return entries;
}

async function readEntry(
  item: Written,
  name: string,
  learners: Known['learners'],
  tuning: TuningFile | undefined,
): Promise<{ entry?: Entry; problems: readonly Problem[] }> {
  const above: Path = ['learners', name];
  if (item.kind === 'value' && typeof item.value === 'string')
    return readEntry(
      { kind: 'record', at: item.at, entries: new Map([['learner', { at: item.at, value: item }]]) },
      name,
      learners,
      tuning,
    );
  const frame = await check(entryKeys, item, ['learners']);
  if (item.kind !== 'record' || frame.problems.length > 0) return { problems: frame.problems };
  const { learner: wanted } = frame.value as Static<typeof entryKeys>;
  const names = Object.keys(learners);
  if (!Object.hasOwn(learners, wanted)) {
    const place = item.entries.get('learner')!.value.at;
    const message = `found "${wanted}", a learner is needed${didYouMean(wanted, names) || `: ${names.join(', ')}`}`;
    return { problems: [{ where: whereOf(place), path: 'learners', message }] };
  }
  const learner = learners[wanted]!;
  const chosen = (tuning && tuningFor(tuning, name, wanted)?.chosen) ?? {};
  const { value, problems } = await check(
    learner.options,
    withChosen(without(item, 'learner', 'as'), chosen),
    above,
  );
  return { entry: { name, learner, options: value as Entry['options'] }, problems };
}

/** What was written, and of what was chosen the options that were not. */
function withChosen(item: WrittenRecord, chosen: Readonly<Record<string, unknown>>): WrittenRecord {
  const missing = Object.entries(chosen).filter(([key]) => !item.entries.has(key));
  const added = missing.map(([key, content]) => {
    const entry: WrittenEntry = { at: item.at, value: value(content as number | string | boolean, item.at) };
    return [key, entry] as const;
  });
  return record([...item.entries, ...added], item.at);
}
