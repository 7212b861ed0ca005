/** @file Up and down pulses: told apart by colour and shape in every figure of cells. */
import { anyColours } from './colours.ts';
import type { Specification } from './figure.ts';

const names = ['up', 'down'];

/** Channel definition for `color` by the field `direction`. */
export const directionColour: Specification = {
  field: 'direction',
  type: 'nominal',
  scale: { domain: names, range: [anyColours[0]!, anyColours[1]!] },
};

/** Channel definition for `shape` likewise. */
export const directionShape: Specification = {
  field: 'direction',
  type: 'nominal',
  scale: { domain: names, range: ['triangle-up', 'triangle-down'] },
};

/** Every n-th of many, so that no more than `most` are left; first and last stay. */
export function thinned<T>(all: readonly T[], most: number): T[] {
  if (all.length <= most) return [...all];
  return Array.from({ length: most }, (_, k) => all[Math.round((k * (all.length - 1)) / (most - 1))]!);
}
