/** @file A digital number beside every cell that collects fractions of a pulse and gives the cell whole ones. */
import type { CellArray } from '../cells/array.ts';
import type { Site } from './update.ts';

/**
 * @param momentum share of its content that a number keeps when it has given pulses
 * @param most pulses given at once @returns adds an amount, in pulses, to the number of cell k
 */
export function pulseBuffer(
  array: CellArray,
  momentum: number,
  most: number,
  { engine, meter }: Pick<Site, 'engine' | 'meter'>,
): (k: number, amount: number) => void {
  const held = new Float32Array(array.weights.data.length);
  engine.keepArrays(held);
  return (k, amount) => {
    held[k]! += amount;
    const n = Math.max(-most, Math.min(most, Math.trunc(held[k]!)));
    if (n === 0) return;
    held[k]! *= momentum;
    array.pulse(k, n);
    meter.pulses += Math.abs(n);
  };
}
