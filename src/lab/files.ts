/**
 * @file Files that are there whole or not at all, whatever happens on the way: power cut, full disk, kill -9.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { OutputError } from '../scenarios/problems.ts';

/** Writes to a temporary name, syncs, renames. @param contents in one piece or in several @throws OutputError */
export function writeWhole(path: string, contents: string | Uint8Array | readonly Uint8Array[]): void {
  const pieces = typeof contents === 'string' ? [Buffer.from(contents)] : [contents].flat();
  const folder = dirname(path);
  const temporary = join(folder, temporaryName(basename(path)));
  try {
    makeFolder(folder);
    try {
      const file = openSync(temporary, 'w');
      try {
        for (const piece of pieces) writeAll(file, piece);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true }); // a half that nobody needs, where the disk may be full
      throw error;
    }
    syncFolder(folder);
  } catch (error) {
    throw new OutputError(`cannot write ${path}: ${reason(error as NodeJS.ErrnoException)}`);
  }
}

/** On a shared file system two machines may have a process of one number, and two threads of a process may write what they share. */
export const temporaryName = (name: string): string =>
  `.${threadId}.${name}.${hostname()}.${process.pid}.tmp`;

/** With all that is above it. Node's own `recursive` calls a read-only disk "no such file". */
export function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // somebody was faster
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

/** Makes a rename outlive a power cut, where the system lets one sync a folder. */
function syncFolder(folder: string): void {
  try {
    const handle = openSync(folder, 'r');
    fsyncSync(handle);
    closeSync(handle);
  } catch {} // Windows does not
}

/** Why a file cannot be written, in words. */
export function reason({ code, message }: NodeJS.ErrnoException): string {
  const words: Record<string, string> = {
    ENOSPC: 'the disk is full',
    EDQUOT: 'your share of the disk is used up',
    EROFS: 'the file system is read-only',
    EACCES: 'you have no right to write there',
    EPERM: 'you have no right to write there',
    ENOTDIR: 'a part of this path is a file, not a folder',
    EISDIR: 'there is a folder of that name',
  };
  return words[code ?? ''] ?? message;
}

/** Moves a file of a run's folder out of the way, to `set-aside/`; an older one of that name stays. @returns its new path */
export function setAside(directory: string, path: string): string {
  const folder = join(directory, 'set-aside');
  try {
    mkdirSync(folder, { recursive: true });
    const free = (copy: number): string => {
      const name = join(folder, copy === 0 ? basename(path) : `${basename(path)}.${copy}`);
      return existsSync(name) ? free(copy + 1) : name;
    };
    const to = free(0);
    renameSync(path, to);
    return to;
  } catch (error) {
    throw new OutputError(`cannot set ${path} aside: ${reason(error as NodeJS.ErrnoException)}`);
  }
}

/** Names in a folder, in order; none where there is no folder. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** True for a temporary file of `writeWhole` whose writer, on this machine, is gone. */
export function isLeftOver(name: string): boolean {
  const [, host, pid] = /^\..*?\.(?:json|safetensors)\.(?:(.+)\.)?(\d+)\.tmp$/.exec(name) ?? [];
  return pid !== undefined && (host ?? hostname()) === hostname() && !isRunning(Number(pid));
}

/** True where this machine has such a process. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0); // asks, and does nothing
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
