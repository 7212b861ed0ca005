/**
 * @file Runs one trial per worker thread. Images are loaded once, in the main thread, and shared with the workers, not copied; a
 * worker that dies takes its trial with it and nothing else.
 */
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { PlannedTrial } from '../scenarios/trial-files.ts';
import { failure } from './attempt.ts';
import { type Bench, type Executor, inLanes, loadedOnce, type Outcome } from './executor.ts';
import type { Message, Task } from './work.ts';

/** @param workers threads, each with one trial at a time */
export function pool(workers: number, { loadSplit, ...bench }: Bench): Executor {
  const splitOf = loadedOnce(loadSplit);
  const threads = new Piscina<Task, Outcome>({
    filename: fileURLToPath(new URL('worker.js', import.meta.url)), // not .ts: Node 20 starts no worker from TypeScript
    name: 'work',
    minThreads: workers,
    maxThreads: workers,
    idleTimeout: Number.POSITIVE_INFINITY,
    atomics: 'disabled',
  });
  return {
    workers,
    async run(trials, watcher, stop) {
      const running = new Map<string, PlannedTrial>();
      const listen = (message: Message) => {
        const trial = running.get(message.id);
        if (trial === undefined) return;
        if ('text' in message) watcher.said?.(trial, message.text);
        else watcher.progressed(trial, message.progress);
      };
      threads.on('message', listen);
      try {
        await inLanes(trials, workers, stop, async trial => {
          const split = await splitOf(trial.specification.data);
          if (watcher.claims?.(trial) === false) return;
          const start = performance.now();
          running.set(trial.id, trial);
          watcher.started(trial);
          const outcome = await threads.run({ trial, split, ...bench }).catch(error => ({
            result: failure(trial, error),
            seconds: (performance.now() - start) / 1000,
          }));
          running.delete(trial.id);
          watcher.finished(trial, outcome);
        });
      } finally {
        threads.off('message', listen);
      }
    },
    close: () => threads.destroy(),
  };
}
