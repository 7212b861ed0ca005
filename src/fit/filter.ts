/**
 * @file What a model expects the next conductance to be, knowing those before: an extended Kalman filter of one state. Cycle noise moves the
 * device for good, x ← x + step + c |step| ξ, while what is read strays from x afresh each time; the share of the two decides how
 * far a prediction trusts the last reading (1: one step from it, 0: the whole course from the start). Fitting only the course mistakes
 * the walk of cycle noise for shape, fitting only steps is biased by reading noise.
 * @see Ljung 1999, "System identification", 7.2 and 7.4: prediction errors and their likelihood
 */
import type { Run } from './pulses.ts';
import type { StepModel } from './step-model.ts';

/** What noise there is, up to a factor common to both. */
export interface NoiseRatio {
  /** reading noise's share: 0 only cycle noise, 1 only reading noise */
  readonly share: number;
  readonly of: 'step' | 'step-at-zero';
  /** mean square of the step, in which both are counted */
  readonly stepSquare: number;
}

/** What a filter says of one device, row after row; of rows that begin a run the variance is 0. */
export interface Filtered {
  readonly errors: Float64Array;
  /** variance of each error, in units of the common factor */
  readonly variance: Float64Array;
  /** how much of each error the state was corrected by */
  readonly gain: Float64Array;
}

const leastVariance = 1e-8; // of the mean square step: as if a conductance had been written with few digits

/** x after n pulses, with the bounds of the model in the way. */
export function moved(model: StepModel, p: Float64Array, x: number, n: number, middle: number): number {
  const isUp = n > 0;
  for (let left = Math.abs(n); left > 0; left--)
    x = Math.max(p[0]!, Math.min(p[1]!, x + model.step(p, x, isUp, middle)));
  return x;
}

/** Sum of the squares of the steps that cycle noise is a fraction of; of a step that meets a bound, what the bound lets through. */
function stepSquares(
  model: StepModel,
  p: Float64Array,
  x: number,
  n: number,
  middle: number,
  of: NoiseRatio['of'],
): number {
  const isUp = n > 0;
  let sum = 0;
  for (let left = Math.abs(n); left > 0; left--) {
    const step = model.step(p, x, isUp, middle);
    const next = Math.max(p[0]!, Math.min(p[1]!, x + step));
    const passes = step === 0 ? 1 : (next - x) / step;
    sum += (passes * (of === 'step' ? step : model.step(p, middle, isUp, middle))) ** 2;
    x = next;
  }
  return sum;
}

const nudge = 1e-5;

export function filter(
  model: StepModel,
  p: Float64Array,
  runs: readonly Run[],
  middle: number,
  noise: NoiseRatio,
): Filtered {
  const rows = runs.reduce((sum, run) => sum + run.pulses.length, 0);
  const errors = new Float64Array(rows);
  const variance = new Float64Array(rows);
  const gain = new Float64Array(rows);
  const reading = noise.share + leastVariance;
  let row = 0;
  for (const { conductance, pulses } of runs) {
    let x = conductance[0]!;
    let spread = reading; // of x, after a reading
    row++;
    for (let i = 1; i < pulses.length; i++, row++) {
      const n = pulses[i]!;
      const next = moved(model, p, x, n, middle);
      const shrinks = (moved(model, p, x + nudge, n, middle) - next) / nudge;
      const walk = stepSquares(model, p, x, n, middle, noise.of) / noise.stepSquare;
      const before = shrinks * shrinks * spread + (1 - noise.share) * walk;
      variance[row] = before + reading;
      gain[row] = before / variance[row]!;
      errors[row] = conductance[i]! - next;
      x = next + gain[row]! * errors[row]!;
      spread = (1 - gain[row]!) * before;
    }
  }
  return { errors, variance, gain };
}

/** Prediction errors with gains and weights as they were; what least squares make small. Rows that begin a run are 0. */
export function weightedErrors(
  model: StepModel,
  p: Float64Array,
  runs: readonly Run[],
  middle: number,
  { gain, variance }: Filtered,
  out: Float64Array,
  at = 0,
): void {
  let row = 0;
  for (const { conductance, pulses } of runs) {
    let x = conductance[0]!;
    out[at + row++] = 0;
    for (let i = 1; i < pulses.length; i++, row++) {
      const next = moved(model, p, x, pulses[i]!, middle);
      const error = conductance[i]! - next;
      out[at + row] = error / Math.sqrt(variance[row]!);
      x = next + gain[row]! * error;
    }
  }
}

/** The course from the first reading on, without a look at the others. */
export function course(model: StepModel, p: Float64Array, run: Run, middle: number): Float64Array {
  const out = new Float64Array(run.pulses.length);
  out[0] = run.conductance[0]!;
  for (let i = 1; i < out.length; i++) out[i] = moved(model, p, out[i - 1]!, run.pulses[i]!, middle);
  return out;
}
