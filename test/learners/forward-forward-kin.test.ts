/** @file What Forward-Forward and its kin can take for goodness, and the steps of the members that go other ways than `ff`. */
import { describe, expect, test } from 'vitest';
import { openEngine } from '../../src/engine/engine.ts';
import { forwardForward } from '../../src/learners/forward-forward/ff.ts';
import { hintonForwardForward } from '../../src/learners/forward-forward/ff-hinton.ts';
import { unsupervisedForwardForward } from '../../src/learners/forward-forward/ff-unsupervised.ts';
import { type GoodnessKind, goodnessOf } from '../../src/learners/forward-forward/goodness.ts';
import { phyll } from '../../src/learners/forward-forward/phyll.ts';
import { selfContrastive } from '../../src/learners/forward-forward/self-contrastive.ts';
import { hearingOf } from '../../src/learners/forward-forward/variants.ts';
import type { Learner } from '../../src/learners/learner.ts';
import { warmed } from '../../src/learners/parts/options.ts';
import { relative } from '../fixtures/autodiff.ts';
import { apart, chipModel, deviationOf, gaussianMatrix, meanOf, scattering } from '../fixtures/chips.ts';
import { chipFor, optionsOf, type Recorded, recorded, type Take, teach } from '../fixtures/lessons.ts';
import { syntheticImages } from '../fixtures/synthetic-images.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 27 });
const softplus = (x: number) => (x > 30 ? x : Math.log1p(Math.exp(x)));
const relu = (u: number) => Math.max(u, 0);
const studentT = (u: number) => Math.sign(u) * Math.log1p(u * u);

interface Written {
  /** the circuit it is for */
  circuit(u: number): number;
  of(y: readonly number[]): number;
  /** what the learning rate is left of the derivative */
  left: number;
}

/** Goodness as the papers write it. */
const written: Record<GoodnessKind, Written> = {
  squares: { circuit: relu, of: y => y.reduce((sum, v) => sum + v * v, 0), left: 2 },
  sum: { circuit: relu, of: y => y.reduce((sum, v) => sum + v, 0), left: 1 },
  'student-t': { circuit: studentT, of: y => y.reduce((sum, v) => sum + Math.abs(v), 0), left: 2 },
  cosine: {
    circuit: relu,
    of(y) {
      const pattern = y.map((_, j) => (j % 2 === 0 ? 1 : 0));
      const along = y.reduce((sum, v, j) => sum + v * pattern[j]!, 0);
      return along / Math.hypot(...y) / Math.hypot(...pattern);
    },
    left: 1,
  },
};
const kinds = Object.keys(written) as GoodnessKind[];

describe.each(kinds)('%s as goodness', kind => {
  const { circuit, of, left } = written[kind];
  const [rows, units] = [5, 9];
  const u = gaussianMatrix(engine, rows, units, 'currents', 1.5);
  const activity = (b: number, k = -1, by = 0) =>
    Array.from({ length: units }, (_, j) => circuit(u.data[b * units + j]! + (b * units + j === k ? by : 0)));
  const y = engine.matrix(rows, units);
  for (let b = 0; b < rows; b++) y.data.set(activity(b), b * units);

  test('is as written, and spreads by its slope at the currents, told from activity alone', () => {
    const goodness = goodnessOf(kind, units, 1, engine);
    const [out, delta] = [engine.matrix(rows, 1), engine.matrix(rows, units)];
    goodness.measure(y, out);
    out.data.forEach((good, b) => {
      expect(good).toBeCloseTo(of(activity(b)), 5);
    });
    out.data.set([1, -2, 0, 3, 0.5]);
    goodness.spread(y, out, delta);
    const slopes = Array.from(delta.data, (_, k) => {
      const b = Math.floor(k / units);
      return (out.data[b]! * (of(activity(b, k, 1e-5)) - of(activity(b, k, -1e-5)))) / 2e-5;
    });
    expect(
      relative(
        delta.data.map(d => left * d),
        slopes,
      ),
    ).toBeLessThan(1e-3);
  });
});

test.each(kinds.filter(kind => kind !== 'cosine'))(
  '%s of a layer is the sum of that of its blocks, however uneven they are',
  kind => {
    const y = gaussianMatrix(engine, 5, 9, 'blocks');
    y.data.forEach((u, k) => {
      y.data[k] = written[kind].circuit(u);
    });
    const blocks = engine.matrix(5, 4);
    goodnessOf(kind, 9, 4, engine).measure(y, blocks);
    for (let b = 0; b < 5; b++)
      expect(blocks.data.subarray(4 * b, 4 * b + 4).reduce((sum, v) => sum + v, 0)).toBeCloseTo(
        written[kind].of(Array.from(y.data.subarray(9 * b, 9 * b + 9))),
        4,
      );
  },
);

