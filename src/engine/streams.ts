/**
 * @file Random numbers by name. A stream is named by a path (`chip/3/layer/1/read`) and keyed from the seed of the trial;
 * number `index` of a stream depends on (seed, path, index) alone, never on order, thread or worker.
 * The generator is Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"), counter based:
 * block n of a stream is philox(key, n) and holds four 32-bit numbers.
 *
 * Here are small draws, for drawing a chip or shuffling a data set. Large ones are kernels (`kernels.ts`) that
 * yield the same numbers: number k of a stream is the same in both, Gaussians to about 1e-6.
 */
import seedrandom from 'seedrandom';

/** A named sequence of random numbers and how far it has been read. */
export interface Stream {
  readonly path: string;
  readonly key0: number;
  readonly key1: number;
  /** next block of four numbers; whole, below 2^53 */
  position: number;
}

/**
 * The stream `path` of `seed`, at its beginning. The key is the first two words that seedrandom's ARC4 yields for
 * the JSON text of [seed, path] (JSON, because ARC4 cannot tell a text from the same text repeated). Seed 1 and seed '1' are the same.
 */
export function streamOf(seed: string | number, path: string): Stream {
  const latin1 = Buffer.from(JSON.stringify([String(seed), path])).toString('latin1'); // ARC4 sees bytes only
  const random = seedrandom(latin1);
  return { path, key0: random.int32() >>> 0, key1: random.int32() >>> 0, position: 0 };
}

/**
 * One block of Philox4x32-10.
 *
 * @param out four 32-bit numbers are written from `at` on
 * @see Salmon et al. 2011, section 5.3; Random123's known answer for zeros is 6627e8d5 e169c58d bc57ac4c 9b00dbd8
 */
export function philox4x32(
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
  out: Uint32Array = new Uint32Array(4),
  at = 0,
): Uint32Array {
  for (let round = 0; round < 10; round++) {
    const high0 = highProduct(0xd2511f53, c0);
    const low0 = Math.imul(0xd2511f53, c0);
    const high1 = highProduct(0xcd9e8d57, c2);
    const low1 = Math.imul(0xcd9e8d57, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  out[at] = c0;
  out[at + 1] = c1;
  out[at + 2] = c2;
  out[at + 3] = c3;
  return out;
}

/** Upper 32 bits of the 64-bit product of two unsigned 32-bit numbers. */
function highProduct(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16); // below 2^32
  const cross = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + (middle >>> 16) + (cross >>> 16)) | 0;
}

/** The next `n` numbers of 32 random bits; advances by whole blocks of four. */
export function words(stream: Stream, n: number): Uint32Array {
  const blocks = Math.ceil(n / 4);
  const all = new Uint32Array(4 * blocks);
  for (let block = 0; block < blocks; block++) {
    const counter = stream.position + block;
    philox4x32(counter | 0, Math.floor(counter / 2 ** 32), 0, 0, stream.key0, stream.key1, all, 4 * block);
  }
  stream.position += blocks;
  return all.subarray(0, n);
}

/** The next `n` numbers, uniform in [0, 1) with 24 bits; advances by whole blocks of four. */
export function uniforms(stream: Stream, n: number): Float32Array {
  return Float32Array.from(words(stream, n), word => (word >>> 8) * 2 ** -24);
}

/**
 * The next `n` numbers of N(0, 1); advances by whole blocks of four. Words 2i and 2i + 1 make numbers 2i and 2i + 1:
 * √(−2 ln u) cos φ and √(−2 ln u) sin φ, with u in (0, 1] of 31 bits, φ a full turn of 32 bits. |N| stays below 6.67.
 *
 * @see Box and Muller 1958
 */
export function gaussians(stream: Stream, n: number): Float32Array {
  const word = words(stream, n + (n % 2));
  const out = new Float32Array(n);
  for (let k = 0; k < n; k += 2) {
    const u = Math.fround(Math.fround(word[k]! >>> 1) + 0.5) * 2 ** -31;
    const radius = Math.sqrt(-2 * Math.log(u));
    const angle = ((2 * Math.PI) / 2 ** 32) * word[k + 1]!;
    out[k] = radius * Math.cos(angle);
    out[k + 1] = radius * Math.sin(angle); // beyond the end when n is odd: dropped
  }
  return out;
}

/** The next `n` whole numbers, uniform in 0 … below − 1; advances by whole blocks of four. `below` is at most 2^32. */
export function integers(stream: Stream, n: number, below: number): Uint32Array {
  return words(stream, n).map(word => scaled(word, below));
}

/** One whole number, uniform in 0 … below − 1; advances by one block. `below` is at most 2^32. */
export function integer(stream: Stream, below: number): number {
  return scaled(words(stream, 1)[0]!, below);
}

/** The numbers 0 … n − 1 in random order (Fisher and Yates); advances by whole blocks of four. [n] */
export function permutation(stream: Stream, n: number): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  const word = words(stream, n);
  for (let i = n - 1; i > 0; i--) {
    const j = scaled(word[i]!, i + 1);
    const kept = order[i]!;
    order[i] = order[j]!;
    order[j] = kept;
  }
  return order;
}

/** 32 random bits as a whole number below `below`; uneven by at most below / 2^32. */
function scaled(word: number, below: number): number {
  return Math.floor((word * below) / 2 ** 32);
}
