/**
 * @file The folder of a run: `plan.json`, `results/<id>.json` and `timings/<id>.json`, one each per finished trial, `pictures/<id>.json`
 * for those whose plan wants pictures, and what is derived from them, `results.csv` and `results.jsonl`. A finished result is never written again; one that is torn or of another trial is set
 * aside, neither trusted nor deleted. Two runs in one folder do not harm each other: they write the same bytes.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { trialId } from '../scenarios/canonical.ts';
import { OutputError } from '../scenarios/problems.ts';
import type { Pictures, PlannedTrial, TrialResult } from '../scenarios/trial-files.ts';
import type { Outcome } from './executor.ts';
import { isLeftOver, namesIn, setAside, writeWhole } from './files.ts';
import type { Plan } from './plan-file.ts';
import { csv, type Row, rowsOf } from './rows.ts';
import { clearSnapshot } from './snapshots.ts';
import { type Stored, type Summary, summaryOf, type Timing } from './summary.ts';

export type { Stored } from './summary.ts';

export class Store {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  /** Writes the plan. @throws OutputError where the folder cannot be written to, or is in use for something else */
  savePlan(plan: Plan): void {
    this.#refuseStrangers();
    writeWhole(join(this.directory, 'plan.json'), `${JSON.stringify(plan, null, 1)}\n`);
  }

  /** Writes what came of a trial; the result last, for it is what says that the trial is done. @throws OutputError */
  save({ result, seconds, samplesPerSecond, peakBytes }: Outcome): void {
    const { pictures, ...rest } = result;
    const name = `${result.id}.json`;
    writeWhole(
      join(this.directory, 'timings', name),
      `${JSON.stringify({ id: result.id, seconds, samplesPerSecond, peakBytes })}\n`,
    );
    if (pictures !== undefined)
      writeWhole(join(this.directory, 'pictures', name), `${JSON.stringify(pictures)}\n`);
    writeWhole(join(this.directory, 'results', name), `${JSON.stringify(rest, null, 1)}\n`);
    if (result.status === 'done') clearSnapshot(this.directory, result.id);
  }

  /** Whether every one of these trials has a result, whatever it says. */
  isComplete(trials: readonly PlannedTrial[]): boolean {
    const there = new Set(namesIn(join(this.directory, 'results')));
    return trials.every(({ id }) => there.has(`${id}.json`));
  }

  /**
   * The results of these trials that are there and sound, one after the other, without pictures.
   * @param notice is told of each file that is not
   * @param onlyLook leaves such files where they are; otherwise they are set aside
   */
  *results(
    trials: readonly PlannedTrial[],
    notice: (text: string) => void,
    onlyLook = false,
  ): Generator<Stored & { readonly id: string }> {
    const folder = join(this.directory, 'results');
    const wanted = new Set(trials.map(({ id }) => id));
    for (const name of namesIn(folder)) {
      const id = name.slice(0, -'.json'.length);
      const found = name === `${id}.json` && wanted.has(id) ? this.#readResult(id) : foreign(name);
      if (typeof found === 'string') {
        const to = onlyLook ? '' : `: moved to ${setAside(this.directory, join(folder, name))}`;
        notice(`results/${name} ${found}${to}`);
      } else if (found !== undefined) yield { id, result: found, ...this.#readTiming(id) };
    }
  }

  /** All of them at once. For thousands of trials, `results` and `summaries` are kinder to memory. */
  read(trials: readonly PlannedTrial[], notice: (text: string) => void): Map<string, Stored> {
    const stored = new Map<string, Stored>();
    for (const { id, ...rest } of this.results(trials, notice)) stored.set(id, rest);
    return stored;
  }

  /** What tables say of all of them. */
  summaries(
    trials: readonly PlannedTrial[],
    notice: (text: string) => void,
    onlyLook = false,
  ): Map<string, Summary> {
    const summaries = new Map<string, Summary>();
    for (const stored of this.results(trials, notice, onlyLook)) summaries.set(stored.id, summaryOf(stored));
    return summaries;
  }

  /** What tables say of one trial, where its result is there and sound. */
  summary(id: string): Summary | undefined {
    const result = this.#readResult(id);
    return typeof result === 'string' ? undefined : summaryOf({ result, ...this.#readTiming(id) });
  }

  /** The result of one trial, where it is there and sound, without pictures. */
  outcome(id: string): Stored | undefined {
    const result = this.#readResult(id);
    return typeof result === 'string' ? undefined : { result, ...this.#readTiming(id) };
  }

  /** When the result of a trial was written, in milliseconds since 1970; undefined where there is none. */
  writtenAt(id: string): number | undefined {
    return statSync(join(this.directory, 'results', `${id}.json`), { throwIfNoEntry: false })?.mtimeMs;
  }

  /**
   * The pictures of a trial, read when they are asked for: ten thousand of them fit into no memory. There where the planned trial says
   * `pictures` (the first seed of a setting), the trial is done, and the file has not been lost.
   */
  pictures(id: string): Pictures | undefined {
    try {
      return JSON.parse(readFileSync(join(this.directory, 'pictures', `${id}.json`), 'utf8'));
    } catch {
      return undefined; // a result without its pictures is still a result
    }
  }

  /** Writes the tables for people with Python and R, one row for each trial of the plan that has a result. @throws OutputError */
  derive(plan: Plan, found: ReadonlyMap<string, Summary>): Row[] {
    const rows = rowsOf(plan, found);
    writeWhole(join(this.directory, 'results.csv'), csv(rows));
    writeWhole(join(this.directory, 'results.jsonl'), rows.map(row => `${JSON.stringify(row)}\n`).join(''));
    return rows;
  }

  /** Files that are not ours would be set aside, so a folder is taken only when it is empty or that of a run. */
  #refuseStrangers(): void {
    const names = namesIn(this.directory);
    const ours = names.includes('plan.json')
      ? isPlan(join(this.directory, 'plan.json'))
      : !names.includes('results');
    if (!ours)
      throw new OutputError(
        `${this.directory} is in use for something else; choose another folder with --out`,
      );
  }

  /** The result, or what is wrong with it. */
  #readResult(id: string): TrialResult | string {
    try {
      return fault(JSON.parse(readFileSync(join(this.directory, 'results', `${id}.json`), 'utf8')), id);
    } catch {
      return 'is torn';
    }
  }

  #readTiming(id: string): Timing {
    try {
      const file = join(this.directory, 'timings', `${id}.json`);
      const { seconds, samplesPerSecond, peakBytes } = JSON.parse(readFileSync(file, 'utf8'));
      return {
        seconds: typeof seconds === 'number' ? seconds : undefined,
        ...(typeof samplesPerSecond === 'number' && { samplesPerSecond }),
        ...(typeof peakBytes === 'number' && { peakBytes }),
      };
    } catch {
      return { seconds: undefined }; // a result without its timing is still a result
    }
  }
}

function isPlan(path: string): boolean {
  try {
    return Array.isArray(JSON.parse(readFileSync(path, 'utf8')).trials);
  } catch {
    return false;
  }
}

/** The result as it is, or why it is not that of trial `id`. */
function fault(result: TrialResult, id: string): TrialResult | string {
  if (typeof result !== 'object' || result === null || result.format !== 1)
    return 'is not a result of this version';
  if (result.id !== id || trialId(result.specification) !== id) return 'is the result of another trial';
  if (result.status === 'failed') return result;
  const errors = Array.isArray(result.readouts)
    ? result.readouts.map(readout => readout?.testErrorPercent)
    : [];
  return result.status === 'done' && errors.length > 0 && errors.every(Number.isFinite)
    ? result
    : 'is incomplete';
}

/** Why a file that is no result of the plan has no business among results; nothing where it may stay. */
function foreign(name: string): string | undefined {
  if (/^[0-9a-f]{16}\.json$/.test(name)) return undefined; // of an older plan of this scenario
  if (isLeftOver(name)) return 'was being written when a run was broken off';
  return name.endsWith('.tmp') ? undefined : 'is not a result';
}