const layers = [12, 9, 7];
const samples = syntheticImages(30, 'kin');

test('of one rail activity does not tell the sign of the current, and it is taken for positive', () => {
  const y = engine.matrix(1, 2);
  y.data.set([Math.log1p(4), Math.log1p(4)]); // of +2 and −2
  const [one, delta] = [engine.matrix(1, 1), engine.matrix(1, 2)];
  one.data[0] = 1;
  goodnessOf('student-t', 2, 1, engine).spread(y, one, delta);
  for (const d of delta.data) expect(d).toBeCloseTo(2 / 5, 5);
});

test('layers that count each other’s evidence vote together', () => {
  expect(hearingOf('others')).toBe('all');
  expect(hearingOf('none')).toBe('upper');
});

describe('several reads of every label', () => {
  const learner = forwardForward as unknown as Learner;
  const asked = (reads: number, noise: number) => {
    engine.arena.reset();
    const options = optionsOf(learner, { batch: 30, epochs: 2, reads });
    const boxes = { front: { ...scattering, noise }, between: { kind: 'none' as const } };
    const chip = chipFor(learner, options, chipModel({ layers, boxes }), engine, samples);
    const classifier = teach({ learner, options, chip, engine, training: samples });
    const images = engine.matrix(30, samples.inputs);
    images.data.set(samples.pixels.map(v => v / 255));
    const scores = (): Float32Array => {
      const out = engine.matrix(30, samples.classes);
      classifier.scores!(images, 0, out);
      return out.data.slice();
    };
    return { chip, scores, readouts: classifier.readouts };
  };

  test('change nothing where there is no noise', () => {
    const once = asked(1, 0).scores();
    expect(relative(asked(5, 0).scores(), once)).toBeLessThan(1e-5);
  });

  test('are passes, and leave a root of their number less noise', () => {
    const noiseOf = (reads: number) => {
      const { chip, scores, readouts } = asked(reads, 0.5);
      const before = chip.meter.forwardPasses;
      const [one, two] = [scores(), scores()];
      expect(chip.meter.forwardPasses - before).toBe(2 * 30 * reads * samples.classes);
      expect(readouts[0]!.passes).toBe(reads * samples.classes);
      return deviationOf(one.map((v, k) => v - two[k]!));
    };
    const ratio = noiseOf(1) / noiseOf(16);
    expect(ratio).toBeGreaterThan(3);
    expect(ratio).toBeLessThan(5);
  });
});

/** Learning on a chip without flaws, with rectifiers or student-t circuits on two rails. */
function tapeOf(asked: unknown, more: Record<string, unknown> = {}, circuits = 'rectifier'): Recorded[] {
  engine.arena.reset();
  const learner = asked as Learner;
  const options = optionsOf(learner, { batch: 30, epochs: 2, ...more });
  const two = { kind: 'student-t', rails: 'two', gain: 0, offset: 0 } as const;
  const model = chipModel({ layers, ...(circuits === 'student-t' && { neuron: two }) });
  return recorded({
    learner,
    options,
    chip: chipFor(learner, options, model, engine, samples),
    engine,
    training: samples,
  });
}

/** Goodness of every case of a take if the weights were these, in float64. */
function goods({ inputs: x }: Take, w: Float64Array, units: number, kind: GoodnessKind): number[] {
  const { circuit, of } = written[kind];
  return Array.from({ length: x.rows }, (_, b) => {
    const currents = new Array<number>(units).fill(0);
    for (let i = 0; i < x.columns; i++)
      for (let j = 0; j < units; j++) currents[j]! += x.data[b * x.columns + i]! * w[i * units + j]!;
    return of(currents.map(circuit));
  });
}

/** How far the gradient of a step, times `factor`, is from the slopes of a loss of the two goodnesses of every pair. */
function distance(
  step: Recorded,
  kind: GoodnessKind,
  factor: number,
  loss: (p: number, n: number) => number,
): number {
  const units = layers[step.layer]!;
  const w = Float64Array.from(step.weights[step.layer]!.data);
  const [positive, negative] = step.takes as [Take, Take];
  const at = (k: number, by: number) => {
    const kept = w[k]!;
    w[k] = kept + by;
    const [p, n] = [goods(positive, w, units, kind), goods(negative, w, units, kind)];
    w[k] = kept;
    return meanOf(p.map((g, b) => loss(g, n[b]!)));
  };
  const chosen = Array.from({ length: 40 }, (_, i) => (i * 7919) % w.length);
  return relative(
    chosen.map(k => factor * step.gradient.data[k]!),
    chosen.map(k => (at(k, 1e-6) - at(k, -1e-6)) / 2e-6),
  );
}

