/** @file The parts of Forward-Forward: losses and their gradients, negatives, peers, the deltas of a whole step. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { openEngine } from '../../src/engine/engine.ts';
import type { Matrix } from '../../src/engine/matrix.ts';
import { streamOf } from '../../src/engine/streams.ts';
import { type Coupling, coupled } from '../../src/learners/forward-forward/coupling.ts';
import { boostedForwardForward, forwardForward } from '../../src/learners/forward-forward/ff.ts';
import { hintonForwardForward } from '../../src/learners/forward-forward/ff-hinton.ts';
import { type Evidence, localRule, type RuleOptions } from '../../src/learners/forward-forward/layer.ts';
import { type LossKind, losses, lossKinds } from '../../src/learners/forward-forward/loss.ts';
import { hardNegatives, randomNegatives } from '../../src/learners/forward-forward/negatives.ts';
import { peers } from '../../src/learners/forward-forward/peers.ts';
import { drawPairs, roomForPairs, softRule } from '../../src/learners/forward-forward/taught.ts';
import type { Learner } from '../../src/learners/learner.ts';
import { relative } from '../fixtures/autodiff.ts';
import {
  apart,
  chipModel,
  chipOf,
  gaussianMatrix,
  meanOf,
  pixels,
  scattering,
  writeWeights,
} from '../fixtures/chips.ts';
import { chipFor, optionsOf, type Recorded, recorded, type Take, teach } from '../fixtures/lessons.ts';
import { syntheticImages } from '../fixtures/synthetic-images.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 27 });
const softplus = (x: number) => (x > 30 ? x : Math.log1p(Math.exp(x)));

/** The losses as the papers write them, on goodnesses that should be large for positive cases. */
const written: Record<LossKind, (p: number, n: number, theta: number, tau: number) => number> = {
  threshold: (p, n, theta, tau) => softplus((theta - p) / tau) + softplus((n - theta) / tau),
  paired: (p, n, _theta, tau) => softplus((n - p) / tau),
  swish: (p, n, _theta, tau) => (n - p) / tau / (1 + Math.exp((p - n) / tau)),
};

describe.each(lossKinds)('the %s loss', kind => {
  const goodness = fc.double({ min: 0, max: 60, noNaN: true });
  test.prop([goodness, goodness, fc.constantFrom(1, 3, 10)])(
    'is as written, and its factors are its slopes times the temperature',
    (positive, negative, tau) => {
      const out = { positive: 0, negative: 0, loss: 0 };
      const at = (p: number, n: number) => written[kind](p, n, 30, tau);
      losses[kind]((positive - 30) / tau, (negative - 30) / tau, out);
      expect(out.loss).toBeCloseTo(at(positive, negative), 5);
      const slope = (above: number, below: number) => ((above - below) / 2e-4) * tau;
      expect(out.positive).toBeCloseTo(
        -slope(at(positive + 1e-4, negative), at(positive - 1e-4, negative)),
        4,
      );
      expect(out.negative).toBeCloseTo(
        slope(at(positive, negative + 1e-4), at(positive, negative - 1e-4)),
        4,
      );
    },
  );

  test('stays finite however wrong the goodness is', () => {
    const out = { positive: 0, negative: 0, loss: 0 };
    losses[kind](-5e5, 5e5, out);
    expect(out.positive).toBe(1);
    expect(out.negative).toBe(1);
    expect(Number.isFinite(out.loss)).toBe(true);
  });
});

