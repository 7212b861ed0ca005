/** @file Ranks over chips, and how sure they are. */
import { describe, expect, test } from 'vitest';
import { race, ranking } from '../../src/report/race.ts';
import { study } from '../../src/report/study.ts';
import { madeUpRun } from '../fixtures/made-up-study.ts';

describe('a ranking', () => {
  const of = (ff: number[], rival: number[], third: number[]) =>
    ranking(study(madeUpRun({ table: { x: { ff, 'local-softmax': rival, 'backprop-loop': third } } })));

  test('is by chip: best first, equals share', () => {
    const ranks = of([3, 3, 3], [4, 4, 4], [3, 5, 5]);
    expect(ranks.map(({ learner, rank }) => [learner.name, Number(rank.toFixed(3))])).toEqual([
      ['ff', 1.167],
      ['local-softmax', 2.333],
      ['backprop-loop', 2.5],
    ]);
  });

  test('is sure where every chip says the same, and not where they differ', () => {
    const sure = of([3, 3, 3], [4, 4, 4], [5, 5, 5]);
    for (const { rank, low, high } of sure) expect([low, high]).toEqual([rank, rank]);
    const unsure = of([3, 5, 3], [4, 4, 4], [5, 3, 5]);
    const [first] = unsure;
    expect(first!.low).toBeLessThan(first!.rank);
    expect(first!.high).toBeGreaterThan(first!.rank);
    expect(of([3, 5, 3], [4, 4, 4], [5, 3, 5])).toEqual(unsure); // the same every time
  });

  test('leaves out chips that somebody has not finished', () => {
    const ranks = ranking(
      study(
        madeUpRun({
          table: { x: { ff: [3, 9, 3], 'local-softmax': [4, 4, 4], 'backprop-loop': [5, 'failed', 5] } },
        }),
      ),
    );
    expect(ranks.map(({ rank }) => rank)).toEqual([1, 2, 3]);
  });
});

test('few learners get no table of ranks', () => {
  expect(race(study(madeUpRun()))).toBeUndefined();
});
