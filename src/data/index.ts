/** @file The data sets, one line each, and how to get at them. Nothing is downloaded but what is asked for by name (`fetchDataSet`). */

import { characters } from './characters.ts';
import { cifar10 } from './cifar10.ts';
import type { Baseline, DataSet, Split } from './data.ts';
import { fashionMnist } from './fashion-mnist.ts';
import { mnist } from './mnist.ts';
import { recall } from './recall.ts';
import { digestOf, type SplitSizes, splitOf } from './split.ts';
import { standardised } from './standardise.ts';

const sets: readonly DataSet[] = [mnist, fashionMnist, cifar10, characters, recall];

/** Names a scenario may ask for. */
export const dataSetNames: readonly string[] = sets.map(set => set.name);

/** What `mortal data` says of one data set. */
export interface DataSetReport {
  readonly name: string;
  readonly description: string;
  readonly source: string;
  /** folders that were or would be looked at, in this order */
  readonly lookedIn: readonly string[];
  /** the folder it was found in, and what is in it */
  readonly found?: {
    readonly folder: string;
    readonly training: number;
    readonly test: number;
    readonly inputs: number;
    readonly width: number;
    readonly height: number;
    readonly classes: number;
    /** SHA-256 over all of it */
    readonly digest: string;
    /** Test errors without learning, where the set says some. Takes a moment. */
    baselines(): readonly Baseline[];
  };
  /** why it cannot be used */
  readonly problem?: string;
}

/** Looks for every data set, or those named, and reads it whole. */
export function dataSets(names: readonly string[] = dataSetNames): DataSetReport[] {
  return sets
    .filter(({ name }) => names.includes(name))
    .map(set => {
      const { name, description, source } = set;
      const about = { name, description, source, lookedIn: set.places() };
      try {
        const { folder, training, test } = set.load();
        const { inputs, width, height, classes } = training;
        const digest = digestOf([training, test]);
        return {
          ...about,
          found: {
            folder,
            training: training.length,
            test: test.length,
            inputs,
            width,
            height,
            classes,
            digest,
            baselines: () => set.baselines?.(training, test) ?? [],
          },
        };
      } catch (error) {
        return { ...about, problem: (error as Error).message };
      }
    });
}

/**
 * Fetches a set that does not come with the program, into the first folder where it is looked for.
 * @returns that folder; undefined where there is nothing to fetch @throws Error when it cannot be had
 */
export function fetchDataSet(name: string, tell: (folder: string) => void): string | undefined {
  const set = sets.find(each => each.name === name);
  if (!set?.fetch) return undefined;
  const folder = set.places()[0]!;
  tell(folder);
  set.fetch(folder);
  return folder;
}

/**
 * The images of a trial, in memory that worker threads can share.
 *
 * @throws Error when there is no such set, or its files are missing or not what they should be
 * @throws RangeError when it has not as many images
 */
export async function loadSplit(
  data: { readonly set: string; readonly jitter?: number; readonly pixels?: 'standardised' } & SplitSizes,
): Promise<Split> {
  const set = sets.find(({ name }) => name === data.set);
  if (!set) throw new Error(`no data set "${data.set}": there are ${dataSetNames.join(', ')}`);
  const { set: _name, jitter = 0, pixels, ...sizes } = data;
  const plain = splitOf(set.name, set.load(), sizes);
  const split = pixels === 'standardised' ? standardised(plain) : plain;
  return jitter > 0 ? { ...split, training: { ...split.training, jitter } } : split;
}
