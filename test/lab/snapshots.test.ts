/** @file The snapshots in a run's folder: written now and then, read by whoever wants to know how far a trial was, gone with its end. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { attempt } from '../../src/lab/attempt.ts';
import type { RunTrial } from '../../src/lab/executor.ts';
import { snapshotsOf } from '../../src/lab/snapshots.ts';
import { Store } from '../../src/lab/store.ts';
import { OutputError } from '../../src/scenarios/problems.ts';
import { runTrial } from '../fixtures/fake-trial.ts';
import { freshFolder } from '../fixtures/folders.ts';
import { planned } from '../fixtures/trials.ts';
import { bench } from '../fixtures/world.ts';

const [trial] = (await planned()).trials as [Awaited<ReturnType<typeof planned>>['trials'][0]];
const split = await bench.loadSplit(trial.specification.data);
const pieces = [new Uint8Array([1, 2]), new Uint8Array(), new Uint8Array([3])];

/** A folder with a snapshot of the trial. */
function withOne() {
  const directory = freshFolder();
  const told: string[] = [];
  const place = snapshotsOf(directory, trial.id, text => told.push(text), 0);
  place.write(pieces);
  const path = join(directory, 'snapshots', `${trial.id}.safetensors`);
  return { directory, told, place, path };
}

describe('a snapshot', () => {
  test('is there in one piece, and may be read from any byte on', () => {
    const { place } = withOne();
    const source = place.open()!;
    const bytes = new Uint8Array(2);
    source.read(bytes, 1);
    expect([source.size, ...bytes]).toEqual([3, 2, 3]);
    expect(() => source.read(bytes, 2)).toThrow('cut off');
    expect(snapshotsOf(freshFolder(), trial.id, () => {}).open()).toBeUndefined();
  });

  test('is due when the pause is over, and later where writing takes long', () => {
    let now = 0;
    let takes = 0;
    const piece = {
      get length() {
        now += takes;
        return 0;
      },
    } as Uint8Array;
    const place = snapshotsOf(
      freshFolder(),
      trial.id,
      () => {},
      60,
      () => now,
    );
    const dueAfter = (seconds: number) => {
      now += seconds;
      return place.isDue();
    };
    expect([dueAfter(59), dueAfter(1)]).toEqual([false, true]);
    place.write([piece]);
    expect([dueAfter(59), dueAfter(1)]).toEqual([false, true]);
    takes = 3;
    place.write([piece]);
    expect([dueAfter(149), dueAfter(1)]).toEqual([false, true]); // 2 % of the time
    expect(place.seconds()).toBe(273);
    place.takenUp({ epoch: 1, epochs: 2 }, 1000);
    expect(place.seconds()).toBe(1273);
  });

  test('of no use is set aside, and said why', () => {
    const { place, directory, told, path } = withOne();
    place.refuse('is damaged');
    expect(told).toEqual([expect.stringMatching(/^its snapshot is damaged: moved to .*; it starts over$/)]);
    expect(existsSync(path)).toBe(false);
    expect(readdirSync(join(directory, 'set-aside'))).toEqual([`${trial.id}.safetensors`]);
  });

  test('that cannot be written is no reason to end a trial, and is told once', () => {
    const directory = freshFolder();
    writeFileSync(join(directory, 'snapshots'), 'a file where a folder should be');
    const told: string[] = [];
    const place = snapshotsOf(directory, trial.id, text => told.push(text));
    place.write(pieces);
    place.write(pieces);
    expect(told).toEqual([expect.stringMatching(/^no snapshot can be taken: cannot write /)]);
  });

  test('that was being written when a process was killed is cleared away', () => {
    const { directory } = withOne();
    const torn = join(directory, 'snapshots', `.0.${trial.id}.safetensors.${hostname()}.999999.tmp`);
    const elsewhere = join(directory, 'snapshots', `.0.${trial.id}.safetensors.another-host.7.tmp`);
    for (const half of [torn, elsewhere]) writeFileSync(half, 'half');
    const place = snapshotsOf(directory, trial.id, () => {});
    expect([torn, elsewhere].map(half => existsSync(half))).toEqual([false, true]); // it may be being written
    place.clear();
    expect(readdirSync(join(directory, 'snapshots'))).toEqual([]);
  });

  test.each<[string, RunTrial, boolean]>([
    ['is done', runTrial, false],
    ['fails by itself', () => Promise.reject(new Error('the loss is NaN')), false],
    ['finds no room on the disk', () => Promise.reject(new OutputError('the disk is full')), true],
  ])('of a trial that %s, and what becomes of it', async (_, work, stays) => {
    const { directory, path } = withOne();
    new Store(directory).save(await attempt(work, trial, split, () => {}, { snapshots: directory }));
    expect(existsSync(path)).toBe(stays);
  });
});
