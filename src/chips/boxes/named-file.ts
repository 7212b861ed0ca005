/**
 * @file A file that a description names. A trial's specification has its path and its digest: a changed file makes another trial, and
 * whoever runs a trial makes sure that it has the file that was meant.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

export interface NamedFile {
  /** absolute */
  readonly path: string;
  /** SHA-256 of what is in it, hexadecimal */
  readonly sha256: string;
}

/** @throws Error of the file system */
export const identified = (path: string): NamedFile => ({ path, sha256: digestOf(readFileSync(path)) });

/** What is in the file. @throws Error when it cannot be read or is not the one that was named */
export function readNamed({ path, sha256 }: NamedFile): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(readFileSync(path));
  const digest = digestOf(bytes);
  if (digest !== sha256)
    throw new Error(
      `${path} is not the file that the trial was planned with: its SHA-256 begins with ${digest.slice(0, 12)}, that one's with ${sha256.slice(0, 12)}`,
    );
  return bytes;
}

const digestOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
