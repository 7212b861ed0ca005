import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { buildNeurons } from '../../src/chips/neurons/index.ts';
import type { Neuron } from '../../src/chips/neurons/neuron.ts';
import { buildRectifiers } from '../../src/chips/neurons/rectifier.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { Matrix } from '../../src/engine/matrix.ts';
import { gaussians, streamOf } from '../../src/engine/streams.ts';

const engine = await openEngine({ product: 'plain', kernels: 'plain' });
const of = (seed: number) => (path: string) => streamOf(seed, path);
type Rectifier = Extract<Neuron, { kind: 'rectifier' }>;
const rectifier = (given: Partial<Rectifier> = {}): Rectifier => ({
  kind: 'rectifier',
  gain: 0.1,
  offset: 0.1,
  knee: 0.1,
  compression: 0.02,
  ...given,
});
const perfect = rectifier({ gain: 0, offset: 0, knee: 0, compression: 0 });

function currents(rows: number, units: number, seed: number): Matrix {
  const m = engine.matrix(rows, units);
  m.data.set(gaussians(streamOf(seed, 'currents'), m.data.length));
  return m;
}

const mean = (values: Float32Array, f: (v: number) => number) =>
  values.reduce((sum, v) => sum + f(v), 0) / values.length;

test('without spread it is exactly max(a, 0)', () => {
  const neurons = buildNeurons(perfect, 40, engine, of(1));
  const [a, out, d] = [currents(9, 40, 1), engine.matrix(9, 40), engine.matrix(9, 40)];
  neurons.activity(a, out);
  expect(out.data).toEqual(a.data.map(v => Math.max(v, 0)));
  d.data.fill(1);
  neurons.back(a, d);
  expect(d.data).toEqual(a.data.map(v => Number(v > 0)));
});

test('the same seed makes the same circuits, another seed others in every parameter', () => {
  const [one, same, other] = [1, 1, 2].map(seed => buildRectifiers(rectifier(), 50, engine, of(seed)));
  for (const parameter of ['gain', 'offset', 'knee', 'compression'] as const) {
    expect(one![parameter].data).toEqual(same![parameter].data);
    one![parameter].data.forEach((v, j) => {
      expect(v).not.toBe(other![parameter].data[j]);
    });
  }
});

test('parameters are spread as the model says', () => {
  const model = rectifier({ gain: 0.2, offset: 0.3, knee: 0.1, compression: 0.02 });
  const { gain, offset, knee, compression } = buildRectifiers(model, 20000, engine, of(1));
  expect(mean(gain.data, Math.log)).toBeCloseTo(0, 2);
  expect(Math.sqrt(mean(gain.data, g => Math.log(g) ** 2))).toBeCloseTo(0.2, 2);
  expect(mean(offset.data, o => o)).toBeCloseTo(0, 1);
  expect(Math.sqrt(mean(offset.data, o => o * o))).toBeCloseTo(0.3, 2);
  for (const [values, average] of [
    [knee.data, 0.1],
    [compression.data, 0.02],
  ] as const) {
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(mean(values, v => v / average)).toBeCloseTo(1, 1);
    expect(mean(values, v => Number(v > average))).toBeCloseTo(Math.exp(-1), 1); // exponential
  }
});

test.prop([fc.integer({ min: 1, max: 33 }), fc.integer({ min: 1, max: 7 }), fc.nat(1000)], { numRuns: 30 })(
  'the slope agrees with finite differences, whatever the sizes',
  (units, rows, seed) => {
    const neurons = buildRectifiers(rectifier({ knee: 0.5 }), units, engine, of(seed));
    const [a, d] = [currents(rows, units, seed), engine.matrix(rows, units)];
    d.data.fill(1);
    neurons.back(a, d);
    const [below, above] = [-1e-3, 1e-3].map(by => {
      const out = engine.matrix(rows, units);
      neurons.activity({ ...a, data: a.data.map(v => v + by) }, out);
      return out.data;
    });
    d.data.forEach((slope, k) => {
      if (Math.abs(a.data[k]! - neurons.offset.data[k % units]!) < 0.05) return; // a knee may be sharper than the difference
      expect((above![k]! - below![k]!) / 2e-3).toBeCloseTo(slope, 2);
    });
    engine.arena.reset();
  },
);

describe.each(['one', 'two'] as const)('student-t circuits on %s rail(s)', rails => {
  const studentT = (gain: number, offset: number): Neuron => ({ kind: 'student-t', rails, gain, offset });

  test('are exactly log(1 + a²) without spread, and have the sign of a where there is a rail for it', () => {
    const neurons = buildNeurons(studentT(0, 0), 40, engine, of(1));
    const [a, out] = [currents(9, 40, 1), engine.matrix(9, 40)];
    neurons.activity(a, out);
    out.data.forEach((y, k) => {
      const u = a.data[k]!;
      expect(y).toBeCloseTo((rails === 'two' ? Math.sign(u) : 1) * Math.log(1 + u * u), 6);
    });
    neurons.activity(a, a);
    expect(a.data).toEqual(out.data);
  });

  test('have gains and offsets as the model says', () => {
    const neurons = buildNeurons(studentT(0.2, 0.3), 20000, engine, of(1));
    const [at, out] = [engine.matrix(1, 20000), engine.matrix(1, 20000)];
    // y is least at the offset: u(a) = ±√(e^|y| − 1) at two points gives both parameters
    const uOf = (a: number) => {
      at.data.fill(a);
      neurons.activity(at, out);
      return out.data.map(y => Math.sqrt(Math.expm1(Math.abs(y))));
    };
    const [above, below] = [uOf(5), uOf(-5)];
    const gains = above.map((u, j) => (u + below[j]!) / 10);
    const offsets = above.map((u, j) => (below[j]! - u) / (2 * gains[j]!));
    expect(mean(gains, Math.log)).toBeCloseTo(0, 2);
    expect(Math.sqrt(mean(gains, g => Math.log(g) ** 2))).toBeCloseTo(0.2, 2);
    expect(mean(offsets, o => o)).toBeCloseTo(0, 1);
    expect(Math.sqrt(mean(offsets, o => o * o))).toBeCloseTo(0.3, 2);
  });

  test.prop([fc.integer({ min: 1, max: 33 }), fc.integer({ min: 1, max: 7 }), fc.nat(1000)], { numRuns: 30 })(
    'have the slope of finite differences',
    (units, rows, seed) => {
      const neurons = buildNeurons(studentT(0.3, 0.3), units, engine, of(seed));
      const [a, d] = [currents(rows, units, seed), engine.matrix(rows, units)];
      d.data.fill(2);
      neurons.back(a, d);
      const [below, above] = [-1e-3, 1e-3].map(by => {
        const out = engine.matrix(rows, units);
        neurons.activity({ ...a, data: a.data.map(v => v + by) }, out);
        return out.data;
      });
      d.data.forEach((slope, k) => {
        expect((above![k]! - below![k]!) / 1e-3).toBeCloseTo(slope, 1.5);
      });
      engine.arena.reset();
    },
  );
});
