/** @file `mortal inspect` on cells: numbers, steps, the page. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cellSheet } from '../../src/scenarios/cell-sheet.ts';
import { cellOf } from '../fixtures/cells.ts';
import { filesOf, freshFolder, write } from '../fixtures/folders.ts';
import { mortal } from '../fixtures/world.ts';

const root = process.cwd();

describe('mortal inspect', () => {
  test('tells a cell file from a chip file, by folder, keys or name', async () => {
    const folder = freshFolder();
    write(folder, {
      'mine.json': { kind: 'soft-bounds', states: 50, description: 'A cell of mine' },
      'cells/derived.json': { model: 'reram-sb', states: 70 },
      'chip.json': { model: 'reference', layers: [10] },
    });
    expect((await mortal(folder, ['inspect', 'mine.json'])).out).toMatch(
      /^mine: soft-bounds\nA cell of mine\n/,
    );
    expect((await mortal(folder, ['inspect', 'cells/derived.json'])).out).toMatch(
      /^states +70 +pulses of nominal size/m,
    );
    expect((await mortal(folder, ['inspect', 'capacitor'])).out).toMatch(/^capacitor: linear-step\n/);
    expect((await mortal(folder, ['inspect', 'chip.json', '--data', 'tiny'])).out).toMatch(
      /^16 inputs, 1 layers/,
    );
    expect((await mortal(folder, ['inspect', 'reference', '--data', 'tiny'])).out).toMatch(/^16 inputs/);
  });

  test('prints steps and the symmetry point of a pulsed cell', async () => {
    const { code, out } = await mortal(root, ['inspect', 'devices/cells/ecram-li.json']);
    expect(code).toBe(0);
    expect(out).toMatch(/^up step at weight 0 +0\.002$/m);
    expect(out).toMatch(/^symmetry point +weight 0; of 50 cells, the middle 80 % -0\.\d+ to 0\.\d+$/m);
  });

  test('draws a page of a cell', async () => {
    const folder = freshFolder();
    const { code, out, err } = await mortal(folder, ['inspect', 'reram-es', '--html', 'out/es.html']);
    expect(code, err).toBe(0);
    expect(out).toContain('Page: out/es.html');
    const page = readFileSync(join(folder, 'out/es.html'), 'utf8');
    for (const figure of ['pulse-response', 'step-size']) expect(page).toContain(`id="figure-${figure}"`);
    expect(page).not.toMatch(/NaN|undefined/);
    const first = filesOf(folder);
    await mortal(folder, ['inspect', 'reram-es', '--html', 'out/es.html']);
    expect(filesOf(folder)).toEqual(first);
  });

  test('has nothing to draw of a cell that is set, and says so', async () => {
    const folder = freshFolder();
    const { code, out } = await mortal(folder, [
      'inspect',
      join(root, 'devices/cells/reference.json'),
      '--html',
      'x.html',
    ]);
    expect(code).toBe(0);
    expect(out).not.toContain('symmetry point');
    expect(readFileSync(join(folder, 'x.html'), 'utf8')).toContain('there is nothing to draw');
  });

  test.each([
    [['inspect', 'capacitor', '--trained', 'x'], '--trained: is for chips, and "capacitor" is a cell\n'],
    [['inspect', 'capacitor', '--seed', '1'], '--seed: is for chips, and "capacitor" is a cell\n'],
    [['inspect', 'missing.json'], 'missing.json: no such file\n'],
  ])('%j is refused with one line', async (argv, message) => {
    const { code, err } = await mortal(freshFolder(), argv);
    expect(code).toBe(2);
    expect(err).toBe(message);
  });
});

describe('the data sheet of a cell', () => {
  test('ramps reach the bounds; steps are those of the formula; the symmetry point is where it says', async () => {
    const cell = cellOf('soft-bounds', { states: 50, asymmetry: 0.5, highest: 1, lowest: -1 });
    const { pulses } = await cellSheet(cell);
    const { ramp, steps, upStep, downStep, symmetryPoint } = pulses!;
    expect(ramp[0]!.nominal).toBe(-1);
    expect(Math.max(...ramp.map(({ nominal }) => nominal))).toBeGreaterThan(0.9);
    expect(
      ramp.every(({ nominal, low, high }) => Math.abs(low - nominal) + Math.abs(high - nominal) < 1e-6),
    ).toBe(true);
    expect(upStep / downStep).toBeCloseTo(1.5, 5);
    for (const { weight, up, down } of steps) {
      expect(up.nominal).toBeCloseTo(upStep * (1 - weight), 6);
      expect(down.nominal).toBeCloseTo(-downStep * (1 + weight), 6);
    }
    // s⁺ (1 − w) = s⁻ (1 + w)
    expect(symmetryPoint!.nominal).toBeCloseTo((upStep - downStep) / (upStep + downStep), 6);
  });

  test('a cell that is only ever lowered is drawn so: from where its reset leads, and never up', async () => {
    const cell = cellOf('power-step', { states: 100, lowest: 0, downExponent: 1, resetLevel: 0.8 });
    const { pulses } = await cellSheet({ ...cell, cycleNoise: 0.1 });
    const { isLowered, ramp, traces, downStep, symmetryPoint } = pulses!;
    expect([isLowered, symmetryPoint, ramp.at(-1)!.pulse]).toEqual([true, undefined, pulses!.pulses]);
    for (const { pulse, nominal } of ramp) expect(nominal).toBeCloseTo(0.8 * 0.98 ** pulse, 5);
    for (const trace of traces)
      trace.slice(1).forEach((w, i) => {
        expect(w).toBeLessThanOrEqual(trace[i]!);
      });
    expect(downStep).toBeCloseTo(0.016, 6);
  });

  test('constant steps that differ have no symmetry point; cells that differ make a band', async () => {
    const { pulses } = await cellSheet(
      cellOf('constant-step', { states: 50, asymmetry: 0.5, gainVariation: 0.3 }),
    );
    expect(pulses!.symmetryPoint).toBeUndefined();
    const { up } = pulses!.steps[40]!;
    expect(up.high - up.low).toBeGreaterThan(0.4 * up.nominal);
  });
});
