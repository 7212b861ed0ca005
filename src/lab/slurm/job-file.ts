/**
 * @file A job in the folder of a run: `slurm/<key>/` with `job.json` (what is to be run and by which program), `job.sh`, the output of
 * the tasks, their news, and `id` once Slurm has taken it, `over` once it is accounted for. The key ends in a hash of `job.json`, which
 * nodes check, and is the job's name in the queue, so that a job is found there even if its number was lost.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlannedTrial } from '../../scenarios/trial-files.ts';
import { namesIn, writeWhole } from '../files.ts';

/** What `job.json` holds. */
export interface JobFile {
  readonly format: 1;
  /** when it was made, in ISO 8601 */
  readonly created: string;
  /** 1 at first; lost trials go into a further job with the next number */
  readonly attempt: number;
  /** trials of one task */
  readonly chunk: number;
  /** trials at a time in one task */
  readonly cpus: number;
  /** programs that results depend on → version */
  readonly versions: Readonly<Record<string, string>>;
  /** canonical request for data → digest of the images */
  readonly digests: Readonly<Record<string, string>>;
  readonly trials: readonly PlannedTrial[];
}

export interface SlurmJob {
  readonly key: string;
  readonly folder: string;
  readonly file: JobFile;
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);
const folderOf = (directory: string, key: string) => join(directory, 'slurm', key);

/** Writes a job that is not submitted yet. @throws OutputError */
export function writeJob(directory: string, file: JobFile): SlurmJob {
  const text = `${JSON.stringify(file, null, 1)}\n`;
  const key = `mortal-${hashOf(text)}`;
  const folder = folderOf(directory, key);
  writeWhole(join(folder, 'job.json'), text);
  return { key, folder, file };
}

/** @throws Error where the file is not there, or not what the key was made from: torn, changed, or not arrived yet */
export function readJob(directory: string, key: string): SlurmJob {
  const folder = folderOf(directory, key);
  const text = readFileSync(join(folder, 'job.json'), 'utf8');
  if (key !== `mortal-${hashOf(text)}`)
    throw new Error(`${join(folder, 'job.json')} is not what was submitted: its hash is ${hashOf(text)}`);
  return { key, folder, file: JSON.parse(text) };
}

/** Jobs that are not accounted for, oldest first. Those that cannot be read were never submitted. */
export function openJobs(directory: string): SlurmJob[] {
  return namesIn(join(directory, 'slurm'))
    .filter(key => !existsSync(join(folderOf(directory, key), 'over')))
    .flatMap(key => {
      try {
        return [readJob(directory, key)];
      } catch {
        return [];
      }
    })
    .sort((a, b) => a.file.created.localeCompare(b.file.created, 'en'));
}

/** Its number in the queue, once Slurm has taken it. */
export function numberOf({ folder }: SlurmJob): string | undefined {
  try {
    return readFileSync(join(folder, 'id'), 'utf8').trim();
  } catch {
    return undefined;
  }
}

export const noteNumber = ({ folder }: SlurmJob, number: string): void =>
  writeWhole(join(folder, 'id'), `${number}\n`);

export const noteOver = ({ folder }: SlurmJob): void => writeWhole(join(folder, 'over'), '');

/** How many tasks a job has. */
export const tasksOf = ({ file }: SlurmJob): number => Math.ceil(file.trials.length / file.chunk);

/** The trials of a task. */
export const trialsOf = ({ file: { trials, chunk } }: SlurmJob, task: number): readonly PlannedTrial[] =>
  trials.slice(task * chunk, (task + 1) * chunk);
