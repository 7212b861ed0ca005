/**
 * @file What the cells of one crossbar hold, cell by cell, where that is more than the weights say: the conductance that was aimed at, the one that was reached,
 * how long ago, and how often a cell has been written. A pair whose both cells hold noise, or have drifted apart, is not known by its difference.
 *
 * The crossbar's `weights` always are what the cells stand for right now: as cells age, their weights change, and whoever writes starts from there. A weight
 * that has been changed by somebody since the last look was written then; its cells are young again. So an update costs nothing here unless cells wear.
 */
import type { Matrix } from '../../engine/matrix.ts';
import { gaussians, type Stream } from '../../engine/streams.ts';
import { type Mapping, weightOf } from '../mappings/mapping.ts';
import type { Cell } from './cell.ts';
import { driftOf } from './drift.ts';
import { lifetimes, type Wear } from './endurance.ts';
import type { Flaws } from './flaws.ts';
import { type Fluctuating, fluctuationOf } from './fluctuation.ts';
import { spreadOf } from './spread.ts';

/** Arrays of a crossbar's cells, side by side for each weight, in the order of the weights; siemens, seconds, writes. */
export interface CellState {
  readonly aims: Float32Array;
  readonly landed: Float32Array;
  /** of each weight: how long ago its cells were written */
  readonly ages: Float32Array;
  readonly writes: Float32Array;
}

export interface Held {
  /** conductances right now, siemens; up to date after `settle` */
  readonly now: Float32Array;
  /** Looks for weights that were written since the last look. */
  settle(): void;
  /** So many pulses, up or down, are sent to weight k; they wear its cells at the next look, whatever has become of the weight. */
  pulsed(k: number, pulses: number): void;
  /** One attempt to program weight k to a target, which wears its cells. @returns the weight that it comes to, if it is kept */
  attempt(k: number, target: number): number;
  /** Conductances of the last attempt, siemens [cells of a weight]. */
  readonly tried: Float64Array;
  /** The last attempt, at weight k, stays. */
  keep(k: number): void;
  /** Time passes, in seconds. */
  age(seconds: number): void;
  /** Variance of every weight at a read, slice by slice, in the slice's units squared [rows, columns]; where there are several, to be settled before. */
  variances(out: readonly Matrix[]): void;
  wear(): Wear;
  /** Whether cell c, counted over all weights, answers no more. */
  isDead(c: number): boolean;
  state(): CellState;
  /** all that changes in it */
  readonly arrays: readonly Float32Array[];
  /** Somebody has put weights in past all physics, along with what a crossbar of the same individual had as `state`; without it all cells are young. @throws Error when sizes differ */
  restore(state: CellState | undefined): void;
}

/** Whether what cells hold is more than the weights say. */
export const isHeld = ({ programming, drift, fluctuation, endurance }: Cell): boolean =>
  programming !== undefined || drift !== undefined || fluctuation !== undefined || endurance !== undefined;

/**
 * @param pulse weight that one pulse moves, where wear counts pulses, of which `pulsed` tells; 0 where a write is a write
 * @param next N(0, 1) numbers for errors of programming
 */
