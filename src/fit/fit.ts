/**
 * @file Fits a step response to measured pulses. In turn, until nothing gets likelier: the parameters of each device by least squares of its
 * weighted prediction errors, those that all share, and the noise that gives the weights. Two such searches begin at the
 * opposite beliefs, all noise of the cycle and all of the reading, and at several places each; the likelier end counts.
 */
import { course, type Filtered, filter, weightedErrors } from './filter.ts';
import { leastSquares, type Solution } from './least-squares.ts';
import { likeliestNoise, type Noise } from './noise.ts';
import type { Device, Run } from './pulses.ts';
import { extremes } from './pulses.ts';
import type { Sketch, StepModel } from './step-model.ts';

/** All that was measured, in units of its range. */
export interface Measured {
  readonly devices: readonly MeasuredDevice[];
  /** siemens of 0, and of the range */
  readonly least: number;
  readonly width: number;
}

interface MeasuredDevice {
  readonly name: string;
  readonly runs: readonly Run[];
  readonly sketch: Sketch;
  /** 1 for rows, counted through all runs, in which the device was at the end of its range and pulsed further */
  readonly rests: Uint8Array;
}

export interface DeviceFit {
  readonly name: string;
  readonly runs: readonly Run[];
  /** own and shared parameters */
  readonly p: Float64Array;
  /** of the own parameters, or of a single device's all. [own, own] */
  readonly covariance: Float64Array;
  readonly filtered: Filtered;
  /** what the model makes of the pulses alone, run by run */
  readonly courses: readonly Float64Array[];
}

export interface Fit {
  readonly model: StepModel;
  readonly measured: Measured;
  readonly devices: readonly DeviceFit[];
  readonly noise: Noise;
  /** conductance that is weight 0 */
  readonly middle: number;
  /** predictions that were compared, and parameters, noise included */
  readonly observations: number;
  readonly parameters: number;
  /** Akaike's and the Bayesian information criterion: less is better */
  readonly aic: number;
  readonly bic: number;
  /** share of the variance of the conductances that the courses explain */
  readonly rSquared: number;
}

/** Measurements in units of their range, and what they look like. */
export function scaled(devices: readonly Device[]): Measured {
  const [least, most] = extremes(devices.flatMap(({ runs }) => runs));
  const width = most - least;
  return {
    least,
    width,
    devices: devices.map(({ name, runs }) => {
      const inUnits = runs.map(({ conductance, pulses }) => ({
        conductance: conductance.map(g => (g - least) / width),
        pulses,
      }));
      const sketch = sketched(inUnits, -least / width);
      return { name, runs: inUnits, sketch, rests: restingRows(inUnits, sketch) };
    }),
  };
}

/** Mean steps are taken in the middle 70 % of the range, where bounds are far. */
function sketched(runs: readonly Run[], floor: number): Sketch {
  const [low, high] = extremes(runs);
  const sum = { up: 0, down: 0 };
  const count = { up: 0, down: 0 };
  for (const { conductance, pulses } of runs)
    for (let i = 1; i < pulses.length; i++) {
      const along = ((conductance[i]! + conductance[i - 1]!) / 2 - low) / (high - low);
      if (along < 0.15 || along > 0.85) continue;
      const direction = pulses[i]! > 0 ? 'up' : 'down';
      sum[direction] += (Math.abs(pulses[i]!) / pulses[i]!) * (conductance[i]! - conductance[i - 1]!);
      count[direction] += Math.abs(pulses[i]!);
    }
  const size = (direction: 'up' | 'down') =>
    Math.max(sum[direction] / Math.max(1, count[direction]), 1e-4 * (high - low));
  return { low, high, up: size('up'), down: size('down'), floor };
}

/** How near the end the bound is felt by a noisy step: in steps, but at most this share of the range. */
const nearEnd = { steps: 1.5, share: 0.05 };

function restingRows(runs: readonly Run[], { low, high, up, down }: Sketch): Uint8Array {
  const near = (step: number) => Math.min(nearEnd.steps * step, nearEnd.share * (high - low));
  return Uint8Array.from(
    runs.flatMap(({ conductance, pulses }) =>
      Array.from(pulses, (n, i) => {
        const before = conductance[i - 1]!;
        return i > 0 && (n > 0 ? before >= high - near(up) : before <= low + near(down)) ? 1 : 0;
      }),
    ),
  );
}

