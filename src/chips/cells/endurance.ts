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
      'median of the writes that a cell endures; where an update works by pulses, a pulse of nominal size is a write',
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