describe('the rule of a layer', () => {
  const [positive, negative] = [
    gaussianMatrix(engine, 6, 10, 'positive'),
    gaussianMatrix(engine, 6, 10, 'negative'),
  ];
  for (const m of [positive, negative])
    m.data.forEach((v, k) => {
      m.data[k] = Math.max(v, 0);
    });

  const plain = { goodness: 'squares' as const, blocks: 1 };
  test.each([1, -1])(
    'gives deltas that make positive goodness larger and negative smaller, or (sign %i) the other way',
    sign => {
      const rule = localRule(
        10,
        6,
        { ...plain, loss: 'threshold', threshold: 5, temperature: 2, sign },
        engine,
      );
      rule.measure(positive, negative);
      rule.judge();
      for (const [delta, y, direction] of [
        [rule.positiveDelta, positive, -sign],
        [rule.negativeDelta, negative, sign],
      ] as const)
        delta.data.forEach((d, k) => {
          expect(Math.sign(d) || 0).toBe(y.data[k]! > 0 ? direction : 0);
        });
    },
  );

  test.each(lossKinds.flatMap(loss => [1, -1].map(sign => [loss, sign] as const)))(
    'descends the mean %s loss of goodness with sign %i',
    (loss, sign) => {
      const options = { ...plain, loss, threshold: 5, temperature: 2, sign };
      const rule = localRule(10, 6, options, engine);
      rule.measure(positive, negative);
      const found = rule.judge();
      const good = (y: Matrix, b: number, k = -1, by = 0) =>
        y.data
          .subarray(10 * b, 10 * b + 10)
          .reduce((sum, v, j) => sum + (10 * b + j === k ? v + by : v) ** 2, 0);
      const at = (k = -1, by = 0) =>
        meanOf(
          [0, 1, 2, 3, 4, 5].map(b =>
            written[loss](sign * good(positive, b, k, by), sign * good(negative, b), sign * 5, 2),
          ),
        );
      expect(found).toBeCloseTo(at(), 5);
      const slopes = Array.from(positive.data, (_, k) => (at(k, 1e-4) - at(k, -1e-4)) / 2e-4);
      expect(
        relative(
          Array.from(rule.positiveDelta.data, d => (2 * d) / 2),
          slopes,
        ),
      ).toBeLessThan(1e-3); // 2/τ of ∂y²/∂y and the loss
    },
  );
});

