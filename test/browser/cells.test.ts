/** @file The pages of a fit and of a cell in a real browser. Skipped, with a word, where there is no Chromium. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openEngine } from '../../src/engine/engine.ts';
import { cellOf } from '../fixtures/cells.ts';
import { freshFolder, write } from '../fixtures/folders.ts';
import { measuredPulses } from '../fixtures/pulse-data.ts';
import { mortal } from '../fixtures/world.ts';

const executablePath = (process.env.PATH ?? '')
  .split(delimiter)
  .flatMap(folder => ['chromium', 'chromium-browser', 'google-chrome'].map(name => join(folder, name)))
  .find(existsSync);
if (!executablePath) console.warn('No Chromium on the PATH: the pages of cells are not tested in a browser.');

describe.skipIf(!executablePath)('pages of cells in Chromium (skipped where there is none)', () => {
  const folder = freshFolder();
  let browser: Browser;

  beforeAll(async () => {
    const engine = await openEngine({ product: 'plain', bytes: 2 ** 26 });
    const cell = cellOf('soft-bounds', { states: 24, cycleNoise: 0.3, readNoise: 0.003, gainVariation: 0.2 });
    write(folder, {
      'pulses.csv': measuredPulses(cell, { devices: 3, pulses: 40, cycles: 1, seed: 1 }, engine),
    });
    const runs = [
      await mortal(folder, ['fit', 'pulses.csv', '--model', 'soft-bounds', '--out', 'fit.json']),
      await mortal(folder, ['inspect', 'fit.json', '--html', 'cell.html']),
      await mortal(folder, ['inspect', 'pcm-joshi', '--html', 'held.html']),
    ];
    expect(runs.map(({ err }) => err)).toEqual(['', '', '']);
    browser = await chromium.launch({
      executablePath: executablePath!,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    });
  });
  afterAll(() => browser?.close());

  test.each([
    ['fit.html', 4, 1000],
    ['fit.html', 4, 380],
    ['cell.html', 2, 1000],
    ['cell.html', 2, 380],
    ['held.html', 3, 1000],
    ['held.html', 3, 380],
  ])('%s has its %d figures and fits a window of %d', async (file, figures, width) => {
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    const complaints: string[] = [];
    page.on('console', message => complaints.push(message.text()));
    page.on('pageerror', error => complaints.push(String(error)));
    page.on('request', request => {
      if (!/^(file|data|blob):/.test(request.url())) complaints.push(`asked for ${request.url()}`);
    });
    await page.goto(pathToFileURL(join(folder, file)).href);
    const charts = await page.locator('figure.figure .drawing svg[width]:visible').all();
    expect(charts).toHaveLength(figures);
    for (const chart of charts) {
      const { width: wide } = (await chart.boundingBox())!;
      expect(wide).toBeGreaterThan(0.55 * Math.min(width, 800));
      expect(wide).toBeLessThan(width);
    }
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
