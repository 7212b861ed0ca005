/**
 * @file What tasks tell the submitting side on the way: `<task>.news` in the job's folder, one JSON object a line, appended only. News
 * may come late or not at all; what counts in the end is which results are there.
 */
import { appendFileSync, closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { Progress } from '../executor.ts';

/** Of a trial. */
export type TrialNews =
  | { readonly kind: 'started' | 'finished'; readonly id: string }
  | { readonly kind: 'progressed'; readonly id: string; readonly progress: Progress }
  | { readonly kind: 'said'; readonly id: string; readonly text: string };

/** Of a task: it will not run on this node, or an error of its own has ended it. */
export interface TaskNews {
  readonly kind: 'refused' | 'broken';
  readonly message: string;
}

export type News = TrialNews | TaskNews;

const pathOf = (folder: string, task: number) => join(folder, `${task}.news`);

export function tell(folder: string, task: number, news: News): void {
  appendFileSync(pathOf(folder, task), `${JSON.stringify(news)}\n`);
}

/** Reads what is new since it was last asked. */
export class NewsReader {
  readonly #folder: string;
  readonly #read = new Map<number, number>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  of(task: number): News[] {
    const from = this.#read.get(task) ?? 0;
    const bytes = tail(pathOf(this.#folder, task), from);
    const whole = bytes.lastIndexOf('\n') + 1; // a line that is being written is left for the next time
    this.#read.set(task, from + whole);
    const lines = bytes.subarray(0, whole).toString().split('\n');
    return lines.filter(line => line !== '').flatMap(parsed);
  }
}

function tail(path: string, from: number): Buffer {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return Buffer.alloc(0);
  }
  try {
    const bytes = Buffer.alloc(Math.max(0, fstatSync(file).size - from));
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, from));
  } finally {
    closeSync(file);
  }
}

function parsed(line: string): News[] {
  try {
    return [JSON.parse(line)];
  } catch {
    return []; // a task died within a line
  }
}
