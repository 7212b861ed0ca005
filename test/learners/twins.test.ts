/** @file Twins of boxes: they fit what they are shown, and their way back is the slope of what they have fitted. */
import { beforeEach, describe, expect, test } from 'vitest';
import { openEngine } from '../../src/engine/engine.ts';
import type { Matrix } from '../../src/engine/matrix.ts';
import { streamOf } from '../../src/engine/streams.ts';
import { mlpTwin } from '../../src/learners/backprop/mlp-twin.ts';
import { relative } from '../fixtures/autodiff.ts';
import { gaussianMatrix } from '../fixtures/chips.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 27 });
beforeEach(() => engine.arena.reset());
const [units, batch, pairs] = [6, 50, 1000];

const make = (epochs = 40) =>
  mlpTwin(
    units,
    batch,
    { hidden: 30, rate: 0.01, epochs, pairs },
    engine,
    path => streamOf('twin', path),
    () => {},
  );

/** Something bent: z_j = tanh(2 x_j) + 0.5 |x_{j+1}| + 1. */
function box(x: Matrix): Matrix {
  const z = engine.matrix(x.rows, units);
  for (let b = 0; b < x.rows; b++)
    for (let j = 0; j < units; j++) {
      const other = x.data[b * units + ((j + 1) % units)]!;
      z.data[b * units + j] = Math.tanh(2 * x.data[b * units + j]!) + 0.5 * Math.abs(other) + 1;
    }
  return z;
}

function taught(epochs?: number) {
  const twin = make(epochs);
  for (let k = 0; k < pairs / batch; k++) {
    const x = gaussianMatrix(engine, batch, units, `x/${k}`);
    twin.observe(x, box(x));
  }
  twin.fit();
  return twin;
}

/** d · (box(x + h v) − box(x − h v)) / 2h against the twin's way back along v: share of its size that is wrong. */
function wrongness(twin: ReturnType<typeof make>): number {
  const x = gaussianMatrix(engine, batch, units, 'fresh');
  const d = gaussianMatrix(engine, batch, units, 'd');
  const found = engine.matrix(batch, units);
  twin.pullBack(x, d, found);
  const wanted = new Float64Array(batch * units);
  for (let i = 0; i < units; i++) {
    const [up, down] = [1e-3, -1e-3].map(h => {
      const there = engine.matrix(batch, units);
      there.data.set(x.data.map((v, k) => (k % units === i ? v + h : v)));
      return box(there);
    }) as [Matrix, Matrix];
    for (let b = 0; b < batch; b++)
      for (let j = 0; j < units; j++)
        wanted[b * units + i]! +=
          (d.data[b * units + j]! * (up.data[b * units + j]! - down.data[b * units + j]!)) / 2e-3;
  }
  return relative(found.data, wanted);
}

describe('a small net as a twin', () => {
  test('has nearly the box’s own slopes, much nearer than a linear twin', () => {
    const linear = wrongness(taught(0)); // as it starts from the ridge
    const curved = wrongness(taught(60));
    expect(linear).toBeGreaterThan(0.4);
    expect(curved).toBeLessThan(0.6 * linear);
  });

  test('learns on from what it is shown in training', () => {
    const twin = taught(0);
    const before = wrongness(twin);
    for (let k = 0; k < 800; k++) {
      const x = gaussianMatrix(engine, batch, units, `later/${k % 40}`);
      twin.refresh(x, box(x));
    }
    expect(wrongness(twin)).toBeLessThan(0.8 * before);
  });
});
