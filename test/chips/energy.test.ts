/** @file Joules and seconds: laws of physics, limits of the models, and who pays for what. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { Chip } from '../../src/chips/chip.ts';
import { accelergy, adcPrice, murmann } from '../../src/chips/costs/adc.ts';
import { dacPrice } from '../../src/chips/costs/dac.ts';
import { digitalPrice, gateScaling, multiplierScaling } from '../../src/chips/costs/digital.ts';
import { costProblems } from '../../src/chips/costs/fit.ts';
import { neurosimNodes, neurosimSar } from '../../src/chips/costs/neurosim-sar.ts';
import type { Timing } from '../../src/chips/costs/timing.ts';
import { energyTerms, sourcesOf } from '../../src/chips/energy.ts';
import { combined, snapshot } from '../../src/chips/meter.ts';
import type { ChipModel } from '../../src/chips/model.ts';
import { buildNodal } from '../../src/chips/wires/nodal.ts';
import { idealPower, powerOf } from '../../src/chips/wires/power.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { streamOf, uniforms } from '../../src/engine/streams.ts';
import { cellOf } from '../fixtures/cells.ts';
import {
  type Asked,
  chipModel,
  chipOf,
  converter,
  crossbarOf,
  flawed,
  gaussianMatrix,
  linearCell,
  passOf,
  pixels,
  pulsedCell,
  scattering,
  writeWeights,
} from '../fixtures/chips.ts';
import { updateOf } from '../fixtures/updates.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 27 });
const { energy: table } = chipModel();
const between = (front = false): ChipModel['boxes'] => ({
  front: front ? scattering : { kind: 'none' },
  between: scattering,
});

describe('the power of an array', () => {
  const resistance = fc.constantFrom(0, 0.5, 3, 40, 300);
  const arrays = fc.record({
    rows: fc.integer({ min: 1, max: 12 }),
    columns: fc.integer({ min: 1, max: 12 }),
    seed: fc.integer({ min: 0, max: 1e6 }),
    lines: fc.record({ word: resistance, bit: resistance, source: resistance, sense: resistance }),
  });

  test.prop([arrays])('that drivers deliver is what cells and wires dissipate', given => {
    const { rows, columns, seed, lines } = given;
    const G = Float64Array.from(uniforms(streamOf(seed, 'cells'), rows * columns), u =>
      u < 0.2 ? 0 : 1e-6 * 10 ** (3 * u),
    );
    const word = Float64Array.from(uniforms(streamOf(seed, 'voltages'), rows), u => 2 * u - 1);
    const solution = buildNodal(G, rows, columns, lines)(word, new Float64Array(columns));
    const { driver, cells, wires } = powerOf(solution, word, G, rows, columns, lines);
    expect(Math.abs(driver - cells - wires)).toBeLessThanOrEqual(1e-9 * driver);
    expect(wires).toBeGreaterThanOrEqual(0);
    // resistances in series only take away
    const ideal = idealPower(word, G, rows, columns);
    if (Object.values(lines).every(r => r === 0)) {
      expect(Math.abs(driver - ideal)).toBeLessThanOrEqual(1e-9 * ideal);
      expect(wires).toBe(0);
    }
    expect(driver).toBeLessThanOrEqual(ideal * (1 + 1e-9));
  });
});

describe('prices', () => {
  const bitsOf = fc.integer({ min: 4, max: 16 });
  const rates = fc.constantFrom(1e6, 1e7, 1e8, 1e9, 5e9);
  const nodes = fc.constantFrom(7, 14, 28, 65, 130);

  test.prop([bitsOf, rates, nodes])(
    'more bits, a coarser technology, more haste cost more',
    (bits, rate, node) => {
      const price = accelergy(bits, rate, node);
      expect(accelergy(bits, rate * 10, node)).toBeGreaterThanOrEqual(price);
      expect(accelergy(bits, rate, node * 2)).toBeGreaterThan(price);
      if (bits < 16) expect(accelergy(bits + 1, rate, node)).toBeGreaterThan(price);
      expect(murmann(bits + 1)).toBeGreaterThan(murmann(bits));
    },
  );

  test('slow converters cost the same at any rate', () => {
    expect(accelergy(8, 1e3, 28)).toBe(accelergy(8, 1e7, 28));
  });

  test('the envelope is flat at few bits, and four times as high a bit beyond at many', () => {
    expect(murmann(1) / murmann(2)).toBeCloseTo(1, 4);
    expect(murmann(20) / murmann(19)).toBeCloseTo(4, 3);
  });

  test.each(neurosimNodes)(
    'an open column costs its comparator alone, a conducting one its current too (%s)',
    node => {
      const open = neurosimSar(8, node, 0, 0.5);
      const some = neurosimSar(8, node, 1e-4, 0.5) - open;
      expect(open).toBeGreaterThan(0);
      const ten = neurosimSar(8, node, 1e-3, 0.5) - open;
      expect(ten / some).toBeGreaterThan(9.8);
      expect(ten / some).toBeLessThan(10.2); // the fit's exponent is not quite that of a power of ten
    },
  );

  test('an array of capacitors doubles with every bit', () => {
    const price = { kind: 'capacitive' as const, unitCapacitance: 1e-15, supply: 1 };
    const of = (bits: number) => dacPrice(price, 0, converter(bits, 1)).joules;
    expect(of(8)).toBeCloseTo(256e-15, 20);
    expect(of(9) / of(8)).toBeCloseTo(2, 12);
  });

  test('arithmetic is Horowitz’s at 45 nm, and a third at 7 nm', () => {
    const horowitz = { kind: 'horowitz' as const, node: 45, scaling: 'multipliers' as const, reuse: 4 };
    const of = (precision: 'int8' | 'fp16' | 'fp32', memory: 'none' | 'sram 8 KB' = 'none') =>
      digitalPrice({ ...horowitz, precision, memory }, 0);
    expect(of('int8').mac.joules).toBeCloseTo(0.3e-12, 18);
    expect(of('fp16').mac.joules).toBeCloseTo(1.5e-12, 18);
    expect(of('fp32').mac.joules).toBeCloseTo(4.6e-12, 18);
    expect(of('fp32').memory.joules).toBe(0);
    expect(of('fp32', 'sram 8 KB').memory.joules).toBeCloseTo(10e-12 / 2 / 4, 20); // half a line of 64 bits for four
    expect(multiplierScaling(7)).toBeCloseTo(1 / 3, 12);
    expect(multiplierScaling(45)).toBe(1);
    expect(gateScaling(45)).toBe(1);
    expect(multiplierScaling(7) / gateScaling(7)).toBeGreaterThan(5); // the two ways disagree
  });

  test('given numbers stay what they are', () => {
    const circumstances = { adc: converter(8, 1), readVoltage: 0.2, columnConductance: 0 };
    expect(adcPrice(undefined, 7e-12, circumstances).joules).toBe(7e-12);
    expect(adcPrice({ kind: 'table' }, 7e-12, circumstances).joules).toBe(7e-12);
    expect(adcPrice({ kind: 'murmann' }, 7e-12, circumstances).joules).toBe(murmann(8)); // the chip's own bits
    expect(adcPrice({ kind: 'murmann', bits: 12 }, 7e-12, circumstances).joules).toBe(murmann(12));
  });

  test('what cannot be is said before anything runs', () => {
    const problems = (energy: Partial<ChipModel['energy']>, given: Partial<ChipModel> = {}) =>
      costProblems(chipModel({ crossbar: crossbarOf(1), ...given, energy: { ...table, ...energy } })).map(
        ({ path }) => path.join('.'),
      );
    expect(problems({})).toEqual([]);
    expect(problems({ adcPrice: { kind: 'published', macro: 'isaac' } }, { adc: converter(8, 1) })).toEqual(
      [],
    );
    expect(problems({ adcPrice: { kind: 'published', macro: 'isaac' } }, { adc: converter(6, 1) })).toEqual([
      'energy.adcPrice',
    ]);
    expect(problems({ adcPrice: { kind: 'accelergy', bits: 3, node: 28, rate: 1e8 } })).toEqual([
      'energy.adcPrice',
    ]);
    expect(problems({ accounting: 'metered' }, { crossbar: crossbarOf(0) })).toEqual(['energy.accounting']);
    expect(problems({ drivers: { supply: 1 } })).toEqual(['energy.drivers']);
    expect(problems({ accounting: 'metered', drivers: { supply: 1 } }, { dac: converter(8, 6) })).toEqual([
      'energy.drivers.supply',
    ]);
  });

  test('every term names its source', () => {
    const model = flawed({
      energy: { ...table, accounting: 'metered', lines: { wordCapacitance: 1e-16, bitCapacitance: 1e-16 } },
    });
    const sources = sourcesOf(model);
    for (const term of energyTerms) expect(sources[term].length).toBeGreaterThan(5);
    expect(sources.lines).toContain('0.1 fF');
  });
});

/** Costs of what is done. */
function costOf(chip: Chip, work: () => void) {
  const before = snapshot(chip.meter);
  work();
  return combined(chip.meter, before, -1);
}

