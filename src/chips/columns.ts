/**
 * @file The columns of a crossbar, from what stands on the rows of a tile to what its ADCs say: product → static drop → offsets and series resistance → read noise of
 * cells → (inputs of one sign and of the other, added here or behind the ADC) → saturation, asymmetry and noise of the amplifier → current limit → ADC.
 */
import type { Engine } from '../engine/engine.ts';
import { type Matrix, rowsOf } from '../engine/matrix.ts';
import { gaussians, type Stream } from '../engine/streams.ts';
import { type Amplifiers, buildAmplifiers } from './amplifier.ts';
import { devicesOf } from './cells/cell.ts';
import { noiseOf } from './cells/vector.ts';
import { type CalibratedConversion, calibratedConversion, isCalibrated } from './converters/calibrated.ts';
import type { Adc, Conversion } from './converters/converter.ts';
import { buildConversion } from './converters/index.ts';
import { ranged } from './converters/range.ts';
import { levelsOf, lowOf } from './converters/uniform.ts';
import { signedPart } from './driver.ts';
import { buildFluctuation } from './fluctuating.ts';
import { scaleOf } from './mapping.ts';
import type { Meter } from './meter.ts';
import type { ChipModel } from './model.ts';
import type { Readable } from './reading.ts';
import { buildDrop, type Drop } from './wires/polynomial.ts';

export interface Columns {
  /** rows of a tile that has ADCs of its own, and slices that have */
  readonly height: number;
  readonly sliceCount: number;
  readonly hasAdc: boolean;
  readonly adc: Adc;
  /** reads and conversions of every column for one of a crossbar */
  readonly passes: number;
  readonly conversions: number;
  /** whether a product is all there is: no noise, no amplifier, no ADC */
  readonly isBare: boolean;
  /** standard deviation of the noise of one weight at one read, all slices together, in units of weight */
  readonly pairNoise: number;
  /** what reads remember from sample to sample */
  readonly memory: readonly Float32Array[];
  /** out = what x on the rows from `from` on gives by weights of slice s. */
  read(x: Matrix, weights: Matrix, from: number, s: number, out: Matrix): void;
  /** From a product to what its ADC says of it. @param part which ADCs @param weights what has multiplied */
  finish(x: Matrix, out: Matrix, part: number, weights: () => Matrix): void;
  /** Mean of what column j says of a product a of part `part`. @param sum of what stands on the rows */
  mean(part: number, j: number, a: number, sum: number): number;
  /** Whether that is more than a. */
  readonly isBent: boolean;
  /** The static drop, where there is one. */
  readonly drop: Drop | undefined;
  /** Where it is to be noted which samples overflow an ADC; undefined for nowhere. */
  note(overflows: Uint8Array | undefined): void;
  /** What a read backwards adds to the product. @param out of the rows from `from` on */
  addReverseNoise(delta: Matrix, out: Matrix, from: number): void;
}

/** What converts the currents of one tile and slice. */
interface Part {
  readonly amplifiers: Amplifiers | undefined;
  readonly conversion: Conversion | undefined;
  readonly calibrated: CalibratedConversion | undefined;
}

/** Rows of a tile that has ADCs of its own: currents of tiles add up by themselves without. */
export function heightOf({ adc, crossbar: { tileRows, summation } }: ChipModel, rows: number): number {
  return adc.kind !== 'none' && rows > tileRows && summation !== 'analog' ? tileRows : rows;
}

