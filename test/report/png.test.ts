import { inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { greys, png } from '../../src/report/png.ts';

/** Chunks of a PNG by type. */
function chunks(file: Buffer): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    found.set(file.toString('latin1', at + 4, at + 8), file.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  return found;
}

test('a picture comes back pixel by pixel', () => {
  const pixels = Uint8Array.from([0, 1, 2, 30, 31, 32]);
  const file = png(3, 2, pixels);
  expect(file.subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a');
  const parts = chunks(file);
  expect([...parts.keys()]).toEqual(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']);
  expect(parts.get('IHDR')!.readUInt32BE(0)).toBe(3);
  expect(parts.get('PLTE')!.length).toBe(3 * (greys + 1));
  expect([...inflateSync(parts.get('IDAT')!)]).toEqual([0, 0, 1, 2, 0, 30, 31, 32]);
});

test('colours stand behind the greys', () => {
  const palette = chunks(png(1, 1, Uint8Array.of(greys + 2), ['#010203', '#fffe0a'])).get('PLTE')!;
  expect([...palette.subarray(3 * (greys + 1))]).toEqual([1, 2, 3, 255, 254, 10]);
});

test('the last chunk has the check sum that all PNG files end with', () => {
  expect(png(1, 1, new Uint8Array(1)).subarray(-4).toString('hex')).toBe('ae426082');
});

test('a wrong number of pixels is refused', () => {
  expect(() => png(2, 2, new Uint8Array(3))).toThrow('has 4 pixels, but got 3');
});
