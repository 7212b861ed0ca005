/** @file What pages of cells and chips draw of conductances: the numbers are those of the closed forms, and every cell of `devices/cells` has a page. */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { lifetimes } from '../../src/chips/cells/endurance.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { streamOf } from '../../src/engine/streams.ts';
import { anatomyPage } from '../../src/report/anatomy-page.ts';
import { cellPage } from '../../src/report/cell-page.ts';
import { cellFigures } from '../../src/report/cells/index.ts';
import { anatomyOf } from '../../src/scenarios/anatomy.ts';
import { cellCurrents } from '../../src/scenarios/cell-currents.ts';
import { cellKeys } from '../../src/scenarios/cell-keys.ts';
import { cellSheet } from '../../src/scenarios/cell-sheet.ts';
import { cellFile } from '../fixtures/cell-files.ts';
import { cellOf } from '../fixtures/cells.ts';
import { chipModel, converter, crossbarOf, pixels } from '../fixtures/chips.ts';

const day = 86_400;
const year = 365 * day;

describe('what a cell holds', () => {
  test('lands as the fit of Joshi 2020 says', async () => {
    const { programming } = await cellSheet(await cellFile('pcm-joshi'));
    expect([programming![0]!.aim, programming!.at(-1)!.aim]).toEqual([0.25e-6, 25e-6]);
    for (const { aim, sigma } of programming!) {
      const g = aim * 1e6;
      expect(sigma * 1e6).toBeCloseTo(0.28638599 + 0.07585724 * g - 0.00178767 * g * g, 9);
    }
  });

  test('drifts by the power law, and the middle of the cells along with the formula', async () => {
    const { drift } = await cellSheet(await cellFile('pcm-joshi'));
    const last = drift!.rows.filter(({ age }) => age > 0.999 * year);
    expect(last.map(({ aim }) => Number((aim * 1e6).toFixed(3)))).toEqual([2.725, 12.625, 25]);
    const high = drift!.rows.filter(({ aim }) => aim === last[2]!.aim);
    expect(high[0]!.age).toBe(0);
    for (const { age, nominal, low, high: most } of high) {
      expect(nominal).toBeCloseTo(25e-6 * ((age + 27.36) / 27.36) ** -0.055, 12);
      expect(low).toBeLessThan(nominal);
      expect(most).toBeGreaterThan(nominal);
    }
  });

  test('bands are 1.28 standard deviations to either side where errors are normal', async () => {
    const { drift } = await cellSheet(await cellFile('reram-wan'));
    const middle = drift!.rows.filter(({ aim }) => Math.abs(aim - 20.13e-6) < 1e-9);
    const sigma = (share: number, c: readonly number[]) => c.reduce((sum, ck, k) => sum + ck * share ** k, 0);
    for (const [age, expected] of [
      [0, sigma(20.13, [1.053, 0.2374, -0.01167, 0.0001536])],
      [year, sigma(20.13 / 40, [0.782, 20.274, -43.507, 37.062, -11.934])],
    ] as const) {
      const { low, high, nominal } = middle.find(row => Math.abs(row.age - age) <= 1e-6 * age)!;
      expect(nominal * 1e6).toBeCloseTo(20.13, 9);
      // of 1,000 cells a tenth percentile is off by 0.05 σ as a rule
      expect((high - low) / (2 * 1.2816 * expected * 1e-6)).toBeGreaterThan(0.88);
      expect((high - low) / (2 * 1.2816 * expected * 1e-6)).toBeLessThan(1.12);
    }
  });

  test('is read with 1/f noise at the conductance that is left', async () => {
    const { noise } = await cellSheet({ ...(await cellFile('pcm-nandakumar')), readNoise: 0.01 });
    expect([...new Set(noise!.map(({ age }) => age))]).toEqual([0, 3600, day, year]);
    for (const { aim, age, sigma } of noise!.filter(row => row.aim > 24e-6)) {
      const u = aim / 25e-6;
      const nu = Math.min(0.1, Math.max(0.049, -0.0155 * Math.log(u) + 0.0244));
      const now = aim * ((age + 20) / 20) ** -nu;
      const share = Math.min(0.2, 0.0088 / u ** 0.65);
      const fluctuation = now * share * Math.sqrt(Math.log((age + 20 + 250e-9) / 500e-9));
      expect(sigma).toBeCloseTo(Math.hypot(fluctuation, 0.25e-6), 14);
    }
  });

  test('has one line of noise where time changes nothing', async () => {
    const { noise } = await cellSheet(cellOf('linear', { fluctuation: { kind: 'constant', sigma: 1e-7 } }));
    expect(new Set(noise!.map(({ age, sigma }) => `${age} ${sigma}`))).toEqual(new Set([`0 ${1e-7}`]));
  });

  test('dies as lifetimes are drawn', async () => {
    const wearing = { writes: 1e5, spread: 0.8, death: 'value' as const };
    const { endurance } = await cellSheet(cellOf('soft-bounds', { endurance: wearing }));
    const cells = 20_000;
    const lifetimeOf = lifetimes(wearing, cells, path => streamOf('held-sheet', path));
    const drawn = Array.from({ length: cells }, (_, k) => lifetimeOf(k));
    expect(endurance!.find(({ writes }) => Math.abs(writes - 1e5) < 1)!.alive).toBeCloseTo(0.5, 9);
    for (const { writes, alive } of endurance!.filter((_, i) => i % 10 === 0))
      expect(Math.abs(drawn.filter(life => life > writes).length / cells - alive)).toBeLessThan(0.015);
    const { endurance: sudden } = await cellSheet(cellOf('linear', { endurance: { ...wearing, spread: 0 } }));
    expect(sudden!.every(({ writes, alive }) => alive === (writes <= 1e5 * (1 + 1e-9) ? 1 : 0))).toBe(true);
  });
});

