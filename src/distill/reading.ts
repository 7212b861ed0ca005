/**
 * @file What is kept of a teacher when it is gone: its scores of the images it was asked about, read from the noisy chip, a second reading of
 * the test images, and for those who try to copy, its weights and the mean activity of its units. As arrays it goes into a file.
 */
import { decode, encode, type Tensor } from '../engine/safetensors.ts';
import type { Scores } from './agreement.ts';
import { type Bequest, bequestIn, layersIn, tensorsOf } from './bequest.ts';

/** What a teacher cost, per image that it was asked about. */
export interface TeacherCosts {
  readonly passes: number;
  /** joules */
  readonly energy: number;
}

export interface Reading extends Bequest {
  /** of the transfer images, of the validation images, of the test images, and of the test images read again */
  readonly transfer: Scores;
  readonly validation: Scores;
  readonly test: Scores;
  readonly again: Scores;
  /** mean activity of every layer [1, units], over the first transfer images, without labels */
  readonly activity: readonly Tensor[];
  readonly facts: TeacherFacts;
}

/** What tables say of a teacher. */
export interface TeacherFacts {
  readonly learner: string;
  readonly seeds: readonly number[];
  /** test error of the readout that is passed on, percent; of several teachers together */
  readonly testErrorPercent: number;
  /** joules of its training, of all teachers */
  readonly trainingEnergy: number;
  readonly asked: TeacherCosts;
}

/** The bytes of a reading. */
export function readingToBytes(reading: Reading): Uint8Array {
  const { facts, activity, transfer, validation, test, again } = reading;
  const tables = Object.entries({ transfer, validation, test, again }).map(([name, { values, classes }]) => [
    name,
    { shape: [values.length / classes, classes], data: values },
  ]);
  const activities = activity.map((tensor, l) => [`layer/${l + 1}/activity`, tensor]);
  return encode({
    tensors: { ...Object.fromEntries([...tables, ...activities]), ...tensorsOf(reading) },
    metadata: { facts: JSON.stringify(facts) },
  });
}

/** @throws Error where the bytes are no reading, or damaged */
export function readingOf(bytes: Uint8Array): Reading {
  const { tensors, metadata } = decode(bytes);
  const table = (name: string): Scores => ({
    values: tensors[name]!.data,
    classes: tensors[name]!.shape[1]!,
  });
  return {
    ...bequestIn(tensors),
    transfer: table('transfer'),
    validation: table('validation'),
    test: table('test'),
    again: table('again'),
    activity: layersIn(tensors, 'activity'),
    facts: JSON.parse(metadata.facts!),
  };
}

/** The mean of several teachers' scores. */
export function meanScores(all: readonly Scores[]): Scores {
  const [{ values, classes }] = all as [Scores];
  const mean = new Float32Array(values.length);
  for (const each of all) for (let k = 0; k < mean.length; k++) mean[k]! += each.values[k]! / all.length;
  return { values: mean, classes };
}