export function buildColumns(
  readable: Readable,
  engine: Engine,
  meter: Meter,
  stream: (path: string) => Stream,
): Columns {
  const { model, mapping, index, rows, columns, batch } = readable;
  const { kernels, gemm } = engine;
  const { weightRange, currentLimit } = model.crossbar;
  const hasAdc = model.adc.kind !== 'none';
  const height = heightOf(model, rows);
  const sliceCount = hasAdc ? mapping.slices.length : 1; // so do those of slices, whose amplifiers weigh them
  // of one slice at a time, or of all whose currents add up
  const sliceNoise =
    mapping.noise * model.cell.readNoise * (weightRange || 1) * noiseOf(devicesOf(model.cell));
  const pairNoise = sliceNoise * Math.hypot(...mapping.slices);
  const isAtOutput = model.crossbar.noise !== 'cells';
  const adc = ranged(model.adc, model.dac, { rows: height, weight: weightRange, weightStep: mapping.step });
  const tiles = Math.ceil(rows / height);
  const parts = Array.from({ length: tiles * sliceCount }, (_, k) => buildPart(k));
  const signs = model.driver?.signs ?? 'together';
  const limit = currentLimit === undefined ? undefined : limitOf(model, currentLimit);
  const dacRange = model.dac.kind === 'none' ? undefined : model.dac.range;
  if (model.drive?.kind === 'pulse-width' && dacRange === undefined)
    throw new RangeError('pulse widths need a DAC: its range is the voltage of the pulses');
  const rest = hasAdc && mapping.unit === undefined ? mapping.rest : 0; // what an ADC sees beside the weights
  const drop =
    model.wires?.kind === 'polynomial'
      ? buildDrop(model.wires, weightRange || 1, height, columns, batch, engine)
      : undefined;

  const noise = stream('read');
  const reverseNoise = stream('reverse');
  const norms = engine.matrix(batch, 1);
  const negative = signs === 'together' ? undefined : engine.matrix(batch, columns);
  const oneSigned = signs === 'together' ? undefined : engine.matrix(batch, height);
  const polarity = buildPolarity(model, rows, columns, sliceCount, engine, stream);
  const fluctuation = model.cell.fluctuation && buildFluctuation(mapping, height, readable, engine, stream);
  const overBy = adc.kind === 'uniform' ? 1 + 1 / (levelsOf(adc) - 1) : 1; // what is less than half a step beyond the last level is rounded to it
  const below = adc.kind === 'none' ? -1 : lowOf(adc) / adc.range; // of the full scale
  const belowToo = model.scaling?.belowToo ?? true;
  let overflows: Uint8Array | undefined; // of the read that goes on, where somebody wants to know

  function buildPart(k: number): Part {
    const under = (name: string) => (k === 0 ? name : `${name.replace('/', `/${k + 1}/`)}`);
    const build = (of: Adc) =>
      buildConversion(of, columns, batch, engine, path => stream(under(`adc/${path}`)));
    const calibrated = isCalibrated(adc) ? calibratedConversion(adc, columns, of => build(of)!) : undefined;
    return {
      calibrated,
      conversion: calibrated?.convert ?? build(adc),
      amplifiers:
        model.amplifier &&
        buildAmplifiers(model.amplifier, columns, adc.kind === 'none' ? 1 : adc.range, kernels, path =>
          stream(under(`amplifier/${path}`)),
        ),
    };
  }

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

  function addReadNoise(x: Matrix, out: Matrix, sigma: number, from: Stream, pairs = out.columns): void {
    const sigmas = rowNorms(x, pairs);
    if (sigma === 0) return;
    for (let b = 0; b < x.rows; b++) sigmas.data[b] = sigma * Math.sqrt(sigmas.data[b]!);
    kernels.addGaussianRows(out, sigmas, from);
  }

  /** What stands between a product and the amplifier. */
  function disturb(x: Matrix, out: Matrix, part: number, weights: () => Matrix): void {
    const from = Math.floor(part / sliceCount) * height;
    drop?.(x, rowsOf(weights(), from, x.columns), out);
    parts[part]!.amplifiers?.load(x, out);
    const isFirstSlice = part % sliceCount === 0; // the slices of a weight are driven together
    const sigma = isAtOutput ? (sliceCount > 1 ? sliceNoise : pairNoise) : 0;
    addReadNoise(x, out, sigma, noise, isFirstSlice ? columns : 0);
    fluctuation?.add(x, out, from, sliceCount > 1 ? part % sliceCount : undefined);
  }

  /** What the amplifier and the ADC make of it. */
  function convert(x: Matrix, out: Matrix, part: number): void {
    const { amplifiers, conversion, calibrated } = parts[part]!;
    if (rest !== 0) shift(x, rest, out);
    amplifiers?.shape(out);
    if (limit !== undefined)
      for (let k = 0; k < out.data.length; k++) out.data[k] = Math.max(-limit, Math.min(limit, out.data[k]!));
    if (calibrated?.isDue(out.rows)) {
      calibrated.calibrate(out);
      meter.columnReads += out.rows * columns;
      meter.adcConversions += out.rows * columns;
    }
    if (overflows && adc.kind !== 'none') noteOverflows(out, adc.range, calibrated?.ranges, overflows);
    conversion?.(out);
    if (rest !== 0) shift(x, -rest, out);
    if (amplifiers && amplifiers.gain !== 1)
      for (let k = 0; k < out.data.length; k++) out.data[k]! *= amplifiers.gain;
  }

  function noteOverflows(
    out: Matrix,
    full: number,
    ranges: Float32Array | undefined,
    into: Uint8Array,
  ): void {
    for (let k = 0; k < out.data.length; k++) {
      const most = overBy * (ranges ? ranges[k % columns]! : full);
      if (out.data[k]! > most || (belowToo && out.data[k]! < below * most)) into[Math.floor(k / columns)] = 1;
    }
  }

  /** The plain product and what comes before the amplifier. */
  function current(x: Matrix, weights: Matrix, from: number, s: number, out: Matrix): void {
    const solved = readable.solved?.();
    if (solved) solved.multiply(x, from, sliceCount > 1 ? s : undefined, out);
    else gemm.multiply(x, rowsOf(weights, from, x.columns), out);
    disturb(x, out, (from / height) * sliceCount + s, () => weights);
  }

  const isBent = model.amplifier !== undefined || limit !== undefined;
  return {
    isBent,
    isBare: !isBent && !hasAdc && pairNoise === 0 && !drop && !fluctuation,
    drop,
    mean(part, j, a, sum) {
      const { amplifiers, calibrated } = parts[part]!;
      const most = calibrated
        ? calibrated.ranges[j]!
        : adc.kind === 'none'
          ? Number.POSITIVE_INFINITY
          : adc.range;
      const [low, high] = [Math.max(below * most, -(limit ?? most)), Math.min(most, limit ?? most)];
      const y = (amplifiers ? amplifiers.loaded(j, a, sum) : a) + rest * sum;
      const shown = Math.max(low, Math.min(high, amplifiers ? amplifiers.shaped(j, y) : y));
      return (shown - rest * sum) * (amplifiers?.gain ?? 1);
    },
    height,
    sliceCount,
    hasAdc,
    adc,
    passes: parts.length * (signs === 'together' ? 1 : 2),
    conversions: parts.length * (signs === 'apart-digital' ? 2 : 1),
    pairNoise,
    memory: parts.flatMap(({ calibrated }) => (calibrated ? [calibrated.memory] : [])),
    note(into) {
      overflows = into;
    },
    finish(x, out, part, weights) {
      disturb(x, out, part, weights);
      convert(x, out, part);
    },
    read(x, weights, from, s, out) {
      const part = (from / height) * sliceCount + s;
      if (signs === 'together') {
        current(x, weights, from, s, out);
        convert(x, out, part);
        return;
      }
      const below = rowsOf(negative!, 0, x.rows);
      const ones = { rows: x.rows, columns: x.columns, data: oneSigned!.data.subarray(0, x.data.length) };
      signedPart(x, -1, ones);
      current(ones, polarity?.(weights, s) ?? weights, from, s, below);
      if (signs === 'apart-digital') convert(ones, below, part);
      signedPart(x, 1, ones);
      current(ones, weights, from, s, out);
      if (signs === 'apart-digital') convert(ones, out, part);
      kernels.addScaled(below, 1, out);
      if (signs === 'apart') convert(x, out, part);
    },
    addReverseNoise(delta, out, from) {
      addReadNoise(delta, out, pairNoise, reverseNoise);
      fluctuation?.addReverse(delta, out, from);
    },
  };
}

/** Weights as negative inputs meet them: every one off by a share of its own for life. */
function buildPolarity(
  { driver }: ChipModel,
  rows: number,
  columns: number,
  slices: number,
  engine: Engine,
  stream: (path: string) => Stream,
): ((weights: Matrix, slice: number) => Matrix) | undefined {
  if (!driver || driver.readAsymmetry === 0 || (driver.signs ?? 'together') === 'together') return undefined;
  const factors = Array.from({ length: slices }, (_, s) =>
    Float32Array.from(
      gaussians(stream(s === 0 ? 'polarity' : `polarity/${s + 1}`), rows * columns),
      z => 1 + driver.readAsymmetry * z,
    ),
  );
  const own = engine.matrix(rows, columns);
  return (weights, s) => {
    for (let k = 0; k < own.data.length; k++) own.data[k] = weights.data[k]! * factors[s]![k]!;
    return own;
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
