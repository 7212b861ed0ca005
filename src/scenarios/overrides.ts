/**
 * @file Changes to a scenario from outside its own place: `--set chip.cell.readNoise=0.05` and each value of what is varied. A path
 * leads through names as if they were the objects they stand for: `chip.cell.readNoise` turns `"chip": "reference"` into
 * `{"model": "reference", "cell": {"readNoise": ...}}`.
 */

import {
  type Entry,
  entry,
  type Place,
  parse,
  record,
  type Source,
  textAt,
  value,
  type Written,
  whereOf,
} from './locate.ts';
import { didYouMean, InputError } from './problems.ts';
import type { Known } from './schema.ts';

/** One `path=value`. */
export interface Override {
  readonly path: string;
  readonly value: Written;
}

/**
 * Reads `path=value`; the value is JSON, or else text.
 * @param cwd folder that file names in the value are relative to
 * @param name what it is called in messages
 * @throws InputError
 */
export function readOverride(argument: string, cwd: string, name = `--set ${argument}`): Override {
  const source: Source = { name, text: argument, folder: cwd, kind: 'argument' };
  const equals = argument.indexOf('=');
  if (equals < 1)
    throw new InputError([
      {
        where: source.name,
        path: '',
        message: 'path=value is needed (for example chip.cell.readNoise=0.05)',
      },
    ]);
  const text = argument.slice(equals + 1);
  return { path: argument.slice(0, equals).trim(), value: jsonOrText({ ...source, text }) };
}

function jsonOrText(source: Source): Written {
  try {
    return parse(source);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return value(source.text, { source, offset: 0 });
  }
}

/**
 * The scenario with a value put at a path, which is created where it is not there.
 * @param at where the path was written, for messages
 * @throws InputError when the path leads nowhere
 */
export function put(
  root: Written,
  path: string,
  content: Written,
  at: Place,
  learners: Known['learners'],
): Written {
  const steps = path.split('.');
  const [first = '', ...rest] = steps;
  if (steps.includes('')) throw wrong(at, path, 'not a path: a name is missing between the dots');
  if (['vary', 'zip', 'quick'].includes(first) && rest.length > 0)
    return within(root, first, [rest.join('.')], content, at, path); // their keys have dots
  if (first === 'learners' && rest.length > 0) return putLearner(root, rest, content, at, path, learners);
  return within(root, first, rest, content, at, path);
}

const wrong = (at: Place, path: string, message: string) =>
  new InputError([{ where: whereOf(at), path, message }]);

/** `of` with `content` at `key` and the `rest` behind it. */
function within(
  of: Written,
  key: string,
  rest: readonly string[],
  content: Written,
  at: Place,
  path: string,
): Written {
  const [next, ...others] = rest;
  const inner = (old: Written | undefined): Written =>
    next === undefined
      ? content
      : within(opened(old ?? record([], at), 'model'), next, others, content, at, path);
  if (of.kind === 'list') {
    if (!/^\d+$/.test(key) || Number(key) >= of.items.length)
      throw wrong(at, path, `a list of ${of.items.length} has no "${key}"; its places count from 0`);
    return { ...of, items: of.items.map((item, i) => (i === Number(key) ? inner(item) : item)) };
  }
  if (of.kind === 'value') throw wrong(at, path, `there is no "${key}" inside ${JSON.stringify(of.value)}`);
  const old = of.entries.get(key);
  const changed: Entry = { at: old?.at ?? at, value: inner(old?.value) };
  return { ...of, entries: new Map([...of.entries, [key, changed]]) };
}

/** A name, opened to an object that starts from what it names; anything else as it is. */
const opened = (written: Written, key: 'model' | 'learner'): Written =>
  written.kind === 'value' && typeof written.value === 'string'
    ? record([[key, { at: written.at, value: written }]], written.at)
    : written;

/** `learners.ff.epochs`, `learners.*.rate`: into the entries of that name that have the option. */
function putLearner(
  root: Written,
  [name = '', ...rest]: readonly string[],
  content: Written,
  at: Place,
  path: string,
  learners: Known['learners'],
): Written {
  const list = entry(root, 'learners');
  if (list?.kind !== 'list') throw wrong(at, path, 'the scenario has no list of learners');
  const names = list.items.map(nameOf);
  const option = rest[0];
  if (name === '*' && option === undefined) throw wrong(at, path, 'an option is needed behind "learners.*"');
  const meant = (item: Written) =>
    name === '*' ? hasOption(item, option!, learners) : nameOf(item) === name;
  if (!list.items.some(meant))
    throw wrong(
      at,
      path,
      name === '*'
        ? `no learner of the scenario has an option "${option}"`
        : `the scenario has no learner "${name}"${didYouMean(name, names)} (there are: ${names.join(', ')})`,
    );
  const changed = list.items.map(item => {
    if (!meant(item)) return item;
    return option === undefined
      ? content
      : within(opened(item, 'learner'), option, rest.slice(1), content, at, path);
  });
  const items: Written = { ...list, items: changed };
  return within(root, 'learners', [], items, at, path);
}

/** What a scenario calls a learner's entry. */
export function nameOf(item: Written): string {
  if (item.kind === 'value') return String(item.value);
  return textAt(item, 'as') ?? textAt(item, 'learner') ?? '';
}

function hasOption(item: Written, option: string, learners: Known['learners']): boolean {
  const name = item.kind === 'value' ? String(item.value) : (textAt(item, 'learner') ?? '');
  return Object.hasOwn(learners, name) && Object.hasOwn(learners[name]!.options.properties, option);
}
