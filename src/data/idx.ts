/**
 * @file Data sets in the files that MNIST introduced: four idx files, plain or gzipped, of bytes behind a header of big-endian
 * sizes. Their contents are known in advance, by SHA-256.
 * Format: LeCun, Cortes and Burges, "The MNIST database of handwritten digits".
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { DataSet, Samples } from './data.ts';
import { filesIn, placesOf } from './places.ts';

/** An array of bytes of any number of dimensions, slowest first. */
export interface Idx {
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** What tells one data set of idx files from another. */
export interface IdxSource {
  readonly name: string;
  readonly description: string;
  readonly source: string;
  readonly classes: number;
  /** SHA-256 of each file's contents, uncompressed */
  readonly sums: { readonly [File in IdxFile]: string };
  /** folders that packages put the files in */
  packaged(): string[];
  /** what a user runs or does when the files are not there */
  readonly remedy: string;
}

const fileNames = [
  'train-images-idx3-ubyte',
  'train-labels-idx1-ubyte',
  't10k-images-idx3-ubyte',
  't10k-labels-idx1-ubyte',
] as const;
type IdxFile = (typeof fileNames)[number];

/** A data set of four idx files. */
export function idxDataSet(set: IdxSource): DataSet {
  const { name, description, source } = set;
  const places = () => placesOf(name, set.packaged());
  return {
    name,
    description,
    source,
    places,
    load() {
      const found = places()
        .map(folder => ({ folder, paths: filesIn(folder, fileNames) }))
        .find(p => p.paths);
      if (!found?.paths)
        throw new Error(
          `data set ${name} not found: wanted ${fileNames.join(', ')} (each plain or .gz) in one of ${places().join(', ')}; ${set.remedy}`,
        );
      const [trainImages, trainLabels, testImages, testLabels] = fileNames.map((file, i) =>
        readIdx(found.paths![i]!, set.sums[file]),
      ) as [Idx, Idx, Idx, Idx];
      return {
        folder: found.folder,
        training: samplesOf(trainImages, trainLabels, set),
        test: samplesOf(testImages, testLabels, set),
      };
    },
  };
}

/** Reads an idx file of bytes. @throws Error naming the file when its contents have not the wanted SHA-256 */
export function readIdx(path: string, wanted: string): Idx {
  const raw = readFileSync(path);
  let contents: Buffer;
  try {
    contents = path.endsWith('.gz') ? gunzipSync(raw) : raw;
  } catch (error) {
    throw new Error(`${path} is not a sound gzip file (${(error as Error).message}): fetch it again`);
  }
  const sum = createHash('sha256').update(contents).digest('hex');
  if (sum !== wanted)
    throw new Error(
      `${path} is not the file it should be: wanted SHA-256 ${wanted} but got ${sum}: remove it or fetch it again`,
    );
  return parseIdx(contents, path);
}

/** Takes an idx array apart. @param name of the file, for errors */
export function parseIdx(contents: Uint8Array, name: string): Idx {
  const view = new DataView(contents.buffer, contents.byteOffset, contents.byteLength);
  if (contents.length < 4 || view.getUint16(0) !== 0 || contents[2] !== 8)
    throw new Error(`${name} is no idx file of bytes: it does not begin with 0, 0, 8`);
  const dimensions = contents[3]!;
  const start = 4 + 4 * dimensions;
  if (contents.length < start) throw new Error(`${name} ends within its header`);
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const wanted = shape.reduce((product, size) => product * size, 1);
  if (contents.length - start !== wanted)
    throw new Error(`${name} announces ${shape.join(' × ')} bytes but has ${contents.length - start}`);
  return { shape, bytes: contents.subarray(start) };
}

function samplesOf(images: Idx, labels: Idx, set: IdxSource): Samples {
  const [length, height, width, channels = 1] = images.shape as [number, number, number, number?];
  return {
    pixels: images.bytes,
    labels: labels.bytes,
    inputs: width * height * channels,
    width,
    height,
    classes: set.classes,
    length,
  };
}
