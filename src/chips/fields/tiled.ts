/**
 * @file The products of a layer of many small fields, square by square of its points (`tiles.ts`). Samples lie side by side here, a line of the
 * layer after the other [lines, batch], so that what drives a square is a few long runs of numbers.
 */
import type { Engine } from '../../engine/engine.ts';
import { type Matrix, rowsOf } from '../../engine/matrix.ts';
import type { CorrelationScratch } from '../correlate.ts';
import { columnsFrom, copyRun, type FieldedShape, putColumns } from './gather.ts';
import { placed, type Span, type Tiling, tilesOf } from './tiles.ts';

/** Products with neighbouring areas of the lines of a layer, which begin at line `from`. */
export interface AreaProducts {
  readonly from: number;
  readonly lines: number;
  /** out [batch, units] = x [batch, lines] · W. */
  multiply(x: Matrix, out: Matrix): void;
  /** x [batch, lines] = d [batch, units] · Wᵀ. */
  multiplyBack(d: Matrix, x: Matrix): void;
  /** The rows of these areas in the matrix of the layer's weights: out = Σ xᵀ · d over the samples gathered in the scratch, x having these lines alone. */
  correlate(count: number, out: Matrix, scratch: CorrelationScratch): void;
  /** The weights have changed. */
  stale(): void;
}

/** The products of a layer. */
export interface Tiled {
  /** with all lines at once; or with inputs and bias, and with the others */
  readonly whole?: AreaProducts;
  readonly cut?: readonly [held: AreaProducts, others: AreaProducts];
  /** out [batch, units] = x [batch, all lines] · W, and x = d · Wᵀ. */
  multiply(x: Matrix, out: Matrix): void;
  multiplyBack(d: Matrix, x: Matrix): void;
  stale(): void;
}

/** @param weights what multiplies, as `LayerShape.matrix` says @param batch most samples of a product */
export function buildTiled(
  shape: FieldedShape,
  { side, isCut, samples }: Tiling,
  weights: () => Matrix,
  batch: number,
  engine: Engine,
): Tiled {
  const last = shape.fields.areas.length - 1;
  const over = (first: number, to: number) =>
    buildAreaProducts(shape, side, [first, to], weights, batch, samples, engine);
  if (!isCut) {
    const whole = over(0, last);
    return { whole, multiply: whole.multiply, multiplyBack: whole.multiplyBack, stale: whole.stale };
  }
  const cut = [over(0, 1), over(2, last)] as const;
  const rooms = cut.map(({ lines }) => engine.matrix(batch, lines));
  const sum = engine.matrix(batch, shape.units);
  return {
    cut,
    multiply(x, out) {
      const part = rowsOf(sum, 0, x.rows);
      engine.kernels.fill(out, 0);
      cut.forEach(({ from, multiply }, k) => {
        const own = rowsOf(rooms[k]!, 0, x.rows);
        columnsFrom(x, from, own);
        multiply(own, part);
        engine.kernels.addScaled(part, 1, out);
      });
    },
    multiplyBack(d, x) {
      cut.forEach(({ from, multiplyBack }, k) => {
        const own = rowsOf(rooms[k]!, 0, d.rows);
        multiplyBack(d, own);
        putColumns(own, x, from);
      });
    },
    stale() {
      for (const { stale } of cut) stale();
    },
  };
}

