/**
 * @file Pairs of cells that pulses move one way only, W = G⁺ − G⁻. Up: cells that are raised pulse by pulse but not lowered, as phase-change memory; an
 * increase pulses G⁺, a decrease G⁻ (Burr et al. 2015; limits as in AIHWKit's one-sided cell). Down: cells that are lowered but not raised, as filaments by weak reset pulses
 * (Renaudineau et al. 2026, of which only the abstract was read); an increase pulses G⁻, a decrease G⁺. Down is up seen from the other end of the cell.
 *
 * Cells begin at rest, the end that pulses lead away from: off, or where a reset of the cell leads (of filaments, that is a SET). Both run out, so from time to time
 * pairs of which one is nearly spent and the other no longer fresh are refreshed: read, both reset, and their difference written onto one of them, blindly or with
 * verification. What multiplies is the difference. Lowered pairs carry much in both cells: bills know of it, wires, faults and mappings do not.
 */
import { type Static, Type } from '@sinclair/typebox';
import { choice, count, ratio, strict } from '../../description.ts';
import type { Matrix } from '../../engine/matrix.ts';
import { uniforms } from '../../engine/streams.ts';
import { isPulsed } from '../cells/cell.ts';
import { nominalPulses } from '../cells/index.ts';
import { normals } from '../cells/normals.ts';
import { scaleOf } from '../mapping.ts';
import { programmingError } from './programming.ts';
import { besideArray, programmer, pulsedArray } from './pulsed-array.ts';
import { buildTrains, trainOptions } from './trains.ts';
import { mustFit, type Site, type Writer } from './update.ts';

const share = (what: string, value: number) => ratio(what, { minimum: 0, maximum: 1, default: value });

export const OneSided = strict(
  {
    kind: Type.Literal('one-sided'),
    direction: choice(
      ['up', 'down'],
      'which way pulses move a cell; up: from off, down: from where its reset leads, which has to be its upper end',
      { default: 'up' },
    ),
    maximumPulses: count('most pulses a cell gets in one update, or by one sample', {
      default: 31,
      maximum: 10000,
    }),
    refreshEvery: count('updates between two refreshes; 0 for none', { minimum: 0, default: 1 }),
    nearlyFull: share(
      'a pair is refreshed where one cell has gone further than this share of its nominal way',
      0.75,
    ),
    notEmpty: share('and the other further than this', 0.25),
    verify: count(
      'most pulses that write the difference at a refresh, the pair read back before each; 0: as many as the nominal response takes, unread',
      { minimum: 0, default: 0, maximum: 10000 },
    ),
    coincidences: Type.Optional(
      strict(trainOptions, {
        description:
          'trains of pulses on rows and columns that write outer products in the array, to one cell of a pair where they coincide; without it such changes are summed outside',
      }),
    ),
  },
  {
    description:
      'two cells a weight, each only ever raised or only ever lowered, with refresh of pairs that have run out; needs a pulsed cell',
  },
);

