/**
 * @file Fits find again what made the data: our own cells, pulsed one by one, with parameters that are known.
 */
import { describe, expect, test } from 'vitest';
import type { PulsedCell } from '../../src/chips/cells/cell.ts';
import { stepResponse } from '../../src/chips/cells/index.ts';
import { nominalStep, shares } from '../../src/chips/cells/steps.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { fitFile } from '../../src/fit/index.ts';
import { models } from '../../src/fit/models.ts';
import { loadCell } from '../../src/scenarios/load-cell.ts';
import { cellOf } from '../fixtures/cells.ts';
import { freshFolder, write } from '../fixtures/folders.ts';
import { measuredPulses, type Protocol } from '../fixtures/pulse-data.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 26 });
const folder = freshFolder();
const range = { minimumConductance: 1e-6, maximumConductance: 21e-6 };

function fitted(cell: PulsedCell, model: string, protocol: Partial<Protocol> = {}) {
  const text = measuredPulses(cell, { devices: 1, pulses: 50, cycles: 2, seed: 1, ...protocol }, engine);
  write(folder, { 'pulses.csv': text });
  return fitFile('pulses.csv', { model, force: false }, folder);
}

const valuesOf = ({ words }: ReturnType<typeof fitted>) =>
  Object.fromEntries(words.parameters.map(({ key, value }) => [key, value]));

/** A cell of every kind whose ramps reach both ends, and the name of its model. */
const cells: Record<string, PulsedCell> = {
  constant: cellOf('constant-step', { ...range, states: 30, asymmetry: 0.2 }),
  linear: cellOf('linear-step', { ...range, states: 30, asymmetry: 0.2, upSlope: 0.4, downSlope: 0.7 }),
  'soft-bounds': cellOf('soft-bounds', { ...range, states: 30, asymmetry: 0.2 }),
  power: cellOf('power-step', { ...range, states: 24, asymmetry: 0.2, upExponent: 1.4, downExponent: 0.7 }),
  exponential: cellOf('exponential-step', {
    ...range,
    states: 30,
    asymmetry: 0.1,
    upFactor: 0.05,
    downFactor: 0.1,
    upExponent: 2.5,
    downExponent: 2,
    slope: 1,
    offset: 0,
  }),
  piecewise: cellOf('piecewise-step', {
    ...range,
    states: 30,
    upNodes: [1.6, 1.4, 1, 0.6, 0.4],
    downNodes: [0.5, 0.8, 1, 1.1, 1.5],
  }),
};

describe('without noise', () => {
  test.each(Object.entries(cells))('%s steps are found to the last digits', (model, cell) => {
    const found = fitted(cell, model);
    expect(found.best.rSquared).toBeGreaterThan(model === 'piecewise' ? 0.9999 : 1 - 1e-7);
    const values = valuesOf(found);
    const known = cell as unknown as Record<string, number>;
    const keys = Object.keys(values).filter(key => !/Variation$|Noise$/.test(key) && model !== 'piecewise');
    for (const key of keys)
      expect(Math.abs(values[key]! / (known[key] || 1) - (known[key] === 0 ? 0 : 1)), key).toBeLessThan(1e-3);
    if (model !== 'piecewise') expect(values.cycleNoise).toBeLessThan(1e-3);
  });

  test.each(['constant', 'linear', 'soft-bounds'])('%s is the best model of its own data', model => {
    const { best, fits } = fitted({ ...cells[model]!, cycleNoise: 0.2, readNoise: 0.002 }, 'best', {
      seed: 3,
    });
    expect(best.model.name).toBe(model);
    expect(fits).toHaveLength(models.length);
  });
});

