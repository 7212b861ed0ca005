/**
 * @file All parallel lines of an array at once: the Laplacian L of the segments of a line that ends at a voltage source, the cells' conductances G
 * from every node to elsewhere, and the solution of (L + G) x = b. Pivots are sums of conductances in series and in parallel, never differences, so
 * that a cell of microsiemens on a wire of siemens loses no digits.
 */

/** Lines along one axis of an array; cell (i, j) of an array of n columns is at i n + j. */
export interface LineSet {
  /** out = L x */
  apply(x: Float64Array, out: Float64Array): void;
  /** x = (L + G)⁻¹ b; on lines without resistance between their nodes, the one voltage that is best. b and x may be the same. */
  solve(b: Float64Array, x: Float64Array): void;
}

/** Where the nodes of the lines are: node k of line l at l · `across` + `first` + k · `along`, node 0 next to the source. */
interface Places {
  readonly lines: number;
  readonly nodes: number;
  readonly across: number;
  readonly first: number;
  readonly along: number;
}

export const wordPlaces = (rows: number, columns: number): Places => ({
  lines: rows,
  nodes: columns,
  across: columns,
  first: 0,
  along: 1,
});

/** Bit lines, seen from their sense end below the last row. */
export const bitPlaces = (rows: number, columns: number): Places => ({
  lines: columns,
  nodes: rows,
  across: 1,
  first: (rows - 1) * columns,
  along: -columns,
});

/** Supply lines beside the bit lines, fed above the first row. */
export const supplyPlaces = (rows: number, columns: number): Places => ({
  lines: columns,
  nodes: rows,
  across: 1,
  first: 0,
  along: columns,
});

/** @param segment ohm @param end ohm, in series with the segment next to the source */
export function lineSet(conductance: Float64Array, places: Places, segment: number, end: number): LineSet {
  if (segment > 0) return resistive(conductance, places, 1 / segment, 1 / (segment + end));
  return end > 0 ? single(conductance, places, 1 / end) : held;
}

/** Bit lines whose every node carries the two cells of a pair, of rows 2 i and 2 i + 1. @param rows of cells, an even number */
export function pairedBitLines(
  conductance: Float64Array,
  rows: number,
  columns: number,
  segment: number,
  end: number,
): LineSet {
  const n = conductance.length / 2;
  const other = (k: number) => 2 * k - (k % columns) + columns; // of the pair of node k; the first is before it in its column
  const each = (k: number) => other(k) - columns;
  const loads = new Float64Array(n).map((_, k) => conductance[each(k)]! + conductance[other(k)]!);
  const nodes = lineSet(loads, bitPlaces(rows / 2, columns), segment, end);
  const room = new Float64Array(n);
  return {
    apply(x, out) {
      for (let k = 0; k < n; k++) room[k] = x[each(k)]!;
      const currents = new Float64Array(n);
      nodes.apply(room, currents);
      out.fill(0);
      for (let k = 0; k < n; k++) out[each(k)] = currents[k]!;
    },
    solve(b, x) {
      for (let k = 0; k < n; k++) room[k] = b[each(k)]! + b[other(k)]!;
      nodes.solve(room, room);
      for (let k = 0; k < n; k++) {
        x[each(k)] = room[k]!;
        x[other(k)] = room[k]!;
      }
    },
  };
}

/** No resistance at all: every node is at the source's voltage, and nothing moves it. */
const held: LineSet = {
  apply: (_, out) => void out.fill(0),
  solve: (_, x) => void x.fill(0),
};

/** @param g siemens of a segment @param gEnd of the one next to the source, with the resistance of the source */
function resistive(
  G: Float64Array,
  { lines, nodes, across, first, along }: Places,
  g: number,
  gEnd: number,
): LineSet {
  // q is what a node sees of its cell and of all beyond, s = g q / (g + q) what that is through the next segment
  const pivots = new Float64Array(G.length);
  for (let l = 0; l < lines; l++) {
    let s = 0;
    for (let k = nodes - 1; k >= 0; k--) {
      const at = l * across + first + k * along;
      const q = G[at]! + s;
      pivots[at] = 1 / (q + (k > 0 ? g : gEnd));
      s = (g * q) / (g + q);
    }
  }
  // nodes outside, lines inside, where lines lie side by side in memory: the sweeps then run along it
  const inner = across < Math.abs(along) ? lines : 1;
  const outer = lines / inner;

  function solve(b: Float64Array, x: Float64Array): void {
    for (let o = 0; o < outer; o++) {
      const start = o * across + first;
      const last = start + (nodes - 1) * along;
      for (let l = 0; l < inner; l++) x[last + l] = b[last + l]!;
      for (let k = nodes - 2; k >= 0; k--) {
        const at = start + k * along;
        const beyond = at + along;
        for (let l = 0; l < inner; l++) x[at + l] = b[at + l]! + g * pivots[beyond + l]! * x[beyond + l]!;
      }
      for (let l = 0; l < inner; l++) x[start + l]! *= pivots[start + l]!;
      for (let k = 1; k < nodes; k++) {
        const at = start + k * along;
        const before = at - along;
        for (let l = 0; l < inner; l++) x[at + l] = (x[at + l]! + g * x[before + l]!) * pivots[at + l]!;
      }
    }
  }

  function apply(x: Float64Array, out: Float64Array): void {
    for (let o = 0; o < outer; o++)
      for (let k = 0; k < nodes; k++) {
        const at = o * across + first + k * along;
        for (let l = 0; l < inner; l++) {
          const here = x[at + l]!;
          let current = k > 0 ? g * (here - x[at - along + l]!) : gEnd * here;
          if (k < nodes - 1) current += g * (here - x[at + along + l]!);
          out[at + l] = current;
        }
      }
  }

  return { solve, apply };
}

/** Wires without resistance behind a source that has one: a line is one node. */
function single(G: Float64Array, places: Places, gEnd: number): LineSet {
  const { lines, nodes, across, first, along } = places;
  const sum = (of: Float64Array, l: number) => {
    let total = 0;
    for (let k = 0; k < nodes; k++) total += of[l * across + first + k * along]!;
    return total;
  };
  const loads = Float64Array.from({ length: lines }, (_, l) => gEnd + sum(G, l));
  return {
    apply(x, out) {
      out.fill(0);
      for (let l = 0; l < lines; l++) out[l * across + first] = gEnd * x[l * across + first]!;
    },
    solve(b, x) {
      for (let l = 0; l < lines; l++) {
        const voltage = sum(b, l) / loads[l]!;
        for (let k = 0; k < nodes; k++) x[l * across + first + k * along] = voltage;
      }
    },
  };
}
