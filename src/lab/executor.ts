/**
 * @file What runs planned trials. Executors differ in where a trial runs; a trial's result depends on its specification alone, so all
 * of them yield the same bytes (`test/lab/executors.test.ts`).
 */
import type { Split } from '../data/data.ts';
import { canonical } from '../scenarios/canonical.ts';
import type { PlannedTrial, TrialHooks, TrialResult, TrialSpecification } from '../scenarios/trial-files.ts';

/** How far a trial has come. */
export interface Progress {
  readonly epoch: number;
  readonly epochs: number;
  readonly loss: number;
  readonly validationErrorPercent?: number;
}

/** What came of a trial, and how long it took. */
export interface Outcome {
  readonly result: TrialResult;
  readonly seconds: number;
  /** training images learnt from per second, validation on the way included; absent where no epoch ended */
  readonly samplesPerSecond?: number;
  /** most memory that the process had until then, bytes; trials side by side share a process */
  readonly peakBytes?: number;
  /** it lies in the folder of the run already: another process has written it */
  readonly isStored?: true;
}

/** Is told what happens. A call that throws ends the run. */
export interface Watcher {
  /** Asked before a trial is begun, in whatever process; one that is refused (another run has it) is left out. No answer is a yes. Not asked where trials run without this process: there the nodes claim. */
  claims?(trial: PlannedTrial): boolean;
  started(trial: PlannedTrial): void;
  /** Not after `finished`; the last steps of a trial may be left out. */
  progressed(trial: PlannedTrial, progress: Progress): void;
  /** A trial has something to say: that it goes on in the middle, say. */
  said?(trial: PlannedTrial, text: string): void;
  finished(trial: PlannedTrial, outcome: Outcome): void;
}

/** Runs trials. */
export interface Executor {
  /** trials at a time */
  readonly workers: number;
  /** what to say at Ctrl-C, where trials go on without this process */
  readonly stopping?: string;
  /**
   * Runs all trials that the watcher claims, begun in their order; one that throws is an outcome like any other. Returns when those that were begun have ended.
   * @param stop once aborted, no further trial is begun; one that runs without this process is left to itself
   * @throws what a watcher or the loading of data has thrown
   */
  run(trials: readonly PlannedTrial[], watcher: Watcher, stop: AbortSignal): Promise<void>;
  /** Frees threads. Not while trials run: onnxruntime takes the whole process along when a thread ends within a product. */
  close(): Promise<void>;
}

/** The trial itself, as `src/scenarios/trial.ts` exports it. */
export type RunTrial = (
  trial: Pick<PlannedTrial, 'id' | 'specification' | 'pictures' | 'isKept'>,
  split: Split,
  hooks: TrialHooks,
) => Promise<TrialResult>;

export type LoadSplit = (data: TrialSpecification['data']) => Promise<Split>;

/** What an executor is made of. */
export interface Bench {
  /** URL of a module that exports `runTrial` */
  readonly trialModule: string;
  readonly loadSplit: LoadSplit;
  /** folder for what trials of the run share */
  readonly artefacts?: string;
  /** folder of the run, in which trials keep how far they are */
  readonly snapshots?: string;
  /** seconds between two snapshots of a trial; the usual ones when absent */
  readonly pause?: number;
  /** whether boxes may start programs */
  readonly allowPrograms?: boolean;
}

/** `loadSplit`, each split loaded once. */
export function loadedOnce(loadSplit: LoadSplit): LoadSplit {
  const splits = new Map<string, Promise<Split>>();
  return data => {
    const key = canonical(data);
    const split = splits.get(key) ?? loadSplit(data);
    splits.set(key, split);
    return split;
  };
}

/** Does `work` on all items, `width` at a time, begun in order; after an error or a stop no further one is begun. */
export async function inLanes<T>(
  items: readonly T[],
  width: number,
  stop: AbortSignal,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  let failed = false;
  const lane = async () => {
    while (next < items.length && !failed && !stop.aborted) {
      try {
        await work(items[next++]!);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: Math.min(width, items.length) }, lane));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
