/**
 * @file Named arrays in one file that Python reads as well (`safetensors.numpy.load_file`): eight bytes with the length of the header, the
 * header as JSON, then the numbers, little endian. What else there is to say stands in the header's `__metadata__`, texts by name, among
 * them a SHA-256 of the numbers, so that a damaged file is known.
 * @see https://github.com/huggingface/safetensors, "Format"
 */
import { createHash } from 'node:crypto';
import type { Engine } from './engine.ts';
import type { Matrix } from './matrix.ts';

/** An array of float32 numbers with its shape. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A matrix as it is now; what becomes of it later does not change the array. */
export const tensorOf = ({ rows, columns, data }: Matrix): Tensor => ({
  shape: [rows, columns],
  data: data.slice(),
});

/** The matrix of an array with two directions. */
export function matrixOf({ shape, data }: Tensor, engine: Engine): Matrix {
  const matrix = engine.matrix(shape[0]!, shape[1]!);
  matrix.data.set(data);
  return matrix;
}

/** What such a file holds. */
export interface Tensors {
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** The bytes of a file. */
export function encode({ tensors, metadata }: Tensors): Uint8Array {
  const named = Object.entries(tensors).map(([name, { shape, data }]) => ({ name, shape, data }));
  return Buffer.concat(piecesOf(named, metadata));
}

/** An array as its bytes lie in memory: one of float32 numbers, or of bytes that mean something else. */
export interface Piece {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | Uint8Array;
}

/** The bytes of a file one after the other, numbers where they lie: nothing large is copied. */
export function piecesOf(pieces: readonly Piece[], metadata: Tensors['metadata']): Uint8Array[] {
  let end = 0;
  const entries: Record<string, Entry> = {};
  const hash = createHash('sha256');
  const body: Uint8Array[] = [];
  for (const { name, shape, data } of pieces) {
    const dtype = data instanceof Float32Array ? 'F32' : 'U8';
    entries[name] = { dtype, shape, data_offsets: [end, end + data.byteLength] };
    end += data.byteLength;
    for (let from = 0; from < data.byteLength; from += atOnce)
      body.push(
        new Uint8Array(data.buffer, data.byteOffset + from, Math.min(atOnce, data.byteLength - from)),
      );
  }
  for (const part of body) hash.update(part);
  const text = new TextEncoder().encode(
    JSON.stringify({ __metadata__: { ...metadata, sha256: hash.digest('hex') }, ...entries }),
  );
  const header = new Uint8Array(8 + Math.ceil(text.length / 8) * 8).fill(0x20); // spaces: numbers start at a multiple of 8
  new DataView(header.buffer).setBigUint64(0, BigInt(header.length - 8), true);
  header.set(text, 8);
  return [header, ...body];
}

/** Neither a hash nor a file takes 2 GiB in one piece. */
const atOnce = 2 ** 28;

/** Where the bytes of a file come from. */
export interface Source {
  readonly size: number;
  /** Fills `into` with the bytes from `at` on. */
  read(into: Uint8Array, at: number): void;
}

/** A file that is read array by array, for those that would not fit into memory twice. */
export interface Opened {
  readonly metadata: Tensors['metadata'];
  /** Fills `into`, of just that size, with the bytes of an array. @throws Error where there is none such */
  fill(name: string, into: Uint8Array): void;
  /** bytes of an array; undefined where there is none */
  sizeOf(name: string): number | undefined;
  /** @throws Error where the numbers are not those that were saved */
  verify(): void;
}

/** @throws Error that says what is wrong with it */
export function open(source: Source): Opened {
  const start = new Uint8Array(8);
  if (source.size < 8) throw new Error(`is ${source.size} bytes long: no safetensors file`);
  source.read(start, 0);
  const length = lengthOfHeader(start, source.size);
  const text = new Uint8Array(length);
  source.read(text, 8);
  const { __metadata__: told = {}, ...entries } = headerOf(text) as Record<string, Entry>;
  const { sha256: wanted, ...metadata } = told as unknown as Record<string, string>;
  const placeOf = (name: string): readonly [number, number] | undefined => entries[name]?.data_offsets;
  return {
    metadata,
    sizeOf(name) {
      const place = placeOf(name);
      return place && place[1] - place[0];
    },
    fill(name, into) {
      const [from, to] = placeOf(name) ?? [0, -1];
      if (to - from !== into.length || 8 + length + to > source.size)
        throw new Error(`has not ${into.length} bytes of "${name}"`);
      for (let at = 0; at < into.length; at += atOnce)
        source.read(into.subarray(at, at + atOnce), 8 + length + from + at);
    },
    verify() {
      const hash = createHash('sha256');
      const room = new Uint8Array(2 ** 22);
      for (let at = 8 + length; at < source.size; at += room.length) {
        const part = room.subarray(0, Math.min(room.length, source.size - at));
        source.read(part, at);
        hash.update(part);
      }
      if (hash.digest('hex') !== wanted) throw new Error(damaged);
    },
  };
}

/** What a file holds. @throws Error that says what is wrong with it */
export function decode(contents: Uint8Array): Tensors {
  const bytes = new Uint8Array(contents.buffer, contents.byteOffset, contents.length); // the `slice` of a Buffer copies nothing
  if (bytes.length < 8) throw new Error(`is ${bytes.length} bytes long: no safetensors file`);
  const length = lengthOfHeader(bytes, bytes.length);
  const { __metadata__: metadata = {}, ...entries } = headerOf(bytes.subarray(8, 8 + length));
  const body = bytes.slice(8 + length); // a copy starts where floats may start
  const tensors = Object.fromEntries(
    Object.entries(entries as Record<string, Entry>).map(([name, entry]) => [
      name,
      readTensor(name, entry, body),
    ]),
  );
  const { sha256: wanted, ...rest } = metadata as Record<string, string>;
  if (wanted !== undefined && wanted !== sha256(body)) throw new Error(damaged);
  return { tensors, metadata: rest };
}

const damaged = 'is damaged: its numbers are not those that were saved (SHA-256 differs)';

/** @param start the first bytes of a file, eight at least */
function lengthOfHeader(start: Uint8Array, size: number): number {
  const length = Number(new DataView(start.buffer, start.byteOffset).getBigUint64(0, true));
  if (length > size - 8)
    throw new Error(
      `says its header is ${length} bytes long, but has ${size - 8}: no safetensors file, or cut off`,
    );
  return length;
}

function headerOf(bytes: Uint8Array): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof header === 'object' && header !== null && !Array.isArray(header))
      return header as Record<string, unknown>;
  } catch {
    // told below
  }
  throw new Error('has a header that is not JSON: no safetensors file, or damaged');
}

function readTensor(name: string, { dtype, shape, data_offsets: offsets }: Entry, body: Uint8Array): Tensor {
  if (dtype !== 'F32') throw new Error(`has "${name}" as ${dtype}; F32 is read here`);
  const [from, to] = offsets ?? [];
  const bytes = 4 * (shape ?? []).reduce((product, size) => product * size, 1);
  const fits = Number.isInteger(from) && Number.isInteger(to) && from! >= 0 && to! <= body.length;
  if (!fits || to! - from! !== bytes)
    throw new Error(`is cut off or damaged: "${name}" does not fit into its ${body.length} bytes of numbers`);
  return { shape, data: new Float32Array(body.slice(from, to).buffer) };
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
