/**
 * @file The report in a real browser: nothing is fetched, nothing goes wrong, charts are there, numbers are right, and it can be read
 * on a phone and in the dark. Skipped, with a word, where there is no Chromium.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { writeReport } from '../../src/report/index.ts';
import { madeUpRun, mainTable, writeRun } from '../fixtures/made-up-study.ts';
import { axis, madeUpSweep, type Point } from '../fixtures/made-up-sweep.ts';

const executablePath = (process.env.PATH ?? '')
  .split(delimiter)
  .flatMap(folder => ['chromium', 'chromium-browser', 'google-chrome'].map(name => join(folder, name)))
  .find(existsSync);

const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

if (!executablePath) console.warn('No Chromium on the PATH: the report is not tested in a browser.');

describe.skipIf(!executablePath)('the report in Chromium (skipped where there is none)', () => {
  let folder: string;
  let browser: Browser;
  let address: string;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'report-'));
    const comparator = {
      ...mainTable.comparator!,
      'backprop-loop': ['failed', 19.6, 31.3],
      ff: [6, 6.4, 6.5],
    } as const;
    await writeRun(madeUpRun({ table: { ...mainTable, comparator } }), folder);
    address = pathToFileURL(await writeReport(folder)).href;
    browser = await chromium.launch({ executablePath: executablePath!, args });
  });

  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true });
  });

  afterEach(async () => {
    await page.close();
    expect(complaints.splice(0)).toEqual([]);
  });

  async function open(options: BrowserContextOptions = {}, at = address): Promise<void> {
    page = await browser.newPage({ viewport: { width: 1000, height: 900 }, ...options });
    page.on('console', message => complaints.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', error => complaints.push(String(error)));
    page.on('request', request => {
      if (!/^(file|data|blob):/.test(request.url())) complaints.push(`asked for ${request.url()}`);
    });
    await page.goto(at);
  }

  /** How far the page is wider than its window. */
  const overflow = () => page.evaluate('document.documentElement.scrollWidth - innerWidth');

  test('shows every figure once, at its full width', async () => {
    await open();
    const charts = page.locator('figure.figure .drawing svg[width]:visible');
    expect(await page.locator('figure.figure').count()).toBe(9);
    expect(await charts.count()).toBe(8); // and pictures of weights
    for (const chart of await charts.all()) expect((await chart.boundingBox())!.width).toBeGreaterThan(400);
    expect(
      await page
        .locator('.fields img')
        .evaluateAll(all => all.every(img => (img as { naturalWidth?: number }).naturalWidth! > 100)),
    ).toBe(true);
    expect(await overflow()).toBeLessThanOrEqual(0);
  });

  test('has the numbers of the results in its tables', async () => {
    await open();
    const row = page
      .locator('table.results')
      .first()
      .locator('tbody')
      .nth(2)
      .locator('tr', { hasText: /^ff/ });
    expect((await row.innerText()).replaceAll('\u00a0', ' ')).toMatch(
      /ff\s+measured\s+6\.3 ± 0\.3\s+6\.5\s+60\s+10\s+2\.76\s+46\.0\s+3/,
    );
    expect(await page.locator('table.glance tr', { hasText: 'readout-only' }).innerText()).toMatch(
      /11\.\d\s+3\d\.\d\s+60\.\d/,
    );
  });

  test('shows failed trials with their reason', async () => {
    await open();
    expect(await page.locator('.failures').innerText()).toContain(
      'backprop-loop, comparator, seed 1: layer 2: change of weight is not finite',
    );
    expect(await page.locator('.cautions').innerText()).toMatch(/1 of 72.trials failed/);
  });

  test('tells the numbers of a mark under the pointer', async () => {
    await open();
    const mark = page.locator('#figure-errors .wide [aria-label^="ff, comparator: "]').last();
    await mark.scrollIntoViewIfNeeded();
    const box = (await mark.boundingBox())!;
    await page.mouse.move(box.x + box.width / 2 + 2, box.y + box.height / 2);
    expect(await page.locator('#tip').innerText()).toBe('ff, comparator: 6.3\u00a0% (6.0 to 6.5, 3 chips)');
    await page.mouse.move(5, 5);
    expect(await page.locator('#tip').isVisible()).toBe(false);
  });

  test('saves figures as Vega-Lite, as SVG that stands alone, and as CSV', async () => {
    await open();
    const saved = async (label: string) => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.locator('#figure-errors .save a', { hasText: label }).click(),
      ]);
      return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') };
    };
    const vega = await saved('Vega-Lite');
    expect(vega.name).toBe('errors.vl.json');
    expect(JSON.parse(vega.text).$schema).toContain('vega-lite/v6');
    const svg = await saved('SVG');
    expect(svg.name).toBe('errors.svg');
    expect(svg.text).toContain('#d55e00');
    expect(svg.text).not.toContain('var(');
    const csv = await saved('CSV');
    expect(csv.name).toBe('errors.csv');
    const [heading, ...lines] = csv.text.trimEnd().split('\n');
    expect(heading).toBe(
      'learner,chip.boxes,chips,mean_percent,low_percent,high_percent,least_percent,worst_percent,failed',
    );
    expect(lines).toHaveLength(24);
    expect(lines).toContain('ff,comparator,3,6.3,6,6.5,6,6.5,0');
  });

  test('fits a phone: only tables scroll, each in its own box', async () => {
    await open({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
    await page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })");
    expect(await overflow()).toBeLessThanOrEqual(0);
    const chart = (await page.locator('#figure-errors svg:visible').boundingBox())!;
    expect(chart.width).toBeGreaterThan(300);
    expect(chart.width).toBeLessThanOrEqual(340);
    expect(
      await page
        .locator('table.results')
        .first()
        .evaluate(table => table.clientWidth > table.parentElement!.clientWidth),
    ).toBe(true);
  });

  test('has maps of a sweep in two directions, with a number under each finger on a phone', async () => {
    const noise = axis('chip.cell.readNoise', [1, 10, 50], { unit: '%', scale: 'log' });
    const law = (point: Point, seed: number) => 3 + Number(point[noise.path]) + seed / 10;
    const run = madeUpSweep({
      vary: [axis('chip.dac.bits', [2, 4, 8]), noise],
      laws: { ff: law, 'backprop-loop': law },
    });
    await writeRun(run, join(folder, 'sweep'));
    const at = pathToFileURL(await writeReport(join(folder, 'sweep'))).href;
    await open({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }, at);
    expect(await overflow()).toBeLessThanOrEqual(0);
    const cell = page.locator('#figure-heat-maps .narrow [aria-label^="ff, bits 2, read noise 10 %: "]');
    await cell.scrollIntoViewIfNeeded();
    await cell.tap({ force: true }); // its number lies on it
    expect(await page.locator('#tip').innerText()).toBe(
      'ff, bits 2, read noise 10 %: 13.2\u00a0% (13.0 to 13.4, 3 chips)',
    );
  });

  test.each(['light', 'dark'] as const)('can be read in the %s', async colorScheme => {
    await open({ colorScheme });
    const lightness = async (selector: string, property: string): Promise<number> => {
      const element = `document.querySelector(${JSON.stringify(selector)})`;
      const colour = await page.evaluate(`getComputedStyle(${element}).getPropertyValue('${property}')`);
      const [r, g, b] = String(colour)
        .match(/[\d.]+/g)!
        .map(Number);
      return (0.2126 * r! + 0.7152 * g! + 0.0722 * b!) / 255;
    };
    const paper = await lightness('body', 'background-color');
    expect(paper > 0.5).toBe(colorScheme === 'light');
    for (const [selector, property] of [
      ['.question', 'color'],
      ['#figure-errors .wide .role-axis-label text', 'fill'],
      ['#figure-errors .wide [aria-label^="backprop-blind, scattering: "]', 'fill'],
      ['#figure-chip .wide text', 'fill'],
    ] as const) {
      expect(Math.abs((await lightness(selector, property)) - paper), selector).toBeGreaterThan(0.3);
    }
  });

  test('prints light, with everything open', async () => {
    await open({ colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print' });
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    expect(await page.locator('details:not([open])').count()).toBe(0);
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(253, 253, 251)');
  });
});