describe('variants of the rule', () => {
  const [positive, negative] = ['p', 'n'].map(name => {
    const m = gaussianMatrix(engine, 6, 10, `variant/${name}`);
    m.data.forEach((v, k) => {
      m.data[k] = Math.max(v, 0);
    });
    return m;
  }) as [Matrix, Matrix];
  const options = {
    loss: 'threshold',
    goodness: 'squares',
    blocks: 1,
    threshold: 10,
    temperature: 2,
    sign: 1,
  } as const;
  const judged = (more: Partial<RuleOptions>, beside?: Evidence) => {
    const rule = localRule(10, 6, { ...options, ...more }, engine);
    rule.measure(positive, negative);
    return { rule, loss: rule.judge(beside) };
  };
  const block = (m: Matrix, from: number, to: number): Matrix => {
    const part = engine.matrix(6, to - from);
    for (let b = 0; b < 6; b++) part.data.set(m.data.subarray(10 * b + from, 10 * b + to), b * (to - from));
    return part;
  };

  test('blocks are layers of their own, with their share of the threshold and a temperature for their size', () => {
    const { rule, loss } = judged({ blocks: 2 });
    const losses = [0, 1].map(half => {
      const own = { ...options, threshold: 5, temperature: 2 / Math.SQRT2 };
      const alone = localRule(5, 6, own, engine);
      alone.measure(block(positive, 5 * half, 5 * half + 5), block(negative, 5 * half, 5 * half + 5));
      const value = alone.judge();
      expect(
        apart(block(rule.positiveDelta, 5 * half, 5 * half + 5).data, alone.positiveDelta.data),
      ).toBeLessThan(1e-6);
      expect(
        apart(block(rule.negativeDelta, 5 * half, 5 * half + 5).data, alone.negativeDelta.data),
      ).toBeLessThan(1e-6);
      return value;
    });
    expect(loss).toBeCloseTo(meanOf(losses), 6);
  });

  test('of mixed aims, every second block is as it would be with the other aim', () => {
    const [mixed, large, small] = [{ isMixed: true }, {}, { sign: -1 }].map(
      more => judged({ blocks: 2, ...more }).rule,
    );
    for (const delta of ['positiveDelta', 'negativeDelta'] as const) {
      expect(block(mixed![delta], 0, 5).data).toEqual(block(large![delta], 0, 5).data);
      expect(block(mixed![delta], 5, 10).data).toEqual(block(small![delta], 5, 10).data);
    }
  });

  test('the unsquared sum has the same slope for every active unit', () => {
    const { rule, loss } = judged({ goodness: 'sum', threshold: 4 });
    const sums = [positive, negative].map(m =>
      Array.from({ length: 6 }, (_, b) => m.data.subarray(10 * b, 10 * b + 10).reduce((s, v) => s + v, 0)),
    );
    expect(loss).toBeCloseTo(meanOf(sums[0]!.map((p, b) => written.threshold(p, sums[1]![b]!, 4, 2))), 5);
    for (let b = 0; b < 6; b++) {
      const row = rule.positiveDelta.data.subarray(10 * b, 10 * b + 10);
      const active = row.filter((_, j) => positive.data[10 * b + j]! > 0);
      expect(new Set(active).size).toBe(1);
      expect(row.filter((_, j) => positive.data[10 * b + j] === 0).every(d => d === 0)).toBe(true);
      expect(active[0]).toBeCloseTo(-1 / (1 + Math.exp((sums[0]![b]! - 4) / 2)) / 6, 6);
    }
  });

  test('evidence from beside counts in the loss as if it were the layer’s own', () => {
    const evidence = { positive: new Float32Array(6).fill(2), negative: new Float32Array(6).fill(-1) };
    const { rule, loss } = judged({}, evidence);
    const squares = (m: Matrix, b: number) =>
      m.data.subarray(10 * b, 10 * b + 10).reduce((s, v) => s + v * v, 0);
    const of = (b: number) => written.threshold(squares(positive, b) + 4, squares(negative, b) - 2, 10, 2);
    expect(loss).toBeCloseTo(meanOf([0, 1, 2, 3, 4, 5].map(of)), 5);
    const factor = -1 / (1 + Math.exp((squares(positive, 0) + 4 - 10) / 2)) / 6;
    expect(
      apart(
        rule.positiveDelta.data.slice(0, 10),
        positive.data.slice(0, 10).map(y => factor * y),
      ),
    ).toBeLessThan(1e-6);
  });

  test('what other positive cases would cost is the loss with the negatives as they were', () => {
    const { rule, loss } = judged({ loss: 'paired' });
    const out = engine.matrix(6, 1);
    rule.costs(positive, out);
    expect(meanOf(out.data)).toBeCloseTo(loss, 5);
    rule.costs(negative, out);
    for (const cost of out.data) expect(cost).toBeCloseTo(Math.LN2, 5); // the same on both sides
  });

  const layersOf = (kind: Coupling) => {
    const evidence = [1, 2, 4].map(e => ({ positive: Float32Array.of(e), negative: Float32Array.of(-e) }));
    const heard: (number[] | undefined)[] = [];
    const rules = evidence.map(() => ({
      judge(beside?: Evidence) {
        heard.push(beside && [beside.positive[0]!, beside.negative[0]!]);
        return 1;
      },
    }));
    expect(coupled(kind, 3, 1)(rules, evidence)).toBe(1);
    return heard;
  };
  test.each<[Coupling, (number[] | undefined)[]]>([
    [{ kind: 'none' }, [undefined, undefined, undefined]],
    [
      { kind: 'others' },
      [
        [6, -6],
        [5, -5],
        [3, -3],
      ],
    ],
    [
      { kind: 'below', from: 0 },
      [
        [0, 0],
        [1, -1],
        [3, -3],
      ],
    ],
    [
      { kind: 'below', from: 1 },
      [
        [0, 0],
        [0, 0],
        [2, -2],
      ],
    ],
  ])('coupling %j lets layers hear the evidence that it says', (kind, expected) => {
    const heard = layersOf(kind);
    heard.forEach((each, l) => {
      expect(each?.map(Math.abs)).toEqual(expected[l]?.map(Math.abs));
    });
  });

  test('a net of one layer is the same with any coupling', () => {
    const samples = syntheticImages(60, 'one layer');
    const digest = (learner: unknown, more: Record<string, unknown>) => {
      engine.arena.reset();
      const known = learner as Learner;
      const given = optionsOf(known, { batch: 20, epochs: 2, ...more });
      const chip = chipFor(known, given, chipModel({ layers: [12] }), engine, samples);
      teach({ learner: known, options: given, chip, engine, training: samples });
      return chip.digest();
    };
    const plain = digest(forwardForward, {});
    expect(digest(forwardForward, { collaboration: 'others' })).toBe(plain);
    expect(digest(boostedForwardForward, { loss: 'paired', temperature: 0.1 })).toBe(plain);
    expect(digest(forwardForward, { loss: 'swish' })).not.toBe(plain);
  });
});

