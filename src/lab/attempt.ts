/**
 * @file One trial, whatever becomes of it.
 */
import type { Split } from '../data/data.ts';
import { OutputError } from '../scenarios/problems.ts';
import type { PlannedTrial, TrialResult } from '../scenarios/trial-files.ts';
import { artefactsIn } from './artefacts.ts';
import type { Bench, Outcome, Progress, RunTrial } from './executor.ts';
import { snapshotsOf } from './snapshots.ts';

export interface AttemptOptions extends Omit<Bench, 'trialModule' | 'loadSplit'> {
  /** told what is worth a line */
  readonly say?: (text: string) => void;
}

/** Runs a trial; an error it throws, or an answer that is no number, becomes a result of status 'failed'. */
export async function attempt(
  runTrial: RunTrial,
  trial: PlannedTrial,
  split: Split,
  progress: (progress: Progress) => void,
  { artefacts, snapshots, pause, allowPrograms = false, say = () => {} }: AttemptOptions = {},
): Promise<Outcome> {
  const { id, specification, pictures, isKept } = trial;
  const start = performance.now();
  const place = snapshots === undefined ? undefined : snapshotsOf(snapshots, id, say, pause);
  const passed = (): number => place?.seconds() ?? (performance.now() - start) / 1000;
  let result: TrialResult;
  let samplesPerSecond = 0;
  const told = (told: Progress): void => {
    samplesPerSecond = (told.epoch * specification.data.train) / passed();
    progress(told);
  };
  try {
    result = await runTrial({ id, specification, pictures, ...(isKept && { isKept }) }, split, {
      progress: told,
      allowPrograms,
      ...(artefacts !== undefined && { artefacts: artefactsIn(artefacts) }),
      ...(place && { snapshots: place }),
    });
    const odd = result.readouts.find(({ testErrorPercent }) => !Number.isFinite(testErrorPercent));
    if (odd !== undefined) throw new Error(`${odd.name}: the test error is ${odd.testErrorPercent}`);
  } catch (error) {
    result = failure(trial, error);
    if (!(error instanceof OutputError)) place?.clear(); // from there it would fail again
  }
  return {
    result,
    seconds: passed(),
    ...(samplesPerSecond > 0 && { samplesPerSecond }),
    peakBytes: 1024 * process.resourceUsage().maxRSS,
  };
}

/** The result of a trial that came to nothing. */
export const failure = ({ id, specification, access }: PlannedTrial, error: unknown): TrialResult => ({
  format: 1,
  id,
  specification,
  status: 'failed',
  access,
  trainingPasses: 0,
  error: error instanceof Error ? error.message : String(error),
  readouts: [],
  curve: { epoch: [], loss: [], validationErrorPercent: [], forwardPasses: [] },
  versions: { node: process.version },
});
