/**
 * @file What a memory cell is: the description of its file. A weight is a pair of cells, W = (G⁺ − G⁻)/scale, of which one rests
 * at its smallest conductance while the other carries the weight; so one pair has one degree of freedom, and the state of a
 * crossbar is kept in units of weight (`mapping.ts` turns it into siemens and back). Fractions below are of the conductance
 * range (maximum − minimum).
 */
import { type Static, Type } from '@sinclair/typebox';
import { count, oneOfKinds, provenance, quantity, ratio, strict } from '../../description.ts';

const common = {
  ...provenance,
  minimumConductance: quantity('S', 'conductance of a cell that is fully off', { minimum: 0, default: 0 }),
  maximumConductance: quantity('S', 'conductance of a nominal cell that is fully on', {
    exclusiveMinimum: 0,
    default: 25e-6,
  }),
  variation: ratio(
    'cell-to-cell spread (one standard deviation) of the largest conductance; a cell with a larger range also answers in proportion',
    { minimum: 0, maximum: 0.5, default: 0 },
  ),
  readNoise: ratio('noise of one cell at one read, one standard deviation as a fraction of the range', {
    minimum: 0,
    maximum: 1,
    default: 0,
  }),
  programmingNoise: ratio(
    'error of one programmed conductance, one standard deviation as a fraction of the range',
    {
      minimum: 0,
      maximum: 1,
      default: 0,
    },
  ),
};

const pulsed = {
  states: count('pulses of nominal size from one end of the range to the other', {
    minimum: 2,
    default: 1000,
  }),
  asymmetry: ratio('up step over down step, minus one', { minimum: -0.9, maximum: 9, default: 0 }),
  stepVariation: ratio('cell-to-cell spread of the step size, up and down apart', {
    minimum: 0,
    maximum: 1,
    default: 0,
  }),
  cycleNoise: ratio('cycle-to-cycle spread of one pulse, as a fraction of the step', {
    minimum: 0,
    maximum: 10,
    default: 0,
  }),
};

export const LinearCell = strict(
  { kind: Type.Literal('linear'), ...common },
  { description: 'a cell that takes any conductance between its bounds' },
);
export const ConstantStepCell = strict(
  { kind: Type.Literal('constant-step'), ...common, ...pulsed },
  { description: 'every pulse moves the conductance by the same step until a bound is met' },
);
export const SoftBoundsCell = strict(
  { kind: Type.Literal('soft-bounds'), ...common, ...pulsed },
  { description: 'the step shrinks in proportion to the distance from the bound' },
);

/** Description of a memory cell. */
export const Cell = oneOfKinds(
  [LinearCell, ConstantStepCell, SoftBoundsCell],
  'the memory cell at every crossing',
);
export type Cell = Static<typeof Cell>;