describe('soft labels', () => {
  const classes = 5;
  const batch = 4000;
  const taught = () => {
    const probabilities = engine.matrix(batch, classes);
    for (let b = 0; b < batch; b++) probabilities.data.set([0.5, 0.25, 0.15, 0.07, 0.03], b * classes);
    return { probabilities, temperature: 2 };
  };

  test('pairs are drawn from the teacher and from the student, never the same label twice, with the teacher’s odds', () => {
    engine.arena.reset();
    const own = engine.matrix(batch, classes);
    for (let b = 0; b < batch; b++) own.data.set([0, 0, 0, 0.1, 0.9], b * classes);
    const pairs = roomForPairs(batch);
    const lesson = taught();
    drawPairs('pairs', lesson, own, new Uint8Array(batch), streamOf(1, 'pairs'), pairs);
    const share = (labels: Uint8Array, c: number) => labels.filter(l => l === c).length / batch;
    [0.5, 0.25, 0.15, 0.07, 0.03].forEach((p, c) => {
      expect(Math.abs(share(pairs.first, c) - p)).toBeLessThan(0.03);
    });
    expect(share(pairs.second, 4)).toBeGreaterThan(0.7);
    expect(share(pairs.second, 0)).toBeGreaterThan(0.002); // none is out of reach
    for (let b = 0; b < batch; b++) {
      const [a, c] = [pairs.first[b]!, pairs.second[b]!];
      expect(a).not.toBe(c);
      const p = lesson.probabilities.data;
      expect(pairs.surety[b]).toBeCloseTo(p[a]! / (p[a]! + p[c]!), 5);
    }
  });

  test.each(['label-vector', 'teacher-negatives'] as const)(
    '%s takes the class of an image for the first label, and is sure of it',
    rule => {
      engine.arena.reset();
      const own = engine.matrix(batch, classes);
      for (let b = 0; b < batch; b++) own.data.set([0, 0, 0, 0.1, 0.9], b * classes);
      const pairs = roomForPairs(batch);
      drawPairs(rule, taught(), own, new Uint8Array(batch).fill(1), streamOf(1, rule), pairs);
      expect(new Set(pairs.first)).toEqual(new Set([1]));
      expect(new Set(pairs.surety)).toEqual(new Set([1]));
      const share = (c: number) => pairs.second.filter(l => l === c).length / batch;
      // negatives come from the student's own doubts, or from the teacher's
      expect(share(rule === 'label-vector' ? 4 : 0)).toBeGreaterThan(0.5);
    },
  );

  test('on the label entry are the labels of classes where they are certain', () => {
    engine.arena.reset();
    const labels = Uint8Array.of(2, 0, 1);
    const values = engine.matrix(3, 3);
    labels.forEach((label, b) => {
      values.data[b * 3 + label] = 1;
    });
    for (const entry of ['lines', 'pixels'] as const) {
      const chip = chipOf(chipModel({ boxes: { front: scattering, between: scattering } }), engine, {
        labels: entry,
        inputs: 8,
        classes: 3,
        batch: 3,
      });
      writeWeights(chip, engine);
      chip.hold(pixels(engine, 3, 8, 'certain'));
      const activities = (
        [
          { kind: 'values', values },
          { kind: 'classes', classes: labels },
        ] as const
      ).map(each => {
        const pass = chip.newInnerPass(3);
        chip.send({ ...each, strength: 2 }, pass);
        return pass.outputs[1]!.data.slice();
      });
      expect(activities[0]).toEqual(activities[1]);
      expect(() =>
        chip.send({ kind: 'values', values: engine.matrix(3, 2), strength: 2 }, chip.newInnerPass(3)),
      ).toThrow('3 samples of 3 classes need as many label values, got 3 × 2');
    }
  });

  test('a layer rests where its difference of goodness is the teacher’s difference of logits, in its units', () => {
    engine.arena.reset();
    const [temperature, scale] = [2, 3];
    const pairs = roomForPairs(1);
    const logits = [1.4, -0.6];
    pairs.surety[0] = 1 / (1 + Math.exp(-(logits[0]! - logits[1]!) / temperature));
    const rule = softRule(
      2,
      1,
      { rule: 'pairs', scale, temperature, sign: 1, pairs, kind: 'squares' },
      engine,
    );
    const factorAt = (difference: number) => {
      const [first, second] = [engine.matrix(1, 2), engine.matrix(1, 2)];
      first.data.set([Math.sqrt(10 + difference), 0]);
      second.data.set([Math.sqrt(10), 0]);
      rule.measure(first, second);
      rule.judge();
      return rule.positiveDelta.data[0]! / first.data[0]!;
    };
    const rest = scale * (logits[0]! - logits[1]!);
    expect(Math.abs(factorAt(rest))).toBeLessThan(1e-6);
    expect(factorAt(rest - 1)).toBeLessThan(-1e-3); // descent: more goodness
    expect(factorAt(rest + 1)).toBeGreaterThan(1e-3);
  });

  test('certain and at temperature 1 they are the paired rule for hard labels', () => {
    engine.arena.reset();
    const [positive, negative] = ['sp', 'sn'].map(name => gaussianMatrix(engine, 3, 4, name)) as [
      Matrix,
      Matrix,
    ];
    const pairs = roomForPairs(3);
    pairs.surety.fill(1);
    const soft = softRule(
      4,
      3,
      { rule: 'pairs', scale: 2, temperature: 1, sign: 1, pairs, kind: 'squares' },
      engine,
    );
    const hard = localRule(
      4,
      3,
      { loss: 'paired', goodness: 'squares', blocks: 1, threshold: 4, temperature: 2, sign: 1 },
      engine,
    );
    for (const rule of [soft, hard]) rule.measure(positive, negative);
    expect(soft.judge()).toBeCloseTo(hard.judge(), 5);
    expect(apart(soft.positiveDelta.data, hard.positiveDelta.data)).toBeLessThan(1e-6);
    expect(apart(soft.negativeDelta.data, hard.negativeDelta.data)).toBeLessThan(1e-6);
  });
});

