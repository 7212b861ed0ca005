/**
 * @file A fit in the words of a cell file: nominal values are means over devices, spreads their standard deviations less what is only
 * uncertainty of each. Weights −1 and 1 stand for the mean bounds, so weight 0 for the conductance between them.
 */

import { weightedErrors } from './filter.ts';
import type { DeviceFit, Fit } from './fit.ts';
import { inverseOfNormal, jacobianAt, normalEquations } from './least-squares.ts';

/** A number of the cell file and how sure it is. */
export interface Parameter {
  readonly key: string;
  readonly value: number;
  /** one standard error; undefined where the data do not determine it */
  readonly error: number | undefined;
  /** siemens, or a bare number */
  readonly unit: 'S' | '';
}

/** The same of one device, in siemens where it is a conductance. */
export interface DeviceWords {
  readonly name: string;
  readonly values: Readonly<Record<string, number>>;
  readonly errors: Readonly<Record<string, number | undefined>>;
}

export interface FitWords {
  readonly parameters: readonly Parameter[];
  readonly devices: readonly DeviceWords[];
  /** steps at weight 0 of the nominal cell */
  readonly up: Parameter;
  readonly down: Parameter;
  /** conductance at which both are alike, where there is one between the bounds */
  readonly symmetryPoint: number | undefined;
  readonly lists: Readonly<Record<string, readonly number[]>>;
}

/** Sizes first, then what the model adds. */
const sizes = ['low', 'high', 'up', 'down'] as const;

