/**
 * @file Slurm's own programs, called as a person would. A controller that is restarted or overloaded is asked again, ever more slowly;
 * what Slurm refuses for good is an error.
 */
import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { InputError } from '../../scenarios/problems.ts';

/** Tasks of a job that are in the queue. */
export interface InQueue {
  /** number of the job */
  readonly number: string;
  running: number;
  waiting: number;
  /** why tasks wait, in Slurm's words */
  readonly reasons: Set<string>;
}

/** Slurm does not answer, or not now. */
class Unanswered extends Error {}

const temporary =
  /unable to contact|connect|timed out|timeout|zero bytes|temporarily|try again|not responding|controller|backup/i;

function call(program: string, argv: readonly string[], cwd?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, argv, { cwd, timeout: 60_000, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      const wrong = (message: string) => new InputError([{ where: program, path: '', message }]);
      if ((error as NodeJS.ErrnoException).code === 'ENOENT')
        return reject(wrong('no such program; is Slurm installed here?'));
      const said = stderr.trim().split('\n').at(-1) || error.message;
      reject(error.killed || temporary.test(stderr) ? new Unanswered(said) : wrong(said));
    });
  });
}

/** Jobs of these names: name → what of it is in the queue. A name that is missing has left it. */
export async function inQueue(names: readonly string[]): Promise<Map<string, InQueue>> {
  const found = new Map<string, InQueue>();
  if (names.length === 0) return found;
  const argv = ['--noheader', '--array', `--name=${names.join(',')}`, '--format=%j|%F|%T|%r'];
  for (const line of (await call('squeue', argv)).split('\n')) {
    const [name, number, state, reason] = line.split('|').map(text => text.trim());
    if (name === undefined || number === undefined || !names.includes(name)) continue;
    const job = found.get(name) ?? { number, running: 0, waiting: 0, reasons: new Set() };
    found.set(name, job);
    if (state === 'PENDING') {
      job.waiting++;
      if (reason !== undefined && reason !== 'None') job.reasons.add(reason);
    } else job.running++;
  }
  return found;
}

/** Submits a script. @returns the job's number */
export async function submit(script: string, cwd: string): Promise<string> {
  return (await call('sbatch', ['--parsable', script], cwd)).trim().split(';')[0]!;
}

export const cancelJobs = async (names: readonly string[]): Promise<void> => {
  for (const name of names) await call('scancel', [`--name=${name}`]);
};

/** Most tasks of an array. */
export async function largestArray(): Promise<number> {
  const found = /MaxArraySize\s*=\s*(\d+)/.exec(await call('scontrol', ['show', 'config']))?.[1];
  return found === undefined ? 1001 : Number(found); // Slurm's default
}

/** Asks until there is an answer. @returns undefined where it was stopped before */
export async function patiently<T>(
  ask: () => Promise<T>,
  say: (text: string) => void,
  stop: AbortSignal,
): Promise<T | undefined> {
  let failures = 0;
  while (!stop.aborted) {
    try {
      const answer = await ask();
      if (failures > 0) say('Slurm answers again.');
      return answer;
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
      if (failures === 0) say(`Slurm does not answer (${error.message}); jobs go on, asking again.`);
      await nap(Math.min(60, 0.5 * 2 ** failures++), stop);
    }
  }
  return undefined;
}

/** Waits, unless stopped. */
export const nap = (seconds: number, stop: AbortSignal): Promise<void> =>
  pause(1000 * seconds, undefined, { signal: stop }).catch(() => {});
