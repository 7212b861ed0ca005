/** @file What is counted, and what it costs. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { conductances } from '../../src/chips/mapping.ts';
import { combined, countsOf, type Meter, newMeter, snapshot } from '../../src/chips/meter.ts';
import type { ChipModel } from '../../src/chips/model.ts';
import { openEngine } from '../../src/engine/engine.ts';
import {
  chipModel,
  chipOf,
  converter,
  crossbarOf,
  gaussianMatrix,
  linearCell,
  passOf,
  pixels,
  pulsedCell,
  writeWeights,
} from '../fixtures/chips.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 26 });
const nothing = countsOf(newMeter(2));

describe('a pass of 4 samples through 6 → 7 → 5', () => {
  test('costs four forward passes, a settled current and a measurement of every unit', () => {
    const chip = chipOf(chipModel(), engine);
    passOf(chip, pixels(engine, 4, 6));
    expect(countsOf(chip.meter)).toEqual({
      ...nothing,
      forwardPasses: 4,
      columnReads: 4 * 12,
      adcConversions: 4 * 12,
      measuredConversions: 4 * 12,
    });
  });

  test('with DACs, a conversion of every row more; bias and label lines are rows', () => {
    const chip = chipOf(chipModel({ dac: converter(8, 4) }), engine, { labels: 'lines' });
    passOf(chip, pixels(engine, 4, 6));
    expect(chip.meter.dacConversions).toBe(4 * (6 + 1 + 3 + (7 + 1 + 3)));
  });

  test('with ADCs, a conversion of every column of every tile more', () => {
    const chip = chipOf(chipModel({ adc: converter(8, 4), crossbar: crossbarOf(0, 3) }), engine);
    passOf(chip, pixels(engine, 4, 6));
    const tiled = 3 * 7 + 3 * 5; // 7 and 8 rows, at most 3 a tile
    expect(countsOf(chip.meter)).toEqual({
      ...nothing,
      forwardPasses: 4,
      columnReads: 4 * tiled,
      adcConversions: 4 * (tiled + 12),
      measuredConversions: 4 * 12,
    });
  });

  test.each(['lines', 'pixels'] as const)(
    'costs the same when its first product is shared, labels in the %s',
    labels => {
      const chip = chipOf(chipModel(), engine, { labels });
      writeWeights(chip, engine);
      const before = snapshot(chip.meter);
      const pass = chip.newPass(4);
      chip.hold(pixels(engine, 4, 6));
      const costs = [1, 2, 3].map(() => {
        const start = snapshot(chip.meter);
        chip.send({ kind: 'class', value: 1, strength: 1 }, pass);
        return combined(chip.meter, start, -1);
      });
      expect(countsOf(costs[0]!)).toEqual({
        ...nothing,
        forwardPasses: 4,
        columnReads: 48,
        adcConversions: 48,
        measuredConversions: 48,
      });
      for (const cost of costs.slice(1)) expect(countsOf(cost)).toEqual(countsOf(costs[0]!));
      expect(combined(chip.meter, before, -1).forwardPasses).toBe(12);
    },
  );

  test('drives every pair of a row by the voltage of the row', () => {
    const chip = chipOf(chipModel(), engine, { labels: 'lines' });
    writeWeights(chip, engine);
    const pass = chip.newPass(4);
    chip.hold(pixels(engine, 4, 6));
    chip.send({ kind: 'class', value: 1, strength: 2 }, pass);
    pass.inputs.forEach((x, l) => {
      const squares = x.data.reduce((sum, v) => sum + v * v, 0);
      expect(chip.meter.drive[l]! / (squares * pass.outputs[l]!.columns)).toBeCloseTo(1, 5);
    });
  });

  test('drives the same when it is read tile by tile', () => {
    const [whole, tiled] = [1024, 3].map(tile =>
      chipOf(chipModel({ adc: converter(16, 40), crossbar: crossbarOf(0, tile) }), engine),
    );
    for (const chip of [whole!, tiled!]) passOf(chip, pixels(engine, 4, 6));
    expect(tiled!.meter.drive[0]! / whole!.meter.drive[0]!).toBeCloseTo(1, 5);
  });
});

test('a read backwards is a reverse pass of one crossbar; its columns are driven and its rows are measured', () => {
  const chip = chipOf(chipModel({ dac: converter(8, 4) }), engine);
  const delta = gaussianMatrix(engine, 4, 5, 'delta');
  chip.parts.crossbars[1]!.reverse(delta, engine.matrix(4, 8));
  expect(countsOf(chip.meter)).toEqual({
    ...nothing,
    reversePasses: 4,
    columnReads: 32,
    adcConversions: 32,
    measuredConversions: 32,
    dacConversions: 20,
  });
  expect(chip.meter.drive[0]).toBe(0);
  expect(chip.meter.drive[1]! / (8 * delta.data.reduce((sum, v) => sum + v * v, 0))).toBeCloseTo(1, 5);
});

describe('writing', () => {
  test('counts every pair of a crossbar that is written or ideally changed', () => {
    const chip = chipOf(chipModel(), engine);
    writeWeights(chip, engine);
    chip.update(1, gaussianMatrix(engine, 8, 5, 'change'));
    expect(countsOf(chip.meter)).toEqual({ ...nothing, cellsWritten: 7 * 7 + 8 * 5 + 8 * 5 });
  });

  test('counts pulses, up and down alike', () => {
    const cell = pulsedCell('constant-step', { states: 200 }); // a pulse is a hundredth of the range
    const chip = chipOf(
      chipModel({ cell, crossbar: crossbarOf(1), update: { kind: 'pulsed', maximumPulses: 10 } }),
      engine,
    );
    const change = engine.matrix(8, 5);
    change.data.set([0.0300001, -0.0499999, 0.5]); // 3 and 5 pulses, and the most there is
    chip.update(1, change);
    expect(chip.meter.pulses).toBe(3 + 5 + 10);
    expect(chip.meter.cellsWritten).toBe(0);
  });
});

describe('meters', () => {
  test('a snapshot stands still, a difference is what came since, a sum restores', () => {
    const chip = chipOf(chipModel(), engine);
    passOf(chip, pixels(engine, 4, 6));
    const before = snapshot(chip.meter);
    passOf(chip, pixels(engine, 3, 6));
    expect(before.forwardPasses).toBe(4);
    expect(before.drive).not.toEqual(chip.meter.drive);
    const since = combined(chip.meter, before, -1);
    expect(since.forwardPasses).toBe(3);
    expect(since.drive.every(d => d > 0)).toBe(true);
    const restored = combined(before, since, 1);
    expect(countsOf(restored)).toEqual(countsOf(chip.meter));
    restored.drive.forEach((d, l) => {
      expect(d).toBeCloseTo(chip.meter.drive[l]!, 6);
    });
  });
});

describe('energy', () => {
  const busy = (factor = 1): Meter => ({
    forwardPasses: 3 * factor,
    reversePasses: 5 * factor,
    columnReads: 7 * factor,
    dacConversions: 11 * factor,
    adcConversions: 13 * factor,
    pulses: 17 * factor,
    cellsWritten: 19 * factor,
    digitalMacs: 23 * factor,
    measuredConversions: 6 * factor,
    squarings: 43 * factor,
    goodnessConversions: 47 * factor,
    generatedTrains: 53 * factor,
    weighed: [2 * factor, factor],
    drive: [29 * factor, 31 * factor],
    conducted: [2 * factor, 3 * factor],
    drawn: [37 * factor, 41 * factor],
    written: [5 * factor, 7 * factor],
    reads: [3 * factor, 4 * factor],
    backReads: [5 * factor, 0],
    measured: [3 * factor, 3 * factor],
    slots: [2 * factor, 9 * factor],
    trainSlots: [factor, 0],
  });
  const made = (given: Partial<ChipModel> = {}) => {
    const chip = chipOf(chipModel({ crossbar: crossbarOf(1), ...given }), engine);
    writeWeights(chip, engine);
    return chip;
  };

  test('is the sum of its parts', () => {
    const { total, ...parts } = made().energy(busy());
    const { cells, dac, adc, measuring, digital, writing, ...uncounted } = parts;
    for (const part of [cells, dac, adc, measuring, digital, writing]) expect(part).toBeGreaterThan(0);
    for (const part of Object.values(uncounted)) expect(part).toBe(0); // without prices for them
    expect(Object.values(parts).reduce((sum, part) => sum + part, 0) / total).toBeCloseTo(1, 12);
  });

  test.prop([fc.integer({ min: 0, max: 1000 })], { numRuns: 10 })(
    'grows in proportion to what was counted',
    factor => {
      const chip = made();
      const [one, many] = [chip.energy(busy()), chip.energy(busy(factor))];
      for (const part of Object.keys(one) as (keyof typeof one)[])
        if (one[part] > 0) expect(many[part] / one[part]).toBeCloseTo(factor, 9);
        else expect(many[part]).toBe(0);
    },
  );

  test('of converters and multiply-adds is count times price', () => {
    const { dac, adc, measuring, digital } = made().energy(busy());
    expect(dac).toBeCloseTo(11 * 2e-12, 20);
    expect(adc).toBeCloseTo((13 - 6) * 3e-12, 20); // between layers
    expect(measuring).toBeCloseTo(6 * 3e-12, 20); // for the learner
    expect(digital).toBeCloseTo(23 * 5e-13, 20);
  });

  test('of cells is Joule’s law over every cell when all rows are driven alike', () => {
    const cell = linearCell({ minimumConductance: 1e-6, maximumConductance: 21e-6 });
    const chip = chipOf(chipModel({ layers: [2], cell, crossbar: crossbarOf(2) }), engine, { inputs: 2 });
    const target = engine.matrix(3, 2);
    target.data.set([0.5, -1, 0, 2, -0.25, 1]);
    chip.write(0, target);
    const meter = { ...newMeter(1), drive: [0] };
    const x = engine.matrix(1, 3);
    x.data.fill(1.5);
    const before = snapshot(chip.meter);
    chip.parts.crossbars[0]!.read(x, engine.matrix(1, 2));
    meter.drive[0] = combined(chip.meter, before, -1).drive[0]!;
    // by hand: twelve cells at 0.2 V · 1.5 for 10 ns; 10 µS a unit of weight on top of 1 µS each
    const conductance = 12 * 1e-6 + (0.5 + 1 + 2 + 0.25 + 1) * 10e-6;
    expect(chip.energy(meter).cells / (10e-9 * (0.2 * 1.5) ** 2 * conductance)).toBeCloseTo(1, 6);
    const { plus, minus } = conductances(target, cell, 2);
    expect([...plus, ...minus].reduce((sum, g) => sum + g, 0) / conductance).toBeCloseTo(1, 6);
  });

  test('of a pulse is that of its voltage over the mean cell, whichever layer has most of them', () => {
    const chip = chipOf(chipModel({ layers: [20, 2], crossbar: crossbarOf(1) }), engine, { inputs: 50 });
    const [first, second] = chip.parts.crossbars;
    first!.weights.data.fill(0.5);
    second!.weights.data.fill(1);
    const meter = { ...newMeter(2), pulses: 3, cellsWritten: 4 };
    const meanCell = ((51 * 20 * 0.5 + 21 * 2 * 1) / (51 * 20 + 21 * 2) / 2) * 25e-6; // one of two cells carries the weight
    expect(chip.energy(meter).writing / (7 * 100e-9 * 1 ** 2 * meanCell)).toBeCloseTo(1, 6);
  });

  test('of a chip without bounds takes its largest weight for the range', () => {
    const chip = chipOf(chipModel({ layers: [1] }), engine, { inputs: 1 });
    chip.parts.crossbars[0]!.weights.data.set([-4, 2]);
    const { cells } = chip.energy({ ...newMeter(1), drive: [2] });
    expect(cells / (2 * 10e-9 * 0.2 ** 2 * 25e-6 * 0.75)).toBeCloseTo(1, 6); // a full cell and a half one, a pair on average
  });
});
