/** @file Fast weights: the matrix that is never written out, the sequences that write it, and a task that slow weights alone cannot do. */
import { fc, test } from '@fast-check/vitest';
import { beforeEach, describe, expect } from 'vitest';
import { recall, sequences } from '../../src/data/recall.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { streamOf } from '../../src/engine/streams.ts';
import { chooseWrong, fastWeightsLearner } from '../../src/learners/fast-weights/fast-weights.ts';
import { fastWeights } from '../../src/learners/fast-weights/memory.ts';
import { stepsOf } from '../../src/learners/fast-weights/symbols.ts';
import type { Learner } from '../../src/learners/learner.ts';
import { relative } from '../fixtures/autodiff.ts';
import { chipModel, gaussianMatrix, meanOf } from '../fixtures/chips.ts';
import { chipFor, errorsOf, optionsOf, recorded, type Take, teach } from '../fixtures/lessons.ts';

const engine = await openEngine({ bytes: 2 ** 28 });
const learner = fastWeightsLearner as unknown as Learner;
beforeEach(() => engine.arena.reset());

/** Rows that are lit, as letters for the first ten places and digits for the others; `_` for a dark row. */
function textOf(pixels: ArrayLike<number>, at: number): string {
  return Array.from({ length: 10 }, (_, row) => {
    const place = Array.from({ length: 20 }, (_, i) => pixels[at + 20 * row + i]!).findIndex(v => v > 0);
    return place < 0 ? '_' : place < 10 ? 'abcdefghij'[place] : `${place - 10}`;
  }).join('');
}

describe('sequences', () => {
  const samples = sequences(3000, 'a test');
  const texts = Array.from({ length: 3000 }, (_, s) => textOf(samples.pixels, 200 * s));

  test('are four letters with digits, none twice, then one of the letters, and the label is its digit', () => {
    texts.forEach((text, s) => {
      expect(text).toMatch(/^_([a-j]\d){4}[a-j]$/);
      const letters = [1, 3, 5, 7].map(k => text[k]!);
      expect(new Set(letters).size).toBe(4);
      const asked = letters.indexOf(text[9]!);
      expect(`${samples.labels[s]! - 10}`).toBe(text[2 * asked + 2]);
    });
  });

  test('ask for every place and every digit as often', () => {
    for (const place of [1, 3, 5, 7])
      expect(meanOf(texts.map(text => (text[place] === text[9] ? 1 : 0)))).toBeCloseTo(0.25, 1);
    for (let digit = 10; digit < 20; digit++)
      expect(meanOf(Array.from(samples.labels, label => (label === digit ? 1 : 0)))).toBeCloseTo(0.1, 1);
  });

  test('come as a data set, and a digit at random is wrong two times in three', () => {
    const { training, test: judged } = recall.load();
    expect([training.length, judged.length, training.classes]).toEqual([20000, 4000, 20]);
    const [baseline] = recall.baselines!(training, judged);
    expect(Math.abs(baseline!.errorPercent - 67.5)).toBeLessThan(2);
  });

  test('are taken apart in steps, each a symbol and the one behind it, and a question', () => {
    const images = engine.matrix(2, 200);
    images.data.set(samples.pixels.subarray(0, 400).map(v => v / 255));
    const steps = stepsOf(samples, 8, 3, engine);
    texts.slice(0, 2).forEach((text, b) => {
      const read = Array.from({ length: 8 }, (_, t) => {
        const { picture, next } = steps.read(images, t);
        const shown = textOf(picture.data, 200 * b);
        expect(shown.slice(0, 9)).toBe('_________');
        return [shown[9], next[b]! < 10 ? 'abcdefghij'[next[b]!] : `${next[b]! - 10}`].join('');
      });
      expect(read).toEqual(Array.from({ length: 8 }, (_, t) => text.slice(t + 1, t + 3)));
      expect(textOf(steps.question(images).data, 200 * b)).toBe(`_________${text[9]}`);
    });
  });

  test('are told from pictures that are none', () => {
    expect(() => stepsOf({ width: 28, inputs: 784, classes: 10 }, 8, 1, engine)).toThrow(
      'they need pictures with a row of 10 pixels, one a class, for each symbol and 10 rows, got 28 rows of 28',
    );
    expect(() => stepsOf(samples, 9, 1, engine)).toThrow('and 11 rows, got 10 rows of 20');
  });
});

describe('fast weights', () => {
  test.prop([fc.integer({ min: 0, max: 5 }), fc.double({ min: 0, max: 1, noNaN: true })], { numRuns: 30 })(
    'add what the matrix of decayed outer products would',
    (known, decay) => {
      engine.arena.reset();
      const [units, batch, strength] = [6, 3, 0.7];
      const memory = fastWeights(units, batch, 5, { strength, decay }, engine, () => {});
      const past = Array.from({ length: known }, (_, t) =>
        gaussianMatrix(engine, batch, units, `past/${t}`, 1),
      );
      for (const h of past) memory.remember(h);
      const [h, out] = [gaussianMatrix(engine, batch, units, 'now', 1), engine.matrix(batch, units)];
      memory.recall(h, out);
      const exact = Array.from({ length: batch }, (_, b) => {
        let a = new Float64Array(units * units); // A ← λ A + h hᵀ
        for (const { data } of past)
          a = a.map(
            (v, k) => decay * v + data[b * units + Math.floor(k / units)]! * data[b * units + (k % units)]!,
          );
        return Array.from({ length: units }, (_, j) =>
          Array.from(
            { length: units },
            (_, i) => (strength / units) * a[j * units + i]! * h.data[b * units + i]!,
          ),
        ).map(terms => terms.reduce((sum, v) => sum + v, 0));
      }).flat();
      if (known === 0) expect([...out.data]).toEqual(exact);
      else expect(relative(out.data, exact)).toBeLessThan(1e-5);
    },
  );

  test('forget when told to', () => {
    const memory = fastWeights(4, 2, 3, { strength: 1, decay: 1 }, engine, () => {});
    const [h, out] = [gaussianMatrix(engine, 2, 4, 'h', 1), engine.matrix(2, 4)];
    for (let round = 0; round < 3; round++) {
      memory.clear();
      memory.remember(h);
      memory.recall(h, out);
      // (h · h) h / units
      const squares = h.data.subarray(0, 4).reduce((sum, v) => sum + v * v, 0);
      expect(out.data[1]).toBeCloseTo((squares * h.data[1]!) / 4, 5);
    }
  });
});