export function buildOneSided(options: Static<typeof OneSided>, site: Site): Writer {
  const { model, engine, meter, weights, held } = site;
  const { rows, columns } = weights;
  const { weightRange } = model.crossbar;
  const own = engine.matrix(rows, columns);
  const plus = pulsedArray({ ...site, weights: own, held: undefined });
  const minus = besideArray(site, 'minus');
  const sigma = programmingError(model) * Math.SQRT1_2; // each array is one cell of every pair
  const programs = [
    programmer(plus, site, 'programming', sigma),
    programmer(minus, site, 'minus/programming', sigma),
  ] as const;
  const part = engine.matrix(rows, columns);
  const lots = engine.matrix(rows, columns);
  const rounding = site.stream('rounding');
  const error = normals(engine, site.stream('refresh'));
  const readSigma = model.cell.readNoise * weightRange;
  const { isUp, rest, way, step } = courseOf(options, model.cell, weightRange);
  const sign = isUp ? 1 : -1;
  let updates = 0;
  engine.keep(
    () => updates,
    kept => {
      updates = kept;
    },
  );

  /** n pulses that raise weight k, or for negative n lower it: all to one of its cells, away from rest. */
  function push(k: number, n: number): void {
    const pulses = Math.max(-options.maximumPulses, Math.min(options.maximumPulses, n));
    (pulses > 0 === isUp ? plus : minus).pulse(k, sign * Math.abs(pulses));
    held?.pulsed(k, Math.abs(pulses));
    meter.pulses += Math.abs(pulses);
  }
  function show(): void {
    for (let k = 0; k < weights.data.length; k++)
      weights.data[k] = plus.weights.data[k]! - minus.weights.data[k]!;
  }
  const read = (g: Float32Array, k: number) => g[k]! + (readSigma > 0 ? readSigma * error() : 0);
  /** How far a cell has gone from rest, as it is read. */
  const gone = (g: Float32Array, k: number) => sign * (read(g, k) - rest);

  /** Reads every pair and renews those that have run out. */
  function refresh(): void {
    for (let k = 0; k < own.data.length; k++) {
      const [a, b] = [gone(plus.weights.data, k), gone(minus.weights.data, k)];
      const isSpent = Math.max(a, b) > options.nearlyFull * way && Math.min(a, b) > options.notEmpty * way;
      if (!isSpent) continue;
      plus.reset(k);
      minus.reset(k);
      held?.pulsed(k, 1);
      meter.cellsWritten += 2;
      if (options.verify > 0) pushUntil(k, sign * (a - b));
      else pushBy(k, sign * (a - b));
    }
    meter.columnReads += 2 * rows * columns;
    meter.adcConversions += 2 * rows * columns;
  }
  /** As many pulses as the nominal response takes to a weight, cell by cell. */
  function pushBy(k: number, weight: number): void {
    const [lot] = uniforms(rounding, 1);
    push(k, Math.sign(weight) * Math.floor(Math.abs(weight) / step + lot!));
  }
  /** Pulse after pulse, until what is read is the weight, as well as steps allow. */
  function pushUntil(k: number, weight: number): void {
    for (let left = options.verify; left > 0; left--) {
      const off = weight - (read(plus.weights.data, k) - read(minus.weights.data, k));
      meter.columnReads += 2;
      meter.adcConversions += 2;
      if (Math.abs(off) <= step / 2) return;
      push(k, Math.sign(off));
    }
  }
  function common(): Matrix {
    const siemens = scaleOf(model.cell, weightRange);
    for (let k = 0; k < part.data.length; k++)
      part.data[k] = siemens * Math.max(0, Math.min(plus.weights.data[k]!, minus.weights.data[k]!));
    return part;
  }
  /** An update ends. */
  function end(): void {
    plus.relax();
    minus.relax();
    updates++;
    if (options.refreshEvery > 0 && updates % options.refreshEvery === 0) refresh();
    show();
  }

  if (!isUp)
    for (let k = 0; k < own.data.length; k++) {
      plus.reset(k);
      minus.reset(k);
    }
  show();
  return {
    change(change) {
      engine.kernels.uniform(lots, 0, 1, rounding);
      for (let k = 0; k < lots.data.length; k++) {
        const n = Math.floor(change.data[k]! / step + lots.data[k]!);
        if (n !== 0) push(k, n);
      }
      end();
    },
    program(target) {
      for (const [at, side] of [
        [0, sign],
        [1, -sign],
      ] as const) {
        for (let k = 0; k < part.data.length; k++)
          part.data[k] = rest + sign * Math.max(0, side * target.data[k]!);
        programs[at](part);
      }
      for (let k = 0; k < part.data.length; k++) held?.pulsed(k, 1);
      show();
    },
    /** As a programming without error would leave them: one cell of every pair at rest. */
    restored() {
      for (let k = 0; k < part.data.length; k++) {
        const along = sign * weights.data[k]!;
        plus.weights.data[k] = rest + sign * Math.max(0, along);
        minus.weights.data[k] = rest + sign * Math.max(0, -along);
      }
      plus.restored();
      minus.restored();
    },
    ...(!isUp && { common }),
    ...(options.coincidences && { pulse: inArray(options.coincidences, site, { step, push, end }) }),
  };
}

/** Where cells rest, how far it is nominally to their other end, and what a pulse moves a nominal cell that rests; in units of weight. */
function courseOf(
  { direction }: Static<typeof OneSided>,
  cell: Site['model']['cell'],
  range: number,
): { isUp: boolean; rest: number; way: number; step: number } {
  const isUp = direction === 'up';
  if (!isPulsed(cell)) throw new RangeError('pulses need a cell with a step response');
  if (isUp) return { isUp, rest: 0, way: cell.highest * range, step: nominalPulses(cell, range).up };
  const rest = Math.min(cell.resetLevel, cell.highest) * range;
  const { down } = nominalPulses(cell, range, rest);
  if (!(rest > 0 && down > 0))
    throw new RangeError(
      'pairs that are only ever lowered need a cell whose reset leads up, and pulses down',
    );
  return { isUp, rest, way: rest, step: down };
}

interface Pair {
  readonly step: number;
  push(k: number, n: number): void;
  end(): void;
}

/** Outer products sample by sample, by what trains on rows and columns have in common. */
function inArray(
  options: Parameters<typeof buildTrains>[0],
  { engine, weights, stream }: Site,
  { step, push, end }: Pair,
): Required<Writer>['pulse'] {
  const { rows, columns } = weights;
  const trains = buildTrains(options, rows, columns, engine, stream('trains'));
  const array = { granularity: step, together: 1, pulse: push };
  return (x, delta, rate, isLast = true) => {
    mustFit(x, delta, weights);
    for (let b = 0; b < x.rows; b++)
      trains.outer(
        array,
        x.data.subarray(b * rows, (b + 1) * rows),
        delta.data.subarray(b * columns, (b + 1) * columns),
        rate,
      );
    if (isLast) end();
  };
}