describe('who pays for what', () => {
  const made = (given: Partial<ChipModel> = {}, asked: Asked = {}) =>
    chipOf(chipModel({ dac: converter(8, 6), ...given }), engine, asked);

  test('of a delivery, only what leaves the chip is measured; the chip answers the same', () => {
    const [seen, unseen] = [made(), made()];
    for (const chip of [seen, unseen]) {
      writeWeights(chip, engine);
      chip.hold(pixels(engine, 4, 6));
    }
    const [pass, delivery] = [seen.newPass(4), unseen.newDelivery(4)];
    const whole = costOf(seen, () => seen.send({ kind: 'off' }, pass));
    const partial = costOf(unseen, () => unseen.send({ kind: 'off' }, delivery));
    expect(whole.measuredConversions).toBe(4 * (7 + 5));
    expect(partial.measuredConversions).toBe(4 * 5);
    expect(partial.dacConversions).toBe(whole.dacConversions);
    expect([...delivery.delivered.data]).toEqual([...pass.delivered.data]);
    expect(Object.keys(delivery).sort()).toEqual(['batch', 'delivered']);
    const part = unseen.partOf(delivery, 0, 2);
    expect(Object.keys(part).sort()).toEqual(['batch', 'delivered']);
  });

  test('currents pushed into columns come from DACs, where there are any', () => {
    for (const [dac, price] of [
      [converter(8, 6), 4 * 5],
      [{ kind: 'none' as const }, 0],
    ] as const) {
      const chip = made({ dac });
      const pass = chip.newPass(4);
      chip.hold(pixels(engine, 4, 6));
      const plain = costOf(chip, () => chip.send({ kind: 'off' }, pass));
      const nudge = gaussianMatrix(engine, 4, 5, 'nudge');
      const nudged = costOf(chip, () => chip.send({ kind: 'off' }, pass, [undefined, nudge]));
      expect(nudged.dacConversions - plain.dacConversions).toBe(price);
    }
  });

  test('so do the currents that nudge a resistive network', () => {
    const chip = made({ layers: [4] }, { network: { kind: 'resistive', amplification: 1 } });
    writeWeights(chip, engine);
    const pass = chip.newPass(4);
    chip.hold(pixels(engine, 4, 6));
    const plain = costOf(chip, () => chip.send({ kind: 'off' }, pass));
    const nudge = gaussianMatrix(engine, 4, 3, 'nudge', 0.01);
    const nudged = costOf(chip, () => chip.send({ kind: 'off' }, pass, [undefined, nudge]));
    expect(nudged.dacConversions - plain.dacConversions).toBe(4 * 3);
    const delivered = costOf(chip, () => chip.send({ kind: 'off' }, chip.newDelivery(4)));
    expect(plain.measuredConversions).toBe(4 * (2 * 4 + 3));
    expect(delivered.measuredConversions).toBe(4 * 3);
  });

  test('what comes out of a box is measured where arithmetic needs it, once a pass', () => {
    const chip = made({ boxes: between(true) });
    writeWeights(chip, engine);
    chip.hold(pixels(engine, 4, 6));
    const pass = chip.newPass(4);
    const sent = costOf(chip, () => chip.send({ kind: 'off' }, pass));
    expect(sent.measuredConversions).toBe(4 * (7 + 5 + 5)); // both layers, and the last box
    const [first, second] = chip.parts.crossbars.map(({ rows, columns }) => ({
      out: engine.matrix(rows, columns),
      delta: gaussianMatrix(engine, 4, columns, 'delta'),
    }));
    const correlate = (l: number, { out, delta } = [first!, second!][l]!) =>
      costOf(chip, () => chip.correlate(l, [{ pass, delta }], out)).measuredConversions;
    expect([correlate(0), correlate(1), correlate(1)]).toEqual([4 * 6, 4 * 7, 0]);
    chip.send({ kind: 'off' }, pass);
    expect(correlate(1)).toBe(4 * 7);
  });

  test('without a box the layer below has told already', () => {
    const chip = made();
    writeWeights(chip, engine);
    const pass = passOf(chip, pixels(engine, 4, 6));
    const delta = gaussianMatrix(engine, 4, 5, 'delta');
    const cost = costOf(chip, () => chip.correlate(1, [{ pass, delta }], engine.matrix(8, 5)));
    expect(cost.measuredConversions).toBe(0);
  });
});

