/** @file What every update by pulses starts from: the cells of the crossbar as an array that takes pulses, and programming them. */
import type { Matrix } from '../../engine/matrix.ts';
import { buildArray, type CellArray } from '../cells/array.ts';
import { type Cell, isPulsed } from '../cells/cell.ts';
import { drawFlaws } from '../cells/flaws.ts';
import type { Held } from '../cells/held.ts';
import { programOnce } from './programming.ts';
import type { Site } from './update.ts';

/** The cells of the crossbar itself, which wear. @throws RangeError when the cell has no step response or the weights no bounds */
export function pulsedArray({ model, weights, flaws, held, engine, stream }: Site): CellArray {
  const { cell, crossbar } = model;
  if (!isPulsed(cell) || !flaws)
    throw new RangeError('pulses need a cell with a step response and a weightRange above 0');
  const array = buildArray(cell, weights, flaws, crossbar.weightRange, engine, stream);
  return held && cell.endurance ? wearing(array, held) : array;
}

/** Cells whose every pulse and reset is counted. */
function wearing(array: CellArray, held: Held): CellArray {
  const note = held.pulsed;
  return {
    ...array,
    note,
    pulse(k, n) {
      note(k, Math.abs(n));
      array.pulse(k, n);
    },
    pulseSingly(k, n) {
      note(k, Math.abs(n));
      array.pulseSingly(k, n);
    },
    reset(k) {
      note(k, 1);
      array.reset(k);
    },
  };
}

/** A further array of cells of the same kind beside those of the crossbar, with flaws of its own; their wear is not followed. */
export function besideArray({ model, weights, engine, stream, ...site }: Site, name: string): CellArray {
  const { rows, columns } = weights;
  const under = (path: string) => stream(`${name}/${path}`);
  const flaws = drawFlaws(model.cell, model.crossbar.weightRange, rows, columns, engine, under);
  const own = engine.matrix(rows, columns);
  return pulsedArray({ ...site, model, weights: own, flaws, held: undefined, engine, stream: under });
}

/** One programming of every cell of an array, with the programming error of its cells. */
export function programmer(
  array: CellArray,
  site: Site,
  name = 'programming',
  sigma?: number,
): (target: Matrix) => void {
  const programmed = programOnce(site, array.weights, array.steps, name, sigma);
  return target => {
    programmed(target);
    array.written();
    site.meter.cellsWritten += target.data.length;
  };
}

/** The kind of cells that kernels move in one sweep; undefined for others. */
export function swept(cell: Cell): 'constant-step' | 'soft-bounds' | undefined {
  if (cell.kind === 'linear' || cell.writeNoise > 0 || cell.devices) return undefined;
  if (cell.kind === 'constant-step') return cell.kind;
  if (cell.kind !== 'soft-bounds') return undefined;
  const hasReference = cell.reference !== 0 || cell.referenceVariation > 0 || cell.referencePoint !== 'zero';
  return hasReference || cell.cycleNoiseOf !== 'step' ? undefined : cell.kind;
}
