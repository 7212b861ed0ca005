/** @file What learners share: optimisers, the schedule, votes, the softmax, batches, initial weights. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { viewOf } from '../../src/chips/views.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { Matrix } from '../../src/engine/matrix.ts';
import { streamOf } from '../../src/engine/streams.ts';
import { batchesOf } from '../../src/learners/parts/batches.ts';
import { adam, runningMean } from '../../src/learners/parts/optimiser.ts';
import { annealed } from '../../src/learners/parts/options.ts';
import { plasticLayers } from '../../src/learners/parts/plastic.ts';
import {
  largestOfRows,
  logSoftmaxRows,
  softmaxHead,
  softmaxRows,
} from '../../src/learners/parts/softmax-head.ts';
import { countVotes, voteReadouts } from '../../src/learners/parts/votes.ts';
import { relative } from '../fixtures/autodiff.ts';
import {
  apart,
  chipModel,
  chipOf,
  crossbarOf,
  deviationOf,
  gaussianMatrix,
  linearCell,
  meanOf,
} from '../fixtures/chips.ts';
import { syntheticImages } from '../fixtures/synthetic-images.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 26 });
const matrixOf = (rows: number[][]): Matrix => {
  const m = engine.matrix(rows.length, rows[0]!.length);
  m.data.set(rows.flat());
  return m;
};
const stream = (path: string) => streamOf(1, path);

describe('optimisers', () => {
  test.prop([
    fc.array(
      fc.double({ min: -50, max: 50, noNaN: true }).filter(g => Math.abs(g) > 1e-3),
      { minLength: 1, maxLength: 20 },
    ),
  ])('the first step of Adam is the rate, against the gradient, whatever its size', gradients => {
    engine.arena.reset();
    const g = matrixOf([gradients]);
    adam()(1, gradients.length, engine).step(g, engine.matrix(1, gradients.length), 0.01);
    expect(
      apart(
        g.data,
        gradients.map(v => -0.01 * Math.sign(v)),
      ),
    ).toBeLessThan(1e-6);
  });

  test('Adam follows Kingma and Ba, algorithm 1, over many steps', () => {
    const optimiser = adam()(1, 3, engine);
    const [m, v] = [new Float64Array(3), new Float64Array(3)];
    for (let step = 1; step <= 20; step++) {
      const given = gaussianMatrix(engine, 1, 3, `g/${step}`);
      const expected = Array.from(given.data, (g, k) => {
        m[k] = 0.9 * m[k]! + 0.1 * g;
        v[k] = 0.999 * v[k]! + 0.001 * g * g;
        return (-0.01 * m[k]!) / (1 - 0.9 ** step) / (Math.sqrt(v[k]! / (1 - 0.999 ** step)) + 1e-8);
      });
      optimiser.step(given, engine.matrix(1, 3), 0.01);
      expect(apart(given.data, expected)).toBeLessThan(1e-6);
    }
  });

  test('weight decay is decoupled: its share of the weight goes whatever the gradient', () => {
    const [idle, busy] = [matrixOf([[0, 0]]), matrixOf([[5, 5]])];
    const [weights, others] = [matrixOf([[2, -3]]), matrixOf([[2, -3]])];
    adam(0.1)(1, 2, engine).step(idle, weights, 0.01);
    adam(0.1)(1, 2, engine).step(busy, others, 0.01);
    expect(apart(weights.data, [1.998, -2.997])).toBeLessThan(1e-6);
    expect(apart(idle.data, [-0.002, 0.003])).toBeLessThan(1e-7);
    expect(apart(busy.data, [-0.012, -0.007])).toBeLessThan(1e-6);
  });

  test('the running mean keeps 0.9 of itself and takes in 0.1 of the gradient, then the rate and the decay', () => {
    const optimiser = runningMean(0.9, 0.5)(1, 1, engine);
    const weights = matrixOf([[4]]);
    const g = matrixOf([[10]]);
    optimiser.step(g, weights, 0.01);
    expect(g.data[0]).toBeCloseTo(-0.01 * (1 + 0.5 * 4), 6);
    g.data[0] = -5;
    optimiser.step(g, weights, 0.01);
    expect(g.data[0]).toBeCloseTo(-0.01 * (0.9 - 0.5 + 0.5 * 3.97), 6); // the books have 4 − 0.03 by now
  });
});

describe('the schedule', () => {
  test('of ten epochs is flat for five and then falls in steps of a fifth to a tenth', () => {
    const rates = Array.from({ length: 10 }, (_, e) => annealed(e + 1, 10));
    expect(apart(rates, [1, 1, 1, 1, 1, 0.9, 0.7, 0.5, 0.3, 0.1])).toBeLessThan(1e-12);
  });

  test.prop([fc.integer({ min: 1, max: 500 })])(
    'begins at 1, never rises, never exceeds 1, ends at 1/epochs',
    epochs => {
      const rates = Array.from({ length: epochs }, (_, e) => annealed(e + 1, epochs));
      expect(rates[0]).toBe(1);
      expect(rates.at(-1)).toBeCloseTo(1 / epochs, 12);
      rates.forEach((rate, e) => {
        expect(rate).toBeLessThanOrEqual(rates[e - 1] ?? 1);
      });
    },
  );
});

describe('votes', () => {
  const votes = [
    [9, 0, 0, 0, 0, 1],
    [0, 3, 0, 0, 4, 0],
    [0, 0, 5, 3, 0, 0],
  ].map(numbers => ({ rows: 2, columns: 3, data: Float32Array.from(numbers) }));

  test('are counted for the layers from 2 on, for all, and for every layer alone, in the order of their names', () => {
    const readouts = voteReadouts('goodness', 3, 10);
    const answers = readouts.map(() => new Int32Array(2));
    countVotes(votes, answers);
    expect(readouts.map(({ role }, k) => [role, ...answers[k]!])).toEqual([
      ['principal', 2, 1],
      ['all layers', 0, 1],
      ['single layer', 0, 2],
      ['single layer', 1, 1],
      ['single layer', 2, 0],
    ]);
    expect(readouts.every(({ passes }) => passes === 10)).toBe(true);
    expect(readouts[0]!.name).toContain('layers ≥ 2');
    expect(readouts[3]!.name).toContain('layer 2');
  });

  test('of a chip of one layer are its own', () => {
    const readouts = voteReadouts('goodness', 1, 10);
    const answers = readouts.map(() => new Int32Array(2));
    countVotes(votes.slice(0, 1), answers);
    expect(readouts.map(({ role }) => role)).toEqual(['principal']);
    expect([...answers[0]!]).toEqual([0, 2]);
  });

  test('of two layers: the principal one is the second', () => {
    const answers = voteReadouts('goodness', 2, 1).map(() => new Int32Array(2));
    countVotes(votes.slice(0, 2), answers);
    expect(answers.map(a => [...a])).toEqual([
      [1, 1],
      [0, 1],
      [0, 2],
      [1, 1],
    ]);
  });
});

describe('softmax', () => {
  const logits = () =>
    matrixOf([
      [1000, 1001, 999],
      [-5, -5, -5],
    ]);

  test('is exp over the sum of exps, for large numbers too; log-softmax is its logarithm', () => {
    const p = engine.matrix(3, 3); // more room than rows
    softmaxRows(logits(), p);
    const e = [Math.exp(-1), 1, Math.exp(-2)];
    const sum = e[0]! + e[1]! + e[2]!;
    expect(apart(p.data.subarray(0, 6), [...e.map(v => v / sum), 1 / 3, 1 / 3, 1 / 3])).toBeLessThan(1e-4);
    const log = logits();
    logSoftmaxRows(log);
    expect(apart(log.data, p.data.subarray(0, 6).map(Math.log))).toBeLessThan(1e-3);
  });

  test('the largest of a row is found wherever it stands', () => {
    const answers = new Int32Array(4);
    largestOfRows(
      matrixOf([
        [1, 2, 3],
        [3, 2, 1],
        [-3, -1, -2],
        [0, 0, 0],
      ]),
      answers,
    );
    expect([...answers]).toEqual([2, 0, 1, 0]);
  });

  /** Mean cross-entropy of logits h A + c, in float64. */
  function crossEntropy(h: Matrix, weights: Float64Array, bias: Float64Array, labels: Uint8Array): number {
    const classes = bias.length;
    let loss = 0;
    for (let b = 0; b < h.rows; b++) {
      const z = bias.map(
        (c, k) =>
          c +
          h.data
            .subarray(b * h.columns, (b + 1) * h.columns)
            .reduce((sum, x, i) => sum + x * weights[i * classes + k]!, 0),
      );
      loss += Math.log(z.reduce((sum, v) => sum + Math.exp(v), 0)) - z[labels[b]!]!;
    }
    return loss / h.rows;
  }

  test('the head descends the gradient of the mean cross-entropy, by finite differences; its errors are p − t', () => {
    const given: Float32Array[] = [];
    const taped = () => ({
      step(gradient: Matrix) {
        given.push(gradient.data.slice());
        gradient.data.fill(0);
      },
    });
    let counted = 0;
    const head = softmaxHead(
      6,
      4,
      9,
      engine,
      n => {
        counted += n;
      },
      taped,
    );
    head.weights.data.set(gaussianMatrix(engine, 6, 4, 'A').data);
    head.bias.data.set([0.1, -0.3, 0.2, 0.5]);
    const h = gaussianMatrix(engine, 5, 6, 'h'); // fewer rows than room
    const labels = Uint8Array.of(3, 0, 1, 1, 2);
    const loss = head.learn(h, labels, 0.1);
    expect(counted).toBe(2 * 5 * 6 * 4);

    const [A, c] = [Float64Array.from(head.weights.data), Float64Array.from(head.bias.data)];
    expect(loss).toBeCloseTo(crossEntropy(h, A, c, labels), 5);
    const slopes = (of: Float64Array) =>
      of.map((kept, k) => {
        const [above, below] = [1e-5, -1e-5].map(by => {
          of[k] = kept + by;
          return crossEntropy(h, A, c, labels);
        });
        of[k] = kept;
        return (above! - below!) / 2e-5;
      });
    expect(relative(given[0]!, slopes(A))).toBeLessThan(1e-4);
    expect(relative(given[1]!, slopes(c))).toBeLessThan(1e-4);

    const p = head.probabilities();
    head.errors().data.forEach((e, k) => {
      expect(e).toBeCloseTo(p.data[k]! - Number(labels[Math.floor(k / 4)] === k % 4), 6);
    });
    const back = engine.matrix(5, 6);
    head.errorsBack(back);
    const turned = engine.matrix(4, 6);
    engine.kernels.transpose(head.weights, turned);
    const expected = engine.matrix(5, 6);
    engine.gemm.multiply(head.errors(), turned, expected);
    expect(apart(back.data, expected.data)).toBeLessThan(1e-5);
  });

  test('errors go back by the weights as they were before the step', () => {
    const head = softmaxHead(6, 4, 5, engine, () => {});
    const h = gaussianMatrix(engine, 5, 6, 'h');
    head.learn(h, Uint8Array.of(0, 1, 2, 3, 0), 0.1);
    const back = engine.matrix(5, 6);
    head.errorsBack(back);
    expect(head.weights.data.every(w => w !== 0)).toBe(true);
    expect(back.data.every(d => d === 0)).toBe(true); // the weights were zero
  });

  test('a head that copies another answers the same', () => {
    const [one, other] = [1, 2].map(() => softmaxHead(6, 4, 5, engine, () => {}));
    const h = gaussianMatrix(engine, 5, 6, 'h');
    one!.learn(h, Uint8Array.of(0, 1, 2, 3, 0), 0.1);
    other!.copyFrom(one!);
    expect(other!.logits(h).data).toEqual(one!.logits(h).data);
  });
});

