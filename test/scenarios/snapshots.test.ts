/**
 * @file A trial that was broken off and goes on from its snapshot ends with the same bits as one that was not, whatever its chip is made
 * of; and a snapshot that does not fit is not taken up. Every learner is broken off in `test/learners/trial.test.ts`.
 */
import { describe, expect, test } from 'vitest';
import type { BoxModel } from '../../src/chips/boxes/box.ts';
import type { ChipModel } from '../../src/chips/model.ts';
import type { Update } from '../../src/chips/updates/index.ts';
import { learners } from '../../src/learners/index.ts';
import type { Life } from '../../src/scenarios/life.ts';
import type { SnapshotPlace } from '../../src/scenarios/snapshots.ts';
import { runTrial } from '../../src/scenarios/trial.ts';
import type { TrialResult } from '../../src/scenarios/trial-files.ts';
import { brokenOff, inMemory } from '../fixtures/broken-off.ts';
import { cellOf } from '../fixtures/cells.ts';
import { amplifier, chipModel, converter, crossbarOf, linearCell, scattering } from '../fixtures/chips.ts';
import { optionsOf, suited } from '../fixtures/lessons.ts';
import { syntheticSplit } from '../fixtures/synthetic-images.ts';
import { updateOf } from '../fixtures/updates.ts';

const split = syntheticSplit({ training: 40, validation: 20, test: 20 });

interface Asked {
  readonly learner?: string;
  readonly options?: Record<string, unknown>;
  readonly chip?: Partial<ChipModel>;
  readonly life?: Life;
  readonly id?: string;
}

function run(
  { learner = 'ff', options: given = {}, chip = {}, life, id = 'test' }: Asked,
  snapshots?: SnapshotPlace,
): Promise<TrialResult> {
  const options = optionsOf(learners[learner]!, { batch: 10, epochs: 3, rate: 0.01, ...given });
  const specification = {
    format: 1 as const,
    data: { set: 'synthetic', train: 40, validation: 20, test: 20 },
    chip: suited(learners[learner]!, options, chipModel({ layers: [8, 6], ...chip })),
    learner,
    options,
    seed: 1,
    checkpoints: 3,
    ...(life && { life }),
  };
  return runTrial({ id, specification }, split, { progress() {}, ...(snapshots && { snapshots }) });
}

/** Expects the same of a trial, broken off at a snapshot or not. */
async function staysTheSame(asked: Asked, at = 1): Promise<void> {
  const { result, told } = await brokenOff(snapshots => run(asked, snapshots), at);
  expect(told).toEqual([expect.stringMatching(/^on after /)]);
  expect(JSON.stringify(result)).toBe(JSON.stringify(await run(asked)));
}

const strength = 1;
type Lottery = Extract<BoxModel, { kind: 'lottery' }>;
const link = (box: BoxModel): Partial<ChipModel> => ({ boxes: { front: { kind: 'none' }, between: box } });
const lottery: Lottery = { kind: 'lottery', strength, curves: ['tanh', 'sine'], noise: 0.1, smoothing: 0.5 };
const chain: BoxModel = {
  kind: 'chain',
  boxes: [
    { ...scattering, noise: 0.1 },
    { kind: 'hysteresis', strength, width: 0.5 },
    { kind: 'delay', strength, leak: 0.3 },
    { kind: 'drift', strength, mismatch: 0.1, rate: 0.2 },
    lottery,
    { kind: 'gating', strength, probability: 0.3 },
    { kind: 'spiking', strength, spikes: 20 },
  ],
};
const slowNet: BoxModel = {
  kind: 'slow-net',
  strength,
  hidden: 5,
  gain: 1,
  rate: 0.1,
  perturbation: 0.1,
};
const cells = { minimumConductance: 1e-6, maximumConductance: 2.6e-5 };
const soft = cellOf('soft-bounds', {
  ...cells,
  states: 60,
  readNoise: 0.01,
  programmingNoise: 0.01,
  variation: 0.1,
  cycleNoise: 0.5,
  writeNoise: 0.2,
  diffusion: 0.01,
  lifetime: 50,
  resetNoise: 0.1,
});
const everyHour: Life = { steps: 2, interval: 3600, accident: 0.3, learning: true, rate: 0.5 };
const held = linearCell({
  ...cells,
  programmingNoise: 0.01,
  drift: {
    kind: 'power-law',
    start: 20,
    reference: 1e-5,
    exponent: { kind: 'constant', value: 0.05 },
    exponentSpread: { kind: 'constant', value: 0.02 },
  },
  endurance: { writes: 9, spread: 0.5, death: 'off' },
  fluctuation: { kind: 'root', reference: 1e-5, amplitude: 0.02 },
});

