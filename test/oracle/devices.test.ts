/** @file Errors of programming, drift, retention and read noise of cells against CrossSim and AIHWKit. */
import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Cell } from '../../src/chips/cells/cell.ts';
import { type Drift, exponentOf } from '../../src/chips/cells/drift.ts';
import { fluctuationOf } from '../../src/chips/cells/fluctuation.ts';
import { spreadOf } from '../../src/chips/cells/spread.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { gaussians, streamOf } from '../../src/engine/streams.ts';
import { cellFile, programmed } from '../fixtures/cell-files.ts';
import { deviationOf, meanOf } from '../fixtures/chips.ts';

interface Law {
  G: number[];
  sigma_formula: number[];
  mc_mean: number[];
  mc_sigma: number[];
}
interface Moments {
  mean: number;
  std: number;
}
const oracle = JSON.parse(readFileSync(new URL('devices.json', import.meta.url), 'utf8')) as {
  programming: Record<'PCMJoshi' | 'RRAMMilo' | 'RRAMWan', Law>;
  sonos: { days: number; I_nA: number[]; mc_mean_nA: number[]; mc_sigma_nA: number[] }[];
  sonosRead: { I_nA: number[]; sigma_formula_nA: number[] };
  pcm: {
    g_target_uS: number;
    prog_mean: number;
    prog_std: number;
    nu_mean: number;
    nu_std: number;
    t: ({ s: number } & Moments)[];
  }[];
};

const engine = await openEngine({ product: 'plain', bytes: 2 ** 27 });
beforeEach(() => engine.arena.reset());
const uS = 1e-6;
const nA = 1e-8; // siemens of a current at 0.1 V
const pairs = 20_000;
const day = 86400;

/** Mean and deviation within 1 % and four standard errors of a sample of this size. */
function expectMoments(values: Float64Array, unit: number, { mean, std }: Moments): void {
  const error = 4 / Math.sqrt(values.length);
  expect(Math.abs(meanOf(values) / unit - mean)).toBeLessThan(0.01 * mean + std * error + 1e-9);
  expect(Math.abs(deviationOf(values) / unit - std)).toBeLessThan(std * (0.01 + error) + 1e-9);
}

describe('programming', () => {
  test.each([
    ['pcm-joshi', 'PCMJoshi'],
    ['reram-milo', 'RRAMMilo'],
    ['reram-wan', 'RRAMWan'],
  ] as const)('%s: σ is the formula of %s, and cells land so', async (file, name) => {
    const cell = await cellFile(file);
    const { G, sigma_formula, mc_mean, mc_sigma } = oracle.programming[name];
    const sigma = spreadOf(cell.programming!);
    G.forEach((g, k) => {
      expect(Math.abs(sigma(g * uS) / uS / sigma_formula[k]! - 1)).toBeLessThan(1e-9);
      if (name === 'RRAMWan' && g < 4 * sigma_formula[k]!) return; // negative conductances there, which stop at 0 here
      engine.arena.reset();
      const { now, first } = programmed(cell, g * uS, pairs, engine);
      expectMoments(first(now), uS, { mean: mc_mean[k]!, std: mc_sigma[k]! });
    });
  });
});

describe('SONOS', () => {
  test.each(oracle.sonos.map(row => [row.days, row] as const))('after %s days', async (days, row) => {
    const cell = await cellFile('sonos');
    row.I_nA.forEach((current, k) => {
      engine.arena.reset();
      const held = programmed(cell, current * nA, pairs, engine);
      held.age(days * day);
      expectMoments(held.first(held.now), nA, { mean: row.mc_mean_nA[k]!, std: row.mc_sigma_nA[k]! });
    });
  });

  test('read noise', async () => {
    const { fluctuation } = await cellFile('sonos');
    const sigma = fluctuationOf(fluctuation!);
    const { I_nA, sigma_formula_nA } = oracle.sonosRead;
    I_nA.forEach((current, k) => {
      expect(Math.abs(sigma(current * nA, 0, 0) / nA - sigma_formula_nA[k]!)).toBeLessThan(1e-9);
    });
  });
});

describe('phase-change memory of AIHWKit', () => {
  const powerLaw = ({ drift }: Cell) => drift as Extract<Drift, { kind: 'power-law' }>;

  test.each(oracle.pcm.map(row => [row.g_target_uS, row] as const))('%s uS over time', async (g, row) => {
    const cell = await cellFile('pcm-nandakumar');
    const held = programmed(cell, g * uS, pairs, engine);
    expectMoments(held.first(held.now), uS, { mean: row.prog_mean, std: row.prog_std });

    const nu = exponentOf(powerLaw(cell));
    const exponents = Float64Array.from(gaussians(streamOf('test', 'nu'), pairs), z => nu(g * uS, z));
    expectMoments(exponents, 1, { mean: row.nu_mean, std: row.nu_std });

    const sigma = fluctuationOf(cell.fluctuation!);
    const { landed } = held.state();
    let seconds = 0;
    row.t.forEach(({ s, ...moments }) => {
      held.age(s - seconds);
      seconds = s;
      const noise = gaussians(streamOf('test', `read/${s}`), pairs);
      const read = noise.map((xi, k) => {
        const now = held.now[2 * k]!;
        return Math.max(0, now + sigma(now, landed[2 * k]!, s) * xi) / uS;
      });
      expectMoments(Float64Array.from(read), 1, moments);
    });
  });
});
