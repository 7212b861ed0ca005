/**
 * @file Reads the plainest kind of PNG: eight bits a channel, red, green and blue, not interlaced.
 * @see PNG specification (W3C), sections 5 (chunks), 9 (filters) and 10 (compression)
 */
import { inflateSync } from 'node:zlib';

/** Row after row, three bytes a pixel. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly bytes: Uint8Array;
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const channels = 3;

/** @param name of the file, for errors @throws Error where it is no such PNG */
export function decodePng(file: Uint8Array, name: string): Picture {
  const contents = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (!contents.subarray(0, 8).equals(signature)) throw new Error(`${name} is no PNG`);
  const chunks = chunksOf(contents);
  const header = chunks.find(({ type }) => type === 'IHDR')?.data;
  if (!header || header.length < 13) throw new Error(`${name} has no header`);
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const [depth, colours, , , interlacing] = header.subarray(8);
  if (depth !== 8 || colours !== 2 || interlacing !== 0)
    throw new Error(`${name} is not of eight bits a channel, red, green and blue, line after line`);
  const stored = inflateSync(
    Buffer.concat(chunks.flatMap(({ type, data }) => (type === 'IDAT' ? [data] : []))),
  );
  const line = width * channels;
  if (stored.length !== height * (line + 1)) throw new Error(`${name} ends early`);
  const bytes = new Uint8Array(height * line);
  for (let y = 0; y < height; y++) {
    const from = y * (line + 1);
    unfilter(stored[from]!, stored.subarray(from + 1, from + 1 + line), bytes, y * line, line);
  }
  return { width, height, bytes };
}

function chunksOf(contents: Buffer): { type: string; data: Buffer }[] {
  const chunks: { type: string; data: Buffer }[] = [];
  for (let at = 8; at + 12 <= contents.length; ) {
    const length = contents.readUInt32BE(at);
    chunks.push({
      type: contents.toString('latin1', at + 4, at + 8),
      data: contents.subarray(at + 8, at + 8 + length),
    });
    at += 12 + length; // its checksum is not looked at: who reads these files knows their contents by another
  }
  return chunks;
}

/** Bytes of one line from what was stored of it: what a filter expects of a byte, by those left, above and left above, is added. */
function unfilter(filter: number, stored: Uint8Array, out: Uint8Array, at: number, line: number): void {
  if (filter > 4) throw new Error(`there is no PNG filter ${filter}`);
  for (let i = 0; i < line; i++) {
    const left = i < channels ? 0 : out[at + i - channels]!;
    const above = at === 0 ? 0 : out[at + i - line]!;
    const corner = i < channels || at === 0 ? 0 : out[at + i - channels - line]!;
    let expected = 0;
    if (filter === 1) expected = left;
    else if (filter === 2) expected = above;
    else if (filter === 3) expected = (left + above) >> 1;
    else if (filter === 4) expected = paeth(left, above, corner);
    out[at + i] = stored[i]! + expected;
  }
}

/** The neighbour that is closest to left + above − corner; of equals the first. */
function paeth(left: number, above: number, corner: number): number {
  const estimate = left + above - corner;
  const [a, b, c] = [Math.abs(estimate - left), Math.abs(estimate - above), Math.abs(estimate - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? above : corner;
}
