import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, utimesSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Claims, claimsIn, isHeld } from '../../src/lab/claims.ts';
import { freshFolder, write } from '../fixtures/folders.ts';

const id = '0123456789abcdef';
const gone = Number(execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }));

/** A folder with a claim of somebody else's. */
function claimed(changes: object) {
  const folder = freshFolder();
  const now = Date.now();
  const claim = {
    id,
    pid: process.pid,
    host: hostname(),
    since: now,
    time: now,
    epoch: 1,
    epochs: 2,
    ...changes,
  };
  write(folder, { [`running/${id}.json`]: claim });
  return folder;
}

describe('a claim', () => {
  test('is held by one, until it is given back', () => {
    const folder = freshFolder();
    const [one, other] = [new Claims(folder), new Claims(folder)];
    expect([one.take(id), other.take(id)]).toEqual([true, false]);
    one.release(id);
    expect(other.take(id)).toBe(true);
    other.close();
    one.close();
    expect(claimsIn(folder)).toEqual({ alive: [], abandoned: [] });
  });

  test('says who has it and how far it is', () => {
    const folder = freshFolder();
    const claims = new Claims(folder);
    claims.take(id);
    const read = () => JSON.parse(readFileSync(join(folder, 'running', `${id}.json`), 'utf8'));
    expect(read()).toMatchObject({ id, pid: process.pid, host: hostname(), epoch: 0, epochs: 0 });
    claims.close();
    expect(existsSync(join(folder, 'running', `${id}.json`))).toBe(false);
  });

  test.each<[string, object, boolean]>([
    ['of a process that runs here', {}, true],
    ['of a process that is gone', { pid: gone }, false],
    ['of another machine, with a sign of life', { host: 'elsewhere', pid: gone }, true],
    ['of another machine that fell silent', { host: 'elsewhere', time: Date.now() - 301_000 }, false],
    ['of a process here that fell silent, whose number somebody else may have by now', { time: 0 }, false],
  ])('%s counts: %s', (_, changes, counts) => {
    const folder = claimed(changes);
    expect(isHeld(folder, id)).toBe(counts);
    const claims = new Claims(folder);
    expect(claims.take(id)).toBe(!counts);
    claims.close();
  });

  test('that is torn counts for as long as it may be that somebody is writing it', () => {
    const folder = freshFolder();
    write(folder, { [`running/${id}.json`]: '{"id' });
    expect(isHeld(folder, id)).toBe(true);
    const before = Date.now() / 1000 - 3;
    utimesSync(join(folder, 'running', `${id}.json`), before, before);
    expect(isHeld(folder, id)).toBe(false);
  });
});