describe('metered accounting', () => {
  const metered = (given: Partial<ChipModel> = {}, energy: Partial<ChipModel['energy']> = {}) =>
    chipModel({
      crossbar: crossbarOf(2),
      cell: linearCell({ minimumConductance: 1e-6, maximumConductance: 21e-6 }),
      ...given,
      energy: { ...table, accounting: 'metered', ...energy },
    });

  test('is Joule’s law, row by row, with the conductances of the moment', () => {
    const chip = chipOf(metered({ layers: [2] }), engine, { inputs: 2 });
    const x = engine.matrix(2, 3);
    x.data.set([1, 0, -2, 0.5, 3, 1]);
    const weights = [
      [0.5, -1, 0, 2, -0.25, 1],
      [-1, 0.5, 1, 0, 0.5, 0.5],
    ];
    let joules = 0;
    const before = snapshot(chip.meter);
    for (const w of weights) {
      const target = engine.matrix(3, 2);
      target.data.set(w);
      chip.write(0, target);
      chip.parts.crossbars[0]!.read(x, engine.matrix(2, 2));
      for (let b = 0; b < 2; b++)
        for (let i = 0; i < 3; i++) {
          const line = 4e-6 + (Math.abs(w[2 * i]!) + Math.abs(w[2 * i + 1]!)) * 10e-6; // four cells, 10 µS a unit of weight
          joules += 10e-9 * (0.2 * x.data[3 * b + i]!) ** 2 * line;
        }
    }
    const spent = chip.energy(combined(chip.meter, before, -1));
    expect(spent.cells / joules).toBeCloseTo(1, 6);
    expect(spent.wires).toBe(0);
    // two writings of six weights, the first from 0
    const cell = (w: number[]) => 1e-6 + (w.reduce((sum, v) => sum + Math.abs(v), 0) * 10e-6) / 12;
    const writing =
      6 * 100e-9 * ((1e-6 + cell(weights[0]!)) / 2 + (cell(weights[0]!) + cell(weights[1]!)) / 2);
    expect(spent.writing / writing).toBeCloseTo(1, 6);
  });

  test.each([
    ['tiles', { adc: converter(12, 40), crossbar: crossbarOf(2, 3) }],
    ['an offset mapping', { crossbar: { ...crossbarOf(2), mapping: { kind: 'offset' as const } } }],
    [
      'slices',
      {
        adc: converter(12, 40),
        crossbar: { ...crossbarOf(2), mapping: { kind: 'sliced' as const, weightBits: 8, slices: 2 } },
      },
    ],
    [
      'pairs that are only ever lowered',
      {
        cell: cellOf('power-step', { lowest: 0, downExponent: 1, resetLevel: 0.8 }),
        update: updateOf('one-sided', { direction: 'down' }),
      },
    ],
  ])('agrees with the accounting at the end where all cells are driven alike: %s', (_, given) => {
    const chip = chipOf(metered(given), engine);
    const once = chipOf({ ...metered(given), energy: table }, engine);
    const x = engine.matrix(4, 7);
    x.data.fill(1.5);
    const [exact, coarse] = [chip, once].map(each => {
      writeWeights(each, engine);
      const before = snapshot(each.meter);
      each.parts.crossbars[0]!.read(x, engine.matrix(4, 7));
      return each.energy(combined(each.meter, before, -1));
    });
    expect(exact!.cells / coarse!.cells).toBeCloseTo(1, 5);
  });

  test('bits one after another, and pulses, cost what they are driven for', () => {
    const x = engine.matrix(1, 7);
    x.data.fill(4);
    const joules = (drive: ChipModel['drive']) => {
      const chip = chipOf(metered({ dac: converter(3, 4), ...(drive && { drive }) }), engine);
      writeWeights(chip, engine);
      const before = snapshot(chip.meter);
      chip.parts.crossbars[0]!.read(x, engine.matrix(1, 7));
      return chip.energy(combined(chip.meter, before, -1)).cells;
    };
    const amplitude = joules({ kind: 'amplitude' });
    expect(joules({ kind: 'pulse-width' }) / amplitude).toBeCloseTo(1, 6); // full scale for the whole time
    expect(joules({ kind: 'bit-serial' }) / amplitude).toBeCloseTo(2, 6); // two bits, both on
    x.data.fill(4 / 3);
    const third = joules({ kind: 'amplitude' });
    expect(joules({ kind: 'pulse-width' }) / third).toBeCloseTo(3, 5); // V t against V² /9 t
    expect(joules({ kind: 'bit-serial' }) / third).toBeCloseTo(9, 5); // the lower bit at full voltage
  });

  test.each(['exact', 'mask'] as const)('tells wires from cells (%s)', kind => {
    const wires = { kind, wordResistance: 3, bitResistance: 3, sourceResistance: 100, senseResistance: 100 };
    const [real, ideal] = [metered({ wires }), metered()].map(model => {
      const chip = chipOf(model, engine);
      writeWeights(chip, engine);
      const before = snapshot(chip.meter);
      passOf(chip, pixels(engine, 4, 6));
      return chip.energy(combined(chip.meter, before, -1));
    });
    expect(real!.wires).toBeGreaterThan(0);
    expect(real!.cells).toBeGreaterThan(real!.wires);
    // drivers deliver less into lines with resistance than into the bare cells
    expect(real!.cells + real!.wires).toBeLessThan(ideal!.cells);
    expect(real!.cells + real!.wires).toBeGreaterThan(0.8 * ideal!.cells);
  });

  test('drivers burn what is between supply and row, lines their charge', () => {
    const energy = { drivers: { supply: 1.2 }, lines: { wordCapacitance: 1e-16, bitCapacitance: 2e-16 } };
    const chip = chipOf(metered({ layers: [3] }, energy), engine);
    writeWeights(chip, engine);
    const x = engine.matrix(1, 7);
    x.data.fill(2); // 0.4 V of 1.2
    const before = snapshot(chip.meter);
    chip.parts.crossbars[0]!.read(x, engine.matrix(1, 3));
    const spent = chip.energy(combined(chip.meter, before, -1));
    expect(spent.drivers / spent.cells).toBeCloseTo(2, 6);
    const cells = 7 * 3 * 2;
    expect(spent.lines / (cells * (1e-16 * 0.4 ** 2 + 2e-16 * 0.2 ** 2))).toBeCloseTo(1, 6);
  });

  test('changes no bit of what a chip does', () => {
    const [counted, not] = ['metered' as const, undefined].map(accounting => {
      const { accounting: _, ...rest } = table;
      const chip = chipOf(flawed({ energy: { ...rest, ...(accounting && { accounting }) } }), engine);
      writeWeights(chip, engine);
      const out = [...passOf(chip, pixels(engine, 4, 6)).delivered.data];
      chip.update(0, gaussianMatrix(engine, 7, 7, 'change', 0.1));
      return { out, digest: chip.digest() };
    });
    expect(counted).toEqual(not);
  });
});

