/** @file A trial is a pure function of its specification, and fair: nothing is learnt from what it is judged on. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { ChipModel } from '../../src/chips/model.ts';
import type { Samples, Split } from '../../src/data/data.ts';
import { learners } from '../../src/learners/index.ts';
import { isCheckpoint } from '../../src/scenarios/curve.ts';
import type { SnapshotPlace } from '../../src/scenarios/snapshots.ts';
import { runTrial } from '../../src/scenarios/trial.ts';
import type { TrialResult } from '../../src/scenarios/trial-files.ts';
import { brokenOff } from '../fixtures/broken-off.ts';
import { apart, chipModel, crossbarOf, linearCell, scattering } from '../fixtures/chips.ts';
import { optionsOf, suited } from '../fixtures/lessons.ts';
import { syntheticImages, syntheticSplit } from '../fixtures/synthetic-images.ts';

const split = syntheticSplit({ training: 120, validation: 70, test: 60 });
const boxes: ChipModel['boxes'] = { front: { kind: 'none' }, between: { ...scattering, noise: 0.1 } };
const noisy = chipModel({
  layers: [20, 16],
  cell: linearCell({ variation: 0.1, readNoise: 0.01, programmingNoise: 0.01 }),
  crossbar: crossbarOf(1),
  boxes,
});
const quiet = chipModel({ layers: [20, 16] });
const names = Object.keys(learners);

interface Asked {
  chip?: ChipModel;
  seed?: number;
  checkpoints?: number;
  options?: Record<string, unknown>;
  data?: Split;
  progress?: (p: { epoch: number; epochs: number }) => void;
  snapshots?: SnapshotPlace;
}

function run(learner: string, asked: Asked = {}): Promise<TrialResult> {
  const { seed = 1, checkpoints = 2, data = split, progress = () => {}, snapshots } = asked;
  const options = optionsOf(learners[learner]!, { batch: 30, epochs: 4, ...asked.options });
  const chip = suited(learners[learner]!, options, asked.chip ?? noisy);
  const sizes = { set: 'synthetic', train: 120, validation: 70, test: 60 };
  const specification = { format: 1 as const, data: sizes, chip, learner, options, seed, checkpoints };
  return runTrial({ id: 'test', specification }, data, { progress, ...(snapshots && { snapshots }) });
}

const training = (result: TrialResult) => result.meter!.training;
const passesOf = (learner: string, epochs = 4) =>
  learners[learner]!.passes(optionsOf(learners[learner]!, { batch: 30, epochs })).training;

describe('a trial', () => {
  test('gives the same bits again, also when others have used the memory in between and it was broken off', async () => {
    const first = new Map<string, string>();
    for (const name of names) first.set(name, JSON.stringify(await run(name)));
    await run('ff', { chip: { ...noisy, layers: [50, 7, 30] }, seed: 9 });
    for (const name of [...names].reverse()) {
      const { result, told } = await brokenOff(snapshots => run(name, { snapshots }), 2);
      expect(told, name).toEqual(['on after 2 of 4']);
      expect(JSON.stringify(result), name).toBe(first.get(name));
    }
  });

  test('of another seed has other weights', async () => {
    const digests = await Promise.all([1, 2, 3].map(async seed => (await run('ff', { seed })).weightsDigest));
    expect(new Set(digests).size).toBe(3);
  });

  test('is not described by its progress: whoever listens changes nothing', async () => {
    const told: number[] = [];
    const heard = await run('local-softmax', { progress: ({ epoch }) => told.push(epoch) });
    expect(told).toEqual([1, 2, 3, 4]);
    expect(heard).toEqual(await run('local-softmax'));
  });

  test('of a learner that there is not says so', async () => {
    await expect(
      runTrial({ id: 'x', specification: { ...(await run('ff')).specification, learner: 'fff' } }, split, {
        progress() {},
      }),
    ).rejects.toThrow("there is no learner 'fff'");
  });
});

describe.each(names)('%s', name => {
  test('sees no test image before learning has ended, and none of either kind changes what is learnt', async () => {
    let isOver = false;
    const guarded: Samples = {
      ...split.test,
      get pixels() {
        if (!isOver) throw new Error('a test image was looked at during training');
        return split.test.pixels;
      },
      get labels() {
        if (!isOver) throw new Error('a test label was looked at during training');
        return split.test.labels;
      },
    };
    const result = await run(name, {
      chip: quiet,
      data: { ...split, test: guarded },
      progress: ({ epoch, epochs }) => {
        isOver = epoch === epochs;
      },
    });
    const others = {
      ...split,
      test: syntheticImages(60, 'other test'),
      validation: syntheticImages(70, 'other validation'),
    };
    const elsewhere = await run(name, { chip: quiet, data: others });
    expect(elsewhere.weightsDigest).toBe(result.weightsDigest);
    expect(elsewhere.curve.loss).toEqual(result.curve.loss);
    expect(elsewhere.curve.validationErrorPercent).not.toEqual(result.curve.validationErrorPercent);
  });

  test('is not charged for the drawing of its curve, nor is the noise of its chip another one', async () => {
    const [rarely, often] = await Promise.all([1, 4].map(checkpoints => run(name, { checkpoints })));
    const { energy, ...counts } = training(rarely!);
    const { energy: other, ...same } = training(often!);
    expect(same).toEqual(counts);
    expect(other.total / energy.total).toBeCloseTo(1, 9);
    expect(counts.forwardPasses / (4 * 120)).toBeCloseTo(passesOf(name), 9);
    expect(often!.weightsDigest).toBe(rarely!.weightsDigest);
    expect(often!.readouts).toEqual(rarely!.readouts);
  });

  test('has a curve of as many points as asked for, the last at the end, over the passes spent so far', async () => {
    const result = await run(name, { chip: quiet, checkpoints: 2 });
    expect(result.curve.epoch).toEqual([2, 4]);
    expect(result.curve.loss.length).toBe(2);
    expect(result.curve.validationErrorPercent.every(e => e !== null && e >= 0 && e <= 100)).toBe(true);
    // what comes after the last epoch (a recalibration) is not on the curve
    const onChip = name === 'backprop-blind' ? 0 : passesOf(name);
    const [half, whole] = result.curve.forwardPasses;
    expect(whole).toBe(4 * onChip);
    expect(half).toBeGreaterThanOrEqual(whole! / 2); // more where the chip is characterised before training
  });

  test('is judged on the test set by every read-out, and that is metered apart', async () => {
    const result = await run(name, { chip: quiet });
    const perImage = result.meter!.test.forwardPasses / 60;
    expect(perImage).toBeGreaterThanOrEqual(Math.max(...result.readouts.map(({ passes }) => passes)));
    expect(result.meter!.test.pulses + result.meter!.test.cellsWritten).toBe(0);
    for (const { testErrorPercent, validationErrorPercent } of result.readouts) {
      expect((testErrorPercent * 60) / 100).toBeCloseTo(Math.round((testErrorPercent * 60) / 100), 9);
      expect((validationErrorPercent! * 70) / 100).toBeCloseTo(
        Math.round((validationErrorPercent! * 70) / 100),
        9,
      );
    }
    expect(result.access).toBe(learners[name]!.access);
    expect(result.trainingPasses).toBe(passesOf(name));
  });
});

describe('checkpoints', () => {
  test.prop([fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 250 })])(
    'are as many as asked for, or one an epoch, and the last epoch is one',
    (epochs, checkpoints) => {
      const taken = Array.from({ length: epochs }, (_, e) => e + 1).filter(epoch =>
        isCheckpoint(epoch, epochs, checkpoints),
      );
      expect(taken.length).toBe(Math.min(epochs, checkpoints));
      expect(taken.at(-1)).toBe(epochs);
      const gaps = taken.map((epoch, k) => epoch - (taken[k - 1] ?? 0));
      expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThanOrEqual(1);
    },
  );
});

describe('pictures', () => {
  test('are of the chip as it was trained, and sane', async () => {
    const { pictures } = await run('ff');
    const { receptiveFields, transferCurves, boxCurves } = pictures!;
    expect(receptiveFields).toMatchObject({ width: 10, height: 10, units: 16 });
    const bytes = Buffer.from(receptiveFields!.bytes, 'base64');
    expect(bytes.length).toBe(16 * 100);
    for (let unit = 0; unit < 16; unit++) {
      const field = bytes.subarray(100 * unit, 100 * (unit + 1));
      expect(Math.max(...field.map(v => Math.abs(v - 128)))).toBe(127); // each unit on a scale of its own
    }
    expect(transferCurves!.units.length).toBe(16);
    for (const curve of transferCurves!.units) // ideal rectifiers here
      expect(
        apart(
          curve,
          transferCurves!.input.map(v => Math.max(0, v)),
        ),
      ).toBeLessThan(1e-3);
    expect(
      boxCurves!.units.every(
        curve => curve.length === boxCurves!.input.length && curve.every(Number.isFinite),
      ),
    ).toBe(true);
  });

  test('show no box where there is none', async () => {
    expect((await run('ff', { chip: quiet })).pictures!.boxCurves).toBeUndefined();
  });
});