describe.each<[string, Learner, Record<string, unknown>]>([
  ['ff', forwardForward as unknown as Learner, { temperature: 0.1 }],
  ['ff-hinton', hintonForwardForward as unknown as Learner, { temperature: 2 }],
])('a step of %s', (name, learner, given) => {
  const layers = [12, 9, 7];
  const samples = syntheticImages(30, 'ff');
  const tapeOf = (more: Record<string, unknown>): Recorded[] => {
    engine.arena.reset();
    const options = optionsOf(learner, { batch: 30, epochs: 2, peerStrength: 0, ...given, ...more });
    const chip = chipFor(learner, options, chipModel({ layers }), engine, samples);
    return recorded({ learner, options, chip, engine, training: samples });
  };
  const temperatureOf = (units: number) => (name === 'ff' ? 0.1 * units : 2);

  test.each(lossKinds)(
    'is, layer by layer, half the temperature times the gradient of the mean %s loss',
    loss => {
      for (const step of tapeOf({ loss })) {
        const units = layers[step.layer]!;
        const tau = temperatureOf(units);
        const w = Float64Array.from(step.weights[step.layer]!.data);
        const [positive, negative] = step.takes as [Take, Take];
        const at = () => {
          const [p, n] = [goodnessOf(positive.inputs, w, units), goodnessOf(negative.inputs, w, units)];
          return meanOf(p.map((g, b) => written[loss](g, n[b]!, units, tau)));
        };
        const chosen = Array.from({ length: 40 }, (_, i) => (i * 7919) % w.length);
        const slopes = chosen.map(k => {
          const kept = w[k]!;
          const [above, below] = [1e-6, -1e-6].map(by => {
            w[k] = kept + by;
            return at();
          });
          w[k] = kept;
          return (above! - below!) / 2e-6;
        });
        expect(
          relative(
            chosen.map(k => step.gradient.data[k]! * (2 / tau)),
            slopes,
          ),
        ).toBeLessThan(2e-3);
      }
    },
  );

  test('drives both passes with the same image, the true label in one and a wrong one in the other', () => {
    for (const step of tapeOf({}).filter(({ layer }) => layer === 0)) {
      const [positive, negative] = step.takes as [Take, Take];
      const at = name === 'ff' ? samples.inputs + 1 : 0;
      const labelOf = ({ inputs }: Take, b: number) => {
        const lines = inputs.data.subarray(b * inputs.columns + at, b * inputs.columns + at + 10);
        expect(lines.filter(v => v !== 0).length).toBe(1);
        return lines.findIndex(v => v !== 0);
      };
      const shown = Array.from({ length: 30 }, (_, b) => {
        const image = (take: Take) => {
          const all = take.inputs.data.subarray(
            b * take.inputs.columns,
            b * take.inputs.columns + samples.inputs,
          );
          return all.slice(10).map(v => v / Math.hypot(...all.slice(10))); // the first row of pixels is dark or a label
        };
        expect(apart(image(positive), image(negative))).toBeLessThan(1e-5);
        expect(labelOf(positive, b)).not.toBe(labelOf(negative, b));
        return labelOf(positive, b);
      });
      expect(shown.sort()).toEqual(Array.from(samples.labels).sort());
    }
  });

  test('with peers, a push in common is added to the positive cases alone, dead units included', () => {
    const [without, pushed] = [0, 0.5].map(peerStrength => tapeOf({ peerStrength })[0]!);
    const [positive, negative] = pushed!.takes as [Take, Take];
    expect(negative.common).toBeUndefined();
    const means = Array.from(
      { length: 12 },
      (_, j) => 0.45 + 0.1 * meanOf(Array.from({ length: 30 }, (_, b) => positive.outputs.data[12 * b + j]!)),
    );
    const expected = means.map(m => (-0.5 / 30) * (meanOf(means) - m)); // descent, mean over the batch
    expect(relative(positive.common!.data, expected)).toBeLessThan(1e-4);
    const inputs = positive.inputs;
    const sums = Array.from(
      { length: inputs.columns },
      (_, i) => meanOf(Array.from({ length: 30 }, (_, b) => inputs.data[b * inputs.columns + i]!)) * 30,
    );
    const difference = pushed!.gradient.data.map((g, k) => g - without!.gradient.data[k]!);
    expect(
      relative(
        difference,
        sums.flatMap(sum => expected.map(p => sum * p)),
      ),
    ).toBeLessThan(1e-3);
  });
});

