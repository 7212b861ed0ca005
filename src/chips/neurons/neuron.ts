/**
 * @file What a neuron circuit is: nominally a ReLU, in fact a curve of its own for every unit.
 */
import { type Static, Type } from '@sinclair/typebox';
import { choice, oneOfKinds, provenance, ratio, strict } from '../../description.ts';
import type { Matrix } from '../../engine/matrix.ts';

const spread = (what: string, unit = '') =>
  ratio(`unit-to-unit spread (one standard deviation) of ${what}${unit}`, {
    minimum: 0,
    maximum: 1,
    default: 0,
  });

export const Rectifier = strict(
  {
    kind: Type.Literal('rectifier'),
    ...provenance,
    gain: spread('the gain, log-normal around 1'),
    offset: spread('the input offset, in units of the activity'),
    knee: ratio('mean width of the soft knee, exponential from unit to unit, in units of the activity', {
      minimum: 0,
      maximum: 1,
      default: 0,
    }),
    compression: ratio('mean compression of large activities (1/(1 + c·y)), exponential from unit to unit', {
      minimum: 0,
      maximum: 1,
      default: 0,
    }),
  },
  { description: 'a rectifier with gain, offset, soft knee and compression of its own for every unit' },
);

export const StudentT = strict(
  {
    kind: Type.Literal('student-t'),
    ...provenance,
    rails: choice(
      ['one', 'two'],
      'one: log(1 + u²), the sign of the current is lost; two: a rail for either sign, sign(u) log(1 + u²)',
      { default: 'two' },
    ),
    gain: spread('the gain, log-normal around 1'),
    offset: spread('the input offset, in units of the current'),
  },
  { description: 'log(1 + u²) of the current, with gain and offset of its own for every unit' },
);

/** Description of a neuron circuit. */
export const Neuron = oneOfKinds(
  [Rectifier, StudentT],
  'the circuit that turns a column current into an activity',
);
export type Neuron = Static<typeof Neuron>;

/** The individual circuits of one layer. Matrices are batch × units. */
export interface NeuronCircuits {
  /** out = activity of every unit for its input a; `out` may be `a` itself. */
  activity(a: Matrix, out: Matrix): void;
  /** d ← d · slope of every unit's curve at its input a. */
  back(a: Matrix, d: Matrix): void;
}
