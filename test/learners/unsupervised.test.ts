/** @file Learning without labels: the masks that hybrids are made of, the softmaxes beside, and a refit that leaves layers alone. */
import { fc, test } from '@fast-check/vitest';
import { beforeEach, describe, expect } from 'vitest';
import type { MeasuredView } from '../../src/chips/access.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { streamOf } from '../../src/engine/streams.ts';
import { unsupervisedForwardForward } from '../../src/learners/forward-forward/ff-unsupervised.ts';
import { hybrids, type Masks, partners, regionMasks } from '../../src/learners/forward-forward/hybrids.ts';
import { lastThreeAllEach } from '../../src/learners/forward-forward/layer-heads.ts';
import type { Learner } from '../../src/learners/learner.ts';
import { chipModel, meanOf } from '../fixtures/chips.ts';
import { chipFor, errorsOf, optionsOf, recorded, teach } from '../fixtures/lessons.ts';
import { syntheticImages } from '../fixtures/synthetic-images.ts';

const engine = await openEngine({ bytes: 2 ** 27 });
const learner = unsupervisedForwardForward as unknown as Learner;
const samples = syntheticImages(200, 'unsupervised');

beforeEach(() => engine.arena.reset());

describe('masks', () => {
  const square = { width: 28, height: 28 };
  const masks = (blurs: number, count: number) =>
    regionMasks(square, count, blurs, streamOf('masks', `blurs/${blurs}`));

  /** Correlation of the bits of pixels `lag` apart, along rows or columns, away from the edges. */
  function correlation({ bits, count }: Masks, lag: number, across: boolean): number {
    let sum = 0;
    let pairs = 0;
    for (let m = 0; m < count; m++)
      for (let y = 8; y < 20; y++)
        for (let x = 8; x < 20 - lag; x++, pairs++) {
          const [one, two] = across ? [y * 28 + x, y * 28 + x + lag] : [x * 28 + y, (x + lag) * 28 + y];
          sum += (2 * bits[784 * m + one]! - 1) * (2 * bits[784 * m + two]! - 1);
        }
    return sum / pairs;
  }

  /** n choose k over n choose n/2. */
  function binomialShare(n: number, k: number): number {
    let share = 1;
    for (let i = n / 2; i < k; i++) share *= (n - i) / (i + 1);
    return share;
  }

  test.each([0, 2, 6, 12])('that were blurred %i times are half ones', blurs => {
    const { bits } = masks(blurs, 1000);
    expect(bits.every(bit => bit === 0 || bit === 1)).toBe(true);
    expect(Math.abs(meanOf(bits) - 0.5)).toBeLessThan(0.02);
  });

  test.each([0, 4, 6, 10])('of %i blurs have regions of the size that noise cut at its median has', blurs => {
    const drawn = masks(blurs, 1500);
    for (const lag of [1, 2, 4, 6])
      for (const across of [true, false]) {
        // k blurs twice are a binomial of 4k steps; of a Gaussian field cut at its median the arcsine law holds
        const field = blurs === 0 ? 0 : binomialShare(4 * blurs, 2 * blurs + lag);
        expect(correlation(drawn, lag, across)).toBeCloseTo((2 / Math.PI) * Math.asin(field), 1);
      }
  });

  test('repeat the outermost pixel at the edge, so that edges are as often ones as the middle', () => {
    const { bits, count } = masks(6, 2000);
    const at = (pixel: number) => meanOf(Array.from({ length: count }, (_, m) => bits[784 * m + pixel]!));
    for (const pixel of [0, 27, 783, 14, 14 * 28 + 14]) expect(at(pixel)).toBeCloseTo(0.5, 1);
  });

  test('of pictures of any shape are of that shape', () => {
    const { bits, pixels, count } = regionMasks({ width: 7, height: 3 }, 5, 2, streamOf(1, 'oblong'));
    expect([pixels, count, bits.length]).toEqual([21, 5, 105]);
  });
});

