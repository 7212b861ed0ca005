/**
 * @file The pulsed update: an intended change becomes a whole number of pulses, stochastically rounded cell by cell, and every
 * pair answers with the step response of its cells, its own up and down step, and cycle-to-cycle noise. n pulses are taken in closed form
 * where the cell has one; plain constant-step and soft-bounds cells go through kernels of the engine.
 */
import { type Static, Type } from '@sinclair/typebox';
import { count, strict } from '../../description.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Matrix } from '../../engine/matrix.ts';
import type { Stream } from '../../engine/streams.ts';
import type { CellArray } from '../cells/array.ts';
import type { Cell } from '../cells/cell.ts';
import { programmer, pulsedArray, swept } from './pulsed-array.ts';
import { roundedPulses } from './rounding.ts';
import type { Site, Writer } from './update.ts';

export const Pulsed = strict(
  {
    kind: Type.Literal('pulsed'),
    maximumPulses: count('most pulses a cell gets in one update', { default: 31, maximum: 10000 }),
  },
  {
    description:
      'the change of every cell stochastically rounded to pulses, through the step response of each cell; needs a pulsed cell',
  },
);

export function buildPulsed({ maximumPulses }: Static<typeof Pulsed>, site: Site): Writer {
  const array = pulsedArray(site);
  const pulse =
    fused(site.model.cell, array, maximumPulses, site.engine, site.stream) ??
    roundedPulses(array, maximumPulses, site.engine, site.stream('rounding'));
  return {
    change(change) {
      site.meter.pulses += pulse(change);
      array.relax();
    },
    program: programmer(array, site),
    restored: array.restored,
  };
}

/** The kernel that does it all in one sweep, where there is one for such cells. */
function fused(
  cell: Cell,
  { weights, steps, granularity, note }: CellArray,
  maximum: number,
  { kernels, ...engine }: Engine,
  stream: (path: string) => Stream,
): ((change: Matrix) => number) | undefined {
  const kernel = kernelOf(cell, kernels);
  if (!kernel) return undefined;
  const cells = { ...steps, step: granularity, cycle: cell.kind === 'linear' ? 0 : cell.cycleNoise, maximum };
  const streams = { rounding: stream('rounding'), cycle: stream('cycle') };
  if (!note) return change => kernel(weights, change, cells, streams);
  const lots = engine.matrix(weights.rows, weights.columns);
  return change => {
    kernels.uniform(lots, 0, 1, { ...streams.rounding }); // as the kernel will draw them
    for (let k = 0; k < lots.data.length; k++) {
      const asked = Math.fround(change.data[k]! * Math.fround(1 / granularity));
      note(k, Math.min(maximum, Math.abs(Math.floor(Math.fround(asked + lots.data[k]!)))));
    }
    return kernel(weights, change, cells, streams);
  };
}

function kernelOf(cell: Cell, { pulseConstant, pulseSoftBounds }: Engine['kernels']) {
  const kind = swept(cell);
  return kind && { 'constant-step': pulseConstant, 'soft-bounds': pulseSoftBounds }[kind];
}
