import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { fc, test } from '@fast-check/vitest';
import { afterEach, beforeEach, describe, expect, vi } from 'vitest';
import { gather, type Samples } from '../../src/data/data.ts';
import { idxDataSet, parseIdx, readIdx } from '../../src/data/idx.ts';
import { dataSets, loadSplit } from '../../src/data/index.ts';
import { splitOf } from '../../src/data/split.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mortal-data-'));
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
  vi.stubEnv('MORTAL_DATA', undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** An idx file of bytes 0, 1, 2 … */
function idxOf(...shape: number[]): Uint8Array {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([0, 0, 8, shape.length]);
  shape.forEach((size, i) => {
    header.writeUInt32BE(size, 4 + 4 * i);
  });
  return Buffer.concat([
    header,
    Buffer.from(Array.from({ length: shape.reduce((p, n) => p * n, 1) }, (_, k) => k % 256)),
  ]);
}

/** Made-up samples; sample i has label i % 10 and pixels that tell it from all others. */
function made(length: number): Samples {
  const pixels = Uint8Array.from({ length: length * 4 }, (_, k) => (k >> 2) >> (8 * (k & 3)));
  const labels = Uint8Array.from({ length }, (_, i) => i % 10);
  return { pixels, labels, inputs: 4, width: 2, height: 2, classes: 10, length };
}
const namesOf = ({ pixels, length }: Samples) =>
  Array.from({ length }, (_, i) => new DataView(pixels.buffer, pixels.byteOffset).getUint32(4 * i, true));

describe('mnist', () => {
  const sizes = { set: 'mnist', train: 2000, validation: 1000, test: 500 };

  test('has images of the sizes asked for, in shared memory, with every class about as often', async () => {
    const { training, validation, test: judged } = await loadSplit(sizes);
    expect([training.length, validation.length, judged.length]).toEqual([2000, 1000, 500]);
    for (const samples of [training, validation, judged]) {
      const { pixels, labels, length, inputs, width, height, classes } = samples;
      expect([inputs, width, height, classes]).toEqual([784, 28, 28, 10]);
      expect([pixels.length, labels.length]).toEqual([784 * length, length]);
      expect(pixels.buffer).toBeInstanceOf(SharedArrayBuffer);
      const counts = new Float64Array(10);
      labels.forEach(label => {
        counts[label]!++;
      });
      for (const count of counts) expect(Math.abs(count / length - 0.1)).toBeLessThan(0.04);
    }
  });

  test('images stay with their labels: an image of the training file is found with its own', async () => {
    const { test: judged } = await loadSplit(sizes);
    expect([...judged.labels.subarray(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]); // as published
    const { training } = await loadSplit({ ...sizes, train: 60000, validation: 0 });
    const ink = new Float64Array(10);
    const counts = new Float64Array(10);
    training.labels.forEach((label, i) => {
      counts[label]!++;
      ink[label]! += training.pixels[i * 784 + 14 * 28 + 14]! / 255; // the pixel in the middle
    });
    expect(ink[0]! / counts[0]!).toBeLessThan(0.1); // a zero is hollow
    expect(ink[1]! / counts[1]!).toBeGreaterThan(0.8); // a one is not
    expect([...counts]).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]); // as published
  });

  test('the same sizes are the same images, by their digest', async () => {
    const [one, other] = [await loadSplit(sizes), await loadSplit(sizes)];
    expect(one.digest).toBe(other.digest);
    expect(one.digest).toBe('1e5c6860b07434ac0fa53e394ffeada86a34e8d2cd20686c81e0802fb3368e23');
    expect((await loadSplit({ ...sizes, test: 501 })).digest).not.toBe(one.digest);
  });

  test('more training images are the fewer ones and others; validation likewise, from the back', async () => {
    const [few, many] = [
      await loadSplit(sizes),
      await loadSplit({ ...sizes, train: 3000, validation: 1500 }),
    ];
    expect(many.training.labels.subarray(0, 2000)).toEqual(few.training.labels);
    expect(many.validation.labels.subarray(500)).toEqual(few.validation.labels);
  });

  test('sizes that overlap or exceed the set are refused', async () => {
    await expect(loadSplit({ ...sizes, train: 55000, validation: 5001 })).rejects.toThrow(
      'train 55000 and validation 5001 overlap: mnist has 60000 training images',
    );
    await expect(loadSplit({ ...sizes, test: 10001 })).rejects.toThrow(
      'test 10001: mnist has 10000 test images',
    );
    await expect(loadSplit({ ...sizes, train: 1.5 })).rejects.toThrow(
      'train of mnist: wanted a count but got 1.5',
    );
  });

  test('is listed with its sizes; a set that is not there, with what to do', () => {
    const [mnist, fashion] = dataSets();
    expect(mnist!.found).toMatchObject({ training: 60000, test: 10000, width: 28, height: 28, classes: 10 });
    expect(fashion!.name).toBe('fashion-mnist');
    expect(fashion!.found ?? fashion!.problem).toBeDefined();
  });

  test('an unknown set is refused with the names there are', async () => {
    await expect(loadSplit({ ...sizes, set: 'minst' })).rejects.toThrow(
      'no data set "minst": there are mnist, fashion-mnist, cifar10, characters, recall',
    );
  });
});

