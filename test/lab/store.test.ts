import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { attempt } from '../../src/lab/attempt.ts';
import { temporaryName, writeWhole } from '../../src/lab/files.ts';
import { Store } from '../../src/lab/store.ts';
import { runTrial } from '../fixtures/fake-trial.ts';
import { filesOf, freshFolder, write } from '../fixtures/folders.ts';
import { planned } from '../fixtures/trials.ts';
import { bench } from '../fixtures/world.ts';

const plan = await planned();
const [first, second] = plan.trials as [(typeof plan.trials)[0], (typeof plan.trials)[0]];
const split = await bench.loadSplit(first.specification.data);
const outcome = await attempt(runTrial, first, split, () => {});
/** As it is read again. */
const kept = outcome;

/** A store with the first trial in it, and what it says when it is read. */
function withFirst() {
  const store = new Store(freshFolder());
  store.save(outcome);
  const notices: string[] = [];
  return { store, notices, read: () => store.read(plan.trials, text => notices.push(text)) };
}

describe('a store', () => {
  test('gives back what it was given', () => {
    const { read, notices } = withFirst();
    expect([...read()]).toEqual([[first.id, kept]]);
    expect(notices).toEqual([]);
  });

  test('keeps results, not how long they took, in the file of a result', () => {
    const { store } = withFirst();
    store.save({ ...outcome, seconds: 123 });
    const files = filesOf(store.directory);
    expect(files[`results/${first.id}.json`]).toBe(`${JSON.stringify(outcome.result, null, 1)}\n`);
    expect(JSON.parse(files[`timings/${first.id}.json`]!)).toEqual({
      id: first.id,
      seconds: 123,
      samplesPerSecond: outcome.samplesPerSecond,
      peakBytes: outcome.peakBytes,
    });
    expect(outcome.samplesPerSecond).toBeGreaterThan(first.specification.data.train / outcome.seconds);
    expect(outcome.peakBytes).toBeGreaterThan(1e7);
  });

  test('has a result although its timing is lost', () => {
    const { store, read } = withFirst();
    writeFileSync(join(store.directory, 'timings', `${first.id}.json`), '{"sec');
    expect(read().get(first.id)).toEqual({ result: outcome.result, seconds: undefined });
  });

  const sound = outcome.result;
  test.each<[string, string, string]>([
    ['is cut off', JSON.stringify(sound).slice(0, -20), 'is torn'],
    ['is empty', '', 'is torn'],
    ['is something else', '{"hello": "world"}', 'is not a result of this version'],
    ['is of a later version', JSON.stringify({ ...sound, format: 2 }), 'is not a result of this version'],
    [
      'is that of another trial',
      JSON.stringify({ ...sound, id: second.id }),
      'is the result of another trial',
    ],
    [
      'answers another question',
      JSON.stringify({ ...sound, specification: { ...sound.specification, checkpoints: 99 } }),
      'is the result of another trial',
    ],
    ['has no answer', JSON.stringify({ ...sound, readouts: [] }), 'is incomplete'],
    [
      'has no number',
      JSON.stringify(sound).replaceAll(/"testErrorPercent":[\d.]+/g, '"testErrorPercent":null'),
      'is incomplete',
    ],
  ])('sets aside a result that %s', (_, text, reason) => {
    const { store, notices, read } = withFirst();
    const name = `${first.id}.json`;
    writeFileSync(join(store.directory, 'results', name), text);
    expect(read().size).toBe(0);
    expect(notices).toEqual([
      `results/${name} ${reason}: moved to ${join(store.directory, 'set-aside', name)}`,
    ]);
    expect(readFileSync(join(store.directory, 'set-aside', name), 'utf8')).toBe(text);
    expect(existsSync(join(store.directory, 'results', name))).toBe(false);
  });

  test('sets aside what is no result, and keeps what was set aside before', () => {
    const { store, notices, read } = withFirst();
    write(store.directory, {
      'results/notes.txt': 'new',
      'set-aside/notes.txt': 'old',
      'set-aside/notes.txt.1': 'older',
    });
    expect(read().size).toBe(1);
    expect(notices[0]).toContain('results/notes.txt is not a result: moved to');
    expect(filesOf(join(store.directory, 'set-aside'))).toEqual({
      'notes.txt': 'old',
      'notes.txt.1': 'older',
      'notes.txt.2': 'new',
    });
  });

  test('leaves results of an older plan, and files that another process is writing, where they are', () => {
    const { store, notices, read } = withFirst();
    const alive = `results/${temporaryName(`${second.id}.json`)}`;
    const far = `results/.${second.id}.json.elsewhere.99999999.tmp`;
    write(store.directory, { 'results/0123456789abcdef.json': sound, [alive]: '{', [far]: '{' });
    read();
    expect(notices).toEqual([]);
  });

  test.each(['.', '.3.'])('sets aside what a process that is gone had begun to write under "%s…"', start => {
    const { store, notices, read } = withFirst();
    write(store.directory, { [`results/${start}${second.id}.json.${hostname()}.99999999.tmp`]: '{' });
    expect(read().size).toBe(1);
    expect(notices[0]).toContain('was being written when a run was broken off');
  });
});

