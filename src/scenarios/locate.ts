/**
 * @file JSON that knows where it was written. A scenario is put together from several files and the command line; every part keeps
 * its place, so that an error can name the file, line and column that a person has to change.
 */
import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { InputError } from './problems.ts';

/** A text that was read: a file, or one argument of the command line. */
export interface Source {
  /** how errors call it */
  readonly name: string;
  readonly text: string;
  /** folder that file names inside it are relative to */
  readonly folder: string;
  /** a file has lines; an argument is shown whole */
  readonly kind: 'file' | 'argument';
}

/** A spot in a source. */
export interface Place {
  readonly source: Source;
  readonly offset: number;
}

/** A JSON value with the places of its parts. */
export type Written =
  | { readonly kind: 'value'; readonly value: string | number | boolean | null; readonly at: Place }
  | { readonly kind: 'list'; readonly items: readonly Written[]; readonly at: Place }
  | { readonly kind: 'record'; readonly entries: ReadonlyMap<string, Entry>; readonly at: Place };

export interface Entry {
  /** where the key stands */
  readonly at: Place;
  readonly value: Written;
}

export type WrittenRecord = Extract<Written, { kind: 'record' }>;
export type Path = readonly (string | number)[];

/** Reads JSON with comments and trailing commas. @throws InputError with every syntax error and every repeated key */
export function parse(source: Source): Written {
  const errors: ParseError[] = [];
  const root = nested(source, () => parseTree(source.text, errors, { allowTrailingComma: true }));
  const at = (offset: number): Place => ({ source, offset });
  if (errors.length > 0 || root === undefined) {
    const all = errors.length > 0 ? errors : [{ error: 4 as const, offset: 0, length: 0 }];
    throw new InputError(
      all.slice(0, 3).map(({ error, offset }) => ({
        where: whereOf(at(offset)),
        path: '',
        message: `not JSON: ${syntaxMessages[printParseErrorCode(error)] ?? printParseErrorCode(error)}`,
      })),
    );
  }
  return nested(source, () => written(root, at));
}

const syntaxMessages: Record<string, string> = {
  InvalidSymbol: 'a word that is neither true, false nor null (is a text missing its quotes?)',
  InvalidNumberFormat: 'not a number',
  PropertyNameExpected: 'a key in double quotes is missing',
  ValueExpected: 'a value is missing',
  ColonExpected: 'a colon is missing',
  CommaExpected: 'a comma is missing',
  CloseBraceExpected: 'a closing brace is missing',
  CloseBracketExpected: 'a closing bracket is missing',
  EndOfFileExpected: 'something follows the end',
  InvalidCommentToken: 'not a comment',
  UnexpectedEndOfComment: 'a comment that does not end',
  UnexpectedEndOfString: 'a text that does not end',
  UnexpectedEndOfNumber: 'a number that does not end',
  InvalidUnicode: 'not a Unicode escape',
  InvalidEscapeCharacter: 'not an escape character',
  InvalidCharacter: 'a control character inside a text',
};

function written(node: Node, at: (offset: number) => Place): Written {
  if (node.type === 'array')
    return {
      kind: 'list',
      items: (node.children ?? []).map(child => written(child, at)),
      at: at(node.offset),
    };
  if (node.type !== 'object') return { kind: 'value', value: node.value, at: at(node.offset) };
  const entries = new Map<string, Entry>();
  for (const property of node.children ?? []) {
    const [key, value] = property.children as [Node, Node];
    if (entries.has(key.value))
      throw new InputError([
        { where: whereOf(at(key.offset)), path: '', message: `key "${key.value}" is there a second time` },
      ]);
    entries.set(key.value, { at: at(key.offset), value: written(value, at) });
  }
  return { kind: 'record', entries, at: at(node.offset) };
}

/** Runs something recursive over a file's nodes. @throws InputError where the file is nested too deeply for that */
function nested<T>(source: Source, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InputError([{ where: source.name, path: '', message: 'nested too deeply' }]);
  }
}

/** A value made by us, standing where `at` stands. */
export const value = (content: string | number | boolean | null, at: Place): Written => ({
  kind: 'value',
  value: content,
  at,
});

/** A record made by us. */
export const record = (entries: Iterable<readonly [string, Entry]>, at: Place): WrittenRecord => ({
  kind: 'record',
  entries: new Map(entries),
  at,
});

/** The entry's value, where `of` is a record that has it. */
export const entry = (of: Written, key: string): Written | undefined =>
  of.kind === 'record' ? of.entries.get(key)?.value : undefined;

/** The text at `key`, where there is one. */
export function textAt(of: Written, key: string): string | undefined {
  const found = entry(of, key);
  return found?.kind === 'value' && typeof found.value === 'string' ? found.value : undefined;
}

/** `of` without some of its keys. */
export const without = (of: WrittenRecord, ...keys: string[]): WrittenRecord => ({
  ...of,
  entries: new Map([...of.entries].filter(([key]) => !keys.includes(key))),
});

/** The value alone, as fresh plain JSON. */
export function plain(of: Written): unknown {
  if (of.kind === 'value') return of.value;
  if (of.kind === 'list') return of.items.map(plain);
  return Object.fromEntries([...of.entries].map(([key, { value }]) => [key, plain(value)])); // "__proto__" stays a key
}

/** Place of the value at `path`, or of the nearest thing around it that was written. */
export function placeOf(root: Written, path: Path): Place {
  let here = root;
  for (const step of path) {
    const next = here.kind === 'list' ? here.items[Number(step)] : entry(here, String(step));
    if (next === undefined) break;
    here = next;
  }
  return here.at;
}

/** Place of the key `path` ends with. */
export function placeOfKey(root: Written, path: Path): Place {
  let here: Written | undefined = root;
  for (const step of path.slice(0, -1))
    here = here?.kind === 'list' ? here.items[Number(step)] : here && entry(here, String(step));
  const found = here?.kind === 'record' ? here.entries.get(String(path.at(-1))) : undefined;
  return found?.at ?? placeOf(root, path);
}

/** `file:line:column`, lines and columns from 1; an argument as it was given. */
export function whereOf({ source, offset }: Place): string {
  if (source.kind === 'argument') return source.name;
  const before = source.text.slice(0, offset);
  const line = before.split('\n').length;
  return `${source.name}:${line}:${offset - before.lastIndexOf('\n')}`;
}
