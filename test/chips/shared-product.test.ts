/** @file Passes of the same images share their first product; nobody can tell, but by the clock. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { Labels, Pass } from '../../src/chips/access.ts';
import type { Chip } from '../../src/chips/chip.ts';
import type { ChipModel } from '../../src/chips/model.ts';
import { fullPassOf } from '../../src/chips/pass.ts';
import { isShareable } from '../../src/chips/shared-product.ts';
import { type Engine, openEngine } from '../../src/engine/engine.ts';
import type { Matrix } from '../../src/engine/matrix.ts';
import {
  apart,
  chipModel,
  chipOf,
  converter,
  crossbarOf,
  deviationOf,
  gaussianMatrix,
  linearCell,
  pixels,
  product,
  scattering,
  writeWeights,
} from '../fixtures/chips.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 26 });
const classes = 3;
const kinds: Labels[] = [
  { kind: 'off' },
  { kind: 'neutral', strength: 1.5 },
  { kind: 'classes', classes: Uint8Array.of(2, 0, 1, 1, 0, 2, 2, 0, 1), strength: 2 },
  { kind: 'class', value: 2, strength: 0.7 },
  {
    kind: 'values',
    values: {
      rows: 9,
      columns: classes,
      data: Float32Array.from({ length: 27 }, (_, k) => ((k * 7) % 10) / 9),
    },
    strength: 2.5,
  },
];
const entries = ['lines', 'pixels'] as const;
const dacs: ChipModel['dac'][] = [{ kind: 'none' }, converter(4, 3)];
const cases = entries.flatMap(labels =>
  dacs.map(dac => ({ labels, dac, name: `labels in the ${labels}, DAC ${dac.kind}` })),
);

function sent(chip: Chip, labels: Labels, batch: number): Pass {
  const pass = chip.newPass(batch);
  chip.send(labels, pass);
  return pass;
}

/** Currents of the first layer, and the product of what drove its rows with its weights. */
function bothWays(chip: Chip, pass: Pass): [Float32Array, Float64Array] {
  return [fullPassOf(pass).currents[0]!.data, product(pass.inputs[0]!, chip.parts.crossbars[0]!.weights)];
}

describe.each(cases)('$name', ({ labels, dac }) => {
  test.prop(
    [
      fc.integer({ min: 1, max: 9 }),
      fc.shuffledSubarray(kinds, { minLength: 5 }),
      fc.integer({ min: 3, max: 20 }),
    ],
    { numRuns: 15 },
  )('the currents are the product of what drives the rows with the weights', (batch, order, inputs) => {
    engine.arena.reset();
    const chip = chipOf(chipModel({ dac }), engine, { labels, inputs, batch: 9 });
    writeWeights(chip, engine);
    for (const name of ['one', 'two']) {
      chip.hold(pixels(engine, batch, inputs, name));
      for (const label of order)
        expect(apart(...bothWays(chip, sent(chip, label, batch)))).toBeLessThan(2e-5);
    }
  });

  test.prop(
    [
      fc.integer({ min: 1, max: 9 }),
      fc.constantFrom(...kinds),
      fc.constantFrom(...kinds),
      fc.boolean(),
      fc.boolean(),
    ],
    { numRuns: 30 },
  )(
    'the outer products are those of what drives the rows, whatever is common',
    (batch, one, two, first, second) => {
      engine.arena.reset();
      const chip = chipOf(chipModel({ dac }), engine, { labels, batch: 9 });
      writeWeights(chip, engine);
      chip.hold(pixels(engine, batch, 6));
      const common = (name: string) => ({ common: gaussianMatrix(engine, 1, 7, name) });
      const terms = [
        {
          pass: sent(chip, one, batch),
          delta: gaussianMatrix(engine, batch, 7, 'a'),
          ...(first && common('c')),
        },
        {
          pass: sent(chip, two, batch),
          delta: gaussianMatrix(engine, batch, 7, 'b'),
          ...(second && common('d')),
        },
      ];
      const rows = chip.parts.shapes[0]!.rows;
      const out = engine.matrix(rows, 7);
      out.data.fill(Number.NaN);
      const naive = new Float64Array(rows * 7);
      for (const { pass, delta, common: all } of terms)
        for (let b = 0; b < batch; b++)
          for (let i = 0; i < rows; i++)
            for (let j = 0; j < 7; j++)
              naive[i * 7 + j]! +=
                pass.inputs[0]!.data[b * rows + i]! * (delta.data[b * 7 + j]! + (all?.data[j] ?? 0));
      chip.correlate(0, terms, out);
      expect(apart(out.data, naive)).toBeLessThan(1e-4);
    },
  );

  test('changed weights count from the next pass on', () => {
    const chip = chipOf(chipModel({ dac }), engine, { labels });
    writeWeights(chip, engine);
    chip.hold(pixels(engine, 4, 6));
    const rows = chip.parts.shapes[0]!.rows;
    for (const change of ['update', 'write'] as const) {
      sent(chip, kinds[1]!, 4);
      chip[change](0, gaussianMatrix(engine, rows, 7, change));
      expect(apart(...bothWays(chip, sent(chip, kinds[2]!, 4)))).toBeLessThan(2e-5);
    }
  });

  test('passes of images no longer held still give their own outer products', () => {
    const chip = chipOf(chipModel({ dac }), engine, { labels });
    writeWeights(chip, engine);
    chip.hold(pixels(engine, 4, 6, 'old'));
    const old = sent(chip, kinds[2]!, 4);
    chip.hold(pixels(engine, 4, 6, 'new'));
    const young = sent(chip, kinds[2]!, 4);
    const delta = gaussianMatrix(engine, 4, 7, 'delta');
    const rows = chip.parts.shapes[0]!.rows;
    const turned = engine.matrix(rows, 4);
    for (const pass of [old, young]) {
      const out = engine.matrix(rows, 7);
      chip.correlate(0, [{ pass, delta }], out);
      engine.kernels.transpose(pass.inputs[0]!, turned);
      expect(apart(out.data, product(turned, delta))).toBeLessThan(1e-5);
    }
  });
});

