/** @file Waking and sleeping: which update comes when, and what is stored of sleep. */
import { describe, expect, test } from 'vitest';
import type { Term } from '../../src/chips/access.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { sleepingForwardForward } from '../../src/learners/forward-forward/ff-sleep.ts';
import { type PhaseOptions, phases } from '../../src/learners/forward-forward/phases.ts';
import type { Learner } from '../../src/learners/learner.ts';
import type { Plastic } from '../../src/learners/parts/plastic.ts';
import { chipModel } from '../fixtures/chips.ts';
import { chipFor, optionsOf, recorded } from '../fixtures/lessons.ts';
import { syntheticImages } from '../fixtures/synthetic-images.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 24 });
const layer = (): Plastic => ({
  wanted: engine.matrix(1, 2),
  gradient: engine.matrix(1, 2),
  collect() {},
  step() {},
});

/** What the gradient of a layer becomes in each step, if positive ones are [1, 0] and the negative one of step s is [0, s]; null where nothing is learnt. */
function lived(options: Partial<PhaseOptions>, steps: number): (number[] | null)[] {
  const asked = { phase: 2, baseline: 'none', deprivedFrom: Number.POSITIVE_INFINITY, ...options } as const;
  const { only, adjust, learns, next } = phases([layer()], asked, engine);
  const gradient = engine.matrix(1, 2);
  const [waking, sleeping] = [{}, {}] as [Term, Term];
  return Array.from({ length: steps }, (_, s) => {
    const terms = only(waking, sleeping);
    expect(terms.length).toBe(1);
    gradient.data.set(terms[0] === waking ? [1, 0] : [0, s]);
    adjust(0, gradient);
    const made = learns() ? [...gradient.data] : null;
    next();
    return made;
  });
}

describe('phases', () => {
  test('take turns', () => {
    expect(lived({}, 6)).toEqual([
      [1, 0],
      [1, 0],
      [0, 2],
      [0, 3],
      [1, 0],
      [1, 0],
    ]);
    expect(lived({ phase: 1 }, 3)).toEqual([
      [1, 0],
      [0, 1],
      [1, 0],
    ]);
  });

  test('with a stored baseline add the mean of the last sleep to what is learnt awake, and learn nothing asleep', () => {
    const found = lived({ baseline: 'stored' }, 9);
    expect(found).toEqual([[1, 0], [1, 0], null, null, [1, 2.5], [1, 2.5], null, null, [1, 6.5]]);
  });

  test('end where sleep is denied; what was stored stays', () => {
    expect(lived({ deprivedFrom: 3 }, 8).slice(2)).toEqual([[0, 2], ...Array(5).fill([1, 0])]);
    expect(lived({ baseline: 'stored', deprivedFrom: 4 }, 8).slice(4)).toEqual(Array(4).fill([1, 2.5]));
  });
});

test('ff-sleep asks for the outer products of one pass at a time', () => {
  engine.arena.reset();
  const learner = sleepingForwardForward as unknown as Learner;
  const samples = syntheticImages(40, 'sleep');
  const options = optionsOf(learner, { batch: 10, epochs: 2, phase: 2, deprived: 1 });
  const chip = chipFor(learner, options, chipModel({ layers: [12, 9] }), engine, samples);
  const tape = recorded({ learner, options, chip, engine, training: samples });
  const isAwake = tape.filter((_, k) => k % 2 === 0).map(({ takes }) => takes[0]!.common !== undefined);
  expect(tape.every(({ takes }) => takes.length === 1)).toBe(true);
  expect(isAwake).toEqual([true, true, false, false, true, true, true, true]); // no sleep in the second epoch
});
