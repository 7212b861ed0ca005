/**
 * @file A trial that was broken off and goes on from its snapshot ends with the same bits as one that was not, whatever its chip is made
 * of; and a snapshot that does not fit is not taken up. Every learner is broken off in `test/learners/trial.test.ts`.
 */
import { describe, expect, test } from 'vitest';
import { brokenOff } from '../fixtures/broken-off.ts';
import { type Asked, chips, old, run } from '../fixtures/small-trials.ts';

/** Expects the same of a trial, broken off at a snapshot or not. */
async function staysTheSame(asked: Asked, at = 1): Promise<void> {
  const { result, told } = await brokenOff(snapshots => run(asked, snapshots), at);
  expect(told).toEqual([expect.stringMatching(/^on after /)]);
  const straight = await run(asked);
  expect(result.losses.slice(at - 1)).toEqual(straight.losses.slice(at - 1));
  expect(JSON.stringify(result.result)).toBe(JSON.stringify(straight.result));
}

describe('a trial that is broken off goes on with the same bits', () => {
  test.each(Object.entries(chips))('on a chip with %s', (_, asked) => staysTheSame(asked));

  test('in later life', () => staysTheSame(old, 3));
});
