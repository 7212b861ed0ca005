/**
 * @file How a weight is held by cells: the descriptions and the contract. A crossbar's state is its weights; a mapping says what conductances these are
 * (G, siemens, between those of a nominal cell fully off and fully on, of which `span` is the difference), and what weight a current stands for.
 * All are exact with ideal wires and continuous cells; they differ in what noise, faults, wires and ADCs make of them.
 */
import { type Static, Type } from '@sinclair/typebox';
import { choice, count, oneOfKinds, strict } from '../../description.ts';

const cellBits = Type.Optional(
  count('a cell has 2^cellBits evenly spaced conductances; any conductance when absent', { maximum: 12 }),
);
export const OneSided = strict(
  { kind: Type.Literal('one-sided'), cellBits },
  { description: 'a pair: one cell carries the weight, the other rests at its smallest conductance' },
);
export const TwoSided = strict(
  { kind: Type.Literal('two-sided'), cellBits },
  { description: 'a pair around the middle of its range: one cell up by as much as the other down' },
);
export const Offset = strict(
  {
    kind: Type.Literal('offset'),
    cellBits,
    reference: Type.Optional(
      choice(
        ['digital', 'column'],
        'what weight 0 gives is subtracted behind the ADC, or by a column of such cells in every tile before it; digital when absent',
      ),
    ),
  },
  { description: 'one cell, whose middle is weight 0' },
);
export const Sliced = strict(
  {
    kind: Type.Literal('sliced'),
    weightBits: count('bits of a weight, sign included', { maximum: 16, default: 8 }),
    slices: count('pairs of cells that share the bits of the magnitude evenly', { maximum: 8, default: 2 }),
  },
  {
    description:
      'the magnitude in digits, one pair of cells for each, on the side of the sign; where there is an ADC, digits are converted one by one and their sum is digital',
  },
);
/** Description of a mapping. */
export const MappingModel = oneOfKinds([OneSided, TwoSided, Offset, Sliced], 'how cells hold a weight');
export type MappingModel = Static<typeof MappingModel>;
export type MappingOf<K extends MappingModel['kind']> = Extract<MappingModel, { kind: K }>;

export interface Mapping {
  /** of every cell of a weight, side by side on its word line: which slice it belongs to, and weight per siemens in that slice */
  readonly cells: readonly { readonly slice: number; readonly factor: number }[];
  /** what the unit of each slice is in units of weight; a slice alone spans the weight range */
  readonly slices: readonly number[];
  /** noise of a slice in units of the weight range, per noise of a cell in units of its span */
  readonly noise: number;
  /** weight that currents show too much, to be subtracted: by a column of cells of conductance `unit`, or digitally where there is none */
  readonly rest: number;
  readonly unit: number | undefined;
  /** largest weight of a nominal cell or pair */
  readonly range: number;
  /** smallest step of a slice, in units of weight; 0 where there is none */
  readonly step: number;
  /** Conductances of the cells of weight w, siemens, into `out` from `at` on. */
  hold(w: number, out: Float64Array, at: number): void;
}

/** What a nominal cell can hold, siemens, and the weight range. */
export interface Span {
  readonly minimum: number;
  readonly span: number;
  readonly range: number;
}

/** The weight that conductances of its cells stand for, siemens, from `at` on: the inverse of `hold`. */
export function weightOf({ cells, slices, rest }: Mapping, g: ArrayLike<number>, at: number): number {
  let sum = -rest;
  for (let c = 0; c < cells.length; c++) sum += slices[cells[c]!.slice]! * cells[c]!.factor * g[at + c]!;
  return sum;
}

/** Share of the span to the nearest of evenly spaced levels, ties upwards. */
export function toLevel(share: number, cellBits: number | undefined): number {
  if (cellBits === undefined) return share;
  const steps = 2 ** cellBits - 1;
  return Math.max(0, Math.min(steps, Math.round(share * steps))) / steps;
}
