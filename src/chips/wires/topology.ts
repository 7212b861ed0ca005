/**
 * @file How the lines of an array run. Standard: word lines along the rows, bit lines along the columns. Interleaved: the two cells of a pair stand on one bit
 * line, at one node of it, and hang on two word lines that are driven with opposite voltages; their currents subtract where they meet, so a bit line
 * carries less (though it is loaded by twice the cells). Separate supply: the current comes from supply lines beside the bit lines, fed above the first row, and an input
 * only connects the cell of its row (a transistor's gate, which takes no current), so word lines have no drop. All three as in CrossSim.
 */
import { bitPlaces, type LineSet, lineSet, pairedBitLines, supplyPlaces, wordPlaces } from './line.ts';
import type { Lines } from './wires.ts';

export interface Layout {
  /** those that drive the cells, and those that collect their currents */
  readonly words: LineSet;
  readonly bits: LineSet;
  readonly wordLines: number;
  /** which of the lines that drive is that of cell (i, j) */
  wordOf(i: number, j: number): number;
}

/** @param G siemens [rows, columns]; in interleaved arrays rows 2 i and 2 i + 1 are the two of pair i */
export function layoutOf(G: Float64Array, rows: number, columns: number, lines: Lines): Layout {
  const { word, bit, source, sense, topology = 'standard' } = lines;
  if (topology === 'separate-supply')
    return {
      words: lineSet(G, supplyPlaces(rows, columns), word, source),
      bits: lineSet(G, bitPlaces(rows, columns), bit, sense),
      wordLines: columns,
      wordOf: (_, j) => j,
    };
  return {
    words: lineSet(G, wordPlaces(rows, columns), word, source),
    bits:
      topology === 'interleaved'
        ? pairedBitLines(G, rows, columns, bit, sense)
        : lineSet(G, bitPlaces(rows, columns), bit, sense),
    wordLines: rows,
    wordOf: i => i,
  };
}
