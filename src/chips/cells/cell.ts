/**
 * @file What a memory cell is: the description of its file. A weight is a pair of cells, W = (G⁺ − G⁻)/scale, of which one rests
 * at its smallest conductance while the other carries the weight; so one pair has one degree of freedom, and the state of a
 * crossbar is kept in units of weight (`mapping.ts` turns it into siemens and back).
 */
import type { Static } from '@sinclair/typebox';
import { oneOfKinds } from '../../description.ts';
import { ConstantStepCell } from './constant-step.ts';
import { ExponentialStepCell } from './exponential-step.ts';
import { LinearCell } from './linear.ts';
import { LinearStepCell } from './linear-step.ts';
import { PiecewiseStepCell } from './piecewise-step.ts';
import { PowerStepCell } from './power-step.ts';
import { SoftBoundsCell } from './soft-bounds.ts';
import type { Devices } from './vector.ts';

/** Description of a memory cell. */
export const Cell = oneOfKinds(
  [
    LinearCell,
    ConstantStepCell,
    LinearStepCell,
    SoftBoundsCell,
    ExponentialStepCell,
    PowerStepCell,
    PiecewiseStepCell,
  ],
  'the memory cell at every crossing',
);
export type Cell = Static<typeof Cell>;

/** A cell that answers to pulses. */
export type PulsedCell = Exclude<Cell, { kind: 'linear' }>;
/** Where several cells at a crossing make one weight. */
export const devicesOf = (cell: Cell): Devices | undefined => (isPulsed(cell) ? cell.devices : undefined);
/** Whether a reset leads to the upper end, as the SET of a filament does: pairs of such cells are only ever lowered. */
export const beginsHigh = ({ resetLevel, highest }: PulsedCell): boolean => resetLevel > highest / 2;
export const isPulsed = (cell: Cell): cell is PulsedCell => cell.kind !== 'linear';
