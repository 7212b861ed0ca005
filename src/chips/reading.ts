/**
 * @file A read of a crossbar, from voltages to numbers: input scaling → DAC (with input scaling or at random, else the rows come converted) → for every bit of bit-serial
 * inputs: driver → bend of cells → for every tile of rows that has ADCs of its own and every slice (`column.ts`): product → wires' static drop → amplifier, first
 * part → read noise → amplifier, second part → column current limit → ADC; then sum.
 */
import type { Engine } from '../engine/engine.ts';
import { type Matrix, rowsOf } from '../engine/matrix.ts';
import type { Stream } from '../engine/streams.ts';
import { type Backward, type BackwardRead, buildBackward } from './backward.ts';
import { buildColumns } from './columns.ts';
import { buildDac, isRandom } from './converters/index.ts';
import type { Crossbar } from './crossbar.ts';
import { buildDerivative, type Derivative } from './derivative.ts';
import { bend, bitOf, placeOf, serialBits } from './drive.ts';

import { drivenBy } from './driver.ts';
import type { Loads } from './loads.ts';

import type { Mapping } from './mappings/mapping.ts';
import type { Meter } from './meter.ts';
import type { ChipModel } from './model.ts';
import { buildScaling, type ScaledRead } from './scaling.ts';
import type { SolvedArrays } from './solved.ts';
import { divideColumns, multiplyColumns, type WeightScales } from './weight-scaling.ts';
import { bendsInputs } from './wires/cell-curve.ts';

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
  /** What multiplies right now, in all and slice by slice [rows, columns]; of stored weights, where these have scales. */
  whole(): Matrix;
  slices(): readonly Matrix[];
  /** Where a read is no product. */
  solved: (() => SolvedArrays) | undefined;
  /** Variance of each slice at a read beside the constant noise, in its units squared [rows, columns]; none where there is none. */
  variances(): readonly Matrix[];
  /** What outputs are multiplied by, where weights are more than cells store. */
  readonly scales?: WeightScales;
  /** What hangs on the lines, where it is metered. */
  loads?(): Loads;
  /** Told of every read forward. */
  note?(x: Matrix): void;
}

export type Reading = Pick<
  Crossbar,
  'pairNoise' | 'isOneProduct' | 'isBare' | 'read' | 'disturb' | 'reverse' | 'memory' | 'derivative'
>;

/** Whether rows come to a crossbar as they are, and it converts each sample by itself: at a scale of its own, or at random. */
export const convertsItself = ({ scaling, dac }: ChipModel): boolean =>
  scaling !== undefined || isRandom(dac);

