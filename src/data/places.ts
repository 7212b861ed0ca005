/** @file Where data sets are looked for: what the user set first, then the user's cache, then what packages have brought. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Folders that may hold a data set, in the order they are looked at: $MORTAL_DATA/<name>, then
 * ${XDG_CACHE_HOME:-~/.cache}/mortal/<name>, then `packaged`.
 */
export function placesOf(name: string, packaged: readonly string[]): string[] {
  const chosen = process.env.MORTAL_DATA ? [join(process.env.MORTAL_DATA, name)] : [];
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return [...chosen, join(cache, 'mortal', name), ...packaged];
}

/** The files in `folder`, each as it is or with `.gz` behind its name; nothing unless all are there. */
export function filesIn(folder: string, names: readonly string[]): string[] | undefined {
  const paths = names.map(name =>
    [join(folder, name), join(folder, `${name}.gz`)].find(path => existsSync(path)),
  );
  return paths.every(path => path !== undefined) ? paths : undefined;
}