const chips: Record<string, Asked> = {
  'boxes that remember': { chip: link(chain) },
  'boxes that learn': { chip: link(slowNet), options: { boxLessons: 3 } },
  'converters that are calibrated, and input scaling': {
    chip: {
      cell: linearCell({ ...cells, readNoise: 0.01 }),
      crossbar: { ...crossbarOf(1, 30), currentLimit: 1e-4 },
      dac: converter(6, 2),
      adc: {
        ...converter(6, 8),
        ranging: 'calibrated',
        calibration: { percentile: 0.99, each: 'column', every: 35 },
      },
      amplifier: { ...amplifier, noise: 0.01 },
      driver: { noise: 0.01, asymmetry: 0.1, readAsymmetry: 0 },
      scaling: { inputs: 'average-abs-max', threshold: 0, overflow: 'iterative' },
    },
  },
  'bits one after another, wires, a bill that is metered': {
    learner: 'backprop-loop',
    chip: {
      cell: linearCell({ ...cells, programmingNoise: 0.01, readNoise: 0.01 }),
      crossbar: { ...crossbarOf(1), mapping: { kind: 'sliced', slices: 2, weightBits: 8 } },
      wires: { kind: 'mask', wordResistance: 5, bitResistance: 5, sourceResistance: 0, senseResistance: 0 },
      update: updateOf('program-verify'),
      energy: { ...chipModel().energy, accounting: 'metered' },
    },
  },
  'arrays that are solved at every read': {
    learner: 'readout-only',
    chip: {
      layers: [5],
      cell: linearCell({ ...cells, readNoise: 0.02 }),
      crossbar: { ...crossbarOf(1), noise: 'cells' },
      energy: { ...chipModel().energy, accounting: 'metered' },
    },
  },
  'cells that drift, wear and fluctuate, compensated': {
    chip: {
      cell: held,
      crossbar: { ...crossbarOf(1), compensation: { kind: 'column' } },
      update: updateOf('program-verify'),
    },
    life: everyHour,
  },
  'local fields': {
    chip: {
      layers: [{ grid: [10, 10], field: [4, 4], stride: [3, 3], channels: 2, normaliser: 'blocks' }, 6],
      cell: linearCell({ readNoise: 0.01 }),
    },
  },
  'layers that see each other': {
    learner: 'ff-recurrent',
    options: { steps: 3, from: 1, to: 2 },
    chip: link({ ...scattering, noise: 0.1 }),
  },
  'a resistive network': {
    learner: 'equilibrium-propagation',
    chip: { cell: linearCell({ ...cells, readNoise: 1e-4 }), crossbar: crossbarOf(1) },
  },
  'outer products by pulses': {
    learner: 'ff-hinton',
    options: { writes: 'outer-products' },
    chip: { cell: soft, crossbar: crossbarOf(1), update: updateOf('stochastic') },
  },
  'outer products in sweeps': {
    learner: 'ff-hinton',
    options: { writes: 'outer-products' },
    chip: {
      cell: cellOf('constant-step', { ...cells, states: 60, cycleNoise: 0.3 }),
      crossbar: crossbarOf(1),
      update: updateOf('stochastic'),
    },
  },
  ...Object.fromEntries(
    (
      [
        ['pulsed', {}],
        ['mixed-precision', { transferEvery: 3 }],
        ['one-sided', { refreshEvery: 3 }],
        ['tiki-taka', { transferEvery: 3 }],
        ['buffered-transfer', {}],
        ['chopped-transfer', { chopProbability: 0.5 }],
        ['dynamic-transfer', { rowsPerTransfer: 60, chopEvery: 2 }],
      ] as [Update['kind'], object][]
    ).map(([kind, given]) => [
      `the update ${kind}`,
      {
        learner: 'backprop-loop',
        chip: { cell: soft, crossbar: crossbarOf(1), update: updateOf(kind, given) },
      } satisfies Asked,
    ]),
  ),
};

describe('a trial that is broken off goes on with the same bits', () => {
  test.each(Object.entries(chips))('on a chip with %s', (_, asked) => staysTheSame(asked));

  test.each([3, 4])('in later life, %i epochs old', at =>
    staysTheSame(
      {
        chip: { ...chips['cells that drift, wear and fluctuate, compensated']!.chip, ...link(lottery) },
        life: everyHour,
      },
      at,
    ),
  );
});