test.each([1, -1])('on student-t circuits ff descends its own loss (sign %i), by activity alone', sign => {
  const aim = sign === 1 ? 'maximise' : 'minimise';
  for (const step of tapeOf(forwardForward, { goodness: 'student-t', aim, peerStrength: 0 }, 'student-t')) {
    const tau = 0.1 * layers[step.layer]!;
    expect(distance(step, 'student-t', 2 / tau, (p, n) => softplus((sign * (n - p)) / tau))).toBeLessThan(
      2e-3,
    );
  }
});

test('a step of phyll descends the paired loss of cosines, layer by layer', () => {
  for (const step of tapeOf(phyll, { temperature: 0.2 }))
    expect(distance(step, 'cosine', 1 / 0.2, (p, n) => softplus((n - p) / 0.2))).toBeLessThan(2e-3);
});

test('a step of ff-unsupervised descends the threshold loss of image against hybrid, layer by layer', () => {
  const temperature = 3;
  for (const step of tapeOf(unsupervisedForwardForward, { peerStrength: 0, temperature, threshold: 0.7 })) {
    const theta = 0.7 * layers[step.layer]!;
    const loss = (p: number, n: number) =>
      softplus((theta - p) / temperature) + softplus((n - theta) / temperature);
    expect(distance(step, 'squares', 2 / temperature, loss)).toBeLessThan(2e-3);
  }
});

describe('a step of self-contrastive', () => {
  test('descends the threshold loss of image against blend, layer by layer', () => {
    for (const step of tapeOf(selfContrastive, { peerStrength: 0, temperature: 0.2, threshold: 0.7 })) {
      const [tau, theta] = [0.2 * layers[step.layer]!, 0.7 * layers[step.layer]!];
      const loss = (p: number, n: number) => softplus((theta - p) / tau) + softplus((n - theta) / tau);
      expect(distance(step, 'squares', 2 / tau, loss)).toBeLessThan(2e-3);
    }
  });

  test('shows images of the batch, and for each its sum with another one; no labels', () => {
    const [first] = tapeOf(selfContrastive);
    const [positive, negative] = first!.takes as [Take, Take];
    const imageOf = ({ inputs }: Take, b: number) =>
      inputs.data.slice(b * inputs.columns, b * inputs.columns + samples.inputs);
    const unit = (image: Float32Array) => image.map(v => v / Math.hypot(...image));
    const known = Array.from({ length: 30 }, (_, k) =>
      Float32Array.from(samples.pixels.subarray(k * samples.inputs, (k + 1) * samples.inputs)),
    );
    const used = Array.from({ length: 30 }, (_, b) => {
      const shown = unit(imageOf(positive, b));
      const own = known.findIndex(image => apart(unit(image), shown) < 1e-5);
      const mixed = unit(imageOf(negative, b));
      const partner = known.findIndex(
        (image, k) => k !== own && apart(unit(known[own]!.map((v, i) => v + image[i]!)), mixed) < 1e-5,
      );
      expect(partner).toBeGreaterThanOrEqual(0);
      return own;
    });
    expect([...used].sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, k) => k));
  });
});

test('what layers hand on is normalised block by block where the learner says so', () => {
  for (const { takes } of tapeOf(hintonForwardForward, { blocks: 3, normaliser: 'block-lengths' }).filter(
    ({ layer }) => layer === 1,
  ))
    for (const { inputs: x } of takes)
      for (let b = 0; b < x.rows; b++)
        for (let from = 0; from < 12; from += 4) {
          const block = x.data.slice(b * x.columns + from, b * x.columns + from + 4);
          if (block.some(v => v > 0)) expect(meanOf(block.map(v => v * v))).toBeCloseTo(1, 1);
        }
});

describe('a warm-up', () => {
  /** Weights of the first layer at the beginning of every step; one step an epoch. */
  const courseOf = (warmUp: number) =>
    tapeOf(hintonForwardForward, { epochs: 6, warmUp })
      .filter(({ layer }) => layer === 0)
      .map(({ weights }) => weights[0]!.data);
  const moved = (course: Float32Array[], step: number) =>
    course[step + 1]!.map((w, k) => w - course[step]![k]!);

  test('lets the rate rise linearly over its steps, through epochs', () => {
    const [cold, warm] = [courseOf(0), courseOf(4)];
    expect(
      relative(
        moved(warm, 0),
        moved(cold, 0).map(d => d / 4),
      ),
    ).toBeLessThan(1e-3);
    expect(warmed(2, 4)).toBe(3 / 4);
    const kept = courseOf(2); // steps 1 to 3 of both have the same rate, and nearly the same weights
    expect(relative(moved(kept, 2), moved(cold, 2))).toBeLessThan(0.1);
    expect(
      relative(
        moved(warm, 1),
        moved(cold, 1).map(d => d / 2),
      ),
    ).toBeLessThan(0.1);
    expect(relative(moved(warm, 1), moved(cold, 1))).toBeGreaterThan(0.3);
  });
});
