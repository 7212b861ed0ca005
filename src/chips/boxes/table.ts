/**
 * @file A curve that somebody measured: z = f_i(n) + σ_i(n) ξ, straight lines between the points of a CSV file, constant beyond its ends. The
 * file's numbers stand in the description itself (`scenarios/csv.ts` reads them), so that a trial needs no file and another
 * measurement is another trial.
 */
import { type Static, Type } from '@sinclair/typebox';
import { provenance, strict } from '../../description.ts';
import type { Engine } from '../../engine/engine.ts';
import { rowsOf } from '../../engine/matrix.ts';
import { integers, type Stream } from '../../engine/streams.ts';
import type { Box } from './box.ts';

/** Curves over one grid of inputs. */
export interface Curves {
  /** strictly increasing [points] */
  readonly input: readonly number[];
  /** mean outputs [curves][points] */
  readonly outputs: readonly (readonly number[])[];
  /** standard deviations of the outputs [curves][points]; absent where none were measured */
  readonly deviations?: readonly (readonly number[])[];
}

export const Table = strict(
  {
    kind: Type.Literal('table'),
    ...provenance,
    csv: Type.Unsafe<Curves>({
      type: 'string',
      csv: true,
      minLength: 1,
      description:
        'path of a CSV file, relative to the file that names it. First line: "input", then a name for every curve and, where noise was measured, ' +
        '"<name> sd" for its standard deviation. With as many curves as units each unit has its own, in order; with fewer, units draw one at random; more are refused',
    }),
  },
  { description: 'a measured curve, straight between its points' },
);

/** @throws RangeError when some curves would be nobody's */
export function checkCurves({ outputs }: Curves, units: number): void {
  if (outputs.length > units)
    throw new RangeError(
      `there are ${outputs.length} curves, but only ${units} units pass here: leave out ${outputs.length - units} or more`,
    );
}

export function buildTable(
  { csv }: Static<typeof Table>,
  units: number,
  batch: number,
  engine: Engine,
  stream: (path: string) => Stream,
): Box {
  checkCurves(csv, units);
  const { kernels } = engine;
  const grid = Float64Array.from(csv.input);
  const curves = csv.outputs.length;
  const drawn = integers(stream('curve'), units, curves);
  const curveOf = curves === units ? Uint32Array.from({ length: units }, (_, j) => j) : drawn;
  const means = flat(csv.outputs);
  const deviations = csv.deviations && flat(csv.deviations);
  const noise = stream('noise');
  const noises = deviations && engine.matrix(batch, units);

  return {
    send(input, out) {
      if (noises) {
        kernels.fill(noises, 0);
        kernels.addGaussian(rowsOf(noises, 0, input.rows), 1, noise);
      }
      for (let from = 0; from < input.data.length; from += units)
        for (let j = 0; j < units; j++) {
          const x = input.data[from + j]!;
          const left = segment(grid, x);
          const at = curveOf[j]! * grid.length + left;
          const share = between(grid, left, x);
          const mean = means[at]! + share * (means[at + 1]! - means[at]!);
          out.data[from + j] = noises
            ? mean +
              noises.data[from + j]! * (deviations![at]! + share * (deviations![at + 1]! - deviations![at]!))
            : mean;
        }
    },
    pullBack(input, d, out) {
      const last = grid.length - 1;
      for (let from = 0; from < input.data.length; from += units)
        for (let j = 0; j < units; j++) {
          const x = input.data[from + j]!;
          const left = segment(grid, x);
          const at = curveOf[j]! * grid.length + left;
          const isInside = x >= grid[0]! && x < grid[last]!;
          const slope = isInside ? (means[at + 1]! - means[at]!) / (grid[left + 1]! - grid[left]!) : 0;
          out.data[from + j] = d.data[from + j]! * slope;
        }
    },
  };
}

const flat = (curves: readonly (readonly number[])[]) => Float64Array.from(curves.flat());

/** Left end of the segment that x lies in, or that is nearest: the last point at or below x, but for the very last. */
function segment(grid: Float64Array, x: number): number {
  let low = 0;
  let high = grid.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (grid[middle]! <= x) low = middle;
    else high = middle;
  }
  return low;
}

/** How far x is from the left end of its segment to the right one: 0 to 1. */
function between(grid: Float64Array, left: number, x: number): number {
  const share = (x - grid[left]!) / (grid[left + 1]! - grid[left]!);
  return share < 0 ? 0 : share > 1 ? 1 : share;
}
