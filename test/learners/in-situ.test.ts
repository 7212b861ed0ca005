/** @file Layers that write by outer products: learners learn by them, and nothing of the size of a crossbar is worked out outside it. */
import { describe, expect, test } from 'vitest';
import { learners } from '../../src/learners/index.ts';
import { runTrial } from '../../src/scenarios/trial.ts';
import { cellOf } from '../fixtures/cells.ts';
import { chipModel, crossbarOf } from '../fixtures/chips.ts';
import { optionsOf, suited } from '../fixtures/lessons.ts';
import { syntheticSplit } from '../fixtures/synthetic-images.ts';

const split = syntheticSplit({ training: 400, validation: 50, test: 200 });
const trains = {
  kind: 'stochastic',
  trains: 'compressed',
  longest: 31,
  variableLength: true,
  balanced: true,
  resolution: 0,
} as const;
const pulsed = chipModel({
  layers: [30, 20],
  cell: cellOf('soft-bounds', { states: 1200, cycleNoise: 0.3, stepVariation: 0.1 }),
  crossbar: crossbarOf(1),
  update: trains,
});

async function trained(learner: string, options: Record<string, unknown>, chip = pulsed) {
  const all = optionsOf(learners[learner]!, { batch: 20, epochs: 12, ...options });
  const sizes = { set: 'synthetic', train: 400, validation: 50, test: 200 };
  const specification = {
    format: 1 as const,
    data: sizes,
    chip: suited(learners[learner]!, all, chip),
    learner,
    options: all,
    seed: 1,
    checkpoints: 1,
  };
  const result = await runTrial({ id: 'test', specification }, split, { progress: () => {} });
  if (!result.readouts) throw new Error(JSON.stringify(result));
  return { error: result.readouts[0]!.testErrorPercent, meter: result.meter!.training };
}

const cases = [
  ['ff', 0.1],
  ['local-softmax', 0.05],
  ['local-boosted', 0.05],
  ['backprop-oracle', 0.05],
  ['backprop-reversible', 0.05],
] as const;

describe.each(cases)('%s', (learner, rate) => {
  test('learns by pulses on rows and columns, without outer products outside', async () => {
    const [inSitu, digital] = await Promise.all([
      trained(learner, { rate, writes: 'outer-products' }),
      trained(learner, { rate: 0.003 }),
    ]);
    expect(inSitu.error).toBeLessThan(40);
    expect(inSitu.meter.pulses).toBeGreaterThan(0);
    expect(inSitu.meter.digitalMacs).toBeLessThan(digital.meter.digitalMacs / 1.5);
  });
});
