/** @file The transfer set: who is told what about which image. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { Samples } from '../../src/data/data.ts';
import { splitOf } from '../../src/data/split.ts';
import { answersOf, type Scores } from '../../src/distill/agreement.ts';
import type { Distillation } from '../../src/distill/description.ts';
import { askedImages, transferSet } from '../../src/distill/transfer.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { gaussians, streamOf } from '../../src/engine/streams.ts';
import { batchesOf } from '../../src/learners/parts/batches.ts';
import { softErrors } from '../../src/learners/parts/softmax-head.ts';
import { apart, gaussianMatrix } from '../fixtures/chips.ts';
import { syntheticImages } from '../fixtures/synthetic-images.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 26 });
const images = syntheticImages(400, 'transfer');
const { classes } = images;
const said: Scores = {
  values: Float32Array.from(gaussians(streamOf('said', 'x'), 400 * classes), v => 3 * v),
  classes,
};
const wanted = (given: Partial<Distillation> = {}): Distillation => ({
  samples: 100,
  images: 'spare',
  without: [],
  targets: 'soft',
  trueShare: 0,
  temperature: 4,
  reads: 1,
  start: 'fresh',
  student: 'another',
  population: 20,
  teachers: 1,
  teacherAge: 0,
  generations: 1,
  teacher: { chip: {}, learner: 'ff', options: {}, seed: 1001, readout: 'principal' },
  ...given,
});
const row = (values: Float32Array, k: number) => values.subarray(k * classes, (k + 1) * classes);
const imageOf = (set: Samples, k: number) => set.pixels.subarray(k * set.inputs, (k + 1) * set.inputs);
const bytesOf = ({ buffer, byteOffset, byteLength }: Uint8Array | Float32Array) =>
  Buffer.from(buffer, byteOffset, byteLength); // compared as bytes: number by number takes seconds

describe('a transfer set', () => {
  test.prop([
    fc.uniqueArray(fc.nat(9), { maxLength: 4 }),
    fc.constantFrom('soft' as const, 'argmax' as const, 'true' as const),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.double({ min: 0.5, max: 20, noNaN: true }),
  ])(
    'has the first images of the allowed classes, each told as asked',
    (without, targets, trueShare, temperature) => {
      const set = transferSet(images, said, wanted({ without, targets, trueShare, temperature }));
      const allowed = [...images.labels.keys()]
        .filter(i => !without.includes(images.labels[i]!))
        .slice(0, 100);
      expect(set.length).toBe(100);
      expect(set.taught !== undefined).toBe(targets === 'soft');
      const answers = answersOf(said);
      let told = 0;
      allowed.forEach((i, k) => {
        expect(bytesOf(imageOf(set, k)).equals(bytesOf(imageOf(images, i)))).toBe(true);
        const [truth, answer] = [images.labels[i]!, answers[i]!];
        expect([truth, answer]).toContain(set.labels[k]);
        if (targets === 'true') expect(set.labels[k]).toBe(truth);
        if (!set.taught) return;
        const p = row(set.taught.probabilities, k);
        expect(p.reduce((sum, v) => sum + v, 0)).toBeCloseTo(1, 5);
        if (p[truth] === 1 && p.filter(v => v > 0).length === 1) {
          told++;
          return;
        }
        expect(p.indexOf(Math.max(...p))).toBe(answer);
        const z = row(said.values, i);
        expect(Math.log(p[0]! / p[1]!)).toBeCloseTo((z[0]! - z[1]!) / temperature, 3);
      });
      if (targets === 'soft') expect(Math.abs(told - 100 * trueShare)).toBeLessThanOrEqual(1);
    },
  );

  test('that is larger than there are images is refused', () => {
    expect(() => transferSet(images, said, wanted({ samples: 401 }))).toThrow('there are 400 to make it of');
    expect(() =>
      askedImages('mixed', { training: images, validation: images, test: images, digest: '' }),
    ).toThrow('set data.spare');
  });

  test('of blended or made-up images has pixels of its own, the same every time', () => {
    const split = { training: images, validation: images, test: images, spare: images, digest: '' };
    const inkOf = ({ pixels }: Samples) => pixels.reduce((sum, v) => sum + v, 0) / pixels.length;
    for (const kind of ['mixed', 'noise'] as const) {
      const [one, same] = [askedImages(kind, split), askedImages(kind, split)];
      expect(one.pixels).toEqual(same.pixels);
      expect(one.pixels).not.toEqual(images.pixels);
      expect(inkOf(one) / inkOf(images)).toBeGreaterThan(0.3);
      expect(inkOf(one) / inkOf(images)).toBeLessThan(3);
    }
    expect(askedImages('spare', split)).toBe(images);
    expect(askedImages('training', split)).toBe(images);
  });
});

describe('spare images', () => {
  test('are none that train or validate', () => {
    const numbered = { ...syntheticImages(50, 'numbered'), inputs: 1, width: 1, height: 1 };
    const all = {
      training: { ...numbered, pixels: Uint8Array.from({ length: 50 }, (_, i) => i) },
      test: numbered,
    };
    const { training, validation, spare } = splitOf('x', all, {
      train: 20,
      validation: 10,
      test: 1,
      spare: 20,
    });
    expect(new Set([...training.pixels, ...validation.pixels, ...spare!.pixels]).size).toBe(50);
    expect(() => splitOf('x', all, { train: 20, validation: 11, test: 1, spare: 20 })).toThrow('overlap');
  });
});

describe('soft targets', () => {
  test('come with the batches, each image with its own', () => {
    engine.arena.reset();
    const set = transferSet(images, said, wanted());
    const batches = batchesOf(set, 20, engine, path => streamOf(1, path));
    const seen = new Set<string>();
    for (const { images: pixels, taught } of batches.epoch(1))
      for (let b = 0; b < 20; b++) {
        const of = pixels.data.subarray(b * set.inputs, (b + 1) * set.inputs);
        const k = [...Array(100).keys()].find(i =>
          imageOf(set, i).every((v, j) => Math.abs(v / 255 - of[j]!) < 1e-6),
        )!;
        expect(row(taught!.probabilities.data, b)).toEqual(row(set.taught!.probabilities, k));
        seen.add(String(k));
      }
    expect(seen.size).toBe(100);
  });

  test.each([1, 4, 20])('at temperature %d have the gradient of T² times the cross-entropy', temperature => {
    engine.arena.reset();
    const scores = gaussianMatrix(engine, 3, classes, 'scores', 2);
    const probabilities = engine.matrix(3, classes);
    probabilities.data.set(transferSet(images, said, wanted({ samples: 3 })).taught!.probabilities);
    const errors = engine.matrix(3, classes);
    const loss = () => softErrors(scores, { probabilities, temperature }, engine.matrix(3, classes));
    softErrors(scores, { probabilities, temperature }, errors);
    const numeric = scores.data.map((v, k) => {
      const h = 1e-2 * temperature;
      scores.data[k] = v + h;
      const up = loss();
      scores.data[k] = v - h;
      const down = loss();
      scores.data[k] = v;
      return (temperature ** 2 * 3 * (up - down)) / (2 * h); // the loss is a mean over three samples
    });
    expect(apart(errors.data, numeric)).toBeLessThan(2e-3 * temperature);
  });
});
