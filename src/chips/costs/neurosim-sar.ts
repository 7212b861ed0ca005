/**
 * @file The successive-approximation ADC of NeuroSim: power of a comparator and its logic, linear in the bits, and the current of the column, for a
 * nanosecond a bit and one more. Seventy times below the median of published converters, so a lower bound rather than an estimate.
 *
 * @see Peng et al. 2021, IEEE TCAD 40:2306 (DNN+NeuroSim V2.1, SarADC.cpp, low-power devices at 300 K)
 */

/** P = (a bits + b) µW + c e^(−d log₁₀ R) W, with R the resistance of the column, scaled by the voltage it was fitted at. */
// biome-ignore-start lint/suspicious/noApproximativeNumericConstant: 2.303 is what was published
const fits = {
  '45 nm': [2.1691, 16.693, 0.100225, 2.303],
  '32 nm': [1.1294, 8.8998, 0.079449, 2.297],
  '22 nm': [0.538, 4.3753, 0.072341, 2.303],
  '14 nm': [0.3132, 2.5681, 0.061085, 2.303],
  '7 nm': [0.1061, 0.8847, 0.043555, 2.303],
} as const;
// biome-ignore-end lint/suspicious/noApproximativeNumericConstant: 2.303 is what was published
export type NeurosimNode = keyof typeof fits;
export const neurosimNodes = Object.keys(fits) as NeurosimNode[];

const fittedAt = 0.5; // volts

/** Joules of one conversion. @param conductance of the column, siemens; 0 is an open one @param readVoltage volts */
export function neurosimSar(
  bits: number,
  node: NeurosimNode,
  conductance: number,
  readVoltage: number,
): number {
  const [a, b, c, d] = fits[node];
  const column = conductance > 0 ? c * Math.exp(-d * Math.log10(fittedAt / readVoltage / conductance)) : 0;
  return ((a * bits + b) * 1e-6 + column) * (bits + 1) * 1e-9;
}
