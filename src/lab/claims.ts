/**
 * @file Who is running what: `running/<id>.json` lies in a run's folder while a trial runs. It keeps a second run in the same folder
 * from doing the same work, and tells `mortal status` how far a trial is. A claim whose process is gone counts for nothing; should two
 * processes run one trial nevertheless, they write the same bytes.
 */
import {
  closeSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { OutputError } from '../scenarios/problems.ts';
import type { Progress } from './executor.ts';
import { isRunning, makeFolder, namesIn, reason } from './files.ts';

/** What a claim says. */
export interface Claim {
  readonly id: string;
  readonly pid: number;
  readonly host: string;
  /** milliseconds since 1970, as is `time` */
  readonly since: number;
  /** the last sign of life */
  readonly time: number;
  readonly epoch: number;
  /** 0 as long as the trial has not said */
  readonly epochs: number;
}

const beatEvery = 10_000; // ms
const beatAtMostEvery = 1000;
/** A process that has given no sign for so long is taken for dead, even where nobody can look. */
const silence = 300_000;
/** A claim without content is being written; whoever takes longer has died in between. */
const writing = 2000;

const fileOf = (directory: string, id: string) => join(directory, 'running', `${id}.json`);

/** The claims of one process on trials of one folder. Clears away what others left behind. */
export class Claims {
  readonly #directory: string;
  readonly #mine = new Map<string, Claim>();
  readonly #clock: NodeJS.Timeout;

  constructor(directory: string) {
    this.#directory = directory;
    for (const { id } of claimsIn(directory).abandoned) rmSync(fileOf(directory, id), { force: true });
    this.#clock = setInterval(() => {
      for (const claim of this.#mine.values()) this.#beat(claim);
    }, beatEvery).unref();
  }

  /** Claims a trial. @returns false where another process has it @throws OutputError where nothing can be written */
  take(id: string): boolean {
    const now = Date.now();
    const claim: Claim = {
      id,
      pid: process.pid,
      host: hostname(),
      since: now,
      time: now,
      epoch: 0,
      epochs: 0,
    };
    const path = fileOf(this.#directory, id);
    try {
      makeFolder(join(this.#directory, 'running'));
      if (isHeld(this.#directory, id)) return false;
      rmSync(path, { force: true });
      const file = openSync(path, 'wx'); // fails where another process was faster
      try {
        writeSync(file, JSON.stringify(claim));
      } finally {
        closeSync(file);
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw new OutputError(`cannot write ${path}: ${reason(error as NodeJS.ErrnoException)}`);
    }
    this.#mine.set(id, claim);
    return true;
  }

  /** Notes how far a trial is. */
  progressed(id: string, { epoch, epochs }: Progress): void {
    const claim = this.#mine.get(id);
    if (claim === undefined) return;
    const newer = { ...claim, epoch, epochs };
    this.#mine.set(id, newer);
    if (Date.now() - claim.time >= beatAtMostEvery) this.#beat(newer);
  }

  /** Gives a trial back. */
  release(id: string): void {
    this.#mine.delete(id);
    rmSync(fileOf(this.#directory, id), { force: true });
  }

  /** Gives everything back. */
  close(): void {
    clearInterval(this.#clock);
    for (const id of [...this.#mine.keys()]) this.release(id);
  }

  #beat(claim: Claim): void {
    const path = fileOf(this.#directory, claim.id);
    const newer = { ...claim, time: Date.now() };
    this.#mine.set(claim.id, newer);
    try {
      writeFileSync(`${path}.${process.pid}.tmp`, JSON.stringify(newer));
      renameSync(`${path}.${process.pid}.tmp`, path);
    } catch {} // no reason to end a trial; writing its result will say what is wrong
  }
}

/** True where a process that may be alive has the trial. */
export function isHeld(directory: string, id: string): boolean {
  const claim = readClaim(directory, id);
  return claim !== undefined && isAlive(claim);
}

/** The claims of processes that may be alive, and those that were left behind. */
export function claimsIn(directory: string): { alive: Claim[]; abandoned: Claim[] } {
  const found = namesIn(join(directory, 'running'))
    .filter(name => name.endsWith('.json'))
    .flatMap(name => readClaim(directory, name.slice(0, -'.json'.length)) ?? []);
  return { alive: found.filter(isAlive), abandoned: found.filter(claim => !isAlive(claim)) };
}

function isAlive({ pid, host, time }: Claim): boolean {
  const quiet = Date.now() - time;
  if (host === '') return quiet < writing;
  if (quiet > silence) return false;
  return host !== hostname() || isRunning(pid);
}

function readClaim(directory: string, id: string): Claim | undefined {
  const path = fileOf(directory, id);
  try {
    const text = readFileSync(path, 'utf8');
    try {
      return JSON.parse(text);
    } catch {
      const time = statSync(path).mtimeMs; // just being written, or torn
      return { id, pid: 0, host: '', since: time, time, epoch: 0, epochs: 0 };
    }
  } catch {
    return undefined;
  }
}
