/** @file The closed form of n pulses against n pulses one by one, and the laws of the two kinds of cell. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Engine, openEngine } from '../../src/engine/engine.ts';
import type { PulsedCells } from '../../src/engine/kernels.ts';
import { rowsOf } from '../../src/engine/matrix.ts';
import { gaussians, streamOf, uniforms } from '../../src/engine/streams.ts';

const cells = 40_000;
const kinds = ['pulseConstant', 'pulseSoftBounds'] as const;
type Kind = (typeof kinds)[number];

/** Same numbers for all cells. */
interface Device {
  up: number;
  down: number;
  low: number;
  high: number;
  step: number;
  cycle: number;
  maximum: number;
}
const device: Device = { up: 0.02, down: 0.03, low: -0.8, high: 1, step: 0.025, cycle: 0.3, maximum: 31 };

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({ product: 'plain', bytes: 2 ** 22 });
});
afterAll(() => engine.close());

/** Weights after one update that wants `change` of every cell at `start`. */
function updated(kind: Kind, d: Device, start: number, change: number, updates = 1, path = 'p') {
  engine.arena.reset();
  const filled = (value: number) => {
    const m = engine.matrix(1, cells);
    m.data.fill(value);
    return m;
  };
  const pulsed: PulsedCells = {
    ...d,
    up: filled(d.up),
    down: filled(d.down),
    low: filled(d.low),
    high: filled(d.high),
  };
  const [weights, changes] = [filled(start), filled(change)];
  const streams = { rounding: streamOf(1, `${path}/rounding`), cycle: streamOf(1, `${path}/cycle`) };
  let pulses = 0;
  for (let i = 0; i < updates; i++) pulses += engine.kernels[kind](weights, changes, pulsed, streams);
  return { weights: weights.data, pulses };
}

/** The same, pulse by pulse. */
function exactly(kind: Kind, d: Device, start: number, change: number): Float32Array {
  const u = uniforms(streamOf(2, 'rounding'), cells);
  const noise = gaussians(streamOf(2, 'cycle'), cells * d.maximum);
  return u.map((draw, cell) => {
    const n = Math.max(-d.maximum, Math.min(d.maximum, Math.floor(change / d.step + draw)));
    let w = start;
    for (let i = 0; i < Math.abs(n); i++) {
      const size = n > 0 ? d.up : -d.down;
      const bound = n > 0 ? d.high : d.low;
      const step = kind === 'pulseConstant' ? size : size * (1 - w / bound);
      w += step * (1 + d.cycle * noise[cell * d.maximum + i]!);
      w = Math.max(d.low, Math.min(d.high, w));
    }
    return w;
  });
}

function moments(x: Float32Array): { mean: number; spread: number } {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  return { mean, spread: Math.sqrt(x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length) };
}

describe.each(kinds)('%s', kind => {
  test.each([
    [0.3, 0.06],
    [0.3, -0.06],
    [-0.5, 0.25],
    [-0.2, -0.2],
    [0, 0.004],
  ])('from %f by %f has mean and spread of pulse after pulse', (start, change) => {
    const got = moments(updated(kind, device, start, change).weights);
    const expected = moments(exactly(kind, device, start, change));
    const moved = Math.abs(expected.mean - start);
    expect(Math.abs(got.mean - expected.mean)).toBeLessThan(
      0.01 * moved + (6 * expected.spread) / Math.sqrt(cells),
    );
    expect(got.spread / expected.spread).toBeGreaterThan(0.97);
    expect(got.spread / expected.spread).toBeLessThan(1.03);
  });

  test('without cycle noise, whole pulses are exact', () => {
    const quiet = { ...device, cycle: 0, step: 2 ** -5 };
    const got = updated(kind, quiet, 0.1, 7 * quiet.step);
    const expected = exactly(kind, quiet, 0.1, 7 * quiet.step)[0]!;
    expect(got.pulses).toBe(7 * cells);
    for (const w of got.weights) expect(w).toBeCloseTo(expected, 6);
  });

  test('rounds without bias, and counts its pulses', () => {
    const even = { ...device, up: 1e-4, down: 1e-4, step: 1e-4, cycle: 0, low: -1e4, high: 1e4 };
    for (const wanted of [0.01, 0.37, -0.37, 2.5]) {
      const { weights, pulses } = updated(kind, even, 0, wanted * even.step);
      const fraction = Math.abs(wanted) % 1;
      const error = 5 * Math.sqrt((fraction * (1 - fraction)) / cells);
      expect(Math.abs(moments(weights).mean / even.step - wanted)).toBeLessThan(error);
      expect(Math.abs(pulses / cells - Math.abs(wanted))).toBeLessThan(error);
    }
  });

  test('never leaves the bounds, however hard it is pushed', () => {
    const wild = { ...device, up: 0.7, down: 0.9, cycle: 2 };
    for (const change of [10, -10]) {
      const { weights } = updated(kind, wild, 0, change, 5);
      for (const w of weights) if (!(w >= Math.fround(-0.8) && w <= 1)) expect(w).toBe('in bounds');
    }
  });

  test('gives at most the maximum of pulses', () => {
    expect(updated(kind, device, 0, 1e9).pulses).toBe(31 * cells);
    expect(updated(kind, device, 0, -1e9).pulses).toBe(31 * cells);
  });

  test('a change that is not a number gives no pulse', () => {
    const { weights, pulses } = updated(kind, device, 0.5, Number.NaN);
    expect(pulses).toBe(0);
    expect(weights.every(w => w === 0.5)).toBe(true);
  });

  test('a cell stuck at zero stays there', () => {
    const { weights } = updated(kind, { ...device, up: 0, down: 0, low: 0, high: 0 }, 0, 0.1);
    expect(weights.every(w => w === 0)).toBe(true);
  });

  test('advances both streams by the blocks of all cells, so that rows can be updated apart', () => {
    const together = updated(kind, device, 0.2, 0.03).weights.slice();
    engine.arena.reset();
    const [w, change, up, down, low, high] = [0.2, 0.03, 0.02, 0.03, -0.8, 1].map(value => {
      const m = engine.matrix(4, cells / 4);
      m.data.fill(value);
      return m;
    });
    const streams = { rounding: streamOf(1, 'p/rounding'), cycle: streamOf(1, 'p/cycle') };
    for (const [from, count] of [
      [0, 1],
      [1, 3],
    ] as const) {
      const part = { up: up!, down: down!, low: low!, high: high! };
      const rows = Object.fromEntries(
        Object.entries(part).map(([name, m]) => [name, rowsOf(m, from, count)]),
      );
      const pulsed = { ...device, ...(rows as typeof part) };
      engine.kernels[kind](rowsOf(w!, from, count), rowsOf(change!, from, count), pulsed, streams);
    }
    expect(w!.data).toEqual(together);
  });
});

test('constant steps saturate at the bound, soft bounds approach it', () => {
  const quiet = { ...device, cycle: 0, step: 2 ** -5 };
  const push = (kind: Kind, updates: number) => updated(kind, quiet, 0, 31 * quiet.step, updates).weights[0]!;
  expect(push('pulseConstant', 2)).toBe(1);
  expect(push('pulseSoftBounds', 2)).toBeCloseTo(1 - 0.98 ** 62, 5);
  expect(push('pulseSoftBounds', 2)).toBeLessThan(1);
  expect(push('pulseSoftBounds', 40)).toBeCloseTo(1, 5);
});
