/**
 * @file Endurance: every write wears a cell, and after a number of writes of its own, log-normally distributed, it answers no more.
 */
import type { Static } from '@sinclair/typebox';
import { choice, ratio, strict } from '../../description.ts';
import type { Stream } from '../../engine/streams.ts';
import { scattered } from './scattered.ts';

/** Description of how cells wear out. */
export const Endurance = strict(
  {
    writes: ratio(
      'median of the writes that a cell endures; where an update works by pulses, every pulse that is sent to it is a write, also one that another undoes',
      { minimum: 1 },
    ),
    spread: ratio('standard deviation of the natural logarithm of that, from cell to cell', {
      minimum: 0,
      maximum: 5,
      default: 0,
    }),
    death: choice(
      ['value', 'off'],
      'where a dead cell stays: at the conductance it has, or at the smallest',
      {
        default: 'value',
      },
    ),
  },
  { description: 'cells wear out by being written' },
);
export type Endurance = Static<typeof Endurance>;

/** Writes that each of so many cells endures: writes · exp(spread · N). */
export const lifetimes = (
  { writes, spread }: Endurance,
  cells: number,
  stream: (path: string) => Stream,
): ((k: number) => number) =>
  scattered(cells, spread, stream, 'endurance', deviation => writes * Math.exp(deviation));

/** How much the cells of a chip are worn. */
export interface Wear {
  readonly cells: number;
  readonly dead: number;
  readonly meanWrites: number;
  readonly mostWrites: number;
}

/** Of several crossbars together; undefined where there are none. */
export function togetherWorn(parts: readonly Wear[]): Wear | undefined {
  if (parts.length === 0) return undefined;
  const cells = parts.reduce((sum, part) => sum + part.cells, 0);
  return {
    cells,
    dead: parts.reduce((sum, part) => sum + part.dead, 0),
    meanWrites: parts.reduce((sum, part) => sum + part.meanWrites * part.cells, 0) / cells,
    mostWrites: Math.max(...parts.map(({ mostWrites }) => mostWrites)),
  };
}