describe('batches', () => {
  const samples = syntheticImages(23, 'batches');
  const epochOf = (epoch: number) => [
    ...(function* () {
      for (const { images, labels } of batchesOf(samples, 5, engine, stream).epoch(epoch))
        yield { images: images.data.slice(), labels: labels.slice() };
    })(),
  ];

  test('an epoch shows every image at most once, an incomplete batch is left out', () => {
    const seen = epochOf(1).flatMap(({ images }) =>
      [0, 1, 2, 3, 4].map(b => images.slice(100 * b, 100 * (b + 1)).join()),
    );
    expect(seen.length).toBe(20);
    expect(new Set(seen).size).toBe(20);
  });

  test('every image comes with its label, pixels between 0 and 1', () => {
    for (const { images, labels } of epochOf(3))
      labels.forEach((label, b) => {
        const image = images.slice(100 * b, 100 * (b + 1));
        const s = Array.from(samples.labels.keys()).find(i =>
          image.every((v, k) => Math.round(255 * v) === samples.pixels[100 * i + k]),
        );
        expect(samples.labels[s!]).toBe(label);
      });
  });

  test('every epoch has an order of its own, the same whenever it is asked for', () => {
    expect(epochOf(1)).toEqual(epochOf(1));
    expect(epochOf(1)).not.toEqual(epochOf(2));
  });

  test('fewer images than a batch are refused', () => {
    expect(() => batchesOf(samples, 24, engine, stream)).toThrow(
      new RangeError('a batch of 24 needs as many training images, there are 23'),
    );
  });
});

