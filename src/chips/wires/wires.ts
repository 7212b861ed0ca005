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
import { oneOfKinds, quantity, strict } from '../../description.ts';
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

/** Description of the wires. */
export const Wires = oneOfKinds(
  [
    strict({ kind: Type.Literal('none') }, { description: 'ideal wires' }),
    strict(
      { kind: Type.Literal('exact'), ...resistances },
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
}

/** @returns undefined where wires are ideal */
export function linesOf(wires: Wires | undefined): Lines | undefined {
  if (wires === undefined || wires.kind === 'none') return undefined;
  const segment = wires.metal ? segmentOf(wires.metal) : 0;
  return {
    word: wires.wordResistance + segment,
    bit: wires.bitResistance + segment,
    source: wires.sourceResistance,
    sense: wires.senseResistance,
  };
}
