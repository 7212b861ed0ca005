/** @file `mortal fit` as a person runs it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openEngine } from '../../src/engine/engine.ts';
import { gaussians, streamOf } from '../../src/engine/streams.ts';
import { cellOf } from '../fixtures/cells.ts';
import { filesOf, freshFolder, write } from '../fixtures/folders.ts';
import { measuredPulses } from '../fixtures/pulse-data.ts';
import { mortal } from '../fixtures/world.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 26 });
const cell = cellOf('soft-bounds', {
  minimumConductance: 2e-6,
  maximumConductance: 22e-6,
  states: 24,
  cycleNoise: 0.3,
  readNoise: 0.003,
  gainVariation: 0.1,
});
const pulses = measuredPulses(cell, { devices: 3, pulses: 40, cycles: 1, seed: 1 }, engine);

function folderWith(files: Record<string, unknown>): string {
  const folder = freshFolder();
  write(folder, files);
  return folder;
}

describe('mortal fit', () => {
  test('writes a cell that every other command takes, and a page beside it', async () => {
    const folder = folderWith({ 'pulses.csv': pulses });
    const { code, out, err } = await mortal(folder, [
      'fit',
      'pulses.csv',
      '--model',
      'soft-bounds',
      '--out',
      'cells/mine.json',
    ]);
    expect(code, err).toBe(0);
    expect(out).toMatch(/^soft-bounds: 3 devices, \d+ steps, R² 0\.99\d\d, residual .* nS a pulse$/m);
    expect(out).toMatch(/^minimumConductance +[12]\.\d\d µS +± [\d.]+ nS$/m);
    expect(out).toMatch(/^cycleNoise +0\.[23]\d* +± /m);
    expect(out).toContain('Cell: cells/mine.json\nPage: cells/mine.html');
    const check = await mortal(folder, ['check', 'cells/mine.json']);
    expect(check.out, check.err).toBe('cells/mine.json: a cell\n');
    const written = JSON.parse(readFileSync(join(folder, 'cells/mine.json'), 'utf8'));
    expect(written.kind).toBe('soft-bounds');
    expect(written.states).toBeGreaterThan(18);
    expect(written.states).toBeLessThan(30);
    expect(written.source).toMatch(
      /^Fit of the soft-bounds model by mortal .* to pulses\.csv \(SHA-256 [0-9a-f]{16}…\): 3 devices/,
    );
    const page = readFileSync(join(folder, 'cells/mine.html'), 'utf8');
    for (const figure of ['courses', 'steps', 'residuals', 'devices'])
      expect(page).toContain(`id="figure-${figure}"`);
    expect(page).not.toMatch(/NaN|undefined|https?:\/\/(?!www\.w3\.org|vega\.github\.io)/);
  });

  test('compares the models when none is named, and the same file gives the same bytes', async () => {
    const folder = folderWith({
      'pulses.csv': measuredPulses(cell, { devices: 1, pulses: 40, cycles: 1, seed: 2 }, engine),
    });
    const { code, out } = await mortal(folder, ['fit', 'pulses.csv']);
    expect(code).toBe(0);
    expect(out).toMatch(/^soft-bounds +6 +0\.0 +/m);
    for (const model of ['constant', 'linear', 'power', 'exponential', 'piecewise'])
      expect(out).toMatch(new RegExp(`^${model} +\\d+ +\\d+\\.\\d`, 'm'));
    const first = filesOf(folder);
    expect(Object.keys(first)).toEqual(['pulses.csv', 'pulses.html', 'pulses.json'].map(name => name));
    await mortal(folder, ['fit', 'pulses.csv']);
    expect(filesOf(folder)).toEqual(first);
  });

  test('refuses data that no model describes, unless told to take them', async () => {
    const noise = gaussians(streamOf(1, 'nonsense'), 60);
    const rows = Array.from(
      noise,
      (x, n) => `${n < 30 ? 'up' : 'down'},${50 + 0.5 * Math.min(n, 60 - n) + 6 * x}`,
    );
    const folder = folderWith({ 'noise.csv': `direction,conductance_uS\n${rows.join('\n')}\n` });
    const refused = await mortal(folder, ['fit', 'noise.csv']);
    expect(refused.code).toBe(2);
    expect(refused.err).toMatch(
      /^noise\.csv: these data are not what any model says under these pulses: R² -?[\d.]+, at least 0\.8 is needed; .*--force takes the fit all the same\n$/,
    );
    expect(Object.keys(filesOf(folder))).toEqual(['noise.csv']);
    const one = await mortal(folder, ['fit', 'noise.csv', '--model', 'constant']);
    expect(one.err).toContain('(--model best tries the others)');
    const { code, err } = await mortal(folder, ['fit', 'noise.csv', '--model', 'linear', '--force']);
    expect(code, err).toBe(0);
    expect(existsSync(join(folder, 'noise.json'))).toBe(true);
  });

  test.each([
    [
      ['pulses.csv', '--model', 'softbounds'],
      '--model softbounds: no such model: there is "constant", "linear", "soft-bounds", "power", "exponential", "piecewise" or "best"; did you mean "soft-bounds"?\n',
    ],
    [['pulses.csv', '--out', 'cell.txt'], '--out cell.txt: a cell file is called <name>.json\n'],
    [['missing.csv'], 'missing.csv: no such file\n'],
    [['bad.csv'], 'bad.csv:3: has "x" under "conductance_uS", which is no number\n'],
  ])('%j is refused with one line', async (argv, message) => {
    const folder = folderWith({
      'pulses.csv': pulses,
      'bad.csv': 'direction,conductance_uS\nup,1\nup,x\nup,3',
    });
    const { code, out, err } = await mortal(folder, ['fit', ...argv]);
    expect(code).toBe(2);
    expect(err).toBe(message);
    expect(out).toBe('');
    expect(Object.keys(filesOf(folder))).toEqual(['bad.csv', 'pulses.csv']);
  });
});