describe('pictures', () => {
  const pictures = { transferCurves: { input: [0, 1], units: [[0, 0.5]] } };
  const drawn = { ...outcome, result: { ...outcome.result, pictures } };

  test('lie beside the result, and come when they are asked for', () => {
    const { store, read } = withFirst();
    store.save(drawn);
    expect(read().get(first.id)).toEqual(kept);
    expect(store.pictures(first.id)).toEqual(pictures);
    expect(store.pictures(second.id)).toBeUndefined();
  });

  test('leave the bytes of the result as they are without them', () => {
    const { store } = withFirst();
    const path = join(store.directory, 'results', `${first.id}.json`);
    const before = readFileSync(path, 'utf8');
    store.save(drawn);
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  test('may be lost', () => {
    const { store, read } = withFirst();
    write(store.directory, { [`pictures/${first.id}.json`]: '{"trans' });
    expect(store.pictures(first.id)).toBeUndefined();
    expect(read().size).toBe(1);
  });
});

describe('a store of many results', () => {
  test('reads them one after the other, and tells of each what tables say', async () => {
    const many = await planned({
      vary: { 'chip.cell.readNoise': { from: 0, to: 0.3, steps: 60 } },
      seeds: 5,
    });
    const store = new Store(freshFolder());
    for (const trial of many.trials) {
      const { result } = await attempt(runTrial, { ...trial, pictures: false }, split, () => {});
      write(store.directory, { [`results/${trial.id}.json`]: result });
    }
    const notices: string[] = [];
    const summaries = store.summaries(many.trials, text => notices.push(text));
    expect(notices).toEqual([]);
    expect(summaries.size).toBe(300);
    const [one] = store.results(many.trials, () => {});
    expect(summaries.get(one!.id)).toEqual(store.summary(one!.id));
    expect(summaries.get(one!.id)).toMatchObject({
      status: 'done',
      testErrorPercent: one!.result.readouts[0]!.testErrorPercent,
      seconds: null,
    });
    expect(store.derive(many, summaries)).toHaveLength(300);
  });

  test('can be looked at without being touched', () => {
    const { store, notices } = withFirst();
    write(store.directory, { 'results/notes.txt': 'x', [`results/${second.id}.json`]: '{' });
    const before = filesOf(store.directory);
    expect([...store.results(plan.trials, text => notices.push(text), true)]).toHaveLength(1);
    expect(notices).toHaveLength(2);
    expect(filesOf(store.directory)).toEqual(before);
  });
});

describe('writing', () => {
  test.each([
    ['below a file', 'file/results/x.json', 'a part of this path is a file, not a folder'],
    ['over a folder', 'folder', 'there is a folder of that name'],
  ])('%s says what is in the way, and leaves nothing behind', (_, path, reason) => {
    const folder = freshFolder();
    write(folder, { file: 'x', 'folder/inside': 'y' });
    const before = filesOf(folder);
    expect(() => writeWhole(join(folder, path), 'text')).toThrow(
      `cannot write ${join(folder, path)}: ${reason}`,
    );
    expect(filesOf(folder)).toEqual(before);
  });

  test.runIf(existsSync('/dev/full'))('onto a full disk says so', () => {
    // the temporary file is a link to the device that is always full
    const folder = freshFolder();
    symlinkSync('/dev/full', join(folder, temporaryName('x.json')));
    expect(() => writeWhole(join(folder, 'x.json'), 'text')).toThrow('the disk is full');
    expect(filesOf(folder)).toEqual({});
  });
});