const mostRounds = 8;
/** Each turn of a search only has to get nearer: the next one goes on. */
const turn = { enough: 1e-8, mostIterations: 20 };

/** @throws RangeError where no start of the model is finite */
export function fitModel(model: StepModel, measured: Measured): Fit {
  const ends = [0, 1].map(share => search(model, measured, share));
  return concluded(ends.reduce((a, b) => (b.noise.logLikelihood > a.noise.logLikelihood ? b : a)));
}

interface State {
  readonly model: StepModel;
  readonly measured: Measured;
  readonly own: readonly Float64Array[];
  readonly shared: Float64Array;
  readonly middle: number;
  readonly noise: Noise;
}

const whole = (own: Float64Array, shared: Float64Array) => Float64Array.of(...own, ...shared);
const middleOf = (own: readonly Float64Array[]) =>
  own.reduce((sum, p) => sum + (p[0]! + p[1]!) / 2, 0) / own.length;

/** From one belief about the noise to the likeliest parameters and noise near it. */
function search(model: StepModel, measured: Measured, share: number): State {
  let state = begun(model, measured, share);
  for (let round = 0; round < mostRounds; round++) {
    const next = likelier(state, state.noise);
    const gained = next.noise.logLikelihood - state.noise.logLikelihood;
    state = next;
    if (Math.abs(gained) < 0.01) break;
  }
  return state;
}

const fewDevices = 4; // enough to tell starts apart by

/** The best of the starts, each after one turn with even weights; of many devices, some decide for all. */
function begun(model: StepModel, measured: Measured, share: number): State {
  const some = { ...measured, devices: measured.devices.slice(0, fewDevices) };
  const starts = model.starts(some.devices[0]!.sketch).map((_, k) => begunAt(model, some, share, k));
  const best = starts.reduce((a, b) => (b.noise.logLikelihood > a.noise.logLikelihood ? b : a));
  if (measured.devices.length <= fewDevices) return best;
  return begunAt(model, measured, share, starts.indexOf(best), best.shared);
}

function begunAt(
  model: StepModel,
  measured: Measured,
  share: number,
  k: number,
  shared: Float64Array = Float64Array.from(model.starts(measured.devices[0]!.sketch)[k]!.slice(model.own)),
): State {
  const own = measured.devices.map(({ sketch }) =>
    Float64Array.from(model.starts(sketch)[k]!.slice(0, model.own)),
  );
  const sizes = measured.devices.map(({ sketch }) => ((sketch.up + sketch.down) / 2) ** 2);
  const stepSquare = sizes.reduce((a, b) => a + b) / sizes.length;
  const even = { share, of: 'step-at-zero', stepSquare, logLikelihood: 0, variance: 0 } as const;
  return likelier({ model, measured, own, shared, middle: middleOf(own), noise: even }, even);
}

/** One turn: own parameters, shared parameters, noise. */
function likelier(state: State, { share, of }: Pick<Noise, 'share' | 'of'>): State {
  const { model, measured, middle, noise } = state;
  let { own, shared } = state;
  const ratio = { share, of, stepSquare: noise.stepSquare };
  const filtered = measured.devices.map(({ runs }, k) =>
    filter(model, whole(own[k]!, shared), runs, middle, ratio),
  );
  if (model.shared > 0) {
    const { values } = fitAll(state, filtered);
    own = own.map((_, k) => values.slice(k * model.own, (k + 1) * model.own));
    shared = values.slice(own.length * model.own);
  } else own = own.map((_, k) => fitOwn(state, k, filtered[k]!).values);
  const centre = middleOf(own);
  const stepSquare = meanSquareStep(model, measured, own, shared, centre);
  const guesses = measured.devices.map(({ runs, rests }, k) => ({ runs, rests, p: whole(own[k]!, shared) }));
  return {
    model,
    measured,
    own,
    shared,
    middle: centre,
    noise: likeliestNoise(model, guesses, centre, stepSquare),
  };
}