export function buildReading(
  readable: Readable,
  engine: Engine,
  meter: Meter,
  stream: (path: string) => Stream,
): Reading {
  const { model, mapping, index, rows, columns, batch, whole, slices, solved, scales, loads, note } =
    readable;
  const { kernels } = engine;
  const { curve } = model.crossbar;
  const column = buildColumns(readable, engine, meter, stream);
  const { height, sliceCount } = column;
  const serial = model.drive?.kind === 'bit-serial' ? serialBits(model.dac) : undefined;
  const isAmplitude = model.drive === undefined || model.drive.kind === 'amplitude';
  const bends = curve && bendsInputs(curve) && isAmplitude && !solved ? curve : undefined;
  const parts = height < rows || sliceCount > 1 || serial !== undefined;
  const widths =
    model.drive?.kind === 'pulse-width' && model.dac.kind !== 'none' ? model.dac.range : undefined;
  const hasDac = model.dac.kind !== 'none';
  const hasDacBack = model.backward !== undefined && model.backward.dac.kind !== 'none';
  const intoVolts = buildDac(model.dac, rows, batch, engine, path => stream(`dac/${path}`));

  const tileInputs = height < rows ? engine.matrix(batch, height) : undefined;
  const currents = parts ? engine.matrix(batch, columns) : undefined;
  const bits = serial ? engine.matrix(batch, rows) : undefined;
  const bent = bends ? engine.matrix(batch, Math.max(rows, columns)) : undefined;
  const unscaled = scales ? engine.matrix(batch, columns) : undefined;
  const backHeight = scales?.height ?? rows;
  const partBack = backHeight < rows ? engine.matrix(batch, backHeight) : undefined;
  const backward = model.backward && buildBackwards(model.backward);
  const driven = model.driver ? engine.matrix(batch, rows) : undefined;
  const driverNoise = stream('driver');
  const converted = isRandom(model.dac) ? engine.matrix(batch, rows) : undefined;
  const scaling =
    model.scaling &&
    buildScaling(
      model.scaling,
      model.dac,
      column.adc,
      { x: engine.matrix(batch, rows), out: engine.matrix(batch, columns) },
      (model.driver?.noise ?? 0) > 0,
    );
  const isBent = bends || scaling || solved || model.driver || column.isBent;
  const isOneProduct = !parts && !bends && !scaling && !solved && !model.driver && converted === undefined;
  let derivative: Derivative | undefined; // made when somebody asks
  let transposed: Matrix | undefined; // made when somebody reads backwards

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

  function count(samples: number): void {
    const reads = samples * columns * column.passes * (serial?.bits ?? 1);
    meter.columnReads += reads;
    meter.reads[index]! += samples * (serial?.bits ?? 1);
    if (column.hasAdc) meter.adcConversions += samples * columns * column.conversions * (serial?.bits ?? 1);
    if (column.hasAdc && scales) meter.digitalMacs += samples * scales.factors.length; // else amplifiers do it
  }

  /** out = what inputs on the rows give, all tiles and slices. */
  function readParts(x: Matrix, out: Matrix): void {
    kernels.fill(out, 0);
    if (!serial) {
      addParts(onLines(x), 1, out);
      return;
    }
    const plane = rowsOf(bits!, 0, x.rows);
    for (let k = 0; k < serial.bits; k++) {
      bitOf(x, k, serial, plane);
      if (loads) meterLines(plane, plane, loads().rows);
      addParts(onLines(plane), placeOf(k, serial.bits), out);
    }
  }

  /** Each tile of rows and each slice has its own currents, noise and ADC; their sum is digital. out += factor · sum */
  function addParts(x: Matrix, factor: number, out: Matrix): void {
    const multipliers = sliceCount > 1 ? slices() : [whole()];
    const part = rowsOf(currents!, 0, x.rows);
    for (let from = 0; from < rows; from += height) {
      const width = Math.min(height, rows - from);
      const xs = height < rows ? columnsOf(x, from, width) : x;
      multipliers.forEach((weights, s) => {
        column.read(xs, weights, from, s, part);
        if (scales) multiplyColumns(part, scales.of(from), part);
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

  /** What the cells meet, as linear ones would meet it. */
  function onLines(x: Matrix): Matrix {
    if (!model.driver) return bentBy(x);
    const own = rowsOf(driven!, 0, x.rows);
    kernels.copy(x, own);
    drivenBy(model.driver, kernels, own, driverNoise);
    return bentBy(own);
  }

  function bentBy(x: Matrix): Matrix {
    if (!bends) return x;
    const out = { rows: x.rows, columns: x.columns, data: bent!.data.subarray(0, x.data.length) };
    bend(bends, model.energy.readVoltage, x.data, out.data);
    return out;
  }

  /** Of every tile that has errors of its own. */
  function buildBackwards(described: Backward): readonly BackwardRead[] {
    return Array.from({ length: Math.ceil(rows / backHeight) }, (_, t) => {
      const height = Math.min(backHeight, rows - t * backHeight);
      const under = t === 0 ? 'backward' : `backward/${t + 1}`;
      return buildBackward(described, height, columns, batch, engine, path => stream(`${under}/${path}`));
    });
  }

  /** out [batch, rows from `from` on] = what errors on the columns give there. */
  function reverseTile(delta: Matrix, from: number, out: Matrix): void {
    if (backward) backward[from / backHeight]!(delta, out, (x, y) => reverseProduct(x, from, y));
    else reverseProduct(delta, from, out);
  }

  /** The same of what drives the columns, before any converter. */
  function reverseProduct(delta: Matrix, from: number, out: Matrix): void {
    const W = rowsOf(whole(), from, out.columns);
    transposed ??= engine.matrix(columns, backHeight);
    const turned = { rows: columns, columns: W.rows, data: transposed.data.subarray(0, W.data.length) };
    kernels.transpose(W, turned);
    const driven = bentBy(delta);
    engine.gemm.multiply(driven, turned, out);
    column.addReverseNoise(driven, out, from);
    if (loads) {
      const first = (from / backHeight) * columns;
      meterLines(delta, driven, loads().columns.subarray(first, first + columns));
    }
  }

  /** Every tile is driven by errors times its own factors. */
  function reverseScaled(delta: Matrix, { of }: WeightScales, out: Matrix): void {
    const driven = rowsOf(unscaled!, 0, delta.rows);
    for (let from = 0; from < rows; from += backHeight) {
      multiplyColumns(delta, of(from), driven);
      if (!partBack) {
        reverseTile(driven, 0, out);
        return;
      }
      const width = Math.min(backHeight, rows - from);
      const back = { rows: delta.rows, columns: width, data: partBack.data.subarray(0, delta.rows * width) };
      reverseTile(driven, from, back);
      for (let b = 0; b < delta.rows; b++)
        out.data.set(back.data.subarray(b * width, (b + 1) * width), b * rows + from);
    }
  }

  function meterRead(given: Matrix): void {
    note?.(given);
    if (loads && !serial) meterLines(given, bentBy(given), loads().rows); // bits are metered one by one
  }

  function readAsDriven(x: Matrix, out: Matrix): void {
    meterRead(x);
    if (parts) readParts(x, out);
    else {
      column.read(onLines(x), whole(), 0, 0, out);
      if (scales) multiplyColumns(out, scales.of(0), out);
    }
    count(x.rows);
  }

  const readScaled: ScaledRead = (x, out, noted) => {
    intoVolts(x);
    column.note(noted);
    readAsDriven(x, out);
    column.note(undefined);
  };

  return {
    pairNoise: column.pairNoise,
    isOneProduct,
    isBare:
      isOneProduct &&
      column.isBare &&
      !scales &&
      !backward &&
      !loads &&
      !note &&
      model.drive?.kind !== 'pulse-width',
    derivative() {
      if (isBent) derivative ??= buildDerivative(readable, column, scaling, engine);
      return derivative;
    },
    memory: [...(scaling ? [scaling.memory] : []), ...column.memory],
    read(x, out) {
      if (scaling) {
        const again = scaling.read(x, out, readScaled);
        if (hasDac) meter.dacConversions += again * rows;
        return;
      }
      if (!converted) return readAsDriven(x, out);
      const own = rowsOf(converted, 0, x.rows);
      kernels.copy(x, own);
      intoVolts(own);
      readAsDriven(own, out);
    },
    disturb(x, out) {
      meterRead(x);
      if (scales) divideColumns(out, scales.of(0), out);
      column.finish(x, out, 0, whole);
      if (scales) multiplyColumns(out, scales.of(0), out);
      count(x.rows);
    },
    reverse(delta, out) {
      const tiles = Math.ceil(rows / backHeight);
      if (scales) reverseScaled(delta, scales, out);
      else reverseTile(delta, 0, out);
      meter.reversePasses += delta.rows;
      meter.backReads[index]! += delta.rows;
      meter.columnReads += delta.rows * rows;
      meter.adcConversions += delta.rows * rows; // every result is measured
      meter.measuredConversions += delta.rows * rows;
      if (hasDac || hasDacBack) meter.dacConversions += tiles * delta.rows * columns;
      if (scales) meter.digitalMacs += tiles * delta.rows * columns;
    },
  };
}