/** Sums of squares of relu(x W), in float64. */
function goodnessOf(x: Matrix, w: Float64Array, units: number): number[] {
  return Array.from({ length: x.rows }, (_, b) => {
    const currents = new Float64Array(units);
    for (let i = 0; i < x.columns; i++)
      for (let j = 0; j < units; j++) currents[j]! += x.data[b * x.columns + i]! * w[i * units + j]!;
    return currents.reduce((sum, a) => sum + Math.max(a, 0) ** 2, 0);
  });
}

/** Pearson's statistic of counts against what was expected. */
const chiSquare = (counts: number[], expected: number[]) =>
  counts.reduce((sum, count, k) => sum + (expected[k] ? (count - expected[k]!) ** 2 / expected[k]! : 0), 0);

describe('negatives', () => {
  const probabilities = [0.4, 0.3, 0.15, 0.1, 0.05];
  const cases = 20_000;
  const p: Matrix = {
    rows: cases,
    columns: 5,
    data: Float32Array.from({ length: 5 * cases }, (_, k) => probabilities[k % 5]!),
  };
  const countsOf = (wrong: Uint8Array) => probabilities.map((_, c) => wrong.filter(w => w === c).length);
  const beyond = 21.1; // χ² of 3 degrees of freedom, 1 in 10,000

  test.each([0, 1, 2, 3, 4])(
    'hard ones are never the truth (%i) and follow the probabilities of the others',
    truth => {
      const wrong = new Uint8Array(cases).fill(99);
      hardNegatives(p, new Uint8Array(cases).fill(truth), streamOf(1, 'hard'), wrong);
      const rest = 1 - probabilities[truth]!;
      const expected = probabilities.map((q, c) => (c === truth ? 0 : (cases * q) / rest));
      expect(countsOf(wrong)[truth]).toBe(0);
      expect(countsOf(wrong).reduce((sum, n) => sum + n, 0)).toBe(cases);
      expect(chiSquare(countsOf(wrong), expected)).toBeLessThan(beyond);
    },
  );

  test.each([0, 2, 4])('random ones are never the truth (%i) and as often each of the others', truth => {
    const wrong = new Uint8Array(cases).fill(99);
    randomNegatives(5, new Uint8Array(cases).fill(truth), streamOf(1, 'random'), wrong);
    const expected = probabilities.map((_, c) => (c === truth ? 0 : cases / 4));
    expect(countsOf(wrong)[truth]).toBe(0);
    expect(countsOf(wrong).reduce((sum, n) => sum + n, 0)).toBe(cases);
    expect(chiSquare(countsOf(wrong), expected)).toBeLessThan(beyond);
  });

  test('hard ones are wrong classes even when the softmax is certain of the truth', () => {
    const certain: Matrix = {
      rows: 200,
      columns: 3,
      data: Float32Array.from({ length: 600 }, (_, k) => Number(k % 3 === 2)),
    };
    const wrong = new Uint8Array(200);
    hardNegatives(certain, new Uint8Array(200).fill(2), streamOf(1, 'certain'), wrong);
    expect(wrong.every(w => w < 2)).toBe(true);
  });

  test('every step draws anew', () => {
    const stream = streamOf(1, 'anew');
    const [one, two] = [1, 2].map(() => {
      const wrong = new Uint8Array(cases);
      hardNegatives(p, new Uint8Array(cases), stream, wrong);
      return wrong;
    });
    expect(one).not.toEqual(two);
  });
});

