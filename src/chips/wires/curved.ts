/**
 * @file Kirchhoff's laws with cells whose current is no straight line of the voltage, by Newton's method: with g = dI/dV at the voltages u of the last step, cells are linear
 * ones of conductance g with a source of current s = I(u) − g u beside each, which is the linear array of `nodal.ts` with V + s/g in place of V.
 * Wires are linear and right after every step; only the currents of the cells can differ from those that the wires carry. A step that does not bring the two
 * closer is halved until it does (damping).
 */
import type { CellCurve } from './cell-curve.ts';
import { buildGrid, type Solution } from './nodal.ts';
import { layoutOf } from './topology.ts';
import type { Lines } from './wires.ts';

export interface CurvedSolution extends Solution {
  /** dI/dV of every cell where it stands, siemens [rows, columns] */
  readonly slopes: Float64Array;
}

/** What a step moves, of every cell. */
interface State {
  /** across the cell, volts; current that the wires carry to and from it, amperes */
  readonly voltage: Float64Array;
  readonly carried: Float64Array;
  readonly wordDrop: Float64Array;
  readonly bitRise: Float64Array;
}
const keys = ['voltage', 'carried', 'wordDrop', 'bitRise'] as const;

const mostSteps = 100;
const mostHalvings = 30;
const leastSlope = 1e-3; // of the conductance: a cell beyond the top of its curve still needs one to go by
const byRounding = 1e-9; // currents that differ by less, and by no step less, differ by rounding

/**
 * @param conductance siemens, G of the curve [rows, columns]
 * @param word volts at the ends of word lines @param bit of bit lines
 * @param tolerance difference between the currents of cells and wires, as a share of the currents
 * @throws Error when it does not converge
 */
export function solveCurved(
  conductance: Float64Array,
  rows: number,
  columns: number,
  lines: Lines,
  curve: CellCurve,
  word: Float64Array,
  bit: Float64Array,
  tolerance = 1e-12,
): CurvedSolution {
  const G = conductance;
  const n = G.length;
  const { wordOf, wordLines } = layoutOf(G, rows, columns, lines);
  const wordAt = (k: number) => wordOf(Math.floor(k / columns), k % columns);
  const applied = Float64Array.from(G, (_, k) => word[wordAt(k)]! - bit[k % columns]!);
  const slopes = Float64Array.from(G, g => (g > 0 ? curve.slope(g, 0) : 0));
  const sources = new Float64Array(n);
  const currents = new Float64Array(n);
  let iterations = 0;

  function linearised(): State {
    const { words, bits } = layoutOf(slopes, rows, columns, lines);
    const grid = buildGrid(slopes, words, bits, rows + columns, 1e-13);
    const shift = sources.map((s, k) => (slopes[k]! > 0 ? s / slopes[k]! : 0));
    for (let k = 0; k < n; k++) grid.across[k] = applied[k]! + shift[k]!;
    const { across, wordDrop, bitRise, iterations: some } = grid.solve();
    iterations += some;
    const carried = across.map((v, k) => slopes[k]! * v);
    return { voltage: across.map((v, k) => v - shift[k]!), carried, wordDrop, bitRise };
  }
  function difference({ voltage, carried }: State): number {
    for (let k = 0; k < n; k++) currents[k] = G[k]! > 0 ? curve.current(G[k]!, voltage[k]!) : 0;
    return length(currents.map((current, k) => current - carried[k]!));
  }

  let state = linearised();
  let off = difference(state);
  for (let step = 0; off > tolerance * length(currents); step++) {
    for (let k = 0; k < n; k++) {
      if (!(G[k]! > 0)) continue;
      slopes[k] = Math.max(leastSlope * G[k]!, curve.slope(G[k]!, state.voltage[k]!));
      sources[k] = currents[k]! - slopes[k]! * state.voltage[k]!;
    }
    const aim = linearised();
    let share = 1;
    let next = aim;
    let then = difference(next);
    for (let halving = 0; !(then < off * (1 - share / 4)) && halving < mostHalvings; halving++) {
      share /= 2;
      next = between(state, aim, share);
      then = difference(next);
    }
    if (then < off && step < mostSteps) {
      state = next;
      off = then;
      continue;
    }
    off = difference(state);
    if (off <= byRounding * length(currents)) break;
    throw new Error(
      `the curved cells of an array of ${rows} × ${columns} cannot be solved with their wires: currents differ by ${off.toPrecision(2)} A after ${step} steps`,
    );
  }

  const into = new Float64Array(wordLines);
  const out = new Float64Array(columns);
  for (let k = 0; k < n; k++) {
    slopes[k] = G[k]! > 0 ? curve.slope(G[k]!, state.voltage[k]!) : 0;
    into[wordAt(k)]! += currents[k]!;
    out[k % columns]! += currents[k]!;
  }
  const { voltage: across, wordDrop, bitRise } = state;
  return { across, wordDrop, bitRise, into, out, slopes, iterations };
}

/** a + share · (b − a) */
function between(a: State, b: State, share: number): State {
  const [voltage, carried, wordDrop, bitRise] = keys.map(key =>
    a[key].map((value, k) => value + share * (b[key][k]! - value)),
  );
  return { voltage: voltage!, carried: carried!, wordDrop: wordDrop!, bitRise: bitRise! };
}

const length = (of: Float64Array): number => Math.sqrt(of.reduce((sum, x) => sum + x * x, 0));