describe('plastic layers', () => {
  const made = (model = chipModel({ layers: [90, 80] })) => {
    engine.arena.reset();
    const chip = chipOf(model, engine, { inputs: 100, labels: 'lines' });
    return {
      chip,
      layers: plasticLayers(
        viewOf(chip, 'measured', () => chip as never),
        engine,
        stream,
      ),
    };
  };

  test('start from N(0, 1)/√inputs, labels as well, without bias', () => {
    const { chip, layers } = made();
    layers.forEach(({ wanted }, l) => {
      const { biasRow, units, inputs, labelRow } = chip.parts.shapes[l]!;
      const { weights } = chip.parts.crossbars[l]!;
      expect(weights.data).toEqual(wanted.data);
      expect(weights.data.subarray(biasRow * units, (biasRow + 1) * units).every(w => w === 0)).toBe(true);
      const features = weights.data.subarray(0, biasRow * units);
      expect(meanOf(features) * Math.sqrt(inputs)).toBeCloseTo(0, 1);
      expect(Math.abs(deviationOf(features) * Math.sqrt(inputs) - 1)).toBeLessThan(0.05);
      expect(weights.data.subarray(labelRow * units).every(w => w !== 0)).toBe(true);
    });
    expect(layers[0]!.wanted.data.slice(0, 50)).not.toEqual(layers[1]!.wanted.data.slice(0, 50));
  });

  test('a step writes the optimiser’s change to the chip and keeps what was asked for', () => {
    const { chip, layers } = made();
    const before = layers[1]!.wanted.data.slice();
    layers[1]!.gradient.data.fill(3);
    layers[1]!.step(0.01);
    expect(
      apart(
        layers[1]!.wanted.data,
        before.map(w => w - 0.01),
      ),
    ).toBeLessThan(1e-6);
    expect(apart(chip.parts.crossbars[1]!.weights.data, layers[1]!.wanted.data)).toBeLessThan(1e-6);
  });

  test('what was asked for knows nothing of what the cells made of it', () => {
    const { chip, layers } = made(
      chipModel({ layers: [90], cell: linearCell({ programmingNoise: 0.1 }), crossbar: crossbarOf(0.2) }),
    );
    const held = chip.parts.crossbars[0]!.weights.data;
    expect(apart(layers[0]!.wanted.data, held)).toBeGreaterThan(0.1);
    expect(Math.max(...held)).toBeLessThanOrEqual(Math.fround(0.2));
    expect(Math.max(...layers[0]!.wanted.data)).toBeGreaterThan(0.3);
  });
});