export function inWords(fit: Fit): FitWords {
  const { model, measured, devices } = fit;
  const isAlone = devices.length === 1;
  const halfOf = (p: Float64Array) => (p[1]! - p[0]!) / 2;
  const half = devices.reduce((sum, { p }) => sum + halfOf(p), 0) / devices.length;
  const vector = (p: Float64Array): number[] => {
    const words = model.inWords(p, isAlone ? (p[0]! + p[1]!) / 2 : fit.middle, isAlone ? halfOf(p) : half);
    return [...sizes.map(key => words[key]), ...Object.values(words.shape)];
  };
  const first = devices[0]!;
  const keys = [...sizes, ...Object.keys(model.inWords(first.p, fit.middle, half).shape)];
  const sure = isAlone ? undefined : sharedCovariance(fit);
  const each = devices.map(device => {
    const values = vector(device.p);
    const covariance = delta(vector, device);
    return { name: device.name, values, covariance };
  });
  const count = keys.length;
  const mean = keys.map((_, j) => each.reduce((sum, { values }) => sum + values[j]!, 0) / each.length);
  // of some devices a number is hardly determined at all: they shall not speak for the others
  const within = Array.from({ length: count * count }, (_, j) =>
    median(each.map(({ covariance }) => known(covariance[j]!))),
  );
  const between = (j: number, k: number) =>
    isAlone
      ? 0
      : each.reduce((sum, { values }) => sum + (values[j]! - mean[j]!) * (values[k]! - mean[k]!), 0) /
        (each.length - 1);
  const isFew = each.length < 3; // of two, the spread says little of how sure their mean is
  const ofMean = (j: number, k: number) => {
    const sample = between(j, k);
    const variance = isFew ? Math.max(within[j * count + k]!, j === k ? sample : 0) : sample;
    return variance / each.length;
  };
  const undetermined = (j: number) =>
    each.every(({ covariance }) => Number.isNaN(covariance[j * count + j]!));
  const errorOf = (j: number) => (undetermined(j) ? undefined : Math.sqrt(ofMean(j, j)));

  /** spread of what is fitted, less what is uncertainty of each; and in all */
  const spreadOf = (j: number, unit = 1): [number, number] => [
    Math.sqrt(Math.max(0, between(j, j) - within[j * count + j]!)) / unit,
    Math.sqrt(between(j, j)) / unit,
  ];
  const combined = (f: (values: readonly number[]) => number): [number, number] => {
    const at = f(mean);
    const slopes = mean.map((x, j) => {
      const h = 1e-5 * Math.max(Math.abs(x), 1e-6);
      return (f(mean.with(j, x + h)) - f(mean.with(j, x - h))) / (2 * h);
    });
    let variance = 0;
    slopes.forEach((a, j) => {
      slopes.forEach((b, k) => {
        variance += a * b * ofMean(j, k);
      });
    });
    return [at, Math.sqrt(Math.max(0, variance))];
  };
  const bare = (key: string, value: number, error: number | undefined): Parameter => ({
    key,
    value,
    error,
    unit: '',
  });
  const siemens = (key: string, x: number, error: number | undefined): Parameter => ({
    key,
    value: measured.least + measured.width * x,
    error: error === undefined ? undefined : error * measured.width,
    unit: 'S',
  });
  // the variance that is left is as sure as the sample's, which is larger
  const scatter = (key: string, [value, sample]: readonly [number, number]): Parameter[] => {
    if (isAlone) return [];
    const unsure = sample ** 2 * Math.sqrt(2 / (each.length - 1));
    return [bare(key, value, unsure / Math.max(2 * value, Math.sqrt(unsure)))];
  };

  const [low, high, up, down] = mean as [number, number, number, number];
  const nominal = (up + down) / 2;
  const sums = (sign: 1 | -1) => {
    const both = between(2, 2) + between(3, 3) + 2 * sign * between(2, 3);
    const unsure = within[2 * count + 2]! + within[3 * count + 3]! + 2 * sign * within[2 * count + 3]!;
    return [Math.sqrt(Math.max(0, both - unsure)) / 2 / nominal, Math.sqrt(both) / 2 / nominal] as const;
  };
  const shape = keys.slice(sizes.length).map((key, k) => {
    const j = sizes.length + k;
    const isShared = model.shared > 0;
    const at = sharedAt(model.kind, key);
    const error =
      isShared && sure && at !== undefined ? Math.sqrt(sure[at * model.shared + at]!) : errorOf(j);
    return bare(key, mean[j]!, key === 'slope' || key === 'offset' ? undefined : error);
  });
  const { spread } = model;
  const varied = (part: 0 | 1) =>
    Math.sqrt(mean2((spread?.of ?? []).map(key => spreadOf(keys.indexOf(key))[part])));
  const observed = (value: number) => value / Math.sqrt(2 * fit.observations);
  const cycle = Math.sqrt((fit.noise.variance * (1 - fit.noise.share)) / fit.noise.stepSquare);
  const reading = Math.sqrt(fit.noise.variance * fit.noise.share) / (high - low);
  return {
    parameters: [
      siemens('minimumConductance', low, errorOf(0)),
      siemens('maximumConductance', high, errorOf(1)),
      bare('states', ...combined(([a, b, u, d]) => (2 * (b! - a!)) / (u! + d!))),
      bare('asymmetry', ...combined(([, , u, d]) => u! / d! - 1)),
      ...shape,
      ...scatter('highestVariation', spreadOf(1, half)),
      ...scatter('lowestVariation', spreadOf(0, half)),
      ...scatter('gainVariation', sums(1)),
      ...scatter('asymmetryVariation', sums(-1)),
      ...(spread ? scatter(spread.key, [varied(0), varied(1)]) : []),
      bare('cycleNoise', cycle, observed(cycle)),
      bare('readNoise', reading, observed(reading)),
    ],
    devices: each.map(({ name, values, covariance }) => ({
      name,
      values: Object.fromEntries(keys.map((key, j) => [key, inSiemens(key, values[j]!, measured)])),
      errors: Object.fromEntries(
        keys.map((key, j) => {
          const error = Math.sqrt(covariance[j * count + j]!);
          return [
            key,
            Number.isNaN(error) ? undefined : error * (sizes.includes(key as never) ? measured.width : 1),
          ];
        }),
      ),
    })),
    ...middleSteps(fit),
    lists: model.lists?.(first.p) ?? {},
  };
}

const mean2 = (values: readonly number[]): number =>
  values.reduce((sum, x) => sum + x * x, 0) / Math.max(1, values.length);
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;
const known = (x: number) => (Number.isNaN(x) ? 0 : x);

function inSiemens(key: string, x: number, { least, width }: { least: number; width: number }): number {
  if (key === 'low' || key === 'high') return least + width * x;
  return key === 'up' || key === 'down' ? width * x : x;
}

