/**
 * @file The report of a run, `report.html`, of two runs side by side, and of several in one table, made from the files in their folders alone.
 */
import { basename, dirname, join, relative, resolve } from 'node:path';
import { writeWhole } from '../lab/files.ts';
import { comparePage } from './compare-page.ts';
import { page } from './page.ts';
import { paperMarkdown, paperPage } from './paper-page.ts';
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

/**
 * Writes one table of several runs, as a page and, beside it with the ending `.md`, as Markdown.
 * @param out file of the page
 * @returns its path
 * @throws InputError when there is no readable plan in one of the folders, OutputError when the page cannot be written
 */
export async function writePaperTable(directories: readonly string[], out: string): Promise<string> {
  const runs = directories.map(directory => ({
    study: study(readRun(directory)),
    link: relative(dirname(out), join(directory, 'report.html')),
  }));
  writeWhole(out, await paperPage(runs));
  writeWhole(`${out.replace(/\.html$/, '')}.md`, paperMarkdown(runs));
  return out;
}
