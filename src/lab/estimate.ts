/**
 * @file How long trials will take: by trials of the same learner and of similar size that have been timed on this machine, else by a
 * rough model. Meant for "an hour or a week?", not for the minute.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { weightsOf } from '../scenarios/describe-chip.ts';
import type { PlannedTrial, TrialSpecification } from '../scenarios/trial-files.ts';
import { namesIn } from './files.ts';
import { readPlan } from './plan-file.ts';

/** What an estimate has to know of learners and data. */
export interface Sizes {
  /** pixels of an image of a data set */
  inputs(set: string): number;
  /** chip passes per training sample and epoch */
  passes(specification: TrialSpecification): number;
}

/** Where an estimate comes from. */
export type Basis = 'this folder' | 'other folders' | 'rough model';

/** A trial that was timed. */
export interface Timed {
  readonly learner: string;
  readonly work: number;
  readonly seconds: number;
  readonly basis: Exclude<Basis, 'rough model'>;
}

/** Epochs × images learned from × weights; of students their own, for a teacher is shared by many. */
export function workOf({ data, chip, options, distill }: TrialSpecification, { inputs }: Sizes): number {
  const epochs = typeof options.epochs === 'number' ? Math.max(1, options.epochs) : 1;
  const images = distill ? Math.max(1, distill.samples) * distill.generations : data.train;
  return epochs * images * weightsOf(chip, inputs(data.set));
}

/** Work within this factor is similar: beyond it, what does not grow with the work spoils the proportion. */
const similar = 4;

/** Seconds on one core, and what says so. */
export function estimate(
  specification: TrialSpecification,
  timed: readonly Timed[],
  sizes: Sizes,
): { seconds: number; basis: Basis } {
  const work = workOf(specification, sizes);
  for (const basis of ['this folder', 'other folders'] as const) {
    const rates = timed
      .filter(
        other =>
          other.basis === basis &&
          other.learner === specification.learner &&
          Math.max(other.work / work, work / other.work) <= similar,
      )
      .map(other => other.seconds / other.work)
      .sort((a, b) => a - b);
    if (rates.length > 0) return { seconds: work * rates[Math.floor(rates.length / 2)]!, basis };
  }
  return { seconds: modelled(work, sizes.passes(specification)), basis: 'rough model' };
}

/**
 * Fitted to three layers of 300 units and 10,000 images on one core of a 2020s server: 0.6 s an epoch for learners of one pass per
 * image, 1.3 s for those of three; a second for building and judging the chip.
 */
const modelled = (work: number, passes: number): number => 1 + work * (0.6e-10 + 0.84e-10 * passes);

/** Trials with a timing in the folder of a run; none where it is no such folder. */
export function timedIn(directory: string, basis: Timed['basis'], sizes: Sizes): Timed[] {
  const names = new Set(namesIn(join(directory, 'timings')));
  if (names.size === 0) return [];
  let trials: readonly PlannedTrial[];
  try {
    trials = readPlan(directory).trials;
  } catch {
    return [];
  }
  const distinct = new Map(trials.map(trial => [trial.id, trial]));
  return [...distinct.values()].flatMap(({ id, specification }) => {
    const seconds = names.has(`${id}.json`) ? secondsIn(join(directory, 'timings', `${id}.json`)) : undefined;
    if (seconds === undefined) return [];
    return [{ learner: specification.learner, work: workOf(specification, sizes), seconds, basis }];
  });
}

function secondsIn(path: string): number | undefined {
  try {
    const { seconds } = JSON.parse(readFileSync(path, 'utf8'));
    return typeof seconds === 'number' && seconds > 0 ? seconds : undefined;
  } catch {
    return undefined;
  }
}

/** Estimates of many trials: those of one learner and size are alike, and are made once. */
export function estimates(trials: readonly PlannedTrial[], timed: readonly Timed[], sizes: Sizes) {
  const known = new Map<string, ReturnType<typeof estimate>>();
  return trials.map(({ specification }) => {
    const key = JSON.stringify([
      specification.learner,
      workOf(specification, sizes),
      sizes.passes(specification),
    ]);
    const found = known.get(key) ?? estimate(specification, timed, sizes);
    known.set(key, found);
    return found;
  });
}
