/**
 * @file Negative data that a chip writes itself: text. Windows of symbols are continued by what its own softmax holds for likely, each
 * symbol sampled, and every window with the symbol behind it is a negative case. A dream goes on from step to step, for ninety symbols, and
 * then starts again from a real window; all but its first ten are windows that nobody has written.
 *
 * A picture is read as text: every row one symbol of as many places as there are classes, the first row left for the label. After an early
 * draft of Hinton 2022 (see its section 5), where strings of a hundred symbols were made from their first ten.
 */
import type { Samples } from '../../data/data.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Matrix } from '../../engine/matrix.ts';
import { type Stream, uniforms } from '../../engine/streams.ts';

/** Symbols of one dream. */
const dreamLength = 90;

export interface Dreams {
  /** the windows now [batch, inputs], pixels in [0, 1] */
  readonly windows: Matrix;
  /** the symbol behind each, as drawn last */
  readonly next: Uint8Array;
  /** Draws the symbol behind every window. @param probabilities [batch, classes] */
  draw(probabilities: Matrix): void;
  /** Moves every window on by the symbol drawn. */
  advance(): void;
  /** Dreams that have ended start again from the real windows in their place; all of them the first time, and from then on in turn. */
  begin(images: Matrix): void;
}

/** @throws RangeError when pictures are not text */
export function dreams(
  { width, inputs, classes }: Pick<Samples, 'width' | 'inputs' | 'classes'>,
  batch: number,
  engine: Engine,
  draws: Stream,
): Dreams {
  if (width !== classes || inputs < 2 * width)
    throw new RangeError(
      `dreamt negatives are text: they need pictures with a row of ${classes} pixels, one a class, for each symbol, got rows of ${width}`,
    );
  const windows = engine.matrix(batch, inputs);
  const next = new Uint8Array(batch);
  let steps = 0;
  engine.keep(
    () => steps,
    kept => {
      steps = kept;
    },
  );
  return {
    windows,
    next,
    begin(images) {
      for (let b = 0; b < batch; b++)
        if (steps === 0 || (steps + b) % dreamLength === 0)
          windows.data.set(images.data.subarray(b * inputs, (b + 1) * inputs), b * inputs);
      steps++;
    },
    draw(probabilities) {
      const numbers = uniforms(draws, batch);
      for (let b = 0; b < batch; b++) next[b] = drawn(probabilities, b, numbers[b]!);
    },
    advance() {
      for (let b = 0; b < batch; b++) {
        const from = b * inputs;
        const end = from + inputs;
        windows.data.copyWithin(from + width, from + 2 * width, end);
        windows.data.fill(0, end - width, end);
        windows.data[end - width + next[b]!] = 1;
      }
    },
  };
}

/** A column of row `b`, in proportion to its probability. @param number uniform in [0, 1) */
function drawn({ columns, data }: Matrix, b: number, number: number): number {
  let left = number;
  for (let c = 0; c < columns - 1; c++) {
    left -= data[b * columns + c]!;
    if (left < 0) return c;
  }
  return columns - 1;
}