/** @param areas first and last of them @param weights what multiplies, as `LayerShape.matrix` says @param samples most gathered ones */
function buildAreaProducts(
  shape: FieldedShape,
  side: number,
  [first, last]: readonly [number, number],
  weights: () => Matrix,
  batch: number,
  samples: number,
  engine: Engine,
): AreaProducts {
  const { kernels, gemm } = engine;
  const { areas, channels } = shape.fields;
  const tiles = tilesOf(shape, side).map(tile => placed(tile, shape, first, last));
  const from = areas[first]!.from;
  const end = areas[last + 1]?.from ?? shape.rows;
  const lines = end - from;
  const widest = Math.max(...tiles.map(({ columns }) => columns));
  const longest = Math.max(...tiles.map(({ rows }) => rows));
  const matrices = tiles.map(({ rows, columns }) => engine.matrix(columns, rows)); // Wᵀ
  const turned = engine.matrix(longest, widest);
  const room = engine.matrix(Math.max(1, longest), Math.max(batch, samples));
  const deltas = engine.matrix(Math.max(batch, samples), widest);
  const product = engine.matrix(Math.max(longest, widest), Math.max(batch, widest));
  const xT = engine.matrix(lines, batch);
  const yT = engine.matrix(shape.units, batch);
  let isFresh = false;

  function refresh(): void {
    const w = weights().data;
    tiles.forEach(({ rows, pieces }, t) => {
      const { data } = matrices[t]!;
      for (const { at, row, width, column } of pieces)
        for (let i = 0; i < width; i++)
          for (let c = 0; c < channels; c++)
            data[(column + c) * rows + row + i] = w[(at + i) * channels + c]!;
    });
    isFresh = true;
  }

  return {
    from,
    lines,
    stale() {
      isFresh = false;
    },
    multiply(x, out) {
      if (!isFresh) refresh();
      const [own, result] = [view(xT, lines, x.rows), view(yT, shape.units, x.rows)];
      kernels.transpose(x, own);
      tiles.forEach(({ rows, columns, runs, spans }, t) => {
        const [driven, y] = [view(room, rows, x.rows), view(product, columns, x.rows)];
        gatherLines(spans, own, driven);
        gemm.multiply(matrices[t]!, driven, y);
        let at = 0;
        for (const { firstUnit, units } of runs) {
          copyRun(y.data, at * x.rows, units * x.rows, result.data, firstUnit * x.rows);
          at += units;
        }
      });
      kernels.transpose(result, out);
    },
    multiplyBack(d, x) {
      if (!isFresh) refresh();
      const [own, given] = [view(xT, lines, d.rows), view(yT, shape.units, d.rows)];
      kernels.transpose(d, given);
      kernels.fill(own, 0);
      tiles.forEach(({ rows, columns, runs, spans }, t) => {
        const [delta, back, w] = [
          view(deltas, columns, d.rows),
          view(product, rows, d.rows),
          view(turned, rows, columns),
        ];
        let at = 0;
        for (const { firstUnit, units } of runs) {
          copyRun(given.data, firstUnit * d.rows, units * d.rows, delta.data, at * d.rows);
          at += units;
        }
        kernels.transpose(matrices[t]!, w);
        gemm.multiply(w, delta, back);
        for (const { line, row, count } of spans)
          kernels.addScaled(rowsOf(back, row, count), 1, rowsOf(own, line, count));
      });
      kernels.transpose(own, x);
    },
    correlate(count, out, scratch) {
      const padded = Math.min(Math.ceil(count / 16) * 16, scratch.samples); // fewer sizes of products to be remembered
      scratch.inputs.fill(0, count * lines, padded * lines);
      scratch.deltas.fill(0, count * shape.units, padded * shape.units);
      const own = { rows: lines, columns: padded, data: scratch.inputsT.subarray(0, lines * padded) };
      kernels.transpose(
        { rows: padded, columns: lines, data: scratch.inputs.subarray(0, lines * padded) },
        own,
      );
      tiles.forEach(({ rows, columns, runs, spans, pieces }) => {
        const [driven, delta, sum] = [
          view(room, rows, padded),
          view(deltas, padded, columns),
          view(product, rows, columns),
        ];
        gatherLines(spans, own, driven);
        for (let b = 0; b < padded; b++) {
          let at = b * columns;
          for (const { firstUnit, units } of runs) {
            copyRun(scratch.deltas, b * shape.units + firstUnit, units, delta.data, at);
            at += units;
          }
        }
        gemm.multiply(driven, delta, sum);
        for (const { at, row, width, column } of pieces)
          for (let i = 0; i < width; i++)
            for (let c = 0; c < channels; c++)
              out.data[(at + i) * channels + c] = sum.data[(row + i) * columns + column + c]!;
      });
    },
  };
}

/** A room of another shape. */
const view = ({ data }: Matrix, rows: number, columns: number): Matrix => ({
  rows,
  columns,
  data: data.subarray(0, rows * columns),
});

/** What drives a tile [rows, batch], of all lines [lines, batch]. */
function gatherLines(spans: readonly Span[], xT: Matrix, out: Matrix): void {
  const n = xT.columns;
  for (const { line, row, count } of spans) copyRun(xT.data, line * n, count * n, out.data, row * n);
}