describe('hybrids', () => {
  const masks = regionMasks({ width: 10, height: 10 }, 50, 6, streamOf('hybrids', 'masks'));

  test('take every pixel from the image or from one other of the batch, as a mask says', () => {
    const [images, out] = [engine.matrix(9, 100), engine.matrix(9, 100)];
    images.data.forEach((_, k) => {
      images.data[k] = Math.floor(k / 100); // every image a grey of its own
    });
    hybrids(images, masks, streamOf('hybrids', 'draws'), out);
    const known = Array.from({ length: 50 }, (_, m) => masks.bits.subarray(100 * m, 100 * m + 100).join(''));
    for (let b = 0; b < 9; b++) {
      const made = out.data.subarray(100 * b, 100 * b + 100);
      expect(known).toContain(made.map(grey => (grey === b ? 1 : 0)).join(''));
      expect(new Set(made).size).toBe(2);
    }
  });

  test('of an image with itself are the image', () => {
    const [images, out] = [engine.matrix(6, 100), engine.matrix(6, 100)];
    images.data.forEach((_, k) => {
      images.data[k] = Math.sin(k % 100);
    });
    hybrids(images, masks, streamOf('hybrids', 'itself'), out);
    expect(out.data).toEqual(images.data);
  });

  test.prop([fc.integer({ min: 2, max: 40 })])('never take a sample for its own partner', rows => {
    const chosen = partners(rows, streamOf('partners', `${rows}`));
    expect(chosen.length).toBe(rows);
    for (const [b, other] of chosen.entries()) expect(other !== b && other < rows).toBe(true);
  });

  test('take every other one as often', () => {
    const stream = streamOf('partners', 'all');
    const counts = new Float64Array(5);
    for (let k = 0; k < 4000; k++) counts[partners(5, stream)[2]!]!++;
    expect(counts[2]).toBe(0);
    for (const other of [0, 1, 3, 4]) expect(Math.abs(counts[other]! - 1000)).toBeLessThan(120);
  });
});

test.each([
  [1, [[0]]],
  [2, [[1], [0, 1], [0]]],
  [4, [[1, 2, 3], [0, 1, 2, 3], [0], [1], [2], [3]]],
  [5, [[2, 3, 4], [0, 1, 2, 3, 4], [0], [1], [2], [3], [4]]],
])('with %i layers softmaxes read the last three, all, and each, none of them twice', (layers, sets) => {
  const chip = { layers: Array.from({ length: layers }) } as unknown as MeasuredView;
  const audiences = lastThreeAllEach(chip);
  expect(audiences.map(a => a.layers)).toEqual(sets);
  expect(new Set(audiences.map(a => a.readout.name)).size).toBe(sets.length);
});

describe('a refit', () => {
  function course(refit: number) {
    engine.arena.reset();
    const options = optionsOf(learner, { batch: 20, epochs: 4, headRate: 0.02, refit });
    const chip = chipFor(learner, options, chipModel({ layers: [30, 20] }), engine, samples);
    const told: { epoch: number; loss: number; digest: string }[] = [];
    const each = ({ epoch, loss }: { epoch: number; loss: number }) =>
      told.push({ epoch, loss, digest: chip.digest() });
    const classifier = teach({ learner, options, chip, engine, training: samples, each });
    const perSample = chip.meter.forwardPasses / (4 * samples.length);
    return { options, told, perSample, error: errorsOf(classifier, samples, engine)[0]! };
  }

  test('teaches the softmaxes and leaves the layers as they were', () => {
    const [without, refitted] = [course(0), course(6)];
    expect(refitted.told.map(t => t.epoch)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(refitted.told.slice(0, 4)).toEqual(without.told);
    for (const { digest } of refitted.told.slice(4)) expect(digest).toBe(without.told.at(-1)!.digest);
    const losses = refitted.told.slice(4).map(t => t.loss);
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
    expect(refitted.error).toBeLessThan(without.error);
  });

  test('costs the passes that are declared', () => {
    for (const refit of [0, 6]) {
      const { options, perSample } = course(refit);
      expect(perSample).toBeCloseTo(learner.passes(options).training, 9);
    }
  });
});

test('layers learn the same whatever the labels say', () => {
  const tapes = [samples, { ...samples, labels: samples.labels.map(c => (3 * c + 1) % 10) }].map(training => {
    engine.arena.reset();
    const options = optionsOf(learner, { batch: 20, epochs: 1 });
    const chip = chipFor(learner, options, chipModel({ layers: [30, 20] }), engine, training);
    return recorded({ learner, options, chip, engine, training }).map(({ gradient }) => gradient.data);
  });
  expect(tapes[1]).toEqual(tapes[0]);
});
