/**
 * @file The stochastic update: outer products by the coincidences of pulse trains on rows and columns, as a crossbar does them without any
 * digital unit at its cells (Gokmen and Vlasov 2016). A change that is no outer product (that of an optimiser) is written row by
 * row, with one row driven and the change on the columns.
 */
import { type Static, Type } from '@sinclair/typebox';
import { strict } from '../../description.ts';
import type { CellArray } from '../cells/array.ts';
import { programmer, pulsedArray, swept } from './pulsed-array.ts';
import { buildSweep, type Sweep, slotsOfSweep } from './sweep.ts';
import { buildScale, buildTrains, trainOptions } from './trains.ts';
import { mustFit, type Site, type Writer } from './update.ts';

export const Stochastic = strict(
  { kind: Type.Literal('stochastic'), ...trainOptions },
  {
    description:
      'trains of pulses on rows and columns that move a cell where they coincide; needs a pulsed cell',
  },
);

export function buildStochastic(options: Static<typeof Stochastic>, site: Site): Writer {
  const { engine, meter, stream } = site;
  const { rows, columns } = site.weights;
  const array = pulsedArray(site);
  const sweep = sweepOf(options, array, site);
  const trains = buildTrains(options, rows, columns, engine, stream('trains'));
  return {
    change(change) {
      for (let i = 0; i < rows; i++)
        meter.pulses += trains.row(array, i, change.data.subarray(i * columns, (i + 1) * columns), 1);
      array.relax();
    },
    pulse(x, delta, rate, isLast = true) {
      mustFit(x, delta, site.weights);
      if (sweep) meter.pulses += sweep(x, delta, rate);
      else
        for (let b = 0; b < x.rows; b++)
          meter.pulses += trains.outer(
            array,
            x.data.subarray(b * rows, (b + 1) * rows),
            delta.data.subarray(b * columns, (b + 1) * columns),
            rate,
          );
      if (isLast) array.relax();
    },
    program: programmer(array, site),
    restored: array.restored,
  };
}

/** For trains and cells that kernels know. */
function sweepOf(
  options: Static<typeof Stochastic>,
  array: CellArray,
  { model: { cell }, engine, stream }: Site,
): Sweep | undefined {
  const kind = swept(cell);
  if (!kind || cell.kind === 'linear' || options.trains !== 'compressed' || options.longest > slotsOfSweep)
    return undefined;
  const { coincideConstant, coincideSoftBounds } = engine.kernels;
  const kernel = { 'constant-step': coincideConstant, 'soft-bounds': coincideSoftBounds }[kind];
  const scale = buildScale(options, array.weights.rows, array.weights.columns);
  return buildSweep(array, scale, kernel, cell.cycleNoise, engine, path => stream(`sweep/${path}`));
}
