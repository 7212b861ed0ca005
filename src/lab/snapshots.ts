/**
 * @file How far the trials of a run are: `snapshots/<id>.safetensors`, written now and then while a trial runs and gone when its result is
 * there. A trial that was broken off, however that came about, goes on from it. A short trial never writes one.
 */
import { closeSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { SnapshotPlace, SnapshotSource } from '../scenarios/snapshots.ts';
import { isLeftOver, namesIn, setAside, writeWhole } from './files.ts';

/** Seconds between two snapshots of a trial. */
export const usualPause = 300;

/** Share of the time that the writing of snapshots may take: where a disk is slow, pauses are longer. */
const mostOfTime = 0.02;

const folderOf = (directory: string) => join(directory, 'snapshots');
const fileOf = (directory: string, id: string) => join(folderOf(directory), `${id}.safetensors`);

/** Where one trial keeps how far it is. */
export interface TrialSnapshots extends SnapshotPlace {
  /** The trial is over: what there is of it is of no use any more. */
  clear(): void;
}

/**
 * The place of a trial that begins now.
 * @param directory of the run @param pause seconds between two snapshots, at least @param clock tells seconds
 */
export function snapshotsOf(
  directory: string,
  id: string,
  say: (text: string) => void,
  pause = usualPause,
  clock = () => performance.now() / 1000,
): TrialSnapshots {
  const path = fileOf(directory, id);
  const start = clock();
  let before = 0; // seconds of the trial until it was broken off
  let last = start;
  let asked = start; // a snapshot that is due is made ready from then on
  let wait = pause;
  let isTold = false;
  for (const name of namesIn(folderOf(directory)))
    if (name.includes(id) && isLeftOver(name)) rmSync(join(folderOf(directory), name), { force: true });
  return {
    id,
    say,
    open: () => sourceOf(path),
    isDue() {
      asked = clock();
      return asked - last >= wait;
    },
    write(pieces) {
      try {
        writeWhole(path, pieces);
      } catch (error) {
        if (!isTold) say(`no snapshot can be taken: ${(error as Error).message}`); // no reason to end a trial
        isTold = true;
      }
      last = clock();
      wait = Math.max(pause, (last - asked) / mostOfTime);
    },
    refuse(why) {
      say(`its snapshot ${why}: moved to ${setAside(directory, path)}; it starts over`);
    },
    seconds: () => before + clock() - start,
    takenUp({ epoch, epochs }, seconds) {
      before = seconds;
      say(`goes on after epoch ${epoch} of ${epochs}`);
    },
    clear: () => clearSnapshot(directory, id),
  };
}

/** The snapshot of a trial, where there is one. */
export const snapshotIn = (directory: string, id: string): SnapshotSource | undefined =>
  sourceOf(fileOf(directory, id));

/** Removes the snapshot of a trial that is over, and what was left where one was being written, by whatever machine. */
export function clearSnapshot(directory: string, id: string): void {
  for (const name of namesIn(folderOf(directory)))
    if (name.includes(id)) rmSync(join(folderOf(directory), name), { force: true });
}

/** Of a file, which is opened for each read alone; undefined where there is none. */
function sourceOf(path: string): SnapshotSource | undefined {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) return undefined;
  return {
    size,
    read(into, at) {
      const file = openSync(path, 'r');
      try {
        for (let done = 0; done < into.length; ) {
          const got = readSync(file, into, done, into.length - done, at + done);
          if (got === 0) throw new Error('is cut off');
          done += got;
        }
      } finally {
        closeSync(file);
      }
    },
  };
}
