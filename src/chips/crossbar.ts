/**
 * @file A crossbar: voltages in on the rows, currents out of the columns. Its state is kept in units of weight (`mapping.ts`).
 * Every pair of cells has bounds and a response of its own, fixed at manufacture; read noise is fresh at every read.
 *
 * Read noise. If every cell's conductance carries independent Gaussian noise of standard deviation σ at a read, then column j
 * gets noise of variance Σ_i x_i² · 2σ² (two cells a pair): the same for every column and exactly Gaussian, so it is added
 * at the output (compare "additive constant" weight noise of AIHWKit).
 */
import type { Engine } from '../engine/engine.ts';
import { type Matrix, rowsOf } from '../engine/matrix.ts';
import type { Stream } from '../engine/streams.ts';
import { drawFlaws, type Flaws } from './cells/flaws.ts';
import { convert } from './converters.ts';
import type { Meter } from './meter.ts';
import type { ChipModel } from './model.ts';
import { buildWriter, type Writer } from './updates/index.ts';

/** A crossbar of one chip. */
export interface Crossbar {
  /** row count, label rows included */
  readonly rows: number;
  readonly columns: number;
  /** what multiplies right now [rows, columns] */
  readonly weights: Matrix;
  /** bounds and response of each pair; absent when all are nominal and unbounded */
  readonly flaws: Flaws | undefined;
  /** standard deviation of the noise of one pair at one read, in units of weight */
  readonly pairNoise: number;
  /** whether every tile of rows has an ADC of its own, so that its noise and rounding come before the sum */
  readonly tiled: boolean;
  /** out [batch, columns] = x [batch, rows] · W, with read noise and, tile by tile, the ADC. */
  read(x: Matrix, out: Matrix): void;
  /** Adds what `read` adds after the product, for whoever has the product already. */
  disturb(x: Matrix, out: Matrix): void;
  /** out [batch, rows] = delta [batch, columns] · Wᵀ, with read noise of its own. */
  reverse(delta: Matrix, out: Matrix): void;
  /** Changes weights by `change` [rows, columns], through the physics of the cells; `change` is used up. */
  readonly writer: Writer;
}

/**
 * @param batch most samples of one read
 * @param stream names streams below this crossbar, keyed from the chip's seed
 */
export function buildCrossbar(
  model: ChipModel,
  index: number,
  rows: number,
  columns: number,
  batch: number,
  engine: Engine,
  meter: Meter,
  stream: (path: string) => Stream,
): Crossbar {
  const { kernels, gemm } = engine;
  const weights = engine.matrix(rows, columns);
  const flaws = drawFlaws(model.cell, model.crossbar.weightRange, rows, columns, engine, stream);
  const pairNoise = Math.SQRT2 * model.cell.readNoise * (model.crossbar.weightRange || 1);
  const noise = stream('read');
  const reverseNoise = stream('reverse');
  const norms = engine.matrix(batch, 1);
  const tiled = model.adc.kind !== 'none' && rows > model.crossbar.tileRows; // currents of tiles add up by themselves without ADC
  const part = tiled
    ? tileScratch(batch, Math.min(rows, model.crossbar.tileRows), columns, engine)
    : undefined;
  let transposed: Matrix | undefined; // made when somebody reads backwards

  /** Rows of the scratch as norms of x; also what the cells dissipate. @param pairs of cells on each line */
  function rowNorms(x: Matrix, pairs: number): Matrix {
    const out = rowsOf(norms, 0, x.rows);
    kernels.sumSquares(x, out);
    let drive = 0;
    for (let b = 0; b < x.rows; b++) drive += out.data[b]!;
    meter.drive[index]! += drive * pairs;
    return out;
  }

  function addReadNoise(x: Matrix, out: Matrix, from: Stream): void {
    const sigmas = rowNorms(x, out.columns);
    if (pairNoise === 0) return;
    for (let b = 0; b < x.rows; b++) sigmas.data[b] = pairNoise * Math.sqrt(sigmas.data[b]!);
    kernels.addGaussianRows(out, sigmas, from);
  }

  function count(samples: number): void {
    const tiles = tiled ? Math.ceil(rows / model.crossbar.tileRows) : 1;
    meter.columnReads += samples * columns * tiles;
    if (model.adc.kind !== 'none') meter.adcConversions += samples * columns * tiles;
  }

  const self: Crossbar = {
    rows,
    columns,
    weights,
    flaws,
    pairNoise,
    tiled,
    read(x, out) {
      if (part) return readTiles(x, out);
      gemm.multiply(x, weights, out);
      self.disturb(x, out);
    },
    disturb(x, out) {
      addReadNoise(x, out, noise);
      convert(kernels, model.adc, out);
      count(x.rows);
    },
    reverse(delta, out) {
      transposed ??= engine.matrix(columns, rows);
      kernels.transpose(weights, transposed);
      gemm.multiply(delta, transposed, out);
      addReadNoise(delta, out, reverseNoise);
      meter.reversePasses += delta.rows;
      meter.columnReads += delta.rows * rows;
      meter.adcConversions += delta.rows * rows; // every result is measured
      if (model.dac.kind !== 'none') meter.dacConversions += delta.rows * columns;
    },
    writer: buildWriter({ model, weights, flaws, engine, meter, stream }),
  };

  /** Each tile of rows has its own currents, noise and ADC; their sum is digital. */
  function readTiles(x: Matrix, out: Matrix): void {
    const { inputs, currents } = part!;
    kernels.fill(out, 0);
    for (let from = 0; from < rows; from += model.crossbar.tileRows) {
      const width = Math.min(model.crossbar.tileRows, rows - from);
      const xs: Matrix = { rows: x.rows, columns: width, data: inputs.data.subarray(0, x.rows * width) };
      copyColumns(x, from, xs);
      const tile = rowsOf(currents, 0, x.rows);
      gemm.multiply(xs, rowsOf(weights, from, width), tile);
      addReadNoise(xs, tile, noise);
      convert(kernels, model.adc, tile);
      kernels.addScaled(tile, 1, out);
    }
    count(x.rows);
  }

  return self;
}

function tileScratch(batch: number, rows: number, columns: number, engine: Engine) {
  return { inputs: engine.matrix(batch, rows), currents: engine.matrix(batch, columns) };
}

function copyColumns(x: Matrix, from: number, out: Matrix): void {
  for (let b = 0; b < out.rows; b++)
    out.data.set(x.data.subarray(b * x.columns + from, b * x.columns + from + out.columns), b * out.columns);
}
