/** @file The bill of a study: what is told of it adds up, and old results have none. */
import { describe, expect, test } from 'vitest';
import { billed, billOf, chipTimeOf, conversionsOf, passesOf, totalOf } from '../../src/report/bill.ts';
import { costs } from '../../src/report/costs.ts';
import { energyOfAnswer, energyOfTraining } from '../../src/report/figures/energy.ts';
import { page } from '../../src/report/page.ts';
import { study as sortedOut } from '../../src/report/study.ts';
import { madeUpBills, madeUpRun } from '../fixtures/made-up-study.ts';

describe('costs', () => {
  const study = sortedOut(madeUpBills());

  test('of results without a bill are not told', () => {
    const old = sortedOut(madeUpRun());
    expect(costs(old)).toBeUndefined();
    expect(energyOfTraining.panel(old)).toBeUndefined();
    expect(energyOfAnswer.panel(old)).toBeUndefined();
  });

  test('add up to the total of the meter', () => {
    for (const cell of billed(study)) {
      const totals = cell.done.map(({ meter }) => meter!.training.energy.total);
      const mean = totals.reduce((sum, total) => sum + total, 0) / totals.length;
      expect(Math.abs(totalOf(billOf(cell, 'training')) - mean)).toBeLessThanOrEqual(1e-9 * mean);
    }
  });

  test('of an answer are those of the passes of the principal readout', () => {
    const cell = billed(study).find(each => each.done[0]!.readouts[0]!.passes > 1)!;
    const { passes } = cell.done[0]!.readouts[0]!;
    expect(totalOf(billOf(cell, 'answer')) / (7.6e-9 * passes)).toBeCloseTo(1, 9);
    expect(chipTimeOf(cell, 'answer') / (1e-6 * passes)).toBeCloseTo(1, 9);
    expect(conversionsOf(cell, 'answer').between / (2 * passes)).toBeCloseTo(1, 9);
    expect(conversionsOf(cell, 'answer').measured / (3 * passes)).toBeCloseTo(1, 9);
  });

  test('count passes and conversions of one training image shown once', () => {
    for (const cell of billed(study)) {
      const { trainingPasses } = cell.done[0]!;
      if (trainingPasses === 0) expect(passesOf(cell, 'training').forward).toBe(0);
      if (trainingPasses === 0) continue;
      expect(passesOf(cell, 'training').forward / trainingPasses).toBeCloseTo(1, 9);
      expect(conversionsOf(cell, 'training').between / (2 * trainingPasses)).toBeCloseTo(1, 9);
      expect(conversionsOf(cell, 'training').measured / (3 * trainingPasses)).toBeCloseTo(1, 9);
      expect(conversionsOf(cell, 'training').goodness).toBe(0); // unknown to old results
    }
  });

  test('stand in the page with their sources, and in two figures', async () => {
    const text = await page(study, [energyOfTraining, energyOfAnswer]);
    expect(text).toContain('What was paid for');
    expect(text).toContain('time on chip');
    expect(text).toContain('t V² G');
    expect(text.match(/<figure /g)).toHaveLength(2);
    const [row] = energyOfTraining.panel(study)!.numbers!;
    const { total_J, cells_J } = row as Record<string, number>;
    expect(total_J).toBeGreaterThan(cells_J!);
  });
});
