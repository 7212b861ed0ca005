/**
 * @file Reads a file of the user's, or says why it cannot be read.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, relative, resolve } from 'node:path';
import type { Source } from './locate.ts';
import { InputError } from './problems.ts';

const largest = 2 ** 20; // a hand-written file; more would only be slow to complain about

/**
 * The file as a source, called as one would call it from the folder `cwd`.
 * @param most bytes that are read @throws InputError
 */
export function readSource(path: string, cwd: string, most: number = largest): Source {
  const whole = resolve(cwd, path);
  const name = nearName(whole, cwd);
  const wrong = (message: string) => new InputError([{ where: name, path: '', message }]);
  try {
    if (statSync(whole).size > most)
      throw wrong(
        most === largest
          ? 'larger than 1 MiB, which no scenario or device is'
          : `larger than ${most / 2 ** 20} MiB, the most that is read`,
      );
    const text = readFileSync(whole, 'utf8');
    return { name, text: text.replace(/^\ufeff/, ''), folder: dirname(whole), kind: 'file' };
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw wrong(reason(error as NodeJS.ErrnoException, path, cwd));
  }
}

/** A path as short as it can be said from `cwd`. */
export function nearName(whole: string, cwd: string): string {
  const near = relative(cwd, whole);
  return near.startsWith('..') ? whole : near;
}

function reason({ code, message }: NodeJS.ErrnoException, path: string, cwd: string): string {
  if (code === 'EISDIR') return 'a folder, but a file is needed';
  if (code === 'EACCES') return 'may not be read by you';
  if (code !== 'ENOENT' && code !== 'ENOTDIR') return message;
  const meant = [`${path}.json`, `scenarios/${basename(path, '.json')}.json`].find(other =>
    existsSync(resolve(cwd, other)),
  );
  return `no such file${meant === undefined ? '' : `; did you mean ${meant}?`}`;
}
