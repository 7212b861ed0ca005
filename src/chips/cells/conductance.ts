/**
 * @file What every memory cell has, whatever it answers to pulses. Fractions are of the conductance range (maximum − minimum).
 */
import { Type } from '@sinclair/typebox';
import { provenance, quantity, ratio } from '../../description.ts';
import { Drift } from './drift.ts';
import { Endurance } from './endurance.ts';
import { Fluctuation } from './fluctuation.ts';
import { Spread } from './spread.ts';

export const conductance = {
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
  stuck: ratio('share of the pairs that never move, each at a weight of its own', {
    minimum: 0,
    maximum: 1,
    default: 0,
  }),
  stuckRange: ratio(
    'weights of stuck pairs are even within ± this, in units of the weight range, and within their bounds; 0 for the bounds alone',
    { minimum: 0, default: 0 },
  ),
  programming: Type.Optional({
    ...Spread,
    description:
      'error of one programmed conductance by the conductance aimed at; in place of programmingNoise',
  }),
  fluctuation: Type.Optional(Fluctuation),
  drift: Type.Optional(Drift),
  endurance: Type.Optional(Endurance),
};
