/** @file What the keys of a cell file mean, by the kind of cell; and whether a text is such a file. */
import { Cell } from '../chips/cells/cell.ts';
import { parse } from './locate.ts';
import type { Problem } from './problems.ts';
import { check } from './validate.ts';

export interface CellKey {
  readonly description: string;
  /** 'S', '1', …; absent for words and lists */
  readonly unit?: string;
  readonly default?: unknown;
}

/** The keys of a kind in the order of its description, without what a file says of itself. */
export function cellKeys(kind: Cell['kind']): Readonly<Record<string, CellKey>> {
  const members = (
    Cell as unknown as { oneOf: { properties: Record<string, CellKey & { const?: string }> }[] }
  ).oneOf;
  const { properties } = members.find(member => member.properties.kind!.const === kind)!;
  const own = ['kind', '$schema', 'description', 'source'];
  return Object.fromEntries(Object.entries(properties).filter(([key]) => !own.includes(key)));
}

/** @param name what to call the text @returns what is wrong with it as a cell file */
export async function cellProblems(text: string, name: string): Promise<readonly Problem[]> {
  const written = parse({ name, text, folder: '', kind: 'file' });
  return (await check(Cell, written)).problems;
}
