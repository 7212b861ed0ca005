/**
 * @file What a worker thread does with a trial.
 */
import { parentPort } from 'node:worker_threads';
import type { Split } from '../data/data.ts';
import type { PlannedTrial } from '../scenarios/trial-files.ts';
import { attempt } from './attempt.ts';
import type { Bench, Outcome, Progress, RunTrial } from './executor.ts';

export interface Task extends Omit<Bench, 'loadSplit'> {
  readonly trial: PlannedTrial;
  /** over shared memory */
  readonly split: Split;
}

/** Sent to the main thread on the way: how far a trial is, or what it has to say. */
export type Message = { readonly id: string } & ({ readonly progress: Progress } | { readonly text: string });

export async function work({ trial, split, trialModule, ...bench }: Task): Promise<Outcome> {
  const { runTrial } = (await import(trialModule)) as { runTrial: RunTrial };
  const { id } = trial;
  const tell = (progress: Progress) => parentPort?.postMessage({ id, progress } satisfies Message);
  const say = (text: string) => parentPort?.postMessage({ id, text } satisfies Message);
  return attempt(runTrial, trial, split, tell, { ...bench, say });
}
