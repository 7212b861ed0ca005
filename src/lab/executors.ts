/**
 * @file Name → executor: the one list that the command line chooses from. What is slow to load is loaded when it is asked for.
 */
import { availableParallelism } from 'node:os';
import { artefactsFolder } from './artefacts.ts';
import type { Bench, Executor } from './executor.ts';

/** What an executor may go by. */
export interface Job {
  /** trials at a time, where the user has said so */
  readonly workers: number | undefined;
  /** how many there are to run */
  readonly trials: number;
  /** folder of the run, absolute */
  readonly directory: string;
  /** folder that paths are relative to */
  readonly cwd: string;
  /** file that says what a Slurm cluster is asked for */
  readonly slurm?: string | undefined;
  /** whether boxes may start programs */
  readonly allowPrograms: boolean;
  /** of the programs that results depend on */
  readonly versions: Readonly<Record<string, string>>;
  /** A line for the user. */
  say(text: string): void;
  /** what trials run on in this process, made ready when asked for */
  bench(): Promise<Bench>;
}

/** A way to run trials, and what it says of itself in `mortal run --help`. */
export interface ExecutorKind {
  readonly summary: string;
  make(job: Job): Promise<Executor>;
}

/** A bench whose trials leave in the folder of the run what others or they themselves can use again. */
const kept = (directory: string, bench: Bench): Bench => ({
  ...bench,
  artefacts: artefactsFolder(directory),
  snapshots: directory,
});

export const executors: Readonly<Record<string, ExecutorKind>> = {
  pool: {
    summary: 'a thread for each trial, as many as there are cores',
    async make({ directory, workers, trials, allowPrograms, bench }) {
      const { pool } = await import('./pool.ts');
      const width = Math.max(1, Math.min(workers ?? availableParallelism(), trials));
      return pool(width, { ...kept(directory, await bench()), allowPrograms });
    },
  },
  serial: {
    summary: 'one trial after the other, in this process',
    async make({ directory, allowPrograms, bench }) {
      const { serial } = await import('./serial.ts');
      return serial({ ...kept(directory, await bench()), allowPrograms });
    },
  },
  slurm: {
    summary: 'an array job on a Slurm cluster, described by --slurm',
    async make({ directory, cwd, slurm: file, allowPrograms, versions, bench, say }) {
      const [{ slurm }, { readSlurmFile }] = await Promise.all([
        import('./slurm.ts'),
        import('../scenarios/slurm-file.ts'),
      ]);
      const { mortal = '', 'onnxruntime-node': products = '' } = versions;
      const needed = { mortal, 'onnxruntime-node': products };
      const settings = await readSlurmFile(file, cwd);
      return slurm({ directory, settings, allowPrograms, versions: needed, bench, say });
    },
  },
};
