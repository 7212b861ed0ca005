/**
 * @file What Tiki-Taka and its kin have in common (Gokmen and Haensch 2020): changes go to a fast array of cells, where steps that are not
 * symmetric pull every weight to the cell's symmetry point; what the fast array holds is a filtered gradient. Row by row it is read, and the reading
 * moves the slow array, which is what multiplies. Needs cells whose symmetry point is at weight 0.
 *
 * Differences from AIHWKit: weights are the slow array alone (its γ is 0 by default as well), rates are absolute rather than in units of a
 * learning rate that a writer does not know, and readings have the read noise of the cells rather than that of an MVM.
 */
import { count, ratio } from '../../description.ts';
import type { CellArray } from '../cells/array.ts';
import { normals } from '../cells/normals.ts';
import { besideArray, programmer, pulsedArray } from './pulsed-array.ts';
import { buildTrains, type TrainOptions, type Trains, trainOptions } from './trains.ts';
import { mustFit, type Site, type Writer } from './update.ts';

export const transferOptions = {
  ...trainOptions,
  fastRate: ratio('what is asked of the fast array, per change that is asked of the crossbar [fast_lr]', {
    exclusiveMinimum: 0,
    default: 1,
  }),
  transferRate: ratio(
    'what is asked of the slow array, per weight that is read of the fast one [transfer_lr]',
    {
      exclusiveMinimum: 0,
      default: 1,
    },
  ),
  transferEvery: count('updates between two transfers [transfer_every]', { default: 1, maximum: 1e6 }),
  rowsPerTransfer: count('rows that are read in one transfer, in turn [n_reads_per_transfer]', {
    default: 1,
    maximum: 1e6,
  }),
};
export interface TransferOptions extends TrainOptions {
  fastRate: number;
  transferRate: number;
  transferEvery: number;
  rowsPerTransfer: number;
}

/** What is done with the readings. */
export interface TransferRule {
  /** 1 or −1: the sign with which the changes of row i reach the fast array; always 1 where absent */
  sign?(i: number): number;
  /** Row i of the fast array has been read [columns]. */
  take(i: number, reading: Float32Array): void;
}

/** What a rule works with. */
export interface TransferParts {
  readonly fast: CellArray;
  readonly slow: CellArray;
  readonly trains: Trains;
}

export function transferWriter(
  options: TransferOptions,
  site: Site,
  ruleOf: (parts: TransferParts) => TransferRule,
): Writer {
  const { model, engine, meter, stream } = site;
  const { rows, columns } = site.weights;
  const slow = pulsedArray(site);
  const fast = besideArray(site, 'fast');
  const trains = buildTrains(options, rows, columns, engine, stream('trains'));
  const rule = ruleOf({ fast, slow, trains });
  const driven = new Float32Array(rows);
  const reading = new Float32Array(columns);
  const error = normals(engine, stream('transfer'));
  const sigma = Math.SQRT2 * model.cell.readNoise * model.crossbar.weightRange; // of a pair driven by 1
  let updates = 0;
  let next = 0;
  engine.keep(
    () => [updates, next],
    kept => {
      [updates, next] = kept;
    },
  );

  function read(i: number): void {
    reading.set(fast.weights.data.subarray(i * columns, (i + 1) * columns));
    if (sigma > 0) for (let j = 0; j < columns; j++) reading[j]! += sigma * error();
    meter.columnReads += columns;
    meter.adcConversions += columns;
  }
  function tick(): void {
    fast.relax();
    slow.relax();
    updates++;
    if (updates % options.transferEvery !== 0) return;
    for (let r = 0; r < options.rowsPerTransfer; r++) {
      read(next);
      rule.take(next, reading);
      next = (next + 1) % rows;
    }
  }

  return {
    change(change) {
      for (let i = 0; i < rows; i++) {
        const row = change.data.subarray(i * columns, (i + 1) * columns);
        if (rule.sign?.(i) === -1) for (let j = 0; j < columns; j++) row[j] = -row[j]!;
        meter.pulses += trains.row(fast, i, row, options.fastRate);
      }
      tick();
    },
    pulse(x, delta, rate, isLast = true) {
      mustFit(x, delta, site.weights);
      for (let b = 0; b < x.rows; b++) {
        for (let i = 0; i < rows; i++) driven[i] = (rule.sign?.(i) ?? 1) * x.data[b * rows + i]!;
        const errors = delta.data.subarray(b * columns, (b + 1) * columns);
        meter.pulses += trains.outer(fast, driven, errors, rate * options.fastRate);
      }
      if (isLast) tick();
    },
    program: programmer(slow, site),
    restored: slow.restored,
  };
}