describe('peers', () => {
  test.prop([fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 9 })], { numRuns: 20 })(
    'push one another: the pushes of a layer sum to zero',
    (units, batch) => {
      engine.arena.reset();
      const circle = peers(units, 0.3, engine);
      for (const round of [1, 2, 3]) {
        const push = circle.push(gaussianMatrix(engine, batch, units, `round/${round}`), 1);
        expect(Math.abs(push.data.reduce((sum, v) => sum + v, 0))).toBeLessThan(1e-6 * units);
      }
    },
  );

  test('push a unit that is busier than its peers down, and a silent one up', () => {
    const circle = peers(3, 1, engine);
    const y = engine.matrix(2, 3);
    y.data.set([4, 1, 0, 2, 1, 0]);
    const push = circle.push(y, 1);
    expect(push.data[0]).toBeLessThan(0);
    expect(push.data[2]).toBeGreaterThan(0);
    const means = [0.45 + 0.3, 0.45 + 0.1, 0.45];
    expect(
      apart(
        push.data,
        means.map(m => meanOf(means) - m),
      ),
    ).toBeLessThan(1e-6);
  });

  test('of strength 0 do not push', () => {
    expect([...peers(3, 0, engine).push(gaussianMatrix(engine, 2, 3, 'y'), 1).data].every(v => v === 0)).toBe(
      true,
    );
  });
});
