/** @file Images that a net draws from its own activities, and the steps that take them for negative data. */
import { beforeEach, describe, expect, test } from 'vitest';
import { openEngine } from '../../src/engine/engine.ts';
import type { Matrix } from '../../src/engine/matrix.ts';
import { generativeForwardForward } from '../../src/learners/forward-forward/ff-generative.ts';
import { generator } from '../../src/learners/forward-forward/generator.ts';
import type { Learner } from '../../src/learners/learner.ts';
import type { OptimiserKind } from '../../src/learners/parts/optimiser.ts';
import { relative } from '../fixtures/autodiff.ts';
import { chipModel, gaussianMatrix, meanOf } from '../fixtures/chips.ts';
import { chipFor, optionsOf, type Recorded, recorded, type Take } from '../fixtures/lessons.ts';
import { syntheticImages } from '../fixtures/synthetic-images.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 27 });
const learner = generativeForwardForward as unknown as Learner;
const samples = syntheticImages(200, 'generative');

beforeEach(() => engine.arena.reset());

describe('the map from activities to pixels', () => {
  const [batch, features, pixels] = [4, 5, 6];

  test('descends the cross-entropy of pixels, however grey', () => {
    const gradients: Float32Array[] = [];
    const kept: OptimiserKind = () => ({
      step: gradient => {
        gradients.push(gradient.data.slice());
      },
    });
    const map = generator(features, pixels, batch, engine, () => {}, kept);
    const h = gaussianMatrix(engine, batch, features, 'activities', 1);
    const images = gaussianMatrix(engine, batch, pixels, 'images', 1);
    images.data.forEach((v, k) => {
      images.data[k] = 1 / (1 + Math.exp(-3 * v));
    });
    map.weights.data.set(gaussianMatrix(engine, features, pixels, 'weights', 1).data);
    map.bias.data.set(gaussianMatrix(engine, 1, pixels, 'bias', 1).data);
    map.learn(h, images, 1);
    [map.weights, map.bias].forEach(({ data }, which) => {
      const slopes = Array.from(data, (value, k) => {
        const at = (v: number) => {
          data[k] = v;
          return pixels * map.learn(h, images, 1);
        };
        const slope = (at(value + 1e-2) - at(value - 1e-2)) / 2e-2;
        data[k] = value;
        return slope;
      });
      expect(relative(gradients[which]!, slopes)).toBeLessThan(1e-3);
    });
  });

  test('learns which activities go with which pixels, and is paid for', () => {
    let macs = 0;
    const map = generator(3, 3, 3, engine, n => {
      macs += n;
    });
    const h = engine.matrix(3, 3);
    for (let k = 0; k < 3; k++) h.data[4 * k] = 1;
    const images = engine.matrix(3, 3);
    images.data.set([1, 0, 0, 1, 1, 0, 0, 0, 1]);
    for (let step = 0; step < 300; step++) map.learn(h, images, 0.05);
    expect(macs).toBe(300 * 2 * 27);
    const out = engine.matrix(3, 3);
    map.generate(h, out);
    expect([...out.data].map(Math.round)).toEqual([...images.data]);
  });
});

describe('a step of ff-generative', () => {
  function tape(given: Record<string, unknown>): Recorded[] {
    engine.arena.reset();
    const options = optionsOf(learner, { batch: 20, epochs: 5, generatorRate: 0.02, ...given });
    const chip = chipFor(learner, options, chipModel({ layers: [40, 30] }), engine, samples);
    return recorded({ learner, options, chip, engine, training: samples });
  }
  const imagesOf = ({ inputs }: Take): Float32Array[] =>
    Array.from({ length: inputs.rows }, (_, b) =>
      inputs.data.slice(b * inputs.columns, b * inputs.columns + samples.inputs),
    );
  const cosine = (a: Float32Array, b: Float32Array) =>
    a.reduce((sum, v, i) => sum + v * b[i]!, 0) / (Math.hypot(...a) * Math.hypot(...b) || 1);
  /** Of the first layer, towards the end. */
  const late = (steps: readonly Recorded[]) => steps.filter(({ layer }) => layer === 0).slice(-10);
  const likeness = (steps: readonly Recorded[]) =>
    meanOf(
      late(steps).flatMap(({ takes: [real, made] }) => {
        const fantasies = imagesOf(made!);
        return imagesOf(real!).map((image, b) => cosine(image, fantasies[b]!));
      }),
    );

  test('shows real images, and drawn ones whose pixels are on or off', () => {
    for (const { takes } of late(tape({})))
      for (const image of imagesOf(takes[1]!)) expect(new Set(image).size).toBeLessThanOrEqual(2);
  });

  test('draws from what the net made of an image something that is like it, more than like the others', () => {
    const steps = tape({});
    const others = meanOf(
      late(steps).flatMap(({ takes: [real, made] }) => {
        const fantasies = imagesOf(made!);
        return imagesOf(real!).map((image, b) => cosine(image, fantasies[(b + 1) % fantasies.length]!));
      }),
    );
    expect(likeness(steps)).toBeGreaterThan(others + 0.05);
  });

  test('in a long chain goes its own ways', () => {
    expect(likeness(tape({ chain: 1000 }))).toBeLessThan(likeness(tape({})) - 0.03);
  });

  test('lets layers learn the same whatever the labels say', () => {
    const gradients = (labels: Uint8Array): Matrix['data'][] => {
      engine.arena.reset();
      const options = optionsOf(learner, { batch: 20, epochs: 2, chain: 3 });
      const training = { ...samples, labels };
      const chip = chipFor(learner, options, chipModel({ layers: [20, 10] }), engine, training);
      return recorded({ learner, options, chip, engine, training }).map(({ gradient }) => gradient.data);
    };
    expect(gradients(samples.labels.map(c => (c + 3) % 10))).toEqual(gradients(samples.labels));
  });
});
