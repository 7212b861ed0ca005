/**
 * @file Pairs of cells that can be raised pulse by pulse but not lowered, as phase-change memory: W = G⁺ − G⁻, an increase pulses G⁺, a decrease
 * G⁻. Both fill up, so from time to time pairs of which one is nearly full and the other no longer empty are refreshed: read, both
 * reset, and their difference written onto one of them, without verification (Burr et al. 2015; limits as in AIHWKit's one-sided cell).
 */
import { type Static, Type } from '@sinclair/typebox';
import { count, ratio, strict } from '../../description.ts';
import { uniforms } from '../../engine/streams.ts';
import { isPulsed } from '../cells/cell.ts';
import { normals } from '../cells/normals.ts';
import { besideArray, programmer, pulsedArray } from './pulsed-array.ts';
import type { Site, Writer } from './update.ts';

const share = (what: string, value: number) => ratio(what, { minimum: 0, maximum: 1, default: value });

export const OneSided = strict(
  {
    kind: Type.Literal('one-sided'),
    maximumPulses: count('most pulses a cell gets in one update', { default: 31, maximum: 10000 }),
    refreshEvery: count('updates between two refreshes; 0 for none', { minimum: 0, default: 1 }),
    nearlyFull: share('a pair is refreshed where one cell is above this share of its nominal bound', 0.75),
    notEmpty: share('and the other above this', 0.25),
  },
  {
    description:
      'two cells a weight, each only ever raised, with refresh of pairs that have filled up; needs a pulsed cell',
  },
);

export function buildOneSided(options: Static<typeof OneSided>, site: Site): Writer {
  const { model, engine, meter, weights, held } = site;
  const { rows, columns } = weights;
  const own = engine.matrix(rows, columns);
  const plus = pulsedArray({ ...site, weights: own, held: undefined });
  const minus = besideArray(site, 'minus');
  const programs = [programmer(plus, site), programmer(minus, site, 'minus/programming')] as const;
  const part = engine.matrix(rows, columns);
  const lots = engine.matrix(rows, columns);
  const rounding = site.stream('rounding');
  const error = normals(engine, site.stream('refresh'));
  const full = isPulsed(model.cell) ? model.cell.highest * model.crossbar.weightRange : 0;
  const readSigma = model.cell.readNoise * model.crossbar.weightRange;
  let updates = 0;
  engine.keep(
    () => updates,
    kept => {
      updates = kept;
    },
  );

  /** n pulses up: raises G⁺, or for negative n G⁻. */
  function raise(k: number, n: number): void {
    const pulses = Math.max(-options.maximumPulses, Math.min(options.maximumPulses, n));
    (pulses > 0 ? plus : minus).pulse(k, Math.abs(pulses));
    held?.pulsed(k, Math.abs(pulses));
    meter.pulses += Math.abs(pulses);
  }
  function show(): void {
    for (let k = 0; k < weights.data.length; k++)
      weights.data[k] = plus.weights.data[k]! - minus.weights.data[k]!;
  }

  /** Reads every pair and renews those that have filled up. */
  function refresh(): void {
    const read = (g: Float32Array, k: number) => g[k]! + (readSigma > 0 ? readSigma * error() : 0);
    for (let k = 0; k < own.data.length; k++) {
      const [up, down] = [read(plus.weights.data, k), read(minus.weights.data, k)];
      const isFilled =
        Math.max(up, down) > options.nearlyFull * full && Math.min(up, down) > options.notEmpty * full;
      if (!isFilled) continue;
      plus.reset(k);
      minus.reset(k);
      held?.pulsed(k, 1);
      meter.cellsWritten += 2;
      raiseTo(k, up - down);
    }
    meter.columnReads += 2 * rows * columns;
    meter.adcConversions += 2 * rows * columns;
  }
  /** As many pulses as the nominal response takes to a weight, cell by cell. */
  function raiseTo(k: number, weight: number): void {
    const [lot] = uniforms(rounding, 1);
    raise(k, Math.sign(weight) * Math.floor(Math.abs(weight) / plus.upStep + lot!));
  }

  show();
  return {
    change(change) {
      engine.kernels.uniform(lots, 0, 1, rounding);
      for (let k = 0; k < lots.data.length; k++) {
        const n = Math.floor(change.data[k]! / plus.upStep + lots.data[k]!);
        if (n !== 0) raise(k, n);
      }
      plus.relax();
      minus.relax();
      updates++;
      if (options.refreshEvery > 0 && updates % options.refreshEvery === 0) refresh();
      show();
    },
    program(target) {
      for (const [side, sign] of [
        [0, 1],
        [1, -1],
      ] as const) {
        for (let k = 0; k < part.data.length; k++) part.data[k] = Math.max(0, sign * target.data[k]!);
        programs[side](part);
      }
      for (let k = 0; k < part.data.length; k++) held?.pulsed(k, 1);
      show();
    },
  };
}
