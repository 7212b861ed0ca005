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
  let end = 0;
  const entries: Record<string, Entry> = {};
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    entries[name] = { dtype: 'F32', shape, data_offsets: [end, end + data.byteLength] };
    end += data.byteLength;
  }
  const body = new Uint8Array(end);
  for (const [name, { data }] of Object.entries(tensors))
    body.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), entries[name]!.data_offsets[0]);
  const text = new TextEncoder().encode(
    JSON.stringify({ __metadata__: { ...metadata, sha256: sha256(body) }, ...entries }),
  );
  const header = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20); // spaces: numbers start at a multiple of 8
  header.set(text);
  const bytes = new Uint8Array(8 + header.length + body.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  bytes.set(body, 8 + header.length);
  return bytes;
}

/** What a file holds. @throws Error that says what is wrong with it */
export function decode(contents: Uint8Array): Tensors {
  const bytes = new Uint8Array(contents.buffer, contents.byteOffset, contents.length); // the `slice` of a Buffer copies nothing
  if (bytes.length < 8) throw new Error(`is ${bytes.length} bytes long: no safetensors file`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > bytes.length - 8)
    throw new Error(
      `says its header is ${length} bytes long, but has ${bytes.length - 8}: no safetensors file, or cut off`,
    );
  const { __metadata__: metadata = {}, ...entries } = headerOf(bytes.subarray(8, 8 + length));
  const body = bytes.slice(8 + length); // a copy starts where floats may start
  const tensors = Object.fromEntries(
    Object.entries(entries as Record<string, Entry>).map(([name, entry]) => [
      name,
      readTensor(name, entry, body),
    ]),
  );
  const { sha256: wanted, ...rest } = metadata as Record<string, string>;
  if (wanted !== undefined && wanted !== sha256(body))
    throw new Error('is damaged: its numbers are not those that were saved (SHA-256 differs)');
  return { tensors, metadata: rest };
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
