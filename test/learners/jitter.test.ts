/** @file Shifted images: nothing but moved, every shift as likely, batches anew in every epoch. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { openEngine } from '../../src/engine/engine.ts';
import { streamOf } from '../../src/engine/streams.ts';
import { batchesOf } from '../../src/learners/parts/batches.ts';
import { jitterOf, shift } from '../../src/learners/parts/jitter.ts';
import { syntheticImages } from '../fixtures/synthetic-images.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 24 });
const [width, height] = [5, 4];
const picture = Float32Array.from({ length: width * height }, (_, i) => i + 1);
const by = fc.integer({ min: -6, max: 6 });

describe('a shift', () => {
  test.prop([by, by])('moves every pixel alike; what comes in from outside is zero', (right, down) => {
    const out = new Float32Array(picture.length).fill(9);
    shift(picture, width, right, down, out);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const [fromX, fromY] = [x - right, y - down];
        const isInside = fromX >= 0 && fromX < width && fromY >= 0 && fromY < height;
        expect(out[y * width + x]).toBe(isInside ? picture[fromY * width + fromX] : 0);
      }
  });

  test('of up to two pixels is one of 25, every one about as often', () => {
    const batch = 2500;
    const images = engine.matrix(batch, 25);
    for (let b = 0; b < batch; b++) images.data[b * 25 + 12] = 1; // a dot in the middle
    jitterOf(2, { ...syntheticImages(1, 'x'), inputs: 25, width: 5, height: 5 })(
      images,
      streamOf(1, 'shifts'),
    );
    const places = new Float64Array(25);
    for (let b = 0; b < batch; b++) places[images.data.subarray(b * 25, (b + 1) * 25).indexOf(1)]!++;
    for (const count of places) expect(Math.abs(count - 100)).toBeLessThan(45); // 4.5 standard deviations
  });

  test('moves the colours of a pixel together', () => {
    const samples = { ...syntheticImages(1, 'x'), inputs: 75, width: 5, height: 5 };
    const images = engine.matrix(40, 75);
    for (let b = 0; b < 40; b++) images.data.set([1, 2, 3], b * 75 + 36); // in the middle
    jitterOf(2, samples)(images, streamOf(1, 'shifts'));
    const places = Array.from({ length: 40 }, (_, b) => {
      const image = images.data.subarray(b * 75, (b + 1) * 75);
      const at = image.indexOf(1);
      expect([...image.subarray(at, at + 3)]).toEqual([1, 2, 3]);
      expect(image.reduce((sum, v) => sum + v, 0)).toBe(6);
      expect(at % 3).toBe(0);
      return at;
    });
    expect(new Set(places).size).toBeGreaterThan(10);
  });

  test('of what is no picture is refused', () => {
    expect(() => jitterOf(1, { ...syntheticImages(1, 'x'), width: 7 })).toThrow('7 × 10 has not 100 pixels');
  });
});

describe('batches', () => {
  const samples = syntheticImages(40, 'jitter');
  /** Images and labels of an epoch. */
  function epoch(jitter: number | undefined, epoch: number) {
    const given = jitter === undefined ? samples : { ...samples, jitter };
    const images: number[] = [];
    const labels: number[] = [];
    for (const batch of batchesOf(given, 20, engine, path => streamOf(3, path)).epoch(epoch)) {
      images.push(...batch.images.data);
      labels.push(...batch.labels);
    }
    return { images, labels };
  }

  test('of shifted samples have the same images in the same order, moved', () => {
    const [plain, moved] = [epoch(undefined, 1), epoch(2, 1)];
    expect(moved.labels).toEqual(plain.labels);
    expect(moved.images).not.toEqual(plain.images);
    expect(epoch(0, 1)).toEqual(plain);
    expect(epoch(2, 1)).toEqual(moved);
    const out = new Float32Array(100);
    for (let b = 0; b < 40; b++) {
      const own = moved.images.slice(100 * b, 100 * b + 100);
      const fits = Array.from({ length: 25 }, (_, k) => {
        shift(
          Float32Array.from(plain.images.slice(100 * b, 100 * b + 100)),
          10,
          (k % 5) - 2,
          Math.floor(k / 5) - 2,
          out,
        );
        return own.every((v, i) => v === out[i]);
      });
      expect(fits).toContain(true);
    }
  });

  test('are moved otherwise in the next epoch', () => {
    const moves = [1, 2].map(k => {
      const { images, labels } = epoch(2, k);
      return labels.map((label, b) => `${label}: ${images.slice(100 * b, 100 * b + 100)}`).sort();
    });
    const again = moves[0]!.filter(each => moves[1]!.includes(each));
    expect(again.length).toBeLessThan(10); // one in 25 by chance
  });
});