describe('the saving', () => {
  /** An engine that counts products with as many columns on the left as the images take. */
  function counting(): { engine: Engine; products: () => number } {
    let products = 0;
    const multiply = (a: Matrix, b: Matrix, out: Matrix) => {
      if (b.columns === 7) products++;
      engine.gemm.multiply(a, b, out);
    };
    return { engine: { ...engine, gemm: { ...engine.gemm, multiply } }, products: () => products };
  }

  test.each(entries)('ten passes of one batch cost one product, labels in the %s', labels => {
    const { engine: counter, products } = counting();
    const chip = chipOf(chipModel(), counter, { labels });
    writeWeights(chip, engine);
    chip.hold(pixels(engine, 4, 6));
    for (let pass = 0; pass < 10; pass++)
      sent(chip, { kind: 'class', value: pass % classes, strength: 1 }, 4);
    expect(products()).toBe(1);
  });

  test('passes that share a product have read noise of their own', () => {
    const noisy = chipModel({ cell: linearCell({ readNoise: 0.01 }), crossbar: crossbarOf(1) });
    const chip = chipOf(noisy, engine, { labels: 'lines' });
    writeWeights(chip, engine);
    chip.hold(pixels(engine, 4, 6));
    const [first, second] = [1, 1].map(value => sent(chip, { kind: 'class', value, strength: 1 }, 4));
    expect(first!.outputs[0]!.data).not.toEqual(second!.outputs[0]!.data);
  });

  test.each(entries)('the noise is that of all that drives the rows, labels in the %s', labels => {
    const cell = linearCell({ readNoise: 0.01 });
    const chip = chipOf(chipModel({ layers: [2000], cell, crossbar: crossbarOf(1) }), engine, { labels });
    writeWeights(chip, engine);
    chip.hold(pixels(engine, 4, 6));
    const pass = sent(chip, { kind: 'class', value: 1, strength: 5 }, 4);
    const [noisy, exact] = bothWays(chip, pass);
    const columns = pass.inputs[0]!.columns;
    for (let b = 0; b < 4; b++) {
      const noise = noisy.subarray(2000 * b, 2000 * (b + 1)).map((a, j) => a - exact[2000 * b + j]!);
      const driven = Math.hypot(...pass.inputs[0]!.data.subarray(b * columns, (b + 1) * columns));
      expect(Math.abs(deviationOf(noise) / (Math.SQRT2 * 0.01 * driven) - 1)).toBeLessThan(0.08);
    }
  });

  test('an ADC behind a shared product converts the sum with its label', () => {
    const chip = chipOf(chipModel({ adc: converter(4, 2) }), engine, { labels: 'lines' });
    writeWeights(chip, engine);
    chip.hold(pixels(engine, 4, 6));
    const [converted, exact] = bothWays(chip, sent(chip, { kind: 'class', value: 1, strength: 2 }, 4));
    const step = 4 / 14;
    const nearest = exact.map(a => step * Math.round(Math.max(-2, Math.min(2, a)) / step));
    expect(apart(converted, nearest)).toBeLessThan(1e-5);
  });

  test('a box in front, or tiles with an ADC each, give every pass a product of its own', () => {
    const given: Partial<ChipModel>[] = [
      { adc: converter(8, 4), crossbar: { weightRange: 0, tileRows: 4, tileColumns: 4 } },
      { boxes: { front: scattering, between: { kind: 'none' } } },
    ];
    for (const model of given.map(chipModel)) {
      const chip = chipOf(model, engine, { labels: 'lines' });
      expect(isShareable(model, 'lines', chip.parts.crossbars[0]!)).toBe(false);
    }
    const chip = chipOf(chipModel(), engine);
    expect(isShareable(chipModel(), 'none', chip.parts.crossbars[0]!)).toBe(false);
    expect(isShareable(chipModel({ dac: converter(8, 4) }), 'pixels', chip.parts.crossbars[0]!)).toBe(false);
  });
});
