/** @file What stands between the activities of a layer and what the next one is driven by. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { NormaliserRequest } from '../../src/chips/access.ts';
import { buildNormaliser, epsilonOf } from '../../src/chips/normaliser.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { Matrix } from '../../src/engine/matrix.ts';
import {
  apart,
  chipModel,
  chipOf,
  gaussianMatrix,
  meanOf,
  passOf,
  pixels,
  scattering,
} from '../fixtures/chips.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 24 });
const shape = (units: number) => ({ units }) as Parameters<typeof buildNormaliser>[0];
const rows = 3;
const none = epsilonOf({ normaliser: { epsilon: 1e-30 } });

/** What comes out, without the columns behind that it leaves alone. */
function normalised(x: Matrix, request: NormaliserRequest | undefined, wider = 0): number[][] {
  const out = engine.matrix(x.rows, x.columns + wider);
  engine.kernels.fill(out, 7);
  buildNormaliser(shape(x.columns), request, none, x.rows, engine)(x, out);
  return Array.from({ length: x.rows }, (_, k) => {
    const row = [...out.data.subarray(k * out.columns, (k + 1) * out.columns)];
    expect(row.slice(x.columns)).toEqual(Array(wider).fill(7));
    return row.slice(0, x.columns);
  });
}

const sizes = fc.record({
  units: fc.integer({ min: 1, max: 30 }),
  blocks: fc.integer({ min: 1, max: 40 }),
  wider: fc.integer({ min: 0, max: 3 }),
});

describe('a normaliser', () => {
  test.prop([sizes], { numRuns: 25 })(
    'of blocks does to each what that of a layer does to a layer',
    ({ units, blocks, wider }) => {
      engine.arena.reset();
      const x = gaussianMatrix(engine, rows, units, 'x');
      const out = normalised(x, { divisor: 'length', blocks }, wider);
      const count = Math.min(blocks, units);
      const starts = Array.from({ length: count + 1 }, (_, b) => Math.floor((b * units) / count));
      for (let b = 0; b < count; b++) {
        const block = engine.matrix(rows, starts[b + 1]! - starts[b]!);
        for (let k = 0; k < rows; k++)
          block.data.set(
            x.data.subarray(k * units + starts[b]!, k * units + starts[b + 1]!),
            k * block.columns,
          );
        const alone = normalised(block, undefined).flat();
        expect(
          apart(
            out.flatMap(row => row.slice(starts[b], starts[b + 1])),
            alone,
          ),
        ).toBeLessThan(1e-5);
      }
    },
  );

  test.prop([sizes], { numRuns: 25 })(
    'of the sum makes the mean activity 1, and is blind to length',
    ({ units, wider }) => {
      engine.arena.reset();
      const x = gaussianMatrix(engine, rows, units, 'x');
      x.data.forEach((v, k) => {
        x.data[k] = Math.abs(v);
      });
      const out = normalised(x, { divisor: 'sum' }, wider);
      for (const row of out) expect(meanOf(row)).toBeCloseTo(1, 5);
      for (const [k] of x.data.entries()) x.data[k]! *= 8;
      expect(apart(normalised(x, { divisor: 'sum' }).flat(), out.flat())).toBeLessThan(1e-6);
    },
  );

  test.each([{ divisor: 'length', blocks: 2 }, { divisor: 'sum' }, undefined] as const)(
    'keeps silence: %o',
    request => {
      expect(normalised(engine.matrix(2, 4), request).flat()).toEqual(Array(8).fill(0));
    },
  );

  test('is asked for by a learner, and stands behind every layer and every box', () => {
    engine.arena.reset();
    const boxes = { front: { kind: 'none' as const }, between: scattering };
    const request = { inputs: 9, batch: rows, normaliser: { divisor: 'length', blocks: 4 } } as const;
    const chip = chipOf(
      chipModel({ layers: [8, 12], boxes, normaliser: { epsilon: 1e-30 } }),
      engine,
      request,
    );
    chip.parts.crossbars.forEach((crossbar, l) => {
      chip.write(l, gaussianMatrix(engine, crossbar.rows, crossbar.columns, `weights/${l}`));
    });
    const pass = passOf(chip, pixels(engine, rows, 9));
    const { columns, data } = pass.inputs[1]!;
    const squares = (x: Float32Array, size: number) =>
      Array.from({ length: x.length / size }, (_, b) =>
        meanOf(x.slice(b * size, (b + 1) * size).map(v => v * v)),
      );
    for (let k = 0; k < rows; k++)
      for (const square of squares(data.slice(k * columns, k * columns + 8), 2))
        expect(square).toBeCloseTo(1, 5);
    for (const square of squares(pass.delivered.data, 3)) expect(square).toBeCloseTo(1, 5);
  });

  test('adds what its chip says', () => {
    engine.arena.reset();
    const features = (epsilon?: number) => {
      const chip = chipOf(
        chipModel({ layers: [6, 5], ...(epsilon && { normaliser: { epsilon } }) }),
        engine,
        {
          inputs: 9,
          batch: rows,
        },
      );
      chip.write(0, gaussianMatrix(engine, 10, 6, 'weights'));
      const pass = passOf(chip, pixels(engine, rows, 9));
      return { y: pass.outputs[0]!.data.slice(0, 6), x: pass.inputs[1]!.data.slice(0, 6) };
    };
    expect(features().x).toEqual(features(1e-4).x);
    const { y, x } = features(0.5);
    const size = Math.sqrt(meanOf(y.map(v => v * v)));
    expect(
      apart(
        x,
        y.map(v => v / (size + 0.5)),
      ),
    ).toBeLessThan(1e-6);
  });

  test('of a learner does not go with one of local fields', () => {
    const fields = { normaliser: 'blocks' } as never;
    expect(() => buildNormaliser({ ...shape(4), fields }, { divisor: 'sum' }, none, rows, engine)).toThrow(
      RangeError,
    );
  });
});
