/**
 * @file Kirchhoff's laws in one array of linear cells and resistive wires, solved exactly. With V and U the voltages at the ends of the two lines that
 * a cell hangs between, c and d what the nodes of both are off them, and L_w, L_b the Laplacians of the wires, the current through a cell is
 *
 *   G u,  u = V − U + c − d;      L_w c = −G u,  L_b d = G u.
 *
 * Bit lines are eliminated, S c = b with S = L_w + G − G (L_b + G)⁻¹ G, and S, which is symmetric and positive definite, is solved by conjugate
 * gradients with the word lines alone, (L_w + G)⁻¹, as preconditioner. Eigenvalues then lie within about [1 − ρ, 1], ρ = l_w/(1 + l_w) · l_b/(1 + l_b)
 * with l of `reach`: a handful of iterations, and memory for a few numbers a cell. Solving for drops rather than voltages keeps all digits of small ones.
 * Where the lines are and what they connect is `LineSet`s' business (`topology.ts`); a cell hangs on one of each set.
 */
import type { LineSet } from './line.ts';
import { layoutOf } from './topology.ts';
import type { Lines } from './wires.ts';

/** The state of an array, valid until the next solution. */
export interface Grid {
  /** voltage across every cell, volts */
  readonly across: Float64Array;
  /** drops of the word lines from their drivers, and rises of the bit lines above their ends, volts, at every cell */
  readonly wordDrop: Float64Array;
  readonly bitRise: Float64Array;
  readonly iterations: number;
}

/** The same, with the currents at the ends of lines. */
export interface Solution extends Grid {
  /** out of the drivers, amperes, of every word line */
  readonly into: Float64Array;
  /** into the sense amplifiers, amperes, of every bit line */
  readonly out: Float64Array;
}

/** Solves for voltages at the ends of word lines and of bit lines, volts. @throws Error when it does not converge */
export type Nodal = (word: Float64Array, bit: Float64Array) => Solution;

/**
 * @param conductance siemens [rows, columns]; 0 is an open cell
 * @param tolerance stops where the residual, in the metric of the preconditioner, is this share of the first
 */
export function buildNodal(
  conductance: Float64Array,
  rows: number,
  columns: number,
  lines: Lines,
  tolerance = 1e-12,
): Nodal {
  const G = conductance;
  const { words, bits, wordOf, wordLines } = layoutOf(G, rows, columns, lines);
  const grid = buildGrid(G, words, bits, rows + columns, tolerance);
  const { across } = grid;
  const into = new Float64Array(wordLines);
  const out = new Float64Array(columns);
  return (word, bit) => {
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) across[i * columns + j] = word[wordOf(i, j)]! - bit[j]!;
    const state = grid.solve();
    into.fill(0);
    out.fill(0);
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) {
        const k = i * columns + j;
        const current = G[k]! * across[k]!;
        into[wordOf(i, j)]! += current;
        out[j]! += current;
      }
    return { ...state, into, out };
  };
}

/**
 * @param extent rows and columns together, for how long to try
 * @returns `across`, to be filled with V − U of every cell, which `solve` makes the voltages across the cells
 */
export function buildGrid(
  G: Float64Array,
  words: LineSet,
  bits: LineSet,
  extent: number,
  tolerance: number,
): { across: Float64Array; solve(): Grid } {
  const n = G.length;
  const [drop, rise, across, residual, step, image, scratch] = Array.from(
    { length: 7 },
    () => new Float64Array(n),
  ) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];

  /** out = (L_b + G)⁻¹ G x */
  function follow(x: Float64Array, out: Float64Array): void {
    for (let k = 0; k < n; k++) out[k] = G[k]! * x[k]!;
    bits.solve(out, out);
  }

  /** out = S x */
  function reduced(x: Float64Array, out: Float64Array): void {
    follow(x, scratch);
    words.apply(x, out);
    for (let k = 0; k < n; k++) out[k]! += G[k]! * (x[k]! - scratch[k]!);
  }

  /** The drop c, from what `across` holds. @returns iterations */
  function descend(): number {
    follow(across, rise);
    for (let k = 0; k < n; k++) residual[k] = -G[k]! * (across[k]! - rise[k]!);
    drop.fill(0);
    words.solve(residual, step);
    let rho = dot(residual, step);
    const enough = rho * tolerance ** 2;
    const most = 50 + 10 * extent;
    for (let k = 0; k < most; k++) {
      if (!(rho > enough)) return k;
      reduced(step, image);
      const rate = rho / dot(step, image);
      for (let k = 0; k < n; k++) {
        drop[k]! += rate * step[k]!;
        residual[k]! -= rate * image[k]!;
      }
      words.solve(residual, image);
      const next = dot(residual, image);
      for (let k = 0; k < n; k++) step[k] = image[k]! + (next / rho) * step[k]!;
      rho = next;
    }
    throw new Error(
      `the wires of an array of ${n} cells cannot be solved in ${most} iterations: their resistance is too high`,
    );
  }

  return {
    across,
    solve() {
      const iterations = descend();
      for (let k = 0; k < n; k++) across[k]! += drop[k]!;
      follow(across, rise);
      for (let k = 0; k < n; k++) across[k]! -= rise[k]!;
      return { across, wordDrop: drop, bitRise: rise, iterations };
    },
  };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}
