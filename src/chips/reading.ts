/**
 * @file A read of a crossbar, from voltages to numbers: input scaling → DAC (with input scaling, else the rows come converted) → for every bit of bit-serial inputs, every
 * tile of rows that has ADCs of its own and every slice: product → read noise → column current limit → ADC → sum.
 */
import type { Engine } from '../engine/engine.ts';
import { type Matrix, rowsOf } from '../engine/matrix.ts';
import type { Stream } from '../engine/streams.ts';
import { buildConversion } from './converters/index.ts';
import { ranged } from './converters/range.ts';
import { convert, levelsOf } from './converters/uniform.ts';
import type { Crossbar } from './crossbar.ts';
import { bend, bitOf, placeOf, serialBits } from './drive.ts';
import { buildFluctuation } from './fluctuating.ts';
import type { Loads } from './loads.ts';
import { scaleOf } from './mapping.ts';
import type { Mapping } from './mappings/mapping.ts';
import type { Meter } from './meter.ts';
import type { ChipModel } from './model.ts';
import { buildScaling, type ScaledRead } from './scaling.ts';

/** What is read. */
export interface Readable {
  readonly model: ChipModel;
  readonly mapping: Mapping;
  /** of the layer, for the meter */
  readonly index: number;
  readonly rows: number;
  readonly columns: number;
  /** most samples of one read */
  readonly batch: number;
  /** What multiplies right now, in all and slice by slice [rows, columns]. */
  whole(): Matrix;
  slices(): readonly Matrix[];
  /** Variance of each slice at a read beside the constant noise, in its units squared [rows, columns]; none where there is none. */
  variances(): readonly Matrix[];
  /** What hangs on the lines, where it is metered. */
  loads?(): Loads;
  /** Told of every read forward. */
  note?(x: Matrix): void;
}

export type Reading = Pick<
  Crossbar,
  'pairNoise' | 'isOneProduct' | 'read' | 'disturb' | 'reverse' | 'memory'
>;

