/**
 * @file Runs trials one after the other in this process: for tests, debuggers and profilers. While a trial computes, nothing else
 * happens here, Ctrl-C included.
 */
import { attempt } from './attempt.ts';
import { type Bench, type Executor, inLanes, loadedOnce, type Progress, type RunTrial } from './executor.ts';

export function serial({ trialModule, loadSplit, ...bench }: Bench): Executor {
  const splitOf = loadedOnce(loadSplit);
  return {
    workers: 1,
    async run(trials, watcher, stop) {
      const { runTrial } = (await import(trialModule)) as { runTrial: RunTrial };
      await inLanes(trials, 1, stop, async trial => {
        const split = await splitOf(trial.specification.data);
        if (watcher.claims?.(trial) === false) return;
        watcher.started(trial);
        const tell = (progress: Progress) => watcher.progressed(trial, progress);
        const say = (text: string) => watcher.said?.(trial, text);
        const outcome = await attempt(runTrial, trial, split, tell, { ...bench, say });
        watcher.finished(trial, outcome);
      });
    },
    close: async () => {},
  };
}
