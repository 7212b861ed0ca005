/**
 * @file What stands around the writer of a crossbar: whoever counts and meters its work, the factors of scaled weights (`weight-scaling.ts`), and a look at the cells from time to
 * time, whether these have outgrown them.
 */
import type { Engine } from '../engine/engine.ts';
import { type Matrix, rowsOf } from '../engine/matrix.ts';
import type { Stream } from '../engine/streams.ts';
import type { Meter } from './meter.ts';
import type { Writer } from './updates/index.ts';
import { divideColumns, type WeightScales } from './weight-scaling.ts';

/** A writer whose every call goes through `around`. @param pulsed told the samples whose trains rows and columns carry */
export function noticed(
  writer: Writer,
  around: (write: () => void, byRows: boolean) => void,
  pulsed: (samples: number) => void,
): Writer {
  const { pulse } = writer;
  const inner: Writer = {
    ...writer,
    change: change => around(() => writer.change(change), true),
    program: target => around(() => writer.program(target), true),
  };
  if (!pulse) return inner;
  return {
    ...inner,
    pulse(x, delta, rate) {
      pulsed(x.rows);
      around(() => pulse.call(writer, x, delta, rate), false);
    },
  };
}

/** A writer that is asked for weights and writes what cells have to store for them. */
export function scaledWriter(
  writer: Writer,
  scales: WeightScales,
  hasDac: boolean,
  batch: number,
  engine: Engine,
  meter: Meter,
): Writer {
  const { height } = scales;
  const { rows, columns } = scales.stored;
  const { kernels } = engine;
  const target = engine.matrix(rows, columns);
  const inner: Writer = {
    change(change) {
      scales.divide(change, change);
      meter.digitalMacs += rows * columns;
      writer.change(change);
    },
    program(weights) {
      scales.choose(weights);
      scales.divide(weights, target);
      meter.digitalMacs += rows * columns;
      writer.program(target);
    },
    ...(writer.restored && { restored: writer.restored }),
  };
  if (!writer.pulse) return inner;
  const inputs = height < rows ? engine.matrix(batch, rows) : undefined;
  const errors = engine.matrix(batch, columns);

  /** Samples that a tile at a time is driven by; the rows of others are at rest. */
  function ofTile(x: Matrix, from: number): Matrix {
    if (!inputs) return x;
    const own = rowsOf(inputs, 0, x.rows);
    kernels.fill(own, 0);
    const to = Math.min(rows, from + height);
    for (let b = 0; b < x.rows; b++)
      own.data.set(x.data.subarray(b * rows + from, b * rows + to), b * rows + from);
    return own;
  }

  return {
    ...inner,
    pulse(x, delta, rate) {
      const tiles = Math.ceil(rows / height);
      const driven = rowsOf(errors, 0, delta.rows);
      for (let from = 0; from < rows; from += height) {
        divideColumns(delta, scales.of(from), driven);
        writer.pulse!(ofTile(x, from), driven, rate, from + height >= rows);
      }
      meter.digitalMacs += tiles * delta.data.length;
      if (hasDac) meter.dacConversions += (tiles - 1) * delta.data.length; // every tile has trains of its own on its columns
    },
  };
}

const nearlyFull = 0.95; // of the range

/**
 * The same, with a look at the cells every so many updates.
 * @param writer of weights, everything counted @param sigma noise of one weight at one read, in units of stored weight
 */
export function remapping(
  writer: Writer,
  every: number,
  scales: WeightScales,
  range: number,
  sigma: number,
  noise: Stream,
  engine: Engine,
  meter: Meter,
): Writer {
  const { pulse } = writer;
  const { stored } = scales;
  const seen = engine.matrix(stored.rows, stored.columns);
  let updates = 0;
  engine.keep(
    () => updates,
    kept => {
      updates = kept;
    },
  );

  function look(): void {
    engine.kernels.copy(stored, seen);
    if (sigma > 0) engine.kernels.addGaussian(seen, sigma, noise);
    meter.columnReads += seen.data.length;
    meter.adcConversions += seen.data.length;
    if (!seen.data.some(w => Math.abs(w) >= nearlyFull * range)) return;
    scales.multiply(seen, seen);
    writer.program(seen);
  }
  function tick(): void {
    updates++;
    if (updates % every === 0) look();
  }
  return {
    ...writer,
    change(change) {
      writer.change(change);
      tick();
    },
    ...(pulse && {
      pulse(x: Matrix, delta: Matrix, rate: number) {
        pulse.call(writer, x, delta, rate);
        tick();
      },
    }),
  };
}
