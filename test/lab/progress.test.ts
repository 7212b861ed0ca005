import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { failure } from '../../src/lab/attempt.ts';
import { Advance, display as displayOf, duration } from '../../src/lab/progress.ts';
import { planned } from '../fixtures/trials.ts';

const { trials } = await planned({ vary: { 'chip.cell.readNoise': ['1 %', '2 %'] } });
const [first, second] = trials as [(typeof trials)[0], (typeof trials)[0]];

/** A stream that keeps what is written. */
function paper(isTTY = false) {
  const stream = new Writable({
    write(chunk, _encoding, done) {
      kept.text += chunk;
      done();
    },
  });
  const kept = { text: '', stream: Object.assign(stream, { isTTY, columns: 100 }) };
  return kept;
}

describe('the time that is left', () => {
  test('is counted by trials and parts of trials', () => {
    let now = 0;
    const advance = new Advance(4, () => now);
    expect(advance.inWords()).toBe('0 of 4 trials');
    now = 10_000;
    advance.progressed(first, { epoch: 1, epochs: 2, loss: 1 });
    expect(advance.inWords()).toBe('0 of 4 trials, about 70 s left');
    now = 30_000;
    advance.finished(first);
    advance.progressed(second, { epoch: 1, epochs: 2, loss: 1 });
    expect(advance.inWords()).toBe('1 of 4 trials, about 50 s left');
  });

  test.each([
    [0.2, '1 s'],
    [89, '89 s'],
    [120, '2 min'],
    [5399, '90 min'],
    [9000, '2.5 h'],
  ])('of %s s is said as %s', (seconds, words) => {
    expect(duration(seconds)).toBe(words);
  });
});

/** What a run of a few steps looks like. */
function shown(kept: ReturnType<typeof paper>, quiet = false): string {
  const display = displayOf(kept.stream, 4, quiet);
  display.started(first);
  display.progressed(first, { epoch: 1, epochs: 2, loss: 0.5, validationErrorPercent: 12.345 });
  display.finished(first, { result: failure(first, new Error('layer 2: activity is NaN')), seconds: 1 });
  display.say('and a word');
  display.close();
  return kept.text;
}

test('off a terminal, a run is told in plain lines', () => {
  const [failed, word] = shown(paper()).trim().split('\n').slice(-2);
  expect(failed).toMatch(
    /^1 of 4 trials, about .* left; stand-in, 1 %, seed 1: failed: layer 2: activity is NaN$/,
  );
  expect(word).toBe('and a word');
});

test('on a terminal, a run has bars, and leaves behind what matters', () => {
  const text = shown(paper(true));
  expect(text).toContain('stand-in, 1 %, seed 1 failed: layer 2: activity is NaN');
  expect(text).toContain('and a word');
});

test('in quiet, only warnings are said', () => {
  expect(shown(paper(), true)).toBe('and a word\n');
});
