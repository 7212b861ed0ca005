/**
 * @file Steps that change in proportion to the weight: from w a pulse moves by g(w) = size − fraction · w, so that g shrinks by the factor
 * q = 1 − fraction with every pulse, and n pulses have a closed form (`fraction` 0: constant steps). Signs are those of the
 * direction: for down pulses, of the mirrored cell.
 */

export type CycleNoiseOf = 'step' | 'step-at-zero';

/**
 * Change by n pulses from where the step is `step`. With ξ one N(0, 1) a pulse, noise of the step multiplies g by
 * 1 − fraction (1 + c ξ), so that E g² has a closed form; noise of the step at zero is a first-order autoregression.
 *
 * @param step g(w) at the start @param size g(0) @param cycle c, spread of one pulse as a fraction of g or of g(0)
 * @param normal N(0, 1) for the noise of all n
 */
export function affineMove(
  step: number,
  size: number,
  fraction: number,
  n: number,
  cycle: number,
  noiseOf: CycleNoiseOf,
  normal: number,
): number {
  const q = 1 - fraction;
  const mean = step * geometric(q, n);
  if (cycle === 0) return mean;
  const variance =
    noiseOf === 'step'
      ? (cycle * step) ** 2 * powers(q * q, (fraction * cycle) ** 2, n)
      : (cycle * size) ** 2 * geometric(q * q, n);
  return mean + Math.sqrt(variance) * normal;
}

const small = 1e-8; // where differences of powers lose more digits than the limit is off

/** 1 + q + … + qⁿ⁻¹ */
const geometric = (q: number, n: number) => (Math.abs(1 - q) < small ? n : (1 - q ** n) / (1 - q));

/** ((a + b)ⁿ − aⁿ)/b */
const powers = (a: number, b: number, n: number) =>
  b < small * a ? n * a ** (n - 1) : ((a + b) ** n - a ** n) / b;
