/** @file The cell that is not pulsed but set: it takes any conductance within its bounds. */
import { Type } from '@sinclair/typebox';
import { strict } from '../../description.ts';
import { conductance } from './conductance.ts';

export const LinearCell = strict(
  { kind: Type.Literal('linear'), ...conductance },
  { description: 'a cell that takes any conductance between its bounds' },
);