export function buildReading(
  readable: Readable,
  engine: Engine,
  meter: Meter,
  stream: (path: string) => Stream,
): Reading {
  const { model, mapping, index, rows, columns, batch, whole, slices, loads, note } = readable;
  const { kernels, gemm } = engine;
  const { tileRows, weightRange, summation, currentLimit, curve } = model.crossbar;
  const hasAdc = model.adc.kind !== 'none';
  const cutsRows = hasAdc && rows > tileRows && summation !== 'analog'; // currents of tiles add up by themselves without ADC
  const height = cutsRows ? tileRows : rows;
  const sliceCount = hasAdc ? mapping.slices.length : 1; // so do those of slices, whose amplifiers weigh them
  // of one slice at a time, or of all whose currents add up
  const sliceNoise = mapping.noise * model.cell.readNoise * (weightRange || 1);
  const pairNoise = sliceNoise * Math.hypot(...mapping.slices);
  const extent = { rows: height, weight: weightRange, weightStep: mapping.step };
  const adc = ranged(model.adc, model.dac, extent);
  const conversions = Array.from({ length: Math.ceil(rows / height) * sliceCount }, (_, k) =>
    buildConversion(adc, columns, batch, engine, path =>
      stream(k === 0 ? `adc/${path}` : `adc/${k + 1}/${path}`),
    ),
  );
  const serial = model.drive?.kind === 'bit-serial' ? serialBits(model.dac) : undefined;
  const bends = curve && (model.drive === undefined || model.drive.kind === 'amplitude') ? curve : undefined;
  const limit = currentLimit === undefined ? undefined : limitOf(model, currentLimit);
  const dacRange = model.dac.kind === 'none' ? undefined : model.dac.range;
  if (model.drive?.kind === 'pulse-width' && dacRange === undefined)
    throw new RangeError('pulse widths need a DAC: its range is the voltage of the pulses');
  const widths = model.drive?.kind === 'pulse-width' ? dacRange : undefined;
  const rest = hasAdc && mapping.unit === undefined ? mapping.rest : 0; // what an ADC sees beside the weights
  const parts = cutsRows || sliceCount > 1 || serial !== undefined;

  const noise = stream('read');
  const reverseNoise = stream('reverse');
  const norms = engine.matrix(batch, 1);
  const tileInputs = cutsRows ? engine.matrix(batch, height) : undefined;
  const currents = parts ? engine.matrix(batch, columns) : undefined;
  const bits = serial ? engine.matrix(batch, rows) : undefined;
  const bent = bends ? engine.matrix(batch, Math.max(rows, columns)) : undefined;
  const scaling =
    model.scaling &&
    buildScaling(model.scaling, model.dac, adc, {
      x: engine.matrix(batch, rows),
      out: engine.matrix(batch, columns),
    });
  // a quantiser rounds to its last level what is less than half a step beyond it
  const overflowsAt =
    adc.kind === 'none'
      ? Number.POSITIVE_INFINITY
      : adc.range * (adc.kind === 'uniform' ? 1 + 1 / (levelsOf(adc) - 1) : 1);
  let overflows: Uint8Array | undefined; // of the read that goes on, where somebody wants to know
  let transposed: Matrix | undefined; // made when somebody reads backwards

  /** Rows of the scratch as norms of x; also what the cells dissipate. @param pairs of cells on each line; 0 where these are counted already */
  function rowNorms(x: Matrix, pairs: number): Matrix {
    const out = rowsOf(norms, 0, x.rows);
    kernels.sumSquares(x, out);
    if (pairs === 0) return out;
    let drive = 0;
    if (model.drive?.kind === 'pulse-width') for (const value of x.data) drive += Math.abs(value) * dacRange!;
    else for (let b = 0; b < x.rows; b++) drive += out.data[b]!;
    meter.drive[index]! += drive * pairs;
    return out;
  }

  const fluctuation = model.cell.fluctuation && buildFluctuation(mapping, height, readable, engine, stream);

  /** Joule's law for lines as they are. @param given inputs asked for @param x what linear cells would need for the same currents */
  function meterLines(given: Matrix, x: Matrix, lines: Float64Array): void {
    let [conducted, drawn] = [0, 0];
    for (let b = 0; b < x.rows; b++)
      for (let i = 0; i < x.columns; i++) {
        const k = b * x.columns + i;
        const current = Math.abs(x.data[k]!) * lines[i]!;
        drawn += current;
        conducted += current * (widths === undefined ? Math.abs(given.data[k]!) : widths);
      }
    meter.conducted[index]! += conducted;
    meter.drawn[index]! += drawn;
  }

  function addReadNoise(x: Matrix, out: Matrix, sigma: number, from: Stream, pairs = out.columns): void {
    const sigmas = rowNorms(x, pairs);
    if (sigma === 0) return;
    for (let b = 0; b < x.rows; b++) sigmas.data[b] = sigma * Math.sqrt(sigmas.data[b]!);
    kernels.addGaussianRows(out, sigmas, from);
  }

  /** From a product to what its ADC says of it. @param part which ADCs */
  function finish(x: Matrix, out: Matrix, part: number): void {
    const isFirstSlice = part % sliceCount === 0; // the slices of a weight are driven together
    addReadNoise(x, out, sliceCount > 1 ? sliceNoise : pairNoise, noise, isFirstSlice ? columns : 0);
    fluctuation?.add(
      x,
      out,
      Math.floor(part / sliceCount) * height,
      sliceCount > 1 ? part % sliceCount : undefined,
    );
    if (rest !== 0) shift(x, rest, out);
    if (limit !== undefined)
      for (let k = 0; k < out.data.length; k++) out.data[k] = Math.max(-limit, Math.min(limit, out.data[k]!));
    if (overflows) noteOverflows(out, overflows);
    conversions[part]?.(out);
    if (rest !== 0) shift(x, -rest, out);
  }

  function noteOverflows(out: Matrix, into: Uint8Array): void {
    for (let k = 0; k < out.data.length; k++)
      if (Math.abs(out.data[k]!) > overflowsAt) into[Math.floor(k / columns)] = 1;
  }

  function count(samples: number): void {
    const reads = samples * columns * conversions.length * (serial?.bits ?? 1);
    meter.columnReads += reads;
    meter.reads[index]! += samples * (serial?.bits ?? 1);
    if (hasAdc) meter.adcConversions += reads;
  }

  /** out = what inputs on the rows give, all tiles and slices. */
  function readParts(x: Matrix, out: Matrix): void {
    kernels.fill(out, 0);
    if (!serial) {
      addParts(x, 1, out);
      return;
    }
    const plane = rowsOf(bits!, 0, x.rows);
    for (let k = 0; k < serial.bits; k++) {
      bitOf(x, k, serial, plane);
      if (loads) meterLines(plane, plane, loads().rows);
      addParts(plane, placeOf(k, serial.bits), out);
    }
  }

  /** Each tile of rows and each slice has its own currents, noise and ADC; their sum is digital. out += factor · sum */
  function addParts(x: Matrix, factor: number, out: Matrix): void {
    const multipliers = sliceCount > 1 ? slices() : [whole()];
    const part = rowsOf(currents!, 0, x.rows);
    for (let from = 0; from < rows; from += height) {
      const width = Math.min(height, rows - from);
      const xs = cutsRows ? columnsOf(x, from, width) : x;
      multipliers.forEach((weights, s) => {
        gemm.multiply(xs, rowsOf(weights, from, width), part);
        finish(xs, part, (from / height) * sliceCount + s);
        kernels.addScaled(part, sliceCount > 1 ? factor * mapping.slices[s]! : factor, out);
      });
    }
  }

  function columnsOf(x: Matrix, from: number, width: number): Matrix {
    const out = { rows: x.rows, columns: width, data: tileInputs!.data.subarray(0, x.rows * width) };
    for (let b = 0; b < x.rows; b++)
      out.data.set(x.data.subarray(b * x.columns + from, b * x.columns + from + width), b * width);
    return out;
  }

  function bentBy(x: Matrix): Matrix {
    if (!bends) return x;
    const out = { rows: x.rows, columns: x.columns, data: bent!.data.subarray(0, x.data.length) };
    bend(bends, model.energy.readVoltage, x.data, out.data);
    return out;
  }

  function meterRead(given: Matrix, x: Matrix): void {
    note?.(given);
    if (loads && !serial) meterLines(given, x, loads().rows); // bits are metered one by one
  }

  function readAsDriven(given: Matrix, out: Matrix): void {
    const x = bentBy(given);
    meterRead(given, x);
    if (parts) readParts(x, out);
    else {
      gemm.multiply(x, whole(), out);
      finish(x, out, 0);
    }
    count(x.rows);
  }

  const readScaled: ScaledRead = (x, out, noted) => {
    convert(kernels, model.dac, x);
    overflows = noted;
    readAsDriven(x, out);
    overflows = undefined;
  };

  return {
    pairNoise,
    isOneProduct: !parts && !bends && !scaling,
    memory: scaling ? [scaling.memory] : [],
    read(x, out) {
      if (!scaling) return readAsDriven(x, out);
      const again = scaling.read(x, out, readScaled);
      if (dacRange !== undefined) meter.dacConversions += again * rows;
    },
    disturb(x, out) {
      meterRead(x, x);
      finish(x, out, 0);
      count(x.rows);
    },
    reverse(delta, out) {
      const multiplier = whole();
      transposed ??= engine.matrix(columns, rows);
      kernels.transpose(multiplier, transposed);
      const driven = bentBy(delta);
      gemm.multiply(driven, transposed, out);
      addReadNoise(driven, out, pairNoise, reverseNoise);
      fluctuation?.addReverse(driven, out);
      if (loads) meterLines(delta, driven, loads().columns);
      meter.reversePasses += delta.rows;
      meter.backReads[index]! += delta.rows;
      meter.columnReads += delta.rows * rows;
      meter.adcConversions += delta.rows * rows; // every result is measured
      meter.measuredConversions += delta.rows * rows;
      if (model.dac.kind !== 'none') meter.dacConversions += delta.rows * columns;
    },
  };
}

/** out row b += factor · Σ x row b: what a bias common to all weights gives. */
function shift(x: Matrix, factor: number, out: Matrix): void {
  for (let b = 0; b < x.rows; b++) {
    let sum = 0;
    for (let i = 0; i < x.columns; i++) sum += x.data[b * x.columns + i]!;
    for (let j = 0; j < out.columns; j++) out.data[b * out.columns + j]! += factor * sum;
  }
}

/** A current in units of the activity. @throws RangeError where weights have no scale */
function limitOf({ cell, crossbar, energy }: ChipModel, current: number): number {
  if (crossbar.weightRange === 0) throw new RangeError('a current limit needs a weightRange above 0');
  return current / (scaleOf(cell, crossbar.weightRange) * energy.readVoltage);
}
