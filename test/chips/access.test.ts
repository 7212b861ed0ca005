/** @file Who knows what: a view has its members and nothing behind them, to the compiler and at run time. */
import { describe, expect, test } from 'vitest';
import type { DocumentedView, MeasuredView, Views } from '../../src/chips/access.ts';
import type { Chip } from '../../src/chips/chip.ts';
import { type Access, accesses } from '../../src/chips/model.ts';
import { viewOf } from '../../src/chips/views.ts';
import { openEngine } from '../../src/engine/engine.ts';
import {
  apart,
  chipOf,
  flawed,
  gaussianMatrix,
  pixels,
  product,
  scattering,
  writeWeights,
} from '../fixtures/chips.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 26 });
const model = flawed({ boxes: { front: { kind: 'none' }, between: scattering } });
const made = (): Chip => chipOf(model, engine, { labels: 'lines' });
const sheetOf = (chip: Chip): DocumentedView => {
  const sheet: DocumentedView = viewOf(chip, 'documented', () => sheet);
  return sheet;
};
const view = <A extends Access>(access: A, chip = made()): Views[A] =>
  viewOf(chip, access, () => sheetOf(made()));

const measured = [
  'classes',
  'correlate',
  'teachBoxes',
  'epsilon',
  'hold',
  'imprint',
  'inputs',
  'layers',
  'newAppraisal',
  'newDelivery',
  'newInnerPass',
  'newPass',
  'partOf',
  'reinforce',
  'send',
  'update',
  'write',
];
const members: Record<Access, string[]> = {
  measured,
  reversible: [...measured, 'reverse'],
  documented: [...measured, 'reverse', 'dataSheet'],
  transparent: [...measured, 'reverse', 'dataSheet', 'boxBack', 'crossbarBack', 'neuronBack', 'trueWeights'],
};

describe.each(accesses)('%s access', access => {
  test('has the members of its row in the table, no more and no fewer', () => {
    expect(Reflect.ownKeys(view(access)).sort()).toEqual([...members[access]].sort());
    expect(Object.getPrototypeOf(view(access))).toBe(Object.prototype);
  });

  test('cannot be added to or changed, nor can what it says of the layers', () => {
    const chip = view(access);
    expect(Object.isFrozen(chip)).toBe(true);
    expect(Object.isFrozen(chip.layers) && chip.layers.every(Object.isFrozen)).toBe(true);
    expect(() => Object.assign(chip, { send: () => {} })).toThrow(TypeError);
    expect(Object.isFrozen(chip.newPass(1))).toBe(true);
  });

  test('leads to no part of the chip, wherever one looks', () => {
    const chip = made();
    const reached = reachable([view(access, chip), view(access, chip).newPass(2)]);
    const hidden = [
      chip,
      ...Object.values(chip.parts),
      ...chip.parts.crossbars,
      ...chip.parts.neurons,
      ...chip.parts.boxes,
    ];
    const known = new Set<unknown>([
      chip.parts.shapes,
      chip.parts.entry,
      chip.parts.classes,
      chip.parts.batch,
    ]);
    for (const part of hidden)
      if (!known.has(part) && part !== undefined) expect(reached.has(part)).toBe(false);
    const names = new Set([...reached].flatMap(object => Reflect.ownKeys(object as object)));
    for (const name of [
      'parts',
      'crossbars',
      'weights',
      'flaws',
      'currents',
      'normalised',
      'neurons',
      'meter',
    ])
      expect(names.has(name)).toBe(false);
  });

  test('what it measures is what the chip does', () => {
    const [one, other] = [made(), made()];
    const learner = view(access, one);
    for (const chip of [one, other]) writeWeights(chip, engine);
    const [seen, true_] = [learner.newPass(4), other.newPass(4)];
    for (const [chip, pass] of [
      [learner, seen],
      [other, true_],
    ] as const) {
      chip.hold(pixels(engine, 4, 6));
      chip.send({ kind: 'class', value: 1, strength: 1 }, pass);
    }
    expect(seen.delivered.data).toEqual(true_.delivered.data);
    expect(one.meter).toEqual(other.meter);
  });
});