describe('splits', () => {
  test.prop([fc.integer({ min: 1, max: 300 }), fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(20)])(
    'training, validation and test do not meet, whatever the sizes',
    (length, share, judged) => {
      const train = Math.floor(share * length);
      const all = { training: made(length), test: made(20) };
      const split = splitOf('made-up', all, { train, validation: length - train, test: judged });
      const used = [...namesOf(split.training), ...namesOf(split.validation)];
      expect(used.toSorted((i, j) => i - j)).toEqual(Array.from({ length }, (_, i) => i));
      expect(namesOf(split.test)).toEqual(Array.from({ length: judged }, (_, i) => i));
      for (const samples of [split.training, split.validation])
        expect([...samples.labels]).toEqual(namesOf(samples).map(name => name % 10));
    },
  );

  test('every set has an order of its own', () => {
    const order = (name: string) =>
      namesOf(
        splitOf(name, { training: made(100), test: made(1) }, { train: 100, validation: 0, test: 0 })
          .training,
      );
    expect(order('one')).not.toEqual(order('two'));
    expect(order('one')).not.toEqual(order('one').toSorted((i, j) => i - j));
  });

  test('a batch becomes numbers from 0 to 1', () => {
    const images = { rows: 2, columns: 5, data: new Float32Array(10).fill(-1) };
    const labels = new Uint8Array(2);
    const pixels = Uint8Array.of(0, 255, 51, 0, 255, 0, 0, 102, 1, 2, 3, 4);
    gather({ ...made(3), pixels }, Uint32Array.of(9, 1, 2), 1, images, labels);
    expect([...labels]).toEqual([1, 2]);
    expect([...images.data].map(v => Math.round(v * 255))).toEqual([255, 0, 0, 102, -255, 1, 2, 3, 4, -255]);
  });
});

describe('idx files', () => {
  test('are read plain or gzipped', () => {
    const bytes = idxOf(2, 3, 4);
    writeFileSync(join(folder, 'plain'), bytes);
    writeFileSync(join(folder, 'packed.gz'), gzipSync(bytes));
    for (const name of ['plain', 'packed.gz']) {
      const { shape, bytes: data } = readIdx(join(folder, name), sha256(bytes));
      expect(shape).toEqual([2, 3, 4]);
      expect([...data]).toEqual(Array.from({ length: 24 }, (_, k) => k));
    }
  });

  test('are refused when their sum is another, naming file, wanted and got', () => {
    const bytes = idxOf(3);
    const path = join(folder, 'labels');
    writeFileSync(path, bytes);
    const wanted = '0'.repeat(64);
    expect(() => readIdx(path, wanted)).toThrow(
      `${path} is not the file it should be: wanted SHA-256 ${wanted} but got ${sha256(bytes)}`,
    );
  });

  test('are refused when torn', () => {
    const path = join(folder, 'torn.gz');
    writeFileSync(path, gzipSync(idxOf(100)).subarray(0, 40));
    expect(() => readIdx(path, '')).toThrow(`${path} is not a sound gzip file`);
    expect(() => parseIdx(idxOf(2, 3).subarray(0, 15), 'f')).toThrow('f announces 2 × 3 bytes but has 3');
    expect(() => parseIdx(idxOf(2, 3).subarray(0, 6), 'f')).toThrow('f ends within its header');
    expect(() => parseIdx(Buffer.from('<html>'), 'f')).toThrow('f is no idx file');
  });
});

describe('where files are looked for', () => {
  const files = {
    'train-images-idx3-ubyte': idxOf(6, 2, 2),
    'train-labels-idx1-ubyte': idxOf(6),
    't10k-images-idx3-ubyte': idxOf(3, 2, 2),
    't10k-labels-idx1-ubyte': idxOf(3),
  };
  const sums = Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, sha256(bytes)])) as {
    [F in keyof typeof files]: string;
  };
  const set = () =>
    idxDataSet({
      name: 'made-up',
      description: '',
      source: '',
      classes: 10,
      sums,
      packaged: () => [join(folder, 'package')],
      remedy: 'make some',
    });
  const put = (place: string, names = Object.keys(files) as (keyof typeof files)[]) => {
    mkdirSync(place, { recursive: true });
    for (const [i, name] of names.entries())
      writeFileSync(join(place, i % 2 ? name : `${name}.gz`), i % 2 ? files[name] : gzipSync(files[name]));
    return place;
  };

  test("the user's folder comes first, then the cache, then packages", () => {
    const packaged = put(join(folder, 'package'));
    expect(set().load()).toMatchObject({
      folder: packaged,
      training: { length: 6, width: 2 },
      test: { length: 3 },
    });
    const cached = put(join(folder, 'cache', 'mortal', 'made-up'));
    expect(set().load().folder).toBe(cached);
    vi.stubEnv('MORTAL_DATA', join(folder, 'mine'));
    expect(set().load().folder).toBe(cached);
    const mine = put(join(folder, 'mine', 'made-up'));
    expect(set().load().folder).toBe(mine);
  });

  test('a folder without all files is passed over', () => {
    put(join(folder, 'cache', 'mortal', 'made-up'), ['train-images-idx3-ubyte']);
    const packaged = put(join(folder, 'package'));
    expect(set().load().folder).toBe(packaged);
  });

  test('without files the error names them, the folders and what to do', () => {
    expect(() => set().load()).toThrow(
      /made-up not found: wanted train-images-idx3-ubyte, .* in one of .*cache.*, .*package; make some/,
    );
  });
});
