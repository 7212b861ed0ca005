/** @file Colour photographs: PNG sheets and a tar archive are read right, and become the files of a set. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import { fc, test } from '@fast-check/vitest';
import { afterEach, beforeEach, describe, expect, vi } from 'vitest';
import { fetchCifar10 } from '../../src/data/cifar10-fetch.ts';
import { parseIdx } from '../../src/data/idx.ts';
import { dataSets, fetchDataSet } from '../../src/data/index.ts';
import { decodePng } from '../../src/data/png.ts';
import { filesOfTar } from '../../src/data/tar.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mortal-cifar-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** What a byte is expected to be, by the PNG specification, table 9.1; in words of its own. */
const expectations: ((left: number, above: number, corner: number) => number)[] = [
  () => 0,
  left => left,
  (_, above) => above,
  (left, above) => Math.floor((left + above) / 2),
  (left, above, corner) =>
    [left, above, corner].reduce((best, value) =>
      Math.abs(left + above - corner - value) < Math.abs(left + above - corner - best) ? value : best,
    ),
];

/** A PNG of these bytes [height × width × 3], line y by filter filters[y], its data in two chunks. */
function pngOf(width: number, bytes: Uint8Array, filters: readonly number[], colours = 2): Buffer {
  const line = 3 * width;
  const height = filters.length;
  const stored = Buffer.alloc(height * (line + 1));
  const at = (y: number, i: number) => (y < 0 || i < 0 ? 0 : bytes[y * line + i]!);
  for (let y = 0; y < height; y++) {
    stored[y * (line + 1)] = filters[y]!;
    for (let i = 0; i < line; i++)
      stored[y * (line + 1) + 1 + i] =
        at(y, i) - expectations[filters[y]!]!(at(y, i - 3), at(y - 1, i), i < 3 ? 0 : at(y - 1, i - 3));
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, colours, 0, 0, 0], 8);
  const chunk = (type: string, data: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    return Buffer.concat([length, Buffer.from(type), data, Buffer.alloc(4)]);
  };
  const deflated = deflateSync(stored);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('tEXt', Buffer.from('a note')),
    chunk('IDAT', deflated.subarray(0, 7)),
    chunk('IDAT', deflated.subarray(7)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

describe('a PNG', () => {
  test.prop([
    fc.integer({ min: 1, max: 9 }),
    fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 7 }),
    fc.infiniteStream(fc.integer({ min: 0, max: 255 })),
  ])('of any pixels and filters is read as it was written', (width, filters, numbers) => {
    const bytes = Uint8Array.from({ length: 3 * width * filters.length }, () => numbers.next().value!);
    const picture = decodePng(pngOf(width, bytes, filters), 'x.png');
    expect(picture).toEqual({ width, height: filters.length, bytes });
  });

  test('of another kind, or none, is refused by name', () => {
    const bytes = new Uint8Array(6);
    expect(() => decodePng(pngOf(2, bytes, [0], 6), 'x.png')).toThrow('x.png is not of eight bits a channel');
    expect(() => decodePng(Buffer.from('GIF89a'), 'x.png')).toThrow('x.png is no PNG');
  });
});

describe('a tar archive', () => {
  test('as tar packs it has its files, whatever their sizes', () => {
    mkdirSync(join(folder, 'package'));
    const files = {
      'package/a.txt': 'some words',
      'package/b': 'x'.repeat(512),
      'package/c': '',
      'package/d': 'y'.repeat(1025),
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    execFileSync('tar', ['--format=ustar', '-cf', 'x.tar', ...Object.keys(files)], { cwd: folder });
    const read = filesOfTar(readFileSync(join(folder, 'x.tar')));
    expect(Object.fromEntries([...read].map(([name, contents]) => [name, contents.toString()]))).toEqual(
      files,
    );
  });

  test('that ends early is broken', () => {
    mkdirSync(join(folder, 'package'));
    writeFileSync(join(folder, 'package/a'), 'x'.repeat(5000));
    execFileSync('tar', ['--format=ustar', '-cf', 'x.tar', 'package/a'], { cwd: folder });
    const archive = readFileSync(join(folder, 'x.tar')).subarray(0, 2048);
    expect(() => filesOfTar(archive)).toThrow('the archive is broken at "package/a"');
  });
});

/** An archive like that of the package, with `count` images a sheet. */
function packInto(target: string, count: number, labels = 5 * count): void {
  const source = mkdtempSync(join(folder, 'package-'));
  mkdirSync(join(source, 'package'));
  const put = (name: string, contents: Buffer | string) =>
    writeFileSync(join(source, 'package', name), contents);
  [...[1, 2, 3, 4, 5].map(k => `data_batch_${k}.png`), 'test_batch.png'].forEach((name, k) => {
    const bytes = Uint8Array.from({ length: count * 3072 }, (_, i) => i * 7 + k);
    put(
      name,
      pngOf(
        1024,
        bytes,
        Array.from({ length: count }, (_, y) => y % 5),
      ),
    );
  });
  put('train_lables.json', JSON.stringify(Array.from({ length: labels }, (_, i) => i % 10)));
  put('test_lables.json', JSON.stringify(Array.from({ length: count }, (_, i) => (i + 3) % 10)));
  execFileSync('tar', ['--format=ustar', '-cf', join(folder, 'x.tar'), 'package'], { cwd: source });
  writeFileSync(join(target, 'x.tgz'), gzipSync(readFileSync(join(folder, 'x.tar'))));
  rmSync(source, { recursive: true });
}

describe('what is fetched', () => {
  test('becomes four idx files, sheet after sheet, colours side by side, and nothing else stays', () => {
    const target = join(folder, 'cifar10');
    fetchCifar10(target, room => packInto(room, 3));
    expect(readdirSync(target).sort()).toEqual([
      't10k-images-idx3-ubyte',
      't10k-labels-idx1-ubyte',
      'train-images-idx3-ubyte',
      'train-labels-idx1-ubyte',
    ]);
    const read = (name: string) => parseIdx(readFileSync(join(target, name)), name);
    const images = read('train-images-idx3-ubyte');
    expect(images.shape).toEqual([15, 32, 32, 3]);
    expect([...images.bytes.subarray(3 * 3072 * 4, 3 * 3072 * 4 + 4)]).toEqual([4, 11, 18, 25]); // of the fifth sheet
    expect(read('t10k-labels-idx1-ubyte').bytes).toEqual(Buffer.from([3, 4, 5]));
  });

  test('without a label for every image is refused, and leaves no scrap behind', () => {
    const target = join(folder, 'cifar10');
    expect(() => fetchCifar10(target, room => packInto(room, 2, 9))).toThrow(
      'has not a label for each of 10',
    );
    expect(readdirSync(target)).toEqual([]);
  });

  test('is checked by digest when it is read', () => {
    vi.stubEnv('MORTAL_DATA', folder);
    fetchCifar10(join(folder, 'cifar10'), room => packInto(room, 1));
    const [set] = dataSets(['cifar10']);
    expect(set!.found).toBeUndefined();
    expect(set!.problem).toMatch(/train-images-idx3-ubyte is not the file it should be: wanted SHA-256/);
  });

  test('a set that is not there says how to get it; one that comes with the program is not fetched', () => {
    vi.stubEnv('MORTAL_DATA', folder);
    vi.stubEnv('XDG_CACHE_HOME', folder);
    const [set] = dataSets(['cifar10']);
    expect(set!.problem).toContain('run "npx mortal data cifar10"');
    expect(fetchDataSet('mnist', () => {})).toBeUndefined();
    expect(existsSync(join(folder, 'mnist'))).toBe(false);
  });
});
