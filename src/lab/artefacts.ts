/**
 * @file What trials of one run share because it is expensive to make: `artefacts/<hash>.safetensors` in the folder of the run. Two processes
 * that make the same thing at once write the same bytes; one that is lost or torn is made again.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Artefacts } from '../scenarios/trial-files.ts';
import { writeWhole } from './files.ts';

/** Where they lie in the folder of a run. */
export const artefactsFolder = (directory: string): string => join(directory, 'artefacts');

export function artefactsIn(folder: string): Artefacts {
  const path = (key: string) => join(folder, `${key}.safetensors`);
  return {
    read(key) {
      try {
        return readFileSync(path(key));
      } catch {
        return undefined; // not made yet
      }
    },
    write: (key, bytes) => writeWhole(path(key), bytes),
  };
}