export function buildHeld(
  cell: Cell,
  weights: Matrix,
  mapping: Mapping,
  flaws: Flaws | undefined,
  pulse: number,
  stream: (path: string) => Stream,
  next: () => number,
): Held {
  const w = weights.data;
  const each = mapping.cells.length;
  const cells = w.length * each;
  const { minimumConductance: off, maximumConductance: on, programming, programmingNoise, endurance } = cell;
  const sigma = programming ? spreadOf(programming) : () => programmingNoise * (on - off);
  const drifted = cell.drift && driftOf(cell.drift, programming);
  const deviations = cell.drift ? gaussians(stream('drift'), cells) : undefined;
  const fluctuating = cell.fluctuation && fluctuationOf(cell.fluctuation);
  const lifetimeOf = endurance && lifetimes(endurance, cells, stream);
  const aims = new Float32Array(cells);
  const landed = new Float32Array(cells);
  const now = drifted ? new Float32Array(cells) : landed;
  const ages = new Float32Array(w.length);
  const writes = new Float32Array(endurance ? cells : 0);
  const seen = new Float32Array(w.length).fill(Number.NaN); // nothing has been seen
  const aimed = new Float64Array(each);
  const got = new Float64Array(each);
  const sent = new Float32Array(endurance && pulse > 0 ? w.length : 0);
  const [above, below] = [new Float64Array(each), new Float64Array(each)];
  const isStuck = (k: number) => flaws !== undefined && flaws.low.data[k] === flaws.high.data[k];
  const isDead = (c: number) => lifetimeOf !== undefined && writes[c]! > lifetimeOf(c);

  /** Cell c dies of its last write: it stays where it is, or goes off. */
  function bury(c: number): void {
    if (endurance!.death === 'off') now[c] = off;
    landed[c] = now[c]!;
  }
  /** Writes wear cell c. @returns whether it lives */
  function worn(c: number, times: number): boolean {
    if (!lifetimeOf) return true;
    if (isDead(c)) return false;
    writes[c]! += times;
    if (!isDead(c)) return true;
    bury(c);
    return false;
  }
  /**
   * The living cells of weight k hold what `aimed` and `got` say, and are young.
   * @param times writes of every cell that had another aim, or else is `driven`, not counted yet
   */
  function take(k: number, times: number, driven: (i: number) => boolean = () => false): void {
    for (let i = 0; i < each; i++) {
      const c = k * each + i;
      const isWritten = times > 0 && (Math.fround(aimed[i]!) !== aims[c] || driven(i));
      if (isDead(c) || (isWritten && !worn(c, times))) continue;
      aims[c] = aimed[i]!;
      landed[c] = got[i]!;
      now[c] = got[i]!;
    }
    ages[k] = 0;
  }
  function hasDead(k: number): boolean {
    for (let c = k * each; c < (k + 1) * each; c++) if (isDead(c)) return true;
    return false;
  }
  /** Weight k becomes what its cells hold. */
  function show(k: number): void {
    w[k] = weightOf(mapping, now, k * each);
    seen[k] = w[k]!;
  }

  /** Whether a pulse goes to cell i of a weight: it is another one a pulse up or down from there. Of one-sided pairs that have crossed 0, all pulses count for both cells. */
  const isDriven = (i: number) => above[i] !== below[i];

  function settle(): void {
    for (let k = 0; k < w.length; k++) {
      const pulses = sent.length > 0 ? sent[k]! : 0;
      if (w[k] === seen[k] && pulses === 0) continue;
      const isFirst = Number.isNaN(seen[k]!);
      mapping.hold(w[k]!, aimed, 0);
      got.set(aimed);
      if (pulses > 0) {
        mapping.hold(w[k]! + pulse, above, 0);
        mapping.hold(w[k]! - pulse, below, 0);
        sent[k] = 0;
      }
      take(k, isFirst ? 0 : pulse > 0 ? pulses : 1, isDriven);
      seen[k] = w[k]!;
      if (hasDead(k)) show(k);
    }
  }
  /** Conductance of cell c of weight k at the age that it has. */
  const aged = (k: number, c: number) =>
    drifted && !isDead(c) && !isStuck(k)
      ? drifted(aims[c]!, landed[c]!, deviations![c]!, ages[k]!)
      : landed[c]!;

  const young = fluctuating && youngVariance(mapping, fluctuating);

  return {
    now,
    tried: got,
    settle,
    pulsed(k, pulses) {
      if (sent.length > 0) sent[k]! += pulses;
    },
    attempt(k, target) {
      mapping.hold(target, aimed, 0);
      for (let i = 0; i < each; i++) {
        const c = k * each + i;
        const error = isStuck(k) ? 0 : sigma(aimed[i]!) * next();
        got[i] = worn(c, 1) ? Math.max(0, aimed[i]! + error) : now[c]!;
      }
      if (hasDead(k)) show(k);
      return weightOf(mapping, got, 0);
    },
    keep(k) {
      take(k, 0);
      show(k);
    },
    age(seconds) {
      settle();
      for (let k = 0; k < w.length; k++) {
        ages[k]! += seconds;
        if (!drifted || isStuck(k)) continue;
        for (let c = k * each; c < (k + 1) * each; c++) now[c] = aged(k, c);
        show(k);
      }
    },
    variances(out) {
      if (!fluctuating) throw new Error('these cells do not fluctuate');
      for (const { data } of out) data.fill(0);
      for (let k = 0; k < w.length; k++) {
        if (w[k] !== seen[k]) {
          out[0]!.data[k] = young!(w[k]!); // written since the last look
          continue;
        }
        for (let i = 0; i < each; i++) {
          const c = k * each + i;
          const { slice, factor } = mapping.cells[i]!;
          out[slice]!.data[k]! += (factor * fluctuating(now[c]!, landed[c]!, ages[k]!)) ** 2;
        }
      }
    },
    wear() {
      let [dead, sum, most] = [0, 0, 0];
      for (let c = 0; c < writes.length; c++) {
        if (isDead(c)) dead++;
        sum += writes[c]!;
        most = Math.max(most, writes[c]!);
      }
      return { cells, dead, meanWrites: sum / cells, mostWrites: most };
    },
    isDead,
    state() {
      settle();
      return { aims, landed, ages, writes };
    },
    arrays: [aims, landed, ages, writes, seen, sent, ...(now === landed ? [] : [now])],
    restore(state) {
      seen.fill(Number.NaN);
      sent.fill(0);
      if (!state) return;
      for (const [own, given] of [
        [aims, state.aims],
        [landed, state.landed],
        [ages, state.ages],
        [writes, state.writes],
      ] as const) {
        if (own.length !== given.length)
          throw new Error(`the crossbar has ${own.length} numbers of its cells, not ${given.length}`);
        own.set(given);
      }
      for (let k = 0; k < w.length; k++) {
        for (let c = k * each; c < (k + 1) * each; c++) now[c] = aged(k, c);
        seen[k] = w[k]!;
      }
    },
  };
}

const points = 4096;

/**
 * Variance at a read of a weight that has just been written, in one slice. During training that is every weight after every update, so it comes from
 * a table with straight lines, over weights from −2 to 2 ranges.
 */
function youngVariance(mapping: Mapping, fluctuating: Fluctuating): (w: number) => number {
  const held = new Float64Array(mapping.cells.length);
  const exact = (w: number) => {
    mapping.hold(w, held, 0);
    return mapping.cells.reduce(
      (sum, { factor }, i) => sum + (factor * fluctuating(held[i]!, held[i]!, 0)) ** 2,
      0,
    );
  };
  const most = 2 * mapping.range;
  const table = Float64Array.from({ length: 2 * points + 1 }, (_, k) =>
    exact(((k - points) / points) * most),
  );
  return w => {
    if (Math.abs(w) >= most) return exact(w);
    const at = (w / most + 1) * points;
    const k = Math.floor(at);
    return table[k]! + (at - k) * (table[k + 1]! - table[k]!);
  };
}
