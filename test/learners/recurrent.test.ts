/** @file Forward-Forward in layers that see each other: the gradient of every step, the read-outs, either aim. */
import { beforeEach, describe, expect, test } from 'vitest';
import { viewOf } from '../../src/chips/views.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { Matrix } from '../../src/engine/matrix.ts';
import { cancellation } from '../../src/learners/forward-forward/cancellation.ts';
import { recurrentForwardForward } from '../../src/learners/forward-forward/ff-recurrent.ts';
import { gateByRise } from '../../src/learners/forward-forward/settling.ts';
import type { Learner } from '../../src/learners/learner.ts';
import { apart, chipModel, gaussianMatrix, product } from '../fixtures/chips.ts';
import { chipFor, errorsOf, optionsOf, type Recorded, recorded, teach } from '../fixtures/lessons.ts';
import { syntheticImages } from '../fixtures/synthetic-images.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 27 });
const learner = recurrentForwardForward as unknown as Learner;
const samples = syntheticImages(100, 'recurrent');

beforeEach(() => engine.arena.reset());

function lessonOf(given: Record<string, unknown> = {}, layers = [12, 9]) {
  const options = optionsOf(learner, { epochs: 1, batch: 10, ...given });
  return {
    learner,
    options,
    chip: chipFor(learner, options, chipModel({ layers }), engine, samples),
    engine,
    training: samples,
  };
}

const sumOfSquares = (x: Iterable<number>) => Array.from(x).reduce((sum, v) => sum + v * v, 0);
const softplus = (x: number) => Math.log1p(Math.exp(-Math.abs(x))) + Math.max(x, 0);

describe.each(['maximise', 'minimise'] as const)('with the aim to %s', aim => {
  const [damping, temperature, steps] = [0.3, 5, 3];
  const sign = aim === 'maximise' ? 1 : -1;

  /** Mean loss of a layer over batch and steps by its weights, what drove its rows and where its units were being given. */
  function lossOf({ layer, takes, weights }: Recorded, changed: Float32Array): number {
    const units = weights[layer]!.columns;
    let loss = 0;
    takes.forEach(({ inputs, outputs }, k) => {
      const given = product(inputs, weights[layer]!);
      const moved = product(inputs, { ...weights[layer]!, data: changed });
      const states = Array.from(
        outputs.data,
        (h, i) => h + (1 - damping) * (Math.max(moved[i]!, 0) - Math.max(given[i]!, 0)),
      );
      for (let b = 0; b < inputs.rows; b++) {
        const evidence =
          (sign * (sumOfSquares(states.slice(b * units, (b + 1) * units)) - units)) / temperature;
        loss += softplus(k % 2 === 0 ? -evidence : evidence); // positive and negative steps take turns
      }
    });
    return loss / (takes[0]!.inputs.rows * steps);
  }

  test('every layer descends its own loss, averaged over the steps, states before a step being given', () => {
    const tape = recorded(lessonOf({ aim, steps, from: 1, to: 3, temperature, damping, peerStrength: 0 }));
    for (const record of [tape[0]!, tape[1]!, tape.at(-1)!]) {
      const { data, columns } = record.weights[record.layer]!;
      const rows = data.length / columns;
      for (const place of [3, columns + 2, (rows - 1) * columns + 1, (rows - 4) * columns]) {
        const step = 1e-3;
        const [plus, minus] = [step, -step].map(change => {
          const weights = data.slice();
          weights[place]! += change;
          return lossOf(record, weights);
        });
        const slope = (plus! - minus!) / (2 * step);
        // the factor 2 of ∂h²/∂h, what damping lets through and the temperature are left to the rate
        const asked = ((2 * (1 - damping)) / temperature) * record.gradient.data[place]!;
        expect(Math.abs(asked - slope)).toBeLessThan(2e-3 * Math.abs(slope) + 2e-4);
      }
    }
  });

  test('positive cases end with goodness on their side of the threshold, negative ones with less of it', () => {
    const goodness: number[][] = [[], []];
    const lesson = lessonOf({ aim, epochs: 15, rate: 0.05, steps, from: 1, to: 3 });
    const tape = recorded(lesson);
    for (const { layer, takes } of tape.slice(-20))
      if (layer === 0)
        takes.forEach(({ outputs }, k) => {
          goodness[k % 2]!.push(sumOfSquares(outputs.data) / outputs.data.length);
        });
    const [positive, negative] = goodness.map(g => g.reduce((sum, v) => sum + v, 0) / g.length);
    expect(sign * (positive! - negative!)).toBeGreaterThan(0.1);
  });
});

test('peers push all units in positive steps alone, by their mean over the steps', () => {
  const [record] = recorded(lessonOf({ steps: 2, from: 1, to: 2, peerStrength: 0.4 }));
  expect(record!.takes.map(({ common }) => common !== undefined)).toEqual([true, false, true, false]);
  const [first, , second] = record!.takes;
  expect(second!.common).toEqual(first!.common);
  const units = 12;
  const means = Array.from({ length: units }, (_, j) => {
    let sum = 0;
    for (const { outputs } of [first!, second!])
      for (let b = 0; b < 10; b++) sum += outputs.data[b * units + j]! / 20;
    return 0.9 * 0.5 + 0.1 * sum;
  });
  const mean = means.reduce((sum, m) => sum + m, 0) / units;
  const wanted = means.map(m => (-0.4 * (mean - m)) / (10 * 2));
  expect(apart(first!.common!.data, wanted)).toBeLessThan(1e-7);
});

