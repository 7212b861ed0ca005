/** @file Pixels about their mean, colour by colour, by training images alone. */
import { describe, expect, test } from 'vitest';
import { gather, type Samples } from '../../src/data/data.ts';
import { standardised, standardOf } from '../../src/data/standardise.ts';
import { openEngine } from '../../src/engine/engine.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 24 });

/** Pictures of 4 × 3 pixels in three colours, the second brighter and the third flatter. */
function pictures(length: number, name: string, brighter = 0): Samples {
  const pixels = Uint8Array.from({ length: length * 36 }, (_, k) => {
    const value = 100 * Math.abs(Math.sin(k * (name.length + 1.7)));
    return brighter + [value, 90 + value, 60 + value / 10][k % 3]!;
  });
  return { pixels, labels: new Uint8Array(length), inputs: 36, width: 4, height: 3, classes: 2, length };
}

function gathered(samples: Samples) {
  const images = engine.matrix(samples.length, 36);
  const order = Uint32Array.from({ length: samples.length }, (_, i) => i);
  gather(samples, order, 0, images, new Uint8Array(samples.length));
  return [0, 1, 2].map(c => images.data.filter((_, k) => k % 3 === c));
}
const mean = (x: Float32Array) => x.reduce((sum, v) => sum + v, 0) / x.length;
const deviation = (x: Float32Array) => Math.sqrt(mean(x.map(v => (v - mean(x)) ** 2)));

describe('standardised', () => {
  const [training, validation, test_] = [pictures(50, 'a'), pictures(20, 'bc'), pictures(20, 'def', 40)];
  const split = standardised({ training, validation, test: test_, digest: 'x' });

  test('training images have mean 0 and deviation 1 in every colour', () => {
    for (const colour of gathered(split.training)) {
      expect(mean(colour)).toBeCloseTo(0, 5);
      expect(deviation(colour)).toBeCloseTo(1, 5);
    }
  });

  test('others are measured by the training images, and brighter ones stay brighter', () => {
    const { mean: means, deviation: deviations } = standardOf(training);
    for (const samples of [validation, test_]) {
      const plain = gathered(samples);
      gathered(standardised({ training, validation: samples, test: samples, digest: '' }).validation).forEach(
        (colour, c) => {
          colour.forEach((v, k) => {
            expect(v).toBeCloseTo((plain[c]![k]! - means[c]!) / deviations[c]!, 4);
          });
        },
      );
    }
    expect(mean(gathered(split.test)[0]!)).toBeGreaterThan(0.5);
  });

  test('a colour that never changes is 0', () => {
    const grey = { ...training, pixels: training.pixels.map((v, k) => (k % 3 === 0 ? 77 : v)) };
    const [flat] = gathered(standardised({ training: grey, validation, test: test_, digest: '' }).training);
    expect(Math.max(...flat!.map(Math.abs))).toBeLessThan(1e-6);
  });
});
