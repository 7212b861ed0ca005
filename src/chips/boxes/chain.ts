/**
 * @file Boxes in series. Each is made for inputs of mean square 1, so rows are brought back to that between them.
 */
import type { Engine } from '../../engine/engine.ts';
import type { Matrix } from '../../engine/matrix.ts';
import type { Box, BoxLesson } from './box.ts';

/** Added to every root mean square before dividing, as by the chip's own normalisers. */
const epsilon = 1e-4;

/** @param boxes in the order that activities meet them @param units activities that pass @param batch most rows at once */
export function inSeries(boxes: readonly Box[], units: number, batch: number, engine: Engine): Box {
  const { kernels } = engine;
  const inner = boxes.slice(1);
  const raw = inner.map(() => engine.matrix(batch, units));
  const scaled = inner.map(() => engine.matrix(batch, units));
  const [errors, others] = [engine.matrix(batch, units), engine.matrix(batch, units)];
  const cut = ({ columns, data }: Matrix, rows: number): Matrix => ({
    rows,
    columns,
    data: data.subarray(0, rows * columns),
  });

  /** Sends as far as the input of the last box; the states on the way are left in `raw` and `scaled`. */
  function reach(input: Matrix): Matrix {
    let at = input;
    inner.forEach((_, k) => {
      const out = cut(raw[k]!, input.rows);
      boxes[k]!.send(at, out);
      at = cut(scaled[k]!, input.rows);
      kernels.normaliseRows(out, at, epsilon);
    });
    return at;
  }

  const memory = boxes.flatMap(box => box.memory ?? []);
  const lessons = boxes.flatMap(box => box.lesson ?? []);
  const lesson: BoxLesson = {
    perturb: sign => {
      for (const each of lessons) each.perturb(sign);
    },
    learn: difference => {
      for (const each of lessons) each.learn(difference);
    },
  };
  const can = (what: 'age' | 'rewire' | 'close') => boxes.some(box => box[what]);

  return {
    send: (input, out) => boxes.at(-1)!.send(reach(input), out),
    /** At the states of another pass of the same input: noise within the chain is drawn anew for it, memories are put back. */
    pullBack(input, d, out) {
      const remembered = memory.map(each => each.slice());
      reach(input);
      memory.forEach((each, k) => {
        each.set(remembered[k]!);
      });
      let error = d;
      for (let k = boxes.length - 1; k >= 0; k--) {
        const at = k === 0 ? input : cut(scaled[k - 1]!, input.rows);
        const before = k === 0 ? out : cut(errors, input.rows);
        boxes[k]!.pullBack(at, error, before);
        if (k === 0) return;
        const back = cut(others, input.rows);
        kernels.normaliseRowsBack(cut(raw[k - 1]!, input.rows), before, back, epsilon);
        error = back;
      }
    },
    memory,
    ...(lessons.length > 0 && { lesson }),
    ...(can('age') && {
      age(seconds: number) {
        for (const box of boxes) box.age?.(seconds);
      },
    }),
    ...(can('rewire') && {
      rewire(share: number) {
        for (const box of boxes) box.rewire?.(share);
      },
    }),
    ...(can('close') && {
      close() {
        for (const box of boxes) box.close?.();
      },
    }),
  };
}
