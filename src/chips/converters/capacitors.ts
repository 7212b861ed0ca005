/**
 * @file The array of capacitors that a ramp or a successive-approximation converter compares with: its voltage at every code, from its capacitors as
 * they are. The code counts from −range; its distance from the middle is what the capacitors add up, in binary, and the sign is which reference they
 * are switched to:
 *
 *   X = code − 2^(b−1),   level = sign(X) · Σ_k digit_k(|X|) w_k · range,   whole array: w_k = C_k / C_(b−1), C_k = 2^k + σ z_k 2^(k/2)
 *
 * and an amplifier of gain A delivers level/(1 + 1/(A β)), β = C_N/(C_N + Σ switched C_k). In a split array β is 1.
 */
import type { AdcOf } from './converter.ts';

/** What an array draws from: z_0 … z_b. */
export const mismatches = (bits: number) => bits + 1;

/**
 * @param z N(0, 1) [bits + 1] @param shift added to every level before the amplifier, as a fraction of the full scale
 * @returns level of every code [2^bits], in units of the full scale
 */
export function capacitorLevels(
  { bits, gain, capacitorMismatch, split = false }: Omit<AdcOf<'sar'>, 'kind'>,
  z: ArrayLike<number>,
  shift: number,
): Float64Array {
  const amplification = 10 ** (gain / 20);
  const off = (units: number, k: number) => units + capacitorMismatch * z[k]! * Math.sqrt(units);
  const whole = Array.from({ length: bits }, (_, k) => off(2 ** k, k));
  const feedback = off(2 ** (bits - 1), bits);
  const weights = split ? bridged(bits, off) : whole.map(c => c / whole[bits - 1]!);
  return Float64Array.from({ length: 2 ** bits }, (_, code) => {
    const distance = code - 2 ** (bits - 1);
    let level = 0;
    let switched = 0;
    for (let k = 0; k < bits; k++)
      if ((Math.abs(distance) >> k) & 1) {
        level += weights[k]!;
        switched += whole[k]!;
      }
    const beta = split ? 1 : feedback / (feedback + switched);
    return (Math.sign(distance) * level + shift) / (1 + 1 / (amplification * beta));
  });
}

/** Weights of the bits of two half arrays: lower bits reach the output through the bridge 2^h/(2^h − 1). */
function bridged(bits: number, off: (units: number, k: number) => number): number[] {
  const half = Math.floor(bits / 2);
  const bridge = off(2 ** half / (2 ** half - 1 || 1), bits);
  const capacitors = Array.from({ length: bits - 1 }, (_, k) => off(k < half ? 2 ** k : 2 ** (k - half), k));
  const sum = (some: number[]) => some.reduce((total, c) => total + c, 0);
  const low = off(1, bits - 1) + sum(capacitors.slice(0, half));
  const high = sum(capacitors.slice(half));
  const all = (low + bridge) * (high + bridge) - bridge ** 2;
  const weights = capacitors.map((c, k) => (k < half ? c * bridge : c * (low + bridge)) / all);
  return [...weights, 1]; // the last is the whole range, at the lowest code alone
}
