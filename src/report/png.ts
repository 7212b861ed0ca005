/**
 * @file A PNG of few grey levels with a transparent ground, and of some colours: all that pictures of weights need.
 * @see Portable Network Graphics, W3C Recommendation: colour type 3 (palette), filter 0
 */
import { crc32, deflateSync } from 'node:zlib';

/** Grey levels of the palette; index 0 is transparent, 1 … `greys` run from black to white. */
export const greys = 32;

/**
 * Encodes a picture.
 * @param pixels palette indices, row after row. [height, width]
 * @param colours behind the greys in the palette, as "#rrggbb"
 */
export function png(
  width: number,
  height: number,
  pixels: Uint8Array,
  colours: readonly string[] = [],
): Buffer {
  if (pixels.length !== width * height) {
    throw new RangeError(
      `a picture of ${width} × ${height} has ${width * height} pixels, but got ${pixels.length}`,
    );
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8); // 8 bits, palette, deflate, filters by row, not interlaced
  const palette = Buffer.alloc(3 * (greys + 1 + colours.length));
  for (let k = 0; k < greys; k++) palette.fill(Math.round((255 * k) / (greys - 1)), 3 * (k + 1), 3 * (k + 2));
  colours.forEach((colour, k) => {
    palette.write(colour.slice(1), 3 * (greys + 1 + k), 'hex');
  });
  const rows = Buffer.alloc((width + 1) * height); // each row behind its filter byte, 0
  for (let i = 0; i < height; i++) rows.set(pixels.subarray(i * width, (i + 1) * width), i * (width + 1) + 1);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('PLTE', palette),
    chunk('tRNS', Buffer.from([0])),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}
