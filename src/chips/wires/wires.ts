/**
 * @file What the wires of a crossbar are: the description, and the lines of one tile in ohms. Word line i (a row) is driven at its left end,
 * bit line j is sensed below its last row; between two cells, and between the last cell and the end, lies one segment:
 *
 *   driver - source - r_word - (i, 0) - r_word - … - (i, n-1)        (0, j) - r_bit - … - (m-1, j) - r_bit - sense - ground
 *
 * A resistance of 0 is an ideal wire. Wires make a linear array another linear array, its transfer matrix (`exact.ts`, `mask.ts`), which is
 * worked out when weights have changed and costs a read nothing. Both cells of a pair hang side by side on the same word line, so a tile
 * of n columns of weights has word lines of 2 n segments. Capacitances are left out: the array is read when it has settled.
 */
import { type Static, Type } from '@sinclair/typebox';
import { choice, oneOfKinds, quantity, ratio, strict } from '../../description.ts';
import { Metal, segmentOf } from './metal.ts';

const resistances = {
  wordResistance: quantity('ohm', 'resistance of a word line (row) from one cell to the next', {
    minimum: 0,
  }),
  bitResistance: quantity('ohm', 'resistance of a bit line (column) from one cell to the next', {
    minimum: 0,
  }),
  sourceResistance: quantity('ohm', 'resistance between a driver and its word line', {
    minimum: 0,
    default: 0,
  }),
  senseResistance: quantity('ohm', 'resistance between a bit line and its sense amplifier', {
    minimum: 0,
    default: 0,
  }),
  metal: Type.Optional(Metal),
};

export const topologies = ['standard', 'interleaved', 'separate-supply'] as const;

/** Description of the wires. */
export const Wires = oneOfKinds(
  [
    strict({ kind: Type.Literal('none') }, { description: 'ideal wires' }),
    strict(
      {
        kind: Type.Literal('exact'),
        ...resistances,
        topology: Type.Optional(
          choice(
            topologies,
            'interleaved: both cells of a pair on one bit line, driven with opposite voltages; separate-supply: current comes from supply lines along the bit lines, of the word resistance, and bits of the inputs connect cells to them; standard when absent',
          ),
        ),
      },
      {
        description:
          "Kirchhoff's laws solved anew after every change of weights: seconds for a large layer, so for chips that are programmed, not trained",
      },
    ),
    strict(
      { kind: Type.Literal('mask'), ...resistances },
      {
        description:
          'a factor for every cell from the loads along its two lines: cheap enough for training, refused where it would be off by more than some per cent',
      },
    ),
    strict(
      {
        kind: Type.Literal('polynomial'),
        strength: ratio('times the drop that is expected [ir_drop]', { minimum: 0, default: 1 }),
        wireRatio: ratio(
          'conductance of the wire from one cell to the next over the largest of a cell; 0.35 ohm and 5 uS when absent [ir_drop_g_ratio]',
          { exclusiveMinimum: 0, default: 571428 },
        ),
      },
      {
        description:
          "AIHWKit's static drop along columns: a polynomial of the column's total current times a parabola along the rows, worked out at every read",
      },
    ),
  ],
  'the wires of every tile',
);
export type Wires = Static<typeof Wires>;

/** Resistances of the lines of one array, ohm. */
export interface Lines {
  /** of one segment */
  readonly word: number;
  readonly bit: number;
  /** in series with the first segment of a word line, and with the last of a bit line */
  readonly source: number;
  readonly sense: number;
  /** how the lines run (`topology.ts`); standard when absent. With separate supply, `word` and `source` are those of the supply lines. */
  readonly topology?: (typeof topologies)[number];
}

/** @returns undefined where wires are ideal, or not solved */
export function linesOf(wires: Wires | undefined): Lines | undefined {
  if (wires === undefined || wires.kind === 'none' || wires.kind === 'polynomial') return undefined;
  const segment = wires.metal ? segmentOf(wires.metal) : 0;
  return {
    word: wires.wordResistance + segment,
    bit: wires.bitResistance + segment,
    source: wires.sourceResistance,
    sense: wires.senseResistance,
    ...(wires.kind === 'exact' && wires.topology && { topology: wires.topology }),
  };
}
