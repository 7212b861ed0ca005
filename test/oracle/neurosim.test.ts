/**
 * @file The files of NeuroSim's device table follow its pulse curves, computed here from the published nonlinearities alone: G(P) = B (1 − e^(−P/A)) + G_min with
 * B = (G_max − G_min)/(1 − e^(−P_max/A)), A negative for a negative nonlinearity (MLP+NeuroSim manual).
 */
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { buildArray } from '../../src/chips/cells/array.ts';
import type { PulsedCell } from '../../src/chips/cells/cell.ts';
import { drawFlaws } from '../../src/chips/cells/flaws.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { streamOf } from '../../src/engine/streams.ts';
import { loadCell } from '../../src/scenarios/load-cell.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 24 });

/** Levels, nonlinearity of potentiation and depression, on-resistance, on/off ratio, cycle-to-cycle noise: table II of the manual. */
const table: Record<string, [number, number, number, number, number, number]> = {
  'ag-a-si': [97, 2.4, -4.88, 26e6, 12.5, 0.035],
  'taox-hfox': [128, 0.04, -0.63, 100e3, 10, 0.037],
  pcmo: [50, 3.68, -6.76, 23e6, 6.84, 0.01],
  'alox-hfo2': [40, 1.94, -0.61, 16.9e3, 4.43, 0.05],
  'gst-pcm': [100, 0.105, 2.4, 4.71e3, 19.8, 0.015],
  epiram: [64, 0.5, -0.5, 81e3, 50.2, 0.02],
  'hzo-fefet': [32, 1.75, 1.46, 559e3, 45, 0.005],
};

/** A/P_max of a nonlinearity, whose size is 10.1015 times the most that the curve lies above the straight line. */
function bendOf(nonlinearity: number): number {
  const above = (a: number) => {
    const curve = (x: number) => (1 - Math.exp(-x / a)) / (1 - Math.exp(-1 / a)) - x;
    return 10.1015 * curve(-a * Math.log(a * (1 - Math.exp(-1 / a)))); // where the slope is 1
  };
  let [low, high] = [1e-2, 1e3];
  for (let k = 0; k < 100; k++) {
    const middle = Math.sqrt(low * high);
    if (above(middle) > Math.abs(nonlinearity)) low = middle;
    else high = middle;
  }
  return Math.sign(nonlinearity) * low;
}

/** Conductance at P of P_max pulses, 0 to 1 of the range. */
const curve = (share: number, a: number) => (1 - Math.exp(-share / a)) / (1 - Math.exp(-1 / a));

test.each([
  [0.5, 2.519877],
  [1, 1.251653],
  [2.4, 0.499181],
  [4.88, 0.200303],
  [6, 0.135619],
])('nonlinearity %d is A/P_max %d, as in the published table', (nonlinearity, a) => {
  expect(bendOf(nonlinearity)).toBeCloseTo(a, 4);
});

describe.each(Object.entries(table))('%s', (name, [levels, up, down, on, ratio, noise]) => {
  const path = fileURLToPath(new URL(`../../devices/cells/neurosim-${name}.json`, import.meta.url));

  test('goes up and down along the curves of the table', async () => {
    engine.arena.reset();
    const cell = { ...((await loadCell(path, '/')) as PulsedCell), cycleNoise: 0 };
    const stream = (of: string) => streamOf(1, of);
    const array = buildArray(
      cell,
      engine.matrix(1, 1),
      drawFlaws(cell, 1, 1, 1, engine, stream)!,
      1,
      engine,
      stream,
    );
    array.weights.data[0] = -1;
    array.written();
    const along = () => (1 + array.weights.data[0]!) / 2;
    for (let p = 1; p <= levels; p++) {
      array.pulseSingly(0, 1);
      expect(along()).toBeCloseTo(curve(p / levels, bendOf(up)), 4);
    }
    for (let p = levels - 1; p >= 0; p--) {
      array.pulseSingly(0, -1);
      expect(along()).toBeCloseTo(curve(p / levels, bendOf(down)), 4);
    }
  });

  test('has the conductances and the noise of the table', async () => {
    const cell = (await loadCell(path, '/')) as Extract<PulsedCell, { kind: 'linear-step' }>;
    expect(cell.maximumConductance * on).toBeCloseTo(1, 4);
    expect(cell.maximumConductance / cell.minimumConductance / ratio).toBeCloseTo(1, 4);
    expect(cell.cycleNoise / cell.states).toBeCloseTo(noise, 4); // one pulse, as a share of the range from −1 to 1
  });
});
