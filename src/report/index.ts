/**
 * @file The report of a run: `report.html`, made from the files in its folder alone.
 */
import { join } from 'node:path';
import { writeWhole } from '../lab/files.ts';
import { page } from './page.ts';
import { readRun } from './read.ts';
import { study } from './study.ts';

/**
 * Writes `report.html` into the folder of a run; the same files give the same bytes.
 * @returns its path
 * @throws InputError when there is no readable plan, OutputError when the page cannot be written
 */
export async function writeReport(directory: string): Promise<string> {
  const path = join(directory, 'report.html');
  writeWhole(path, await page(study(readRun(directory))));
  return path;
}