/** Every object and function that property after property leads to, but for the insides of matrices. */
function reachable(from: readonly object[]): Set<unknown> {
  const seen = new Set<unknown>();
  const open: unknown[] = [...from];
  while (open.length > 0) {
    const next = open.pop();
    const isObject = (typeof next === 'object' && next !== null) || typeof next === 'function';
    if (!isObject || ArrayBuffer.isView(next) || seen.has(next)) continue;
    seen.add(next);
    for (const key of Reflect.ownKeys(next)) {
      const { value, get } = Reflect.getOwnPropertyDescriptor(next, key)!;
      open.push(value, get);
    }
    const above = Object.getPrototypeOf(next);
    if (above !== Object.prototype && above !== Function.prototype && above !== Array.prototype)
      open.push(above);
  }
  return seen;
}

test('a learner of measured access that reaches for more does not compile, and throws if it runs all the same', () => {
  const reaching: ((chip: MeasuredView, m: ReturnType<typeof engine.matrix>) => void)[] = [
    // @ts-expect-error if this line compiles, the measured view has got the true weights
    chip => chip.trueWeights(0),
    // @ts-expect-error if this line compiles, the measured view can drive a crossbar backwards
    (chip, m) => chip.reverse(0, m, m),
    // @ts-expect-error if this line compiles, the measured view has got the data sheet
    chip => chip.dataSheet(),
    // @ts-expect-error if this line compiles, the measured view has got the slopes of the circuits
    (chip, m) => chip.neuronBack(0, chip.newPass(1), m),
    // @ts-expect-error if this line compiles, the measured view has got the derivative of the boxes
    (chip, m) => chip.boxBack(0, chip.newPass(1), m, m),
    // @ts-expect-error if this line compiles, a pass shows the currents before the circuits
    chip => chip.newPass(1).currents[0]!.data.fill(0),
  ];
  for (const reach of reaching) expect(() => reach(view('measured'), engine.matrix(1, 1))).toThrow(TypeError);
});

test('each access gets further members than the measured one, and not one of another’s', () => {
  // @ts-expect-error if this line compiles, documented access has got the true weights
  expect(() => view('documented').trueWeights(0)).toThrow(TypeError);
  // @ts-expect-error if this line compiles, reversible access has got the data sheet
  expect(() => view('reversible').dataSheet()).toThrow(TypeError);
});

test('reversible: a read backwards is delta Wᵀ', () => {
  const chip = chipOf({ ...model, cell: { ...model.cell, readNoise: 0 } }, engine);
  writeWeights(chip, engine);
  const { weights } = chip.parts.crossbars[1]!;
  const [delta, out, turned] = [
    gaussianMatrix(engine, 3, 5, 'delta'),
    engine.matrix(3, 8),
    engine.matrix(5, 8),
  ];
  view('reversible', chip).reverse(1, delta, out);
  engine.kernels.transpose(weights, turned);
  expect(apart(out.data, product(delta, turned))).toBeLessThan(1e-5);
});

test('documented: the data sheet is another chip, and using it costs this one nothing', () => {
  const chip = made();
  const learner = view('documented', chip);
  const sheet = learner.dataSheet();
  writeWeights(chip, engine);
  const before = structuredClone(chip.meter);
  sheet.hold(pixels(engine, 4, 6));
  sheet.send({ kind: 'off' }, sheet.newPass(4));
  expect(chip.meter).toEqual(before);
});

describe('transparent', () => {
  test('the true weights are those that multiply, also after a change', () => {
    const chip = made();
    const { trueWeights } = view('transparent', chip);
    chip.update(0, gaussianMatrix(engine, 10, 7, 'change'));
    expect(trueWeights(0).data).toEqual(chip.parts.crossbars[0]!.weights.data);
  });

  test('neuron and box slopes are those of the state that was measured', () => {
    const chip = made();
    writeWeights(chip, engine);
    const learner = view('transparent', chip);
    const pass = learner.newPass(4);
    learner.hold(pixels(engine, 4, 6));
    learner.send({ kind: 'off' }, pass);
    const [d, out] = [engine.matrix(4, 7), engine.matrix(4, 7)];
    d.data.fill(1);
    learner.neuronBack(0, pass, d);
    pass.outputs[0]!.data.forEach((y, k) => {
      expect(d.data[k]! > 0).toBe(y > 0);
    });
    d.data.fill(1);
    learner.boxBack(0, pass, d, out);
    expect(apart(out.data, d.data)).toBeGreaterThan(0.1);
  });

  test('where there is no box, the error passes as it is', () => {
    const chip = chipOf(flawed(), engine);
    const learner = view('transparent', chip);
    const [d, out] = [gaussianMatrix(engine, 4, 7, 'd'), engine.matrix(4, 7)];
    learner.boxBack(0, learner.newPass(4), d, out);
    expect(out.data).toEqual(d.data);
  });
});
