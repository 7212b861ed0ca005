/** @file The Boltzmann machine on a chip against its definition: a model small enough to add up all of its states. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { Samples } from '../../src/data/data.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { boltzmann, probit } from '../../src/learners/boltzmann/boltzmann.ts';
import type { Learner } from '../../src/learners/learner.ts';
import { relative } from '../fixtures/autodiff.ts';
import { chipModel, meanOf } from '../fixtures/chips.ts';
import { chipFor, optionsOf, type Recorded, recorded, teach } from '../fixtures/lessons.ts';
import { syntheticImages } from '../fixtures/synthetic-images.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 27 });
const learner = boltzmann as unknown as Learner;
beforeEach(() => engine.arena.reset());

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const pixels = 5;
const units = 3;
const epsilon = 1e-4; // of the normaliser

/** All rows of `n` bits. */
const states = (n: number) =>
  Array.from({ length: 2 ** n }, (_, code) => Array.from({ length: n }, (_, i) => (code >> i) & 1));

/** As the chip drives an image: at mean square 1, and the bias behind it. */
function driven(image: readonly number[]): number[] {
  const scale = scaleOf(image);
  return [...image.map(v => scale * v), 1];
}
const scaleOf = (image: readonly number[]) =>
  1 / (Math.sqrt(image.reduce((sum, v) => sum + v * v, 0) / pixels) + epsilon);

/** Total input of unit j. */
const input = (x: readonly number[], w: ArrayLike<number>, j: number) =>
  x.reduce((sum, v, i) => sum + v * w[i * units + j]!, 0);

/** Probability that unit j is on, by logistic units. */
const chance = (x: readonly number[], w: ArrayLike<number>, j: number) => sigmoid(input(x, w, j));

/** Σ over the states of the hidden units: what one image adds to the products in the mean, before and after reconstruction. */
function expected(image: readonly number[], w: ArrayLike<number>) {
  const x = driven(image);
  const positive = x.flatMap(v => Array.from({ length: units }, (_, j) => v * chance(x, w, j)));
  const negative = new Array<number>((pixels + 1) * units).fill(0);
  for (const h of states(units)) {
    const likely = h.reduce((p, on, j) => p * (on ? chance(x, w, j) : 1 - chance(x, w, j)), 1);
    const made = image.map((_, i) =>
      sigmoid(scaleOf(image) * h.reduce((sum, on, j) => sum + on * w[i * units + j]!, 0)),
    );
    const again = driven(made);
    again.forEach((v, i) => {
      for (let j = 0; j < units; j++) negative[i * units + j]! += likely * v * chance(again, w, j);
    });
  }
  return { positive, negative };
}

/** The same few images over and over, so that the mean over a batch is one over the noise of the units. */
const known = [
  [1, 1, 0, 0, 0],
  [0, 1, 1, 0, 0],
  [0, 0, 0, 1, 1],
  [1, 1, 1, 0, 0],
];
function many(copies: number): Samples {
  const length = known.length * copies;
  const rows = Array.from({ length }, (_, s) => known[s % known.length]!);
  return {
    pixels: Uint8Array.from(rows.flat(), v => 255 * v),
    labels: Uint8Array.from({ length }, (_, s) => s % 2),
    inputs: pixels,
    width: pixels,
    height: 1,
    classes: 2,
    length,
  };
}

/** The first step of a machine. */
function firstStep(copies: number, seed = 1): Recorded {
  const training = many(copies);
  const options = optionsOf(learner, { batch: training.length, epochs: 1 });
  const chip = chipFor(learner, options, chipModel({ layers: [units] }), engine, training, seed);
  return recorded({ learner, options, chip, engine, training, seed })[0]!;
}

test('the distribution of the noise is the logistic function, to a hundredth', () => {
  // Φ by its series of erf
  const phi = (x: number) => {
    let sum = x;
    let term = x;
    for (let n = 1; n < 60; n++) {
      term *= (x * x) / (2 * n + 1);
      sum += term;
    }
    return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
  };
  for (let x = -6; x <= 6; x += 0.25) expect(Math.abs(phi(x / probit) - sigmoid(x))).toBeLessThan(0.01);
});

