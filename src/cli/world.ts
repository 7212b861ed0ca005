/**
 * @file What the commands touch outside themselves. Tests hand in a world of their own.
 */
import type { Bench } from '../lab/executor.ts';
import type { Known } from '../scenarios/schema.ts';

export interface World {
  /** folder that paths are relative to */
  readonly cwd: string;
  /** results */
  readonly stdout: NodeJS.WritableStream & { isTTY?: boolean };
  /** progress and complaints */
  readonly stderr: NodeJS.WritableStream & { isTTY?: boolean };
  /** learners and data sets that a scenario may name */
  known(): Promise<Known>;
  /** versions of the program and of what results depend on */
  versions(): Promise<Readonly<Record<string, string>>>;
  /** what trials run on, made ready */
  bench(): Promise<Bench>;
  /** Makes the report of a run's folder. @returns its path */
  writeReport(directory: string): Promise<string>;
  /** Calls `stop` on the first Ctrl-C and `drop` on the second, which then ends the process. @returns what takes that back */
  onInterrupt(stop: () => void, drop: () => void): () => void;
}

/** The real one. What is slow to load is loaded when it is asked for. */
export const realWorld = (): World => ({
  cwd: process.cwd(),
  stdout: process.stdout,
  stderr: process.stderr,
  async known() {
    const { known } = await import('../scenarios/known.ts');
    return known();
  },
  async versions() {
    const { versions } = await import('../scenarios/versions.ts');
    return versions();
  },
  async bench() {
    const [{ buildKernels }, { loadSplit }] = await Promise.all([
      import('../setup.js'),
      import('../data/index.ts'),
    ]);
    await buildKernels();
    return { trialModule: new URL('../scenarios/trial.ts', import.meta.url).href, loadSplit };
  },
  async writeReport(directory) {
    const { writeReport } = await import('../report/index.ts');
    return writeReport(directory);
  },
  onInterrupt(stop, drop) {
    let interrupted = false;
    const forget = () => void process.off('SIGINT', listen).off('SIGTERM', listen);
    const listen = () => {
      if (!interrupted) stop();
      else {
        drop();
        forget();
        process.kill(process.pid, 'SIGINT'); // process.exit() would wait for threads, and onnxruntime would abort in them
      }
      interrupted = true;
    };
    process.on('SIGINT', listen).on('SIGTERM', listen);
    return forget;
  },
});
