/** @file One cell by name or path, outside any chip; and whether a name means a cell or a chip. */
import { resolve } from 'node:path';
import { Cell } from '../chips/cells/cell.ts';
import { kindOf } from './check-file.ts';
import { Devices, deviceNames } from './devices.ts';
import { parse, value } from './locate.ts';
import { InputError } from './problems.ts';
import { readSource } from './read.ts';
import { check } from './validate.ts';

/** A path is what its file says; a name that both have is the chip's. @throws InputError where the file cannot be read */
export function isCell(name: string, cwd: string): boolean {
  if (!name.endsWith('.json'))
    return !deviceNames('chip').includes(name) && deviceNames('cell').includes(name);
  return kindOf(parse(readSource(name, cwd)), resolve(cwd, name)) === 'cell';
}

/** @throws InputError */
export async function loadCell(name: string, cwd: string): Promise<Cell> {
  const named = value(name, { source: { name, text: name, folder: cwd, kind: 'argument' }, offset: 0 });
  const { value: cell, problems } = await check(Cell, await new Devices(cwd).whole('cell', named));
  if (problems.length > 0) throw new InputError(problems);
  return cell as Cell;
}
