/**
 * @file Negative data without labels: hybrids of two images, one where a mask of large regions is 1 and the other where it is 0. Short-range
 * correlations are those of real images, long-range ones are not (Hinton 2022, section 3.2 and figure 1).
 */
import type { Matrix } from '../../engine/matrix.ts';
import { integers, type Stream, words } from '../../engine/streams.ts';

/** Masks, each of one byte (0 or 1) a pixel, mask after mask. */
export interface Masks {
  readonly pixels: number;
  readonly count: number;
  readonly bits: Uint8Array;
}

/**
 * Masks of large regions: random bits, blurred `blurs` times with [¼, ½, ¼] in both directions and cut at ½. The edge repeats the
 * outermost pixel. A cut of noise that was blurred k times has regions of some √k pixels, half of them ones.
 */
export function regionMasks(
  { width, height }: { width: number; height: number },
  count: number,
  blurs: number,
  stream: Stream,
): Masks {
  const pixels = width * height;
  const bits = new Uint8Array(count * pixels);
  const field = new Float32Array(pixels);
  for (let m = 0; m < count; m++) {
    const word = words(stream, Math.ceil(pixels / 32));
    for (let i = 0; i < pixels; i++) field[i] = (word[i >> 5]! >>> (i & 31)) & 1;
    for (let k = 0; k < blurs; k++) {
      for (let y = 0; y < height; y++) blurLine(field, y * width, 1, width);
      for (let x = 0; x < width; x++) blurLine(field, x, width, height);
    }
    for (let i = 0; i < pixels; i++) bits[m * pixels + i] = field[i]! > 0.5 ? 1 : 0;
  }
  return { pixels, count, bits };
}

/** [¼, ½, ¼] along a line of `length` pixels, `stride` apart, from `at` on. */
function blurLine(field: Float32Array, at: number, stride: number, length: number): void {
  let before = field[at]!;
  for (let i = 0; i < length; i++, at += stride) {
    const here = field[at]!;
    const behind = i === length - 1 ? here : field[at + stride]!;
    field[at] = before / 4 + here / 2 + behind / 4;
    before = here;
  }
}

/** out = every image where a mask drawn for it is 1, another one of the batch where it is 0; the last of a batch of one with itself. */
export function hybrids(images: Matrix, masks: Masks, draws: Stream, out: Matrix): void {
  const { rows, columns, data } = images;
  const which = integers(draws, rows, masks.count);
  const others = partners(rows, draws);
  for (let b = 0; b < rows; b++) {
    const [own, other, mask] = [b * columns, others[b]! * columns, which[b]! * masks.pixels];
    for (let i = 0; i < columns; i++) out.data[own + i] = data[(masks.bits[mask + i] ? own : other) + i]!;
  }
}

/** For each of `rows` samples another one, every one as likely; itself where there is no other. */
export function partners(rows: number, draws: Stream): Uint32Array {
  const steps = rows > 1 ? integers(draws, rows, rows - 1) : new Uint32Array(1);
  return steps.map((step, b) => (b + 1 + step) % rows);
}
