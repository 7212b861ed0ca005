/** @file What a chip refuses, and what it says. */
import { expect, test } from 'vitest';
import type { Labels } from '../../src/chips/access.ts';
import { fullPassOf } from '../../src/chips/pass.ts';
import { openEngine } from '../../src/engine/engine.ts';
import {
  chipModel,
  chipOf,
  crossbarOf,
  gaussianMatrix,
  linearCell,
  passOf,
  pixels,
  pulsedCell,
} from '../fixtures/chips.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 26 });
const lines = { labels: 'lines', classes: 3 } as const;

test.each([Number.NaN, Number.POSITIVE_INFINITY])(
  'a change of %f stops with the name of the layer and is not written',
  value => {
    const chip = chipOf(chipModel(), engine);
    const change = engine.matrix(8, 5);
    change.data[17] = value;
    expect(() => chip.update(1, change)).toThrow('layer 2: the change of weights is not finite');
    expect(chip.parts.crossbars[1]!.weights.data.every(w => w === 0)).toBe(true);
  },
);

test('a target that is not finite stops with the name of the layer', () => {
  const chip = chipOf(chipModel(), engine);
  const target = engine.matrix(7, 7);
  target.data[3] = Number.NaN;
  expect(() => chip.write(0, target)).toThrow('layer 1: a target weight is not finite');
});

test('more samples than the chip was built for', () => {
  const chip = chipOf(chipModel(), engine);
  expect(() => chip.newPass(5)).toThrow(new RangeError('the chip was built for batches of 4, got 5'));
  expect(() => chip.hold(pixels(engine, 5, 6))).toThrow(
    new RangeError('the chip was built for batches of 4, got 5 images'),
  );
});

test('images of another size', () => {
  expect(() => chipOf(chipModel(), engine).hold(pixels(engine, 4, 9))).toThrow(
    new RangeError('the chip has 6 input lines, images have 9 pixels'),
  );
});

test('sending before holding, and into a pass of another size', () => {
  const chip = chipOf(chipModel(), engine);
  expect(() => chip.send({ kind: 'off' }, chip.newPass(4))).toThrow('hold images before sending');
  chip.hold(pixels(engine, 3, 6));
  expect(() => chip.send({ kind: 'off' }, chip.newPass(4))).toThrow(
    new RangeError('3 images are held, the pass has room for 4'),
  );
});

test.each<[Labels, string]>([
  [{ kind: 'class', value: 3, strength: 1 }, 'class 3 of 3 classes'],
  [{ kind: 'class', value: -1, strength: 1 }, 'class -1 of 3 classes'],
  [{ kind: 'classes', classes: Uint8Array.of(0, 1), strength: 1 }, '4 samples but 2 labels'],
  [{ kind: 'classes', classes: Uint8Array.of(0, 1, 7, 1), strength: 1 }, 'class 7 of 3 classes'],
])('labels %o', (labels, message) => {
  const chip = chipOf(chipModel(), engine, lines);
  chip.hold(pixels(engine, 4, 6));
  expect(() => chip.send(labels, chip.newPass(4))).toThrow(new RangeError(message));
});

test('labels on a chip without an entry for them', () => {
  const chip = chipOf(chipModel(), engine);
  chip.hold(pixels(engine, 4, 6));
  expect(() => chip.send({ kind: 'neutral', strength: 1 }, chip.newPass(4))).toThrow(
    'this chip was made without a label entry',
  );
});

test('a pass of someone else’s making', () => {
  const chip = chipOf(chipModel(), engine);
  chip.hold(pixels(engine, 4, 6));
  const foreign = { ...chip.newPass(4) };
  expect(() => chip.send({ kind: 'off' }, foreign)).toThrow(
    'this pass was not made by newPass(), newDelivery(), newAppraisal() or partOf()',
  );
  expect(() => fullPassOf(foreign)).toThrow(
    'this pass was not made by newPass(), newDelivery(), newAppraisal() or partOf()',
  );
});

test('samples beyond the end of a pass', () => {
  const chip = chipOf(chipModel(), engine);
  expect(() => chip.partOf(chip.newPass(4), 2, 3)).toThrow(RangeError);
});

test('outer products of three passes that share their images', () => {
  const chip = chipOf(chipModel(), engine, lines);
  const pass = passOf(chip, pixels(engine, 4, 6));
  const term = { pass, delta: gaussianMatrix(engine, 4, 7, 'delta') };
  expect(() => chip.correlate(0, [term, term, term], engine.matrix(10, 7))).toThrow(
    new RangeError('correlate has room for two passes, got 3'),
  );
});

test.each([
  ['linear cells', linearCell(), 1],
  ['no range', pulsedCell('soft-bounds'), 0],
] as const)('a pulsed update of %s', (_, cell, range) => {
  const model = chipModel({
    cell,
    crossbar: crossbarOf(range),
    update: { kind: 'pulsed', maximumPulses: 9 },
  });
  expect(() => chipOf(model, engine)).toThrow(
    new RangeError('pulses need a cell with a step response and a weightRange above 0'),
  );
});