test.each([1, 2])(
  'a step is contrastive divergence, added up over all states of the units (seed %i)',
  seed => {
    const { gradient, weights } = firstStep(5000, seed);
    const w = weights[0]!.data;
    const exact = known.map(image => expected(image, w));
    const change = exact[0]!.positive.map((_, k) =>
      meanOf(exact.map(({ positive, negative }) => negative[k]! - positive[k]!)),
    );
    // sampling noise is some 1/√20000, the noise's distribution is off by up to 0.01
    gradient.data.forEach((g, k) => {
      expect(Math.abs(g - change[k]!)).toBeLessThan(0.03);
    });
    expect(Math.max(...change.map(Math.abs))).toBeGreaterThan(0.15);
  },
);

describe('the likelihood of the images', () => {
  /** −F of an image: log Σ_h exp(−E), with E = −Σ x W h and pixels without biases. */
  const logWeight = (image: readonly number[], w: ArrayLike<number>) =>
    Array.from({ length: units }, (_, j) => Math.log1p(Math.exp(input(driven(image), w, j)))).reduce(
      (sum, v) => sum + v,
      0,
    );
  const logLikelihood = (w: ArrayLike<number>) => {
    const whole = Math.log(states(pixels).reduce((sum, v) => sum + Math.exp(logWeight(v, w)), 0));
    return meanOf(known.map(image => logWeight(image, w) - whole));
  };
  const slopes = (f: (w: Float64Array) => number, w: Float64Array) =>
    Array.from(w, (_, k) => {
      const at = (by: number) => f(w.map((v, i) => (i === k ? v + by : v)));
      return (at(1e-5) - at(-1e-5)) / 2e-5;
    });

  test('what real images add is minus the slope of their free energy', () => {
    const w = Float64Array.from(firstStep(5).weights[0]!.data);
    for (const image of known)
      expect(
        relative(
          expected(image, w).positive,
          slopes(v => logWeight(image, v), w),
        ),
      ).toBeLessThan(1e-6);
  });

  test('rises along the steps, which go less than a right angle from its slope', () => {
    const { gradient, weights } = firstStep(2000);
    const w = Float64Array.from(weights[0]!.data);
    const uphill = slopes(logLikelihood, w);
    const along = gradient.data.reduce((sum, g, k) => sum - g * uphill[k]!, 0);
    expect(along / (Math.hypot(...gradient.data) * Math.hypot(...uphill))).toBeGreaterThan(0.2);
  });
});

test('the crossbar is driven backwards once for every image', () => {
  const training = syntheticImages(100, 'boltzmann');
  const options = optionsOf(learner, { batch: 20, epochs: 3 });
  const chip = chipFor(learner, options, chipModel({ layers: [12, 8] }), engine, training);
  teach({ learner, options, chip, engine, training });
  expect(chip.meter.reversePasses).toBe(3 * 100);
  expect(chip.meter.forwardPasses).toBe(3 * 100 * 2);
});

test('reconstructions get better, and layers above the first keep their weights', () => {
  const training = syntheticImages(200, 'boltzmann');
  const options = optionsOf(learner, { batch: 20, epochs: 15, rate: 0.01 });
  const chip = chipFor(learner, options, chipModel({ layers: [40, 8] }), engine, training);
  const losses: number[] = [];
  const above: Float32Array[] = [];
  teach({
    learner,
    options,
    chip,
    engine,
    training,
    each: ({ loss }) => {
      losses.push(loss);
      above.push(chip.parts.crossbars[1]!.weights.data.slice());
    },
  });
  // the same probability for a pixel in every image would cost the entropy of its mean
  const meansOfPixels = Array.from({ length: 100 }, (_, i) =>
    meanOf(Array.from({ length: 200 }, (_, s) => training.pixels[100 * s + i]! / 255)),
  );
  const entropy = meanOf(
    meansOfPixels.map(p => (p > 0 && p < 1 ? -p * Math.log(p) - (1 - p) * Math.log(1 - p) : 0)),
  );
  expect(losses.at(-1)).toBeLessThan(entropy - 0.02);
  expect(above.at(-1)).toEqual(above[0]);
});