describe('time on the chip', () => {
  const timing: Timing = {
    settling: 5e-9,
    conversion: 2e-9,
    columnsPerAdc: 4,
    digitalRate: 1e9,
  };
  const timed = (given: Partial<ChipModel> = {}, change: Partial<Timing> = {}) =>
    chipModel({ ...given, energy: { ...table, timing: { ...timing, ...change } } });
  const secondsOf = (model: ChipModel, work: (chip: Chip) => void) => {
    const chip = chipOf(model, engine);
    const cost = costOf(chip, () => work(chip));
    return chip.time(cost)!;
  };
  const send = (chip: Chip) => void passOf(chip, pixels(engine, 4, 6));

  test('is not told where nothing says how long things take', () => {
    const chip = chipOf(chipModel(), engine);
    expect(chip.time(chip.meter)).toBeUndefined();
  });

  test('of a pass: every layer settles and is integrated, columns take turns', () => {
    const bare = secondsOf(timed(), send);
    expect(bare.reading).toBeCloseTo(4 * 2 * (5e-9 + 10e-9), 15);
    expect(bare.measuring).toBeCloseTo(4 * 2 * 4 * 2e-9, 15);
    expect(bare.converting).toBe(0);
    const digitised = secondsOf(timed({ adc: converter(8, 4) }), send);
    expect(digitised.converting).toBeCloseTo(4 * 2 * 4 * 2e-9, 15);
    expect(digitised.total - bare.total).toBeCloseTo(digitised.converting, 15);
  });

  test('an ADC for each column converts all at once, one for all takes as many turns as there are', () => {
    expect(secondsOf(timed({}, { columnsPerAdc: 1 }), send).measuring).toBeCloseTo(4 * 2 * 2e-9, 15);
    expect(secondsOf(timed({}, { columnsPerAdc: 1000 }), send).measuring).toBeCloseTo(4 * 12 * 2e-9, 15);
  });

  test('bits one after another take a read each', () => {
    const serial = { dac: converter(5, 4), drive: { kind: 'bit-serial' as const } };
    const one = secondsOf(timed({ dac: converter(5, 4) }), send);
    expect(secondsOf(timed(serial), send).reading / one.reading).toBeCloseTo(4, 9);
  });

  test('of writing: row by row, a pulse each; of outer products, the trains of a sample in the whole array', () => {
    const write = (chip: Chip) => chip.update(0, gaussianMatrix(engine, 7, 7, 'change'));
    expect(secondsOf(timed(), write).writing).toBeCloseTo(7 * 100e-9, 15);
    const update = {
      kind: 'stochastic' as const,
      trains: 'compressed' as const,
      longest: 31,
      variableLength: true,
      balanced: true,
      resolution: 0,
    };
    const inSitu = timed({
      cell: pulsedCell('soft-bounds'),
      crossbar: crossbarOf(1),
      update,
      dac: converter(8, 6),
    });
    const chip = chipOf(inSitu, engine);
    writeWeights(chip, engine);
    const pass = passOf(chip, pixels(engine, 4, 6));
    const delta = gaussianMatrix(engine, 4, 7, 'delta');
    const cost = costOf(chip, () => chip.imprint(0, [{ pass, delta }], 0.1));
    expect(cost.pulses).toBeGreaterThan(0);
    expect(cost.digitalMacs).toBe(0);
    expect(cost.dacConversions).toBe(4 * (7 + 7)); // rows and columns of every sample
    expect(chip.time(cost)!.writing).toBeCloseTo(4 * 31 * 100e-9, 15);
  });

  test('the sum of its parts', () => {
    const { total, ...parts } = secondsOf(timed({ adc: converter(8, 4) }), chip => {
      send(chip);
      chip.update(0, gaussianMatrix(engine, 7, 7, 'change'));
      chip.meter.digitalMacs += 1000;
    });
    expect(parts.digital).toBeCloseTo(1e-6, 12);
    expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBeCloseTo(total, 15);
  });
});