/** Steps at weight 0 of the mean device, and where they would be alike. */
function middleSteps({ model, devices, middle, measured }: Fit) {
  const step = (x: number, isUp: boolean) =>
    devices.reduce((sum, { p }) => sum + model.step(p, x, isUp, middle), 0) / devices.length;
  const at = (key: string, isUp: boolean): Parameter => ({
    key,
    value: Math.abs(step(middle, isUp)) * measured.width,
    error: undefined,
    unit: 'S',
  });
  const mean = (j: number) => devices.reduce((sum, { p }) => sum + p[j]!, 0) / devices.length;
  let [low, high] = [mean(0), mean(1)];
  const drift = (x: number) => step(x, true) + step(x, false);
  let symmetryPoint: number | undefined;
  if (drift(low) > 0 && drift(high) < 0) {
    for (let k = 0; k < 50; k++) {
      const x = (low + high) / 2;
      if (drift(x) > 0) low = x;
      else high = x;
    }
    symmetryPoint = measured.least + (measured.width * (low + high)) / 2;
  }
  return { up: at('up step', true), down: at('down step', false), symmetryPoint };
}

/** Covariance of f(p) from that of p, to first order; NaN where f is a number that the data do not determine. */
function delta(f: (p: Float64Array) => number[], { p, covariance }: DeviceFit): Float64Array {
  const size = Math.round(Math.sqrt(covariance.length));
  const at = f(p);
  const slopes = Array.from({ length: size }, (_, j) => {
    const h = 1e-5 * Math.max(Math.abs(p[j]!), 1e-4);
    const [above, below] = [f(p.with(j, p[j]! + h)), f(p.with(j, p[j]! - h))];
    return at.map((_value, k) => (above[k]! - below[k]!) / (2 * h));
  });
  const out = new Float64Array(at.length ** 2);
  for (let a = 0; a < at.length; a++)
    for (let b = 0; b < at.length; b++)
      for (let j = 0; j < size; j++)
        for (let k = 0; k < size; k++)
          out[a * at.length + b]! += slopes[j]![a]! * known(covariance[j * size + k]!) * slopes[k]![b]!;
  for (const j of [0, 1]) if (Number.isNaN(covariance[j * size + j]!)) out[j * at.length + j] = Number.NaN;
  return out;
}

/** Where a key of the cell file stands among the shared parameters. */
const sharedAt = (kind: string, key: string): number | undefined =>
  kind === 'exponential-step'
    ? { upFactor: 0, upExponent: 1, downFactor: 2, downExponent: 3 }[key]
    : undefined;

/** Covariance of the shared parameters with every device's own at their best: the inverse of the Schur complement of the own ones. */
function sharedCovariance({ model, devices, middle }: Fit): Float64Array | undefined {
  const { own, shared } = model;
  if (shared === 0) return undefined;
  const size = own + shared;
  const complement = new Float64Array(shared * shared);
  let [squares, count] = [0, 0];
  const unbounded = (sign: number) => new Array<number>(size).fill(sign * Number.POSITIVE_INFINITY);
  for (const { runs, p, filtered } of devices) {
    const rows = filtered.errors.length;
    const residuals = (at: Float64Array, out: Float64Array) =>
      weightedErrors(model, at, runs, middle, filtered, out);
    const columns = jacobianAt({ start: [...p], count: rows, residuals }, p, unbounded(-1), unbounded(1));
    const r = new Float64Array(rows);
    residuals(p, r);
    const { normal } = normalEquations(columns, r);
    const block = new Float64Array(own * own).map((_, i) => normal[Math.floor(i / own) * size + (i % own)]!);
    const inverse = inverseOfNormal(block, own).map(known);
    for (let a = 0; a < shared; a++)
      for (let b = 0; b < shared; b++) {
        let s = normal[(own + a) * size + own + b]!;
        for (let j = 0; j < own; j++)
          for (let k = 0; k < own; k++)
            s -= normal[(own + a) * size + j]! * inverse[j * own + k]! * normal[k * size + own + b]!;
        complement[a * shared + b]! += s;
      }
    for (const x of r) squares += x * x;
    count += rows;
  }
  const variance = squares / Math.max(1, count - shared - own * devices.length);
  return inverseOfNormal(complement, shared).map(x => x * variance);
}
