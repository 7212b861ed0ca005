/** @file Outer products of any layer against the plainest sum. */
import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import type { Pass } from '../../src/chips/access.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { Matrix } from '../../src/engine/matrix.ts';
import {
  apart,
  chipModel,
  chipOf,
  crossbarOf,
  gaussianMatrix,
  linearCell,
  pixels,
  writeWeights,
} from '../fixtures/chips.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 26 });

interface PlainTerm {
  pass: Pass;
  delta: Matrix;
  common?: Matrix;
}

function naive(l: number, terms: readonly PlainTerm[], rows: number, units: number): Float64Array {
  const out = new Float64Array(rows * units);
  for (const { pass, delta, common } of terms)
    for (let b = 0; b < delta.rows; b++)
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < units; j++)
          out[i * units + j]! +=
            pass.inputs[l]!.data[b * rows + i]! * (delta.data[b * units + j]! + (common?.data[j] ?? 0));
  return out;
}

const anyTerm = fc.record({
  silent: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
  common: fc.boolean(),
});

test.prop(
  [
    fc.array(anyTerm, { minLength: 1, maxLength: 2 }),
    fc.constantFrom(0, 1, 2),
    fc.boolean(),
    fc.integer({ min: 1, max: 5 }),
  ],
  { numRuns: 60 },
)(
  'out is the sum of inputsᵀ (delta + common) over samples and passes; silent samples change nothing',
  (asked, l, noisy, batch) => {
    engine.arena.reset();
    const cell = linearCell({ readNoise: noisy ? 0.01 : 0 }); // with noise nothing is shared
    const chip = chipOf(chipModel({ layers: [7, 5, 3], cell, crossbar: crossbarOf(2) }), engine, {
      labels: 'lines',
      batch: 5,
    });
    writeWeights(chip, engine);
    const { rows, units } = chip.parts.shapes[l]!;
    const terms = asked.map(({ silent, common }, t) => {
      const pass = chip.newPass(batch);
      chip.hold(pixels(engine, batch, 6, `images/${t}`)); // the first pass is of images no longer held
      chip.send({ kind: 'class', value: t, strength: 1 }, pass);
      const delta = gaussianMatrix(engine, batch, units, `delta/${t}`);
      silent.slice(0, batch).forEach((isSilent, b) => {
        if (isSilent) delta.data.fill(0, b * units, (b + 1) * units);
      });
      return { pass, delta, ...(common && { common: gaussianMatrix(engine, 1, units, `common/${t}`) }) };
    });
    const out = engine.matrix(rows, units);
    out.data.fill(Number.NaN);
    chip.correlate(l, terms, out);
    expect(apart(out.data, naive(l, terms, rows, units))).toBeLessThan(1e-4);
  },
);

test('deltas and passes are left as they were', () => {
  const chip = chipOf(chipModel(), engine);
  writeWeights(chip, engine);
  const pass = chip.newPass(4);
  chip.hold(pixels(engine, 4, 6));
  chip.send({ kind: 'off' }, pass);
  const delta = gaussianMatrix(engine, 4, 5, 'delta');
  const before = [delta, ...pass.inputs, ...pass.outputs].map(m => m.data.slice());
  chip.correlate(1, [{ pass, delta }], engine.matrix(8, 5));
  expect([delta, ...pass.inputs, ...pass.outputs].map(m => m.data)).toEqual(before);
});

test('more samples than two passes have are refused', () => {
  const chip = chipOf(chipModel(), engine);
  const pass = chip.newPass(4);
  chip.hold(pixels(engine, 4, 6));
  chip.send({ kind: 'off' }, pass);
  const term = { pass, delta: gaussianMatrix(engine, 4, 5, 'delta') };
  expect(() => chip.correlate(1, [term, term, term], engine.matrix(8, 5))).toThrow(
    'correlate has room for 10 samples',
  );
});
