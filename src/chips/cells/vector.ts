/**
 * @file Several cells at one crossing whose weighted sum is the weight, w = Σ γ_k w_k (Boybat et al. 2018; AIHWKit's vector unit cell). Each has flaws, a response and noise of its own, so
 * what strays from cell to cell and from pulse to pulse averages out: with γ_k = 1/n its variance falls as 1/n. A sample writes all of them, or one: a fixed one, one after
 * the other, or any; the same at all crossings.
 *
 * What is counted as one pulse is what it moves the sum by in the mean, so that changes land as they are asked for. AIHWKit counts the pulse of one cell: where one of n is
 * written, its rates are n times those here.
 */
import { type Static, Type } from '@sinclair/typebox';
import { choice, count, ratio, strict } from '../../description.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Matrix } from '../../engine/matrix.ts';
import { integer, type Stream } from '../../engine/streams.ts';
import type { CellArray } from './array.ts';

/** Description of such a crossing. */
export const Devices = strict(
  {
    count: count('cells at one crossing', { default: 2, maximum: 64 }),
    policy: choice(
      ['all', 'fixed', 'sequential', 'random'],
      'which of them a sample writes: all, the first, one after the other, or any [update_policy]',
      { default: 'random' },
    ),
    shares: Type.Optional(
      Type.Array(ratio('γ_k', { minimum: 0 }), {
        description: 'what each counts in the weight; 1/count when absent [gamma_vec]',
      }),
    ),
  },
  { description: 'several cells at every crossing, whose weighted sum is the weight' },
);
export type Devices = Static<typeof Devices>;

/** γ_k of every cell of a crossing; one cell alone is its weight. @throws RangeError where they are not as many as cells */
export function sharesOf(devices: Devices | undefined): readonly number[] {
  if (!devices) return [1];
  const { count, shares } = devices;
  if (shares && shares.length !== count)
    throw new RangeError(`${count} cells at a crossing need as many shares, not ${shares.length}`);
  return shares ?? new Array<number>(count).fill(1 / count);
}

/** Noise of a weight, where each of its cells has noise of 1: √(Σ γ_k²). */
export const noiseOf = (devices: Devices | undefined): number => Math.hypot(...sharesOf(devices));

/** Names streams below cell k of every crossing; the first has those of a cell alone. */
export const streamsOf = (k: number, stream: (path: string) => Stream) =>
  k === 0 ? stream : (path: string) => stream(`device/${k + 1}/${path}`);

/** @param parts every cell of the crossings, with weights of its own @param weights where their sum is kept */
export function buildVector(
  devices: Devices,
  parts: readonly CellArray[],
  weights: Matrix,
  steps: CellArray['steps'],
  engine: Engine,
  stream: (path: string) => Stream,
): CellArray {
  const shares = sharesOf(devices);
  const total = shares.reduce((sum, share) => sum + share, 0);
  const { policy } = devices;
  const turns = stream('device');
  const first = parts[0]!;
  const isAll = policy === 'all';
  let current = policy === 'sequential' ? parts.length - 1 : 0; // whose turn it was
  engine.keep(
    () => current,
    kept => {
      current = kept;
    },
  );
  const moved = isAll ? total : policy === 'fixed' ? shares[0]! : total / parts.length;

  function show(k: number): void {
    let sum = 0;
    for (let d = 0; d < parts.length; d++) sum += shares[d]! * parts[d]!.weights.data[k]!;
    weights.data[k] = sum;
  }
  function showAll(): void {
    engine.kernels.fill(weights, 0);
    parts.forEach((part, d) => {
      engine.kernels.addScaled(part.weights, shares[d]!, weights);
    });
  }
  /** Every cell holds the weight. */
  function spread(): void {
    for (const part of parts) {
      engine.kernels.fill(part.weights, 0);
      engine.kernels.addScaled(weights, total > 0 ? 1 / total : 0, part.weights);
    }
  }
  function eachDriven(work: (part: CellArray) => void): void {
    if (isAll) for (const part of parts) work(part);
    else work(parts[current]!);
  }

  showAll();
  return {
    weights,
    steps,
    response: first.response,
    granularity: first.granularity * moved,
    together: isAll ? parts.length : 1,
    turn() {
      if (policy === 'sequential') current = (current + 1) % parts.length;
      if (policy === 'random') current = integer(turns, parts.length);
    },
    pulse(k, n) {
      eachDriven(part => part.pulse(k, n));
      show(k);
    },
    pulseSingly(k, n) {
      eachDriven(part => part.pulseSingly(k, n));
      show(k);
    },
    written() {
      spread();
      for (const part of parts) part.written();
      showAll();
    },
    restored() {
      spread();
      for (const part of parts) part.restored();
    },
    relax() {
      for (const part of parts) part.relax();
      showAll();
    },
    reset(k) {
      for (const part of parts) part.reset(k);
      show(k);
    },
  };
}
