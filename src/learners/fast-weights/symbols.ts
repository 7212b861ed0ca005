/**
 * @file Pictures as sequences: every row one symbol of as many places as there are classes, the first row left for the label. A step of a
 * sequence is a symbol with the one behind it; on the chip's lines it is the last row of a picture that is dark otherwise, and a label.
 */
import type { Samples } from '../../data/data.ts';
import type { Engine } from '../../engine/engine.ts';
import { type Matrix, rowsOf } from '../../engine/matrix.ts';

export interface Steps {
  /** Puts step `t` (from 0, `count` of them, the last one just before the question) on `picture` and says which symbol followed in `next`. */
  read(images: Matrix, t: number): { readonly picture: Matrix; readonly next: Uint8Array };
  /** A picture of the last symbol alone. */
  question(images: Matrix): Matrix;
}

/** @throws RangeError when pictures are not sequences, or too short */
export function stepsOf(
  { width, inputs, classes }: Pick<Samples, 'width' | 'inputs' | 'classes'>,
  count: number,
  batch: number,
  engine: Engine,
): Steps {
  const height = inputs / width;
  if (width !== classes || height < count + 2)
    throw new RangeError(
      `fast weights remember symbols: they need pictures with a row of ${classes} pixels, one a class, for each symbol and ${count + 2} rows, got ${height} rows of ${width}`,
    );
  const room = engine.matrix(batch, inputs);
  const next = new Uint8Array(batch);

  /** A picture of one row, at the place of the last. */
  function alone(images: Matrix, row: number): Matrix {
    const picture = rowsOf(room, 0, images.rows);
    picture.data.fill(0);
    for (let b = 0; b < images.rows; b++) {
      const from = b * inputs + row * width;
      picture.data.set(images.data.subarray(from, from + width), (b + 1) * inputs - width);
    }
    return picture;
  }

  return {
    read(images, t) {
      const row = height - 1 - count + t;
      for (let b = 0; b < images.rows; b++)
        next[b] = brightest(images.data, b * inputs + (row + 1) * width, width);
      return { picture: alone(images, row), next: next.subarray(0, images.rows) };
    },
    question: images => alone(images, height - 1),
  };
}

function brightest(data: Float32Array, at: number, width: number): number {
  let best = 0;
  for (let i = 1; i < width; i++) if (data[at + i]! > data[at + best]!) best = i;
  return best;
}
