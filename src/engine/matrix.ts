/**
 * @file The one array of the project: a row-major `Float32Array` with rows (samples) and columns (units).
 * All matrices of a trial live in one `WebAssembly.Memory`, so that kernels and matrix products read and
 * write them in place. A matrix is allocated once by whoever owns it; nothing is allocated in a training step.
 */

import { Ledger } from './ledger.ts';

/** Row-major matrix of float32. Element (i, j) is `data[i * columns + j]`. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
}

/** How far an arena has been handed out, and in what pieces. */
export interface Extent {
  readonly bytes: number;
  /** hash of the sizes of all matrices, in order */
  readonly layout: number;
}

/** Hands out matrices from one WebAssembly memory, front to back; memory is reclaimed only all at once. */
export class Arena {
  readonly memory: WebAssembly.Memory;
  /** what changes beside the matrices */
  readonly ledger = new Ledger();
  #next: number;
  #layout = 0;
  readonly #start: number;

  /**
   * @param bytes size of the memory. Pages that are never touched cost no RAM, so be generous; 4 GiB at most
   * @param reserved bytes at the front that belong to the kernels' own constants
   */
  constructor(bytes = 2 ** 30, reserved = 2 ** 16) {
    // grow() would detach every view, so the whole size is taken at once
    const pages = Math.ceil(bytes / 65536);
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    this.#start = reserved;
    this.#next = reserved;
  }

  /** A matrix of zeros, its start aligned to 64 bytes. @throws RangeError when the memory is used up */
  matrix(rows: number, columns: number): Matrix {
    if (!(Number.isInteger(rows) && Number.isInteger(columns) && rows >= 0 && columns >= 0))
      throw new RangeError(`a matrix needs whole, non-negative sizes, got ${rows} × ${columns}`);
    const at = this.#next;
    const end = at + Math.ceil((rows * columns * 4) / 64) * 64;
    if (end > this.memory.buffer.byteLength - 64)
      // kernels may read, never change, a vector behind a matrix
      throw new RangeError(
        `out of matrix memory: ${rows} × ${columns} does not fit beside ${at} of ${this.memory.buffer.byteLength} bytes`,
      );
    this.#next = end;
    this.#layout = Math.imul(Math.imul(this.#layout ^ rows, 0x01000193) ^ columns, 0x01000193) | 0;
    return { rows, columns, data: new Float32Array(this.memory.buffer, at, rows * columns).fill(0) };
  }

  /** Room for `count` whole numbers below 2^32, zeros at first, where kernels can read them. */
  indices(count: number): Uint32Array {
    const { data } = this.matrix(1, count);
    return new Uint32Array(data.buffer, data.byteOffset, count);
  }

  /** Bytes handed out so far. */
  get used(): number {
    return this.#next - this.#start;
  }

  get extent(): Extent {
    return { bytes: this.used, layout: this.#layout };
  }

  /** The first bytes handed out: all matrices of an extent, as they are. */
  bytesOf({ bytes }: Extent): Uint8Array {
    return new Uint8Array(this.memory.buffer, this.#start, bytes);
  }

  /** Takes everything up to an extent for handed out, which another arena has reached by handing it out. */
  skipTo({ bytes, layout }: Extent): void {
    if (bytes < this.used || this.#start + bytes > this.memory.buffer.byteLength - 64)
      throw new RangeError(`an arena with ${this.used} bytes handed out cannot skip to ${bytes}`);
    this.#next = this.#start + bytes;
    this.#layout = layout;
  }

  /** Forgets every matrix handed out; the next trial starts anew. */
  reset(): void {
    this.#next = this.#start;
    this.#layout = 0;
    this.ledger.clear();
  }
}

/** Rows `from` to `from + count` of `m`, sharing its numbers. */
export function rowsOf(m: Matrix, from: number, count: number): Matrix {
  if (from < 0 || count < 0 || from + count > m.rows)
    throw new RangeError(`rows ${from} to ${from + count} of a matrix of ${m.rows} rows`);
  return {
    rows: count,
    columns: m.columns,
    data: m.data.subarray(from * m.columns, (from + count) * m.columns),
  };
}