test('a unit that gave nothing in a step has no say in it', () => {
  const of = (...data: number[]) => ({ rows: 1, columns: data.length, data: Float32Array.from(data) });
  const d = of(8, 8, 8, 8);
  // kept 0.3 of 1; fresh activity beside it; never on; came on
  gateByRise(d, of(Math.fround(0.3), 0.4, 0, 0.2), of(1, 1, 0, 0), 0.3, 0.5);
  expect([...d.data]).toEqual([0, 4, 0, 4]);
});

test('is read step by step, and by the mean over some', () => {
  const lesson = lessonOf({ steps: 4, from: 2, to: 3, epochs: 4, rate: 0.05 });
  const classifier = teach(lesson);
  expect(classifier.readouts.map(({ name, passes }) => [name, passes])).toEqual([
    ['goodness, all layers', 10 * 4],
    ['goodness, layers ≥ 2', 10 * 4],
    ['goodness, layer 1 alone', 10 * 4],
    ['goodness, layer 2 alone', 10 * 4],
    ['goodness, step 1 alone', 10 * 2],
    ['goodness, step 2 alone', 10 * 3],
    ['goodness, step 3 alone', 10 * 4],
    ['goodness, step 4 alone', 10 * 5],
    ['softmax, one pass', 1],
  ]);
  const images = engine.matrix(20, samples.inputs);
  images.data.set(Float32Array.from(samples.pixels.subarray(0, 20 * samples.inputs), p => p / 255));
  const answers = classifier.readouts.map(() => new Int32Array(20));
  classifier.classify(images, answers);
  const scores = engine.matrix(20, 10);
  for (const readout of [0, 8]) {
    classifier.scores!(images, readout, scores);
    for (let b = 0; b < 20; b++) {
      const row = Array.from(scores.data.subarray(10 * b, 10 * b + 10));
      expect(row.indexOf(Math.max(...row))).toBe(answers[readout]![b]);
    }
  }
});

describe('what comes from above', () => {
  /** Layer 1 gets 1 from below, and from above `gain` times what is active there. */
  function told(gain: number) {
    const { chip, options } = lessonOf({ damping: 0 }, [16, 8]);
    const view = viewOf(chip, 'measured', () => {
      throw new Error('no data sheet');
    });
    const weights = view.layers.map(({ rows, units }, l) =>
      gaussianMatrix(engine, rows, units, `w/${l}`, 0.3),
    );
    const [first] = weights as [Matrix];
    const { inputs, aboveRow } = view.layers[0]!;
    first.data.fill(gain, aboveRow! * 16);
    first.data.fill(0, 0, inputs * 16);
    first.data.fill(1, inputs * 16, (inputs + 1) * 16); // the bias
    view.layers.forEach((_, l) => {
      view.write(l, weights[l]!);
    });
    return cancellation(view, weights, samples, Number(options.labelStrength), 2, engine);
  }

  test('is told apart from what comes from below: nothing, the same, the opposite', () => {
    const share = (gain: number) => told(gain)['layer 1, true label: input squared, over that from below']!;
    const correlation = (gain: number) => told(gain)['layer 1, true label: correlation of above with below']!;
    expect(share(0)).toBeCloseTo(1, 6);
    expect(share(0.1)).toBeGreaterThan(1.1);
    expect(share(-0.1)).toBeLessThan(0.95);
    expect(correlation(0.1)).toBeGreaterThan(0.9);
    expect(correlation(-0.1)).toBeLessThan(-0.9);
  });

  test('is told of every layer, with true and with wrong labels, and changes nothing', () => {
    const lesson = lessonOf({ epochs: 2 });
    const classifier = teach(lesson);
    const before = lesson.chip.digest();
    const names = Object.keys(classifier.measures!());
    expect(names.length).toBe(2 * 2 * 2);
    expect(Object.values(classifier.measures!()).every(Number.isFinite)).toBe(true);
    expect(lesson.chip.digest()).toBe(before);
    expect(teach(lessonOf({ writes: 'outer-products' })).measures).toBeUndefined();
  });
});

test('steps that are not taken cannot be read', () => {
  expect(() => teach(lessonOf({ steps: 4, from: 3, to: 5 }))).toThrow('steps 3 to 5 are not among 4 steps');
  expect(() => teach(lessonOf({ steps: 4, from: 3, to: 2 }))).toThrow('steps 3 to 2');
});

test('learns in its cells by outer products alone', () => {
  const lesson = lessonOf({ writes: 'outer-products', epochs: 20, rate: 0.02 }, [30, 30]);
  const errors = errorsOf(teach(lesson), samples, engine);
  expect(errors[0]).toBeLessThan(30);
});
