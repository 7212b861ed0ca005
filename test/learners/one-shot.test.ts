/** @file One case in one step: every layer lands on the desired goodness, and no normalised output moves. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { viewOf } from '../../src/chips/views.ts';
import { gather } from '../../src/data/data.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { streamOf } from '../../src/engine/streams.ts';
import { deadUnits } from '../../src/learners/forward-forward/dead-units.ts';
import { hintonForwardForward } from '../../src/learners/forward-forward/ff-hinton.ts';
import { oneShotForwardForward } from '../../src/learners/forward-forward/ff-one-shot.ts';
import { oneShot } from '../../src/learners/forward-forward/one-shot.ts';
import type { Learner } from '../../src/learners/learner.ts';
import { plasticLayers } from '../../src/learners/parts/plastic.ts';
import { chipModel } from '../fixtures/chips.ts';
import { chipFor, optionsOf, teach } from '../fixtures/lessons.ts';
import { syntheticImages } from '../fixtures/synthetic-images.ts';

const engine = await openEngine({ bytes: 2 ** 26 });
const exact = await openEngine({ product: 'plain', bytes: 2 ** 26 }); // sums of float32 products in float64
const samples = syntheticImages(60, 'one shot');
const hinton = hintonForwardForward as unknown as Learner;
const shooting = oneShotForwardForward as unknown as Learner;

const rms = (y: Float32Array) => Math.sqrt(y.reduce((sum, v) => sum + v * v, 0) / y.length);

/** A chip with random weights that holds one image. @param normaliser as usual when absent */
function holding(which: number, normaliser?: { epsilon: number }, on = engine) {
  on.arena.reset();
  const model = chipModel({ layers: [50, 40, 30], ...(normaliser && { normaliser }) });
  const chip = chipFor(hinton, optionsOf(hinton), model, on, samples);
  const view = viewOf(chip, 'measured', () => {
    throw new Error('no data sheet');
  });
  const layers = plasticLayers(view, on, path => streamOf(2, path));
  const image = on.matrix(1, samples.inputs);
  gather(samples, Uint32Array.of(which), 0, image, new Uint8Array(1));
  view.hold(image);
  return { view, layers };
}

describe('a jump', () => {
  test.prop([fc.integer({ min: 0, max: 59 }), fc.double({ min: 0.05, max: 20, noNaN: true })], {
    numRuns: 20,
  })(
    'lands on any goodness in all layers at once, and turns no output, but for what a normaliser adds to a length',
    (which, desired) => {
      const { view } = holding(which);
      const labels = { kind: 'class', value: which % 10, strength: 1 } as const;
      const [before, after] = [view.newInnerPass(1), view.newInnerPass(1)];
      view.send(labels, before);
      const landing = oneShot(view, desired, 1, engine)(which % 10);
      view.send(labels, after);
      let blur = 5e-6; // float32; then ε at every normaliser on the way
      view.layers.forEach((_, l) => {
        const [y, z] = [before.outputs[l]!, after.outputs[l]!];
        const [was, is] = [rms(y.data), rms(z.data)];
        expect(Math.abs(is ** 2 / desired - 1)).toBeLessThan(2 * blur);
        const turned = Math.max(...z.data.map((v, j) => Math.abs(v / is - y.data[j]! / was)));
        expect(turned).toBeLessThan(blur);
        expect(landing.turned).toBeGreaterThanOrEqual(turned - 1e-7);
        blur += 2 * view.epsilon * Math.abs(1 / was - 1 / is);
      });
    },
  );

  const upward = fc.double({ min: 1, max: 20, noNaN: true });
  test.prop([fc.integer({ min: 0, max: 59 }), upward], { numRuns: 10 })(
    'is exact where normalisers add next to nothing to a length: only the rounding of weights and activities to float32 turns an output',
    (which, desired) => {
      const { view } = holding(which, { epsilon: 1e-30 }, exact);
      const { missed, turned } = oneShot(view, desired, 1, exact)(which % 10);
      expect(missed).toBeLessThan(1e-6);
      expect(turned).toBeLessThan(1e-6);
    },
  );

  test('leaves a silent layer silent', () => {
    const { view, layers } = holding(0);
    layers[1]!.wanted.data.fill(0);
    view.write(1, layers[1]!.wanted);
    oneShot(view, 1, 1, engine)(0);
    const pass = view.newInnerPass(1);
    view.send({ kind: 'class', value: 0, strength: 1 }, pass);
    expect(pass.outputs[1]!.data.every(v => v === 0)).toBe(true);
  });
});

test('units that no image moves are counted, layer by layer', () => {
  const { view, layers } = holding(0);
  const { wanted } = layers[1]!;
  const { biasRow } = view.layers[1]!;
  for (let j = 0; j < 10; j++) wanted.data[biasRow * 40 + j] = -1000;
  view.write(1, wanted);
  const dead = Object.values(deadUnits(view, samples, 1, engine));
  expect(dead[1]).toBeGreaterThanOrEqual(25);
  expect(dead[1]).toBeLessThan(50);
  expect(dead[0]).toBeLessThan(20);
});

describe('ff-one-shot', () => {
  function trained(learner: Learner, more: Record<string, unknown> = {}) {
    engine.arena.reset();
    const options = optionsOf(learner, { batch: 20, epochs: 2, ...more });
    const chip = chipFor(learner, options, chipModel({ layers: [30, 20] }), engine, samples);
    const classifier = teach({ learner, options, chip, engine, training: samples });
    return { digest: chip.digest(), measures: classifier.measures?.() ?? {} };
  }

  test('without a shot is ff-hinton', () => {
    expect(trained(shooting).digest).toBe(trained(hinton).digest);
  });

  test('tells where it landed', () => {
    const { digest, measures } = trained(shooting, { shots: 3 });
    expect(digest).not.toBe(trained(hinton).digest);
    expect(measures['largest miss of the desired goodness']).toBeLessThan(1e-3);
    expect(measures['largest change of a normalised output']).toBeLessThan(1e-3);
    for (const when of ['before', 'after'])
      expect(measures[`these cases right ${when}, %`]).toBeLessThanOrEqual(100);
  });
});
