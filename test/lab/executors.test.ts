/**
 * @file The contract of `src/lab/executor.ts`, over every executor.
 */
import { afterAll, describe, expect, test } from 'vitest';
import type { Executor, Outcome, Progress, Watcher } from '../../src/lab/executor.ts';
import { pool } from '../../src/lab/pool.ts';
import { serial } from '../../src/lab/serial.ts';
import { slurm } from '../../src/lab/slurm.ts';
import { readSlurmFile } from '../../src/scenarios/slurm-file.ts';
import type { PlannedTrial } from '../../src/scenarios/trial-files.ts';
import { fakeSlurm } from '../fixtures/fake-slurm.ts';
import { freshFolder, write } from '../fixtures/folders.ts';
import { slurmFile } from '../fixtures/slurm-settings.ts';
import { planned } from '../fixtures/trials.ts';
import { bench, fakeWorld } from '../fixtures/world.ts';

const { trials } = await planned({
  learners: [
    { learner: 'stand-in', milliseconds: 5 },
    { learner: 'stand-in', as: 'failing', ends: 'throws' },
    { learner: 'stand-in', as: 'quick' },
  ],
});

const [talkative] = (await planned({ learners: [{ learner: 'stand-in', ends: 'talks', milliseconds: 5 }] }))
  .trials as [PlannedTrial];
const kept = { ...bench, snapshots: freshFolder() };

/** Takes down what it is told. */
function notebook(onFinished = (_: PlannedTrial) => {}) {
  const started: string[] = [];
  const progress = new Map<string, Progress[]>();
  const outcomes = new Map<string, Outcome>();
  const said: string[] = [];
  const watcher: Watcher = {
    started: ({ id }) => void started.push(id),
    progressed: ({ id }, step) => void progress.set(id, [...(progress.get(id) ?? []), step]),
    said: (_, text) => void said.push(text),
    finished(trial, outcome) {
      outcomes.set(trial.id, outcome);
      onFinished(trial);
    },
  };
  return { watcher, started, progress, outcomes, said };
}

/** Each run in a folder of its own: what lies in a folder is not run again. */
function onSlurm(): Executor {
  fakeSlurm();
  return {
    workers: 1,
    async run(trials, watcher, stop) {
      const directory = freshFolder();
      write(directory, { 'slurm.json': slurmFile({ chunk: trials.length }) });
      const settings = await readSlurmFile('slurm.json', directory);
      const versions = await fakeWorld().versions();
      const cluster = slurm({ directory, settings, versions, bench: async () => bench, say: () => {} });
      await cluster.run(trials, watcher, stop);
    },
    close: async () => {},
  };
}

const go = new AbortController().signal;
const expected = notebook();
await serial(bench).run(trials, expected.watcher, go);

describe.each<[string, Executor]>([
  ['serial', serial(kept)],
  ['pool of one', pool(1, kept)],
  ['pool of two', pool(2, kept)],
  ['slurm', onSlurm()],
])('%s', (name, executor) => {
  afterAll(() => executor.close());

  test('begins all trials in order and finishes all of them', async () => {
    const { watcher, started, outcomes } = notebook();
    await executor.run(trials, watcher, go);
    expect(started).toEqual(trials.map(({ id }) => id));
    expect([...outcomes.keys()].sort()).toEqual(trials.map(({ id }) => id).sort());
  });

  test('yields the results that any other yields, to the byte', async () => {
    const { watcher, outcomes } = notebook();
    await executor.run(trials, watcher, go);
    for (const [id, { result }] of outcomes)
      expect(JSON.stringify(result)).toBe(JSON.stringify(expected.outcomes.get(id)!.result));
  });

  test('makes a result of what a trial throws, and goes on', async () => {
    const { watcher, outcomes } = notebook();
    await executor.run(trials, watcher, go);
    const failed = [...outcomes.values()].filter(({ result }) => result.status === 'failed');
    expect(failed.map(({ result }) => result.error)).toEqual(Array(2).fill('layer 2: activity is NaN'));
    expect(failed[0]!.result).toMatchObject({
      format: 1,
      readouts: [],
      access: 'measured',
      specification: { learner: 'stand-in' },
    });
  });

  test('tells how far a trial is', async () => {
    const { watcher, progress, outcomes } = notebook();
    await executor.run(trials.slice(0, 1), watcher, go);
    const epochs = progress.get(trials[0]!.id)!.map(({ epoch }) => epoch);
    expect(epochs.slice(0, 2)).toEqual([1, 2]); // the last word may come too late
    expect(outcomes.get(trials[0]!.id)!.seconds).toBeGreaterThan(0.01);
  });

  test('passes on what a trial has to say', async () => {
    const { watcher, said } = notebook();
    await executor.run([talkative], watcher, go);
    expect(said).toEqual(['begins']);
  });

  test('begins no further trial once it is stopped, and finishes those that are begun', async () => {
    const stop = new AbortController();
    const { watcher, started, outcomes } = notebook(() => stop.abort());
    await executor.run(trials, watcher, stop.signal);
    expect(started.length).toBeLessThan(trials.length);
    expect([...outcomes.keys()].sort()).toEqual([...started].sort());
  });

  // on Slurm the nodes claim, each trial as it begins, not the process that submits
  test.skipIf(name === 'slurm')(
    'leaves out what is not claimed, and asks for every trial before it begins',
    async () => {
      const asked: string[] = [];
      const { watcher, started, outcomes } = notebook();
      const claims = ({ id }: PlannedTrial) => asked.push(id) % 2 === 0;
      await executor.run(trials, { ...watcher, claims }, go);
      expect(asked).toEqual(trials.map(({ id }) => id));
      expect(started).toEqual(asked.filter((_, i) => i % 2 === 1));
      expect([...outcomes.keys()].sort()).toEqual([...started].sort());
    },
  );

  test('ends with the error of a watcher', async () => {
    const { watcher } = notebook(() => {
      throw new Error('the disk is full');
    });
    await expect(executor.run(trials, watcher, go)).rejects.toThrow('the disk is full');
  });

  test('hands out images that are shared', async () => {
    const { watcher, outcomes } = notebook();
    await executor.run(trials.slice(0, 1), watcher, go);
    expect(outcomes.get(trials[0]!.id)!.result.versions).toEqual({ shared: 'true' });
  });
});

describe('a pool', () => {
  test('loads each split once', async () => {
    let loads = 0;
    const loadSplit: typeof bench.loadSplit = data => {
      loads++;
      return bench.loadSplit(data);
    };
    const executor = pool(2, { ...bench, loadSplit });
    await executor.run(trials, notebook().watcher, go);
    await executor.close();
    expect(loads).toBe(1);
  });

  test('ends with the error of a data set', async () => {
    const executor = pool(1, { ...bench, loadSplit: () => Promise.reject(new Error('no such images')) });
    await expect(executor.run(trials, notebook().watcher, go)).rejects.toThrow('no such images');
    await executor.close();
  });

  test('outlives a worker that dies', async () => {
    const { trials: deadly } = await planned({
      learners: [
        { learner: 'stand-in', ends: 'exits' },
        { learner: 'stand-in', as: 'quick' },
      ],
      seeds: 1,
    });
    const { watcher, outcomes } = notebook();
    const executor = pool(1, bench);
    await executor.run(deadly, watcher, go);
    await executor.close();
    const [dead, quick] = deadly.map(({ id }) => outcomes.get(id)!.result);
    expect(dead).toMatchObject({ status: 'failed', error: 'worker exited with code: 7' });
    expect(quick!.status).toBe('done');
  });
});