describe('the page of a cell', () => {
  const folder = fileURLToPath(new URL('../../devices/cells', import.meta.url));
  const names = readdirSync(folder).map(file => file.replace(/\.json$/, ''));
  const parts = {
    programming: 'programming-error',
    drift: 'drift',
    fluctuation: 'read-noise',
    endurance: 'endurance',
  } as const;

  test.each(names)('of %s has a figure for each part that the file describes', async name => {
    const cell = await cellFile(name);
    const page = await cellPage(name, await cellSheet(cell), cellKeys(cell.kind));
    for (const [part, figure] of Object.entries(parts))
      expect(page.includes(`id="figure-${figure}"`)).toBe(cell[part as keyof typeof parts] !== undefined);
    expect(page.includes('id="figure-step-size"')).toBe(cell.kind !== 'linear');
    expect(page.includes('set, not pulsed')).toBe(cell.kind === 'linear');
    expect(page).not.toMatch(/NaN|undefined|Infinity|\[object/);
  });

  test('of a cell that wears out shows its endurance, and what is behind a figure is the sheet', async () => {
    const sheet = await cellSheet(
      cellOf('linear', { endurance: { writes: 1e5, spread: 0.8, death: 'off' } }),
    );
    const panels = cellFigures.flatMap(figure => figure.panel(sheet) ?? []);
    expect(panels.map(({ title }) => title)).toEqual(['Half of the cells are dead after 100,000 writes']);
    expect(panels[0]!.numbers).toEqual(sheet.endurance);
    const page = await cellPage('worn', sheet, cellKeys('linear'));
    expect(page).toContain('writes 100000; spread 0.8; death off');
  });
});

describe('currents of cells', () => {
  const sinh = chipModel({
    crossbar: { ...crossbarOf(1), curve: { kind: 'sinh', voltage: 0.5 } },
    dac: converter(6, 4),
  });

  test('are those of the curve over all that inputs reach', () => {
    const { full, volts, cells } = cellCurrents(sinh)!;
    expect(full).toBeCloseTo(4 * sinh.energy.readVoltage, 12);
    expect([volts[0], volts.at(-1)]).toEqual([-full, full]);
    const [, , largest] = cells;
    expect(largest!.conductance).toBe(sinh.cell.maximumConductance);
    for (const { conductance, amperes } of cells)
      for (const [i, v] of volts.entries())
        expect(amperes[i]).toBeCloseTo(conductance * 0.5 * Math.sinh(v / 0.5), 15);
    expect(cellCurrents(chipModel())).toBeUndefined();
  });

  test('are on the page of a chip whose cells are bent, and on no other', async () => {
    const engine = await openEngine({ product: 'plain', bytes: 2 ** 26 });
    const page = async (model: typeof sinh) =>
      anatomyPage(
        'made up',
        anatomyOf({ model, seed: 2, images: pixels(engine, 10, 8), classes: 3 }, engine),
      );
    const { full } = cellCurrents(sinh)!;
    const more = (100 * ((0.5 / full) * Math.sinh(full / 0.5) - 1)).toFixed(1);
    const bent = await page(sinh);
    expect(bent).toContain('id="figure-currents"');
    expect(bent).toContain(`${more}\u00a0% more than by Ohm’s law`);
    expect(bent).not.toMatch(/NaN|undefined|Infinity/);
    expect(await page(chipModel())).not.toContain('id="figure-currents"');
  });
});
