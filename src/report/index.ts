/**
 * @file The report of a run, `report.html`, and of two runs side by side, made from the files in their folders alone.
 */
import { basename, join, resolve } from 'node:path';
import { writeWhole } from '../lab/files.ts';
import { comparePage } from './compare-page.ts';
import { page } from './page.ts';
import { readRun } from './read.ts';
import { study } from './study.ts';
import { isTuning, tuningPage } from './tuning.ts';

/**
 * Writes `report.html` into the folder of a run; the same files give the same bytes.
 * @returns its path
 * @throws InputError when there is no readable plan, OutputError when the page cannot be written
 */
export async function writeReport(directory: string): Promise<string> {
  const path = join(directory, 'report.html');
  const run = readRun(directory);
  writeWhole(path, await (isTuning(run) ? tuningPage(run, run.about.tuning!) : page(study(run))));
  return path;
}

/**
 * Writes how the run in `second` differs from that in `first`.
 * @param out file to write; by default `compare-<name of the second folder>.html` in the first folder
 * @returns its path
 * @throws InputError when there is no readable plan, OutputError when the page cannot be written
 */
export async function writeComparison(first: string, second: string, out?: string): Promise<string> {
  const path = out ?? join(first, `compare-${basename(resolve(second))}.html`);
  writeWhole(path, await comparePage(study(readRun(first)), study(readRun(second))));
  return path;
}
