/** @file The box that learns by itself: its lessons estimate the gradient of what the layer behind it pays, and change nothing else. */
import { beforeEach, describe, expect, test } from 'vitest';
import { buildBox } from '../../src/chips/boxes/index.ts';
import { viewOf } from '../../src/chips/views.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { Matrix } from '../../src/engine/matrix.ts';
import { streamOf } from '../../src/engine/streams.ts';
import { apart, chipModel, chipOf, gaussianMatrix, meanOf, pixels, writeWeights } from '../fixtures/chips.ts';

const engine = await openEngine({ bytes: 2 ** 27 });
beforeEach(() => engine.arena.reset());

const model = { kind: 'slow-net' as const, strength: 1, hidden: 6, gain: 1, perturbation: 0.05, rate: 0.02 };
const [rows, units] = [8, 10];
const make = (given = {}) =>
  buildBox({ ...model, ...given }, units, rows, engine, path => streamOf('box', path))!;

/** A smooth cost of every sample: how far z is from a target. */
const target = () => gaussianMatrix(engine, rows, units, 'target');
function costs(z: Matrix, wanted: Matrix): number[] {
  return Array.from({ length: rows }, (_, b) => {
    let sum = 0;
    for (let j = 0; j < units; j++) sum += (z.data[b * units + j]! - wanted.data[b * units + j]!) ** 2;
    return sum;
  });
}

const sent = (box: ReturnType<typeof make>, x: Matrix): Matrix => {
  const z = engine.matrix(rows, units);
  box.send(x, z);
  return z;
};

describe('a box that learns', () => {
  test('lowers the cost that it is told of, by its lessons alone', () => {
    const box = make();
    const x = gaussianMatrix(engine, rows, units, 'x');
    const wanted = target();
    const before = meanOf(costs(sent(box, x), wanted));
    const difference = engine.matrix(rows, 1);
    for (let k = 0; k < 400; k++) {
      box.lesson!.perturb(1);
      const first = costs(sent(box, x), wanted);
      box.lesson!.perturb(-1);
      const second = costs(sent(box, x), wanted);
      difference.data.set(first.map((c, b) => c - second[b]!));
      box.lesson!.perturb(0);
      box.lesson!.learn(difference);
    }
    expect(meanOf(costs(sent(box, x), wanted))).toBeLessThan(0.7 * before);
  });

  test('repeats itself outside lessons, and is disturbed both ways alike in one', () => {
    const box = make({ perturbation: 1e-3 });
    const x = gaussianMatrix(engine, rows, units, 'x');
    const quiet = sent(box, x);
    expect(sent(box, x).data).toEqual(quiet.data);
    box.lesson!.perturb(1);
    const up = sent(box, x);
    box.lesson!.perturb(-1);
    const down = sent(box, x);
    box.lesson!.perturb(0);
    expect(apart(up.data, quiet.data)).toBeGreaterThan(1e-4);
    const middle = up.data.map((u, k) => (u + down.data[k]!) / 2);
    expect(apart(middle, quiet.data)).toBeLessThan(1e-5); // second order
    expect(sent(box, x).data).toEqual(quiet.data);
  });

  test('at rate 0 learns nothing from its lessons, at strength 0 takes none', () => {
    const box = make({ rate: 0 });
    const x = gaussianMatrix(engine, rows, units, 'x');
    const before = sent(box, x).data.slice();
    box.lesson!.perturb(1);
    sent(box, x);
    box.lesson!.perturb(0);
    const difference = engine.matrix(rows, 1);
    difference.data.fill(5);
    box.lesson!.learn(difference);
    expect(sent(box, x).data).toEqual(before);
    expect(make({ strength: 0 }).lesson).toBeUndefined();
  });

  test('pulls errors back by its true derivative', () => {
    const box = make({ strength: 0.7 });
    const x = gaussianMatrix(engine, rows, units, 'x');
    const d = gaussianMatrix(engine, rows, units, 'd');
    const back = engine.matrix(rows, units);
    box.pullBack(x, d, back);
    const along = gaussianMatrix(engine, rows, units, 'along');
    const moved = (h: number): number => {
      const there = engine.matrix(rows, units);
      there.data.set(x.data.map((v, k) => v + h * along.data[k]!));
      return sent(box, there).data.reduce((sum, z, k) => sum + z * d.data[k]!, 0);
    };
    const slope = (moved(1e-2) - moved(-1e-2)) / 2e-2;
    const claimed = back.data.reduce((sum, g, k) => sum + g * along.data[k]!, 0);
    expect(claimed).toBeCloseTo(slope, 2);
  });
});

describe('lessons on a chip', () => {
  const boxes = { front: { kind: 'none' as const }, between: model };
  test('cost two passes, go to the box before each layer, and touch no weight of the chip', () => {
    const chip = chipOf(chipModel({ layers: [9, 8, 7], boxes }), engine, { batch: 4 });
    writeWeights(chip, engine);
    const view = viewOf(chip, 'measured', () => {
      throw new Error('not documented');
    });
    const digest = chip.digest();
    view.hold(pixels(engine, 4, 6));
    const pass = view.newInnerPass(4);
    const asked: number[] = [];
    view.teachBoxes({ kind: 'off' }, pass, (layer, out) => {
      asked.push(layer);
      engine.kernels.sumSquares(pass.outputs[layer]!, out);
    });
    expect(asked).toEqual([1, 2, 1, 2]);
    expect(chip.meter.forwardPasses).toBe(8);
    expect(chip.lessons.count).toBe(16);
    expect(chip.lessons.cost).toBeGreaterThan(0);
    expect(chip.digest()).toBe(digest);
  });
});