describe('with noise', () => {
  const seeds = [1, 2, 3, 4, 5, 6];
  const noisy = { cycleNoise: 0.3, readNoise: 0.004 };

  test.each(['constant', 'linear', 'soft-bounds', 'power', 'exponential'])(
    '%s parameters are found within their stated errors',
    model => {
      const cell = { ...cells[model]!, ...noisy };
      const known = cell as unknown as Record<string, number>;
      const strays: number[] = [];
      for (const seed of seeds)
        for (const { key, value, error } of fitted(cell, model, { seed, cycles: 3 }).words.parameters)
          if (error !== undefined && !/Noise$/.test(key)) strays.push((value - known[key]!) / error);
      const typical = Math.sqrt(strays.reduce((sum, z) => sum + z * z, 0) / strays.length);
      expect(typical, strays.map(z => z.toFixed(1)).join(' ')).toBeLessThan(1.6);
      expect(typical).toBeGreaterThan(0.5);
    },
  );

  test.each([
    [{ cycleNoise: 0.3, readNoise: 0 }],
    [{ cycleNoise: 0, readNoise: 0.01 }],
    [{ cycleNoise: 0.5, readNoise: 0.003 }],
    [{ cycleNoise: 1, readNoise: 0.005 }],
  ])('cycle and reading noise are told apart: %o', noise => {
    const cell = { ...cells['soft-bounds']!, ...noise };
    const found = seeds.slice(0, 4).map(seed => valuesOf(fitted(cell, 'soft-bounds', { seed })));
    const mean = (key: string) => found.reduce((sum, each) => sum + each[key]!, 0) / found.length;
    expect(Math.abs(mean('cycleNoise') - noise.cycleNoise)).toBeLessThan(0.12 * noise.cycleNoise + 0.05);
    expect(Math.abs(mean('readNoise') - noise.readNoise)).toBeLessThan(0.1 * noise.readNoise + 4e-4);
  });

  test('noise is a fraction of the step, or of the step at weight 0: the data say which', () => {
    for (const cycleNoiseOf of ['step', 'step-at-zero'] as const) {
      const cell = { ...cells['soft-bounds']!, cycleNoise: 0.4, cycleNoiseOf } as PulsedCell;
      const { best, words } = fitted(cell, 'soft-bounds', { devices: 3 });
      expect(best.noise.of).toBe(cycleNoiseOf);
      const { value } = words.parameters.find(({ key }) => key === 'cycleNoise')!;
      expect(value).toBeCloseTo(0.4, 1);
    }
  });

  test('spreads from device to device are found, and none where there is none', () => {
    const spreads = {
      highestVariation: 0.08,
      lowestVariation: 0.08,
      gainVariation: 0.2,
      asymmetryVariation: 0.06,
    };
    const many = { devices: 30, pulses: 60, cycles: 1 };
    const high = { minimumConductance: 5e-6 }; // far from 0, below which no bound can be
    const apart = fitted({ ...cells['soft-bounds']!, ...noisy, ...spreads, ...high }, 'soft-bounds', many);
    for (const [key, spread] of Object.entries(spreads)) {
      const { value, error } = apart.words.parameters.find(each => each.key === key)!;
      expect(Math.abs(value - spread), key).toBeLessThan(4 * error!);
    }
    const alike = valuesOf(fitted({ ...cells['soft-bounds']!, ...noisy }, 'soft-bounds', many));
    for (const [key, spread] of Object.entries(spreads)) expect(alike[key], key).toBeLessThan(spread / 2.5);
  });
});

test.each(models.map(model => [model.name, model] as const))(
  'a fitted step of the %s model is the step of the cell it is written as',
  (name, model) => {
    const { best, words } = fitted(cells[name]!, name);
    const { p } = best.devices[0]!;
    const half = (p[1]! - p[0]!) / 2;
    const its = model.inWords(p, best.middle, half);
    const cell = { ...cellOf(model.kind), ...its.shape, ...words.lists } as PulsedCell;
    const one = (x: number) => ({ rows: 1, columns: 1, data: Float32Array.of(x) });
    const steps = {
      up: one(its.up / half),
      down: one(its.down / half),
      low: one((its.low - best.middle) / half),
      high: one((its.high - best.middle) / half),
    };
    const response = stepResponse(cell, steps, 1, () => {
      throw new Error('nothing is to be drawn');
    });
    for (const w of [-0.9, -0.3, 0, 0.4, 0.8])
      for (const isUp of [true, false])
        expect(model.step(p, best.middle + half * w, isUp, best.middle) / half).toBeCloseTo(
          response.step(0, w, isUp),
          5,
        );
  },
);

describe('traces of the presets', () => {
  const settled = /Variation$|^variation$|^stuck$|^lifetime$|^diffusion$/; // one nominal device, its noise left as it is
  test.each([
    ['gokmen-vlasov', 'constant', { pulses: 1300 }, 0.06],
    ['ecram-li', 'linear', { pulses: 1100 }, 0.06],
    ['capacitor', 'linear', { pulses: 450 }, 0.06],
    ['reram-sb', 'soft-bounds', { pulses: 1500 }, 0.35], // reading noise of a tenth of the range and a walk on top
    ['neurosim-epiram', 'linear', { pulses: 64, devices: 4, cycles: 3 }, 0.25],
  ])('of %s lead back to its steps', async (name, model, protocol, tolerance) => {
    const preset = (await loadCell(name, '/')) as PulsedCell;
    const quiet = Object.fromEntries(
      Object.entries(preset).map(([key, value]) => [key, settled.test(key) ? 0 : value]),
    ) as PulsedCell;
    const cell = { ...quiet, ...range };
    const { best } = fitted(cell, model, { cycles: 1, ...protocol });
    const { measured, middle, devices } = best;
    const response = stepResponse(cell, nominalSteps(cell), 1, () => {
      throw new Error('nothing is to be drawn');
    });
    const [least, width] = [measured.least, measured.width];
    for (const w of [-0.5, 0, 0.5])
      for (const isUp of [true, false]) {
        const x = (1e-6 + (20e-6 * (1 + w)) / 2 - least) / width;
        const step =
          devices.reduce((sum, { p }) => sum + best.model.step(p, x, isUp, middle), 0) / devices.length;
        const known = response.step(0, w, isUp);
        const all = Math.max(Math.abs(response.step(0, w, true)), Math.abs(response.step(0, w, false)));
        expect(Math.abs((step * width) / 10e-6 - known) / all, `${w} ${isUp}`).toBeLessThan(tolerance);
      }
  });
});

/** Sizes and bounds of a nominal cell, in a range of 1. */
function nominalSteps(cell: PulsedCell) {
  const one = (x: number) => ({ rows: 1, columns: 1, data: Float32Array.of(x) });
  const share = shares(cell);
  const step = nominalStep(cell, 1);
  return {
    up: one(step * share.up),
    down: one(step * share.down),
    low: one(cell.lowest),
    high: one(cell.highest),
  };
}
