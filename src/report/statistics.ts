/**
 * @file The few statistics of a table over seeds: mean, spread, and an interval that is named. Plain means of small samples;
 * nothing here is random, so a report is the same bytes every time.
 */

/** How the interval of a mean was made. */
export type IntervalMethod = 'student' | 'range';

/** What is said of one quantity over the seeds. */
export interface Summary {
  readonly count: number;
  readonly mean: number;
  /** sample standard deviation, 0 for one value */
  readonly deviation: number;
  readonly minimum: number;
  readonly maximum: number;
  /** ends of the interval by `method` */
  readonly low: number;
  readonly high: number;
  readonly method: IntervalMethod;
}

/** Arithmetic mean; NaN of nothing. */
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Sample standard deviation (divided by n − 1); 0 for fewer than two values. */
export function deviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}

/**
 * Summary of some values.
 * @param method `student`: 95 % Student-t interval of the mean; `range`: smallest to largest value
 * @returns undefined of nothing
 */
export function summarise(values: readonly number[], method: IntervalMethod): Summary | undefined {
  const count = values.length;
  if (count === 0) return undefined;
  const centre = mean(values);
  const spread = deviation(values);
  const minimum = Math.min(...values);
  const maximum = Math.max(...values);
  const half = count > 1 ? (studentQuantile(0.975, count - 1) * spread) / Math.sqrt(count) : 0;
  const [low, high] = method === 'student' ? [centre - half, centre + half] : [minimum, maximum];
  return { count, mean: centre, deviation: spread, minimum, maximum, low, high, method };
}

/**
 * The quantile t with P(T ≤ t) = `probability` for Student's t with whole `degrees` of freedom.
 * Solves the exact distribution by bisection: 60 halvings, good to the last digits.
 */
export function studentQuantile(probability: number, degrees: number): number {
  if (!(probability > 0 && probability < 1)) {
    throw new RangeError(`a probability lies between 0 and 1, but got ${probability}`);
  }
  if (probability < 0.5) return -studentQuantile(1 - probability, degrees);
  let high = 1;
  while (studentDistribution(high, degrees) < probability) high *= 2;
  let low = 0;
  for (let halving = 0; halving < 60; halving++) {
    const middle = (low + high) / 2;
    if (studentDistribution(middle, degrees) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * P(T ≤ t) for Student's t with whole `degrees` of freedom ν, by the finite sums in θ = atan(t/√ν).
 * @see Abramowitz & Stegun 1964, equations 26.7.3 (odd ν) and 26.7.4 (even ν)
 */
export function studentDistribution(t: number, degrees: number): number {
  if (!Number.isInteger(degrees) || degrees < 1) {
    throw new RangeError(`degrees of freedom are a whole number from 1, but got ${degrees}`);
  }
  const theta = Math.atan(t / Math.sqrt(degrees));
  const cosine = Math.cos(theta) ** 2;
  const odd = degrees % 2 === 1;
  // terms: odd ν  cos θ (1 + 2/3 cos² θ + 2·4/(3·5) cos⁴ θ + …), even ν  1 + 1/2 cos² θ + 1·3/(2·4) cos⁴ θ + …
  let term = odd ? Math.cos(theta) : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k <= degrees - 2; k += 2) {
    term *= ((k - 1) / k) * cosine;
    sum += term;
  }
  const inside = odd ? (2 / Math.PI) * (theta + Math.sin(theta) * sum) : Math.sin(theta) * sum;
  return 0.5 + inside / 2;
}

/** The smallest number of chips of which a sweep shows a Student-t interval rather than the range. */
const bandFrom = 3;

/** Summary with a 95 % Student-t interval, or the range where there are fewer than 3 values. */
export const banded = (values: readonly number[]): Summary | undefined =>
  summarise(values, values.length >= bandFrom ? 'student' : 'range');

/**
 * Two-sided p of a paired t-test: how often chance alone would move the mean of differences this far from nothing.
 * @returns undefined where there are fewer than 3 differences, or all are the same and the test has no scale to measure by
 */
export function pairedP(differences: readonly number[]): number | undefined {
  const count = differences.length;
  const spread = deviation(differences);
  if (count < bandFrom || spread === 0) return undefined;
  const t = Math.abs(mean(differences)) / (spread / Math.sqrt(count));
  return Math.min(1, 2 * (1 - studentDistribution(t, count - 1)));
}

/**
 * Probabilities corrected for their number.
 * @see Holm 1979: the k-th least of m is multiplied by m − k + 1, and none is below one before it
 */
export function holm(probabilities: readonly number[]): number[] {
  const order = probabilities.map((_, k) => k).sort((a, b) => probabilities[a]! - probabilities[b]!);
  const corrected = new Array<number>(probabilities.length);
  let least = 0;
  order.forEach((at, k) => {
    least = Math.max(least, Math.min(1, (order.length - k) * probabilities[at]!));
    corrected[at] = least;
  });
  return corrected;
}