test('wrong symbols are wrong, half of them such as occurred', () => {
  const labels = new Uint8Array(4000).fill(12);
  const remembered = [new Uint8Array(4000).fill(3), new Uint8Array(4000).fill(12)];
  const out = new Uint8Array(4000);
  chooseWrong(labels, remembered, 20, streamOf(1, 'wrong'), out);
  expect(out.every(symbol => symbol !== 12 && symbol < 20)).toBe(true);
  // a quarter is the 3 that occurred; the 12 that occurred is the label, so the rest is any of nineteen
  expect(out.filter(symbol => symbol === 3).length / 4000).toBeCloseTo(0.25 + 0.75 / 19, 1);
  expect(new Set(out).size).toBe(19);
});

describe('the learner', () => {
  const training = sequences(1500, 'training');
  const unseen = sequences(300, 'unseen');
  function taught(given: Record<string, unknown>): number {
    engine.arena.reset();
    const options = optionsOf(learner, { batch: 50, epochs: 8, question: 'last', rate: 0.005, ...given });
    const chip = chipFor(learner, options, chipModel({ layers: [100] }), engine, training);
    const classifier = teach({ learner, options, chip, engine, training });
    return errorsOf(classifier, unseen, engine)[0]!;
  }

  test('recalls what only fast weights can know; random slow weights do it badly, slow weights alone not at all', () => {
    const [both, random, slow] = [{}, { rate: 1e-9, decay: 0, epochs: 1 }, { strength: 0 }].map(taught);
    expect(both).toBeLessThan(40);
    expect(random).toBeGreaterThan(both! + 15);
    expect(slow).toBeGreaterThan(80);
  });

  test('scores every read-out as it answers', () => {
    const options = optionsOf(learner, { batch: 50, epochs: 1 });
    const chip = chipFor(learner, options, chipModel({ layers: [20, 15] }), engine, training);
    const classifier = teach({ learner, options, chip, engine, training });
    const images = engine.matrix(30, 200);
    images.data.set(unseen.pixels.subarray(0, 30 * 200).map(v => v / 255));
    const answers = classifier.readouts.map(() => new Int32Array(30));
    classifier.classify(images, answers);
    const scores = engine.matrix(30, 20);
    expect(answers.length).toBe(4);
    answers.forEach((answer, readout) => {
      classifier.scores!(images, readout, scores);
      for (let b = 0; b < 30; b++) {
        const row = scores.data.subarray(20 * b, 20 * b + 20);
        expect(row.indexOf(Math.max(...row))).toBe(answer[b]);
      }
    });
  });

  test('descends the paired loss of the second pass, fast weights taken as given', () => {
    engine.arena.reset();
    const few = sequences(40, 'few');
    const options = optionsOf(learner, {
      batch: 20,
      epochs: 1,
      question: 'last',
      peerStrength: 0,
      temperature: 0.5,
    });
    const chip = chipFor(learner, options, chipModel({ layers: [12, 9] }), engine, few);
    for (const { takes, gradient, weights, layer } of recorded({
      learner,
      options,
      chip,
      engine,
      training: few,
    })) {
      const units = [12, 9][layer]!;
      const tau = 0.5 * units;
      const w = weights[layer]!.data;
      // what was pushed into the columns does not depend on the weights of this step: it is what is missing between output and product
      const pushed = takes.map(take => take.outputs.data.map((y, k) => y - productOf(take, w, units)[k]!));
      const loss = (by: number, at: number) => {
        const moved = w.slice();
        moved[at]! += by;
        const [p, n] = takes.map((take, which) => {
          const currents = productOf(take, moved, units);
          return Array.from({ length: 20 }, (_, b) => {
            let sum = 0;
            for (let j = 0; j < units; j++)
              if (take.outputs.data[b * units + j]! > 0)
                sum += (currents[b * units + j]! + pushed[which]![b * units + j]!) ** 2;
            return sum;
          });
        }) as [number[], number[]];
        return meanOf(p.map((g, b) => Math.log1p(Math.exp((n[b]! - g) / tau))));
      };
      const chosen = Array.from({ length: 30 }, (_, i) => (i * 7919) % w.length);
      expect(
        relative(
          chosen.map(k => (2 / tau) * gradient.data[k]!),
          chosen.map(k => (loss(1e-2, k) - loss(-1e-2, k)) / 2e-2),
        ),
      ).toBeLessThan(5e-3);
    }
  });
});

function productOf({ inputs: x }: Take, w: Float32Array, units: number): Float64Array {
  const out = new Float64Array(x.rows * units);
  for (let b = 0; b < x.rows; b++)
    for (let i = 0; i < x.columns; i++)
      for (let j = 0; j < units; j++) out[b * units + j]! += x.data[b * x.columns + i]! * w[i * units + j]!;
  return out;
}