/** Device k's own parameters; with the shared ones where there is no other device. */
function fitOwn({ model, measured, own, shared, middle }: State, k: number, filtered: Filtered): Solution {
  const { runs, sketch } = measured.devices[k]!;
  const isAlone = own.length === 1;
  const { low, high } = model.limits(sketch);
  const size = isAlone ? model.own + model.shared : model.own;
  return leastSquares({
    start: [...whole(own[k]!, shared)].slice(0, size),
    low: low.slice(0, size),
    high: high.slice(0, size),
    count: filtered.errors.length,
    ...turn,
    residuals: (p, out) => weightedErrors(model, isAlone ? p : whole(p, shared), runs, middle, filtered, out),
  });
}

/** Shared and own parameters of all devices at once. */
function fitAll(state: State, filtered: readonly Filtered[]): Solution {
  const { model, measured, own, shared, middle } = state;
  const limits = measured.devices.map(({ sketch }) => model.limits(sketch));
  const starts = [0];
  for (const { errors } of filtered) starts.push(starts.at(-1)! + errors.length);
  const count = starts.at(-1)!;
  const behind = own.length * model.own;
  const joined = (of: (k: number) => readonly number[]) => [
    ...own.flatMap((_, k) => of(k).slice(0, model.own)),
    ...of(0).slice(model.own),
  ];
  return leastSquares({
    start: joined(k => [...whole(own[k]!, shared)]),
    low: joined(k => limits[k]!.low),
    high: joined(k => limits[k]!.high),
    count,
    ...turn,
    rows: [
      ...own.flatMap((_, k) => new Array(model.own).fill([starts[k]!, starts[k + 1]!])),
      ...new Array(model.shared).fill([0, count]),
    ],
    residuals(p, out) {
      measured.devices.forEach(({ runs }, k) => {
        const its = whole(p.subarray(k * model.own, (k + 1) * model.own), p.subarray(behind));
        weightedErrors(model, its, runs, middle, filtered[k]!, out, starts[k]!);
      });
    },
  });
}

function meanSquareStep(
  model: StepModel,
  { devices }: Measured,
  own: readonly Float64Array[],
  shared: Float64Array,
  middle: number,
): number {
  let [sum, count] = [0, 0];
  devices.forEach(({ runs }, k) => {
    const p = whole(own[k]!, shared);
    for (const { conductance, pulses } of runs)
      for (let i = 1; i < pulses.length; i++) {
        sum += model.step(p, conductance[i - 1]!, pulses[i]! > 0, middle) ** 2;
        count++;
      }
  });
  return Math.max(sum / count, 1e-18);
}

/** What there is to say of the end of a search. */
function concluded(state: State): Fit {
  const { model, measured, own, shared, middle, noise } = state;
  const devices = measured.devices.map(({ name, runs }, k): DeviceFit => {
    const p = whole(own[k]!, shared);
    const filtered = filter(model, p, runs, middle, noise);
    const { covariance } = fitOwn(state, k, filtered);
    return { name, runs, p, covariance, filtered, courses: runs.map(run => course(model, p, run, middle)) };
  });
  const observations = measured.devices.reduce(
    (sum, { runs, rests }) => sum + rests.reduce((left, rest) => left + 1 - rest, -runs.length),
    0,
  );
  const { low, high } = model.limits(measured.devices[0]!.sketch);
  const free = low.filter((x, j) => x !== high[j] && j < model.own).length;
  const parameters = free * devices.length + model.shared + 2;
  const misfit = -2 * noise.logLikelihood;
  return {
    model,
    measured,
    devices,
    noise,
    middle,
    observations,
    parameters,
    aic: misfit + 2 * parameters,
    bic: misfit + Math.log(observations) * parameters,
    rSquared: explained(devices),
  };
}

function explained(devices: readonly DeviceFit[]): number {
  let [left, all] = [0, 0];
  for (const { runs, courses } of devices) {
    const values = runs.flatMap(({ conductance }) => [...conductance]);
    const mean = values.reduce((a, b) => a + b) / values.length;
    runs.forEach(({ conductance }, r) => {
      conductance.forEach((x, i) => {
        left += (x - courses[r]![i]!) ** 2;
        all += (x - mean) ** 2;
      });
    });
  }
  return 1 - left / all;
}
