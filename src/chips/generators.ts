/**
 * @file Lines that write what they have carried: every row and every column of a crossbar holds the value that a pass left there, on a
 * capacitor, and makes pulses of it when the layer's factor for that sample is known; nobody has to have measured it. A line makes
 * g (v + o) of a value v, with gain and offset of its own for life. Also on such a column: the running mean of its unit's activity, which peer
 * normalisation asks for, and the mean of these over a common wire.
 *
 * A line holds the values of one pair of passes. Whoever simulates several pairs before weights move (a batch) has weights stand still for as long;
 * on a chip they move after every pair. Left out: leakage and charge injection of the capacitors, some tenths of a per cent.
 */
import { type Static, Type } from '@sinclair/typebox';
import { oneOfKinds, quantity, ratio, strict } from '../description.ts';
import type { Engine } from '../engine/engine.ts';
import type { Matrix } from '../engine/matrix.ts';
import { gaussians, type Stream } from '../engine/streams.ts';

const spread = (what: string, usual: number) =>
  ratio(`line-to-line spread (one standard deviation) of ${what}`, {
    minimum: 0,
    maximum: 1,
    default: usual,
  });

/** Description of what drives the lines when outer products are written. */
export const Generators = oneOfKinds(
  [
    strict(
      { kind: Type.Literal('none') },
      { description: 'lines are driven by DACs, from numbers that somebody measured' },
    ),
    strict(
      {
        kind: Type.Literal('holding'),
        gain: spread('the gain, log-normal around 1', 0.05),
        offset: spread('what is added to a value, in its units', 0.02),
        energy: quantity('J', 'of one line for one train of pulses, its capacitor included', {
          minimum: 0,
          default: 0.31e-12,
        }),
      },
      { description: 'lines hold what they carried in a pass and make pulses of it by themselves' },
    ),
  ],
  'what drives the lines when outer products are written; none when absent',
);
export type Generators = Static<typeof Generators>;

/** The same lines, all of them as they are meant to be. */
export const nominalGenerators = (model: Generators): Generators =>
  model.kind === 'none' ? model : { ...model, gain: 0, offset: 0 };

/** What lines make of the values that they hold [batch, lines]. */
export type Lines = (values: Matrix, out: Matrix) => void;

/** The lines of one side of a layer. */
export function buildLines(
  model: Extract<Generators, { kind: 'holding' }>,
  lines: number,
  { kernels }: Engine,
  stream: (path: string) => Stream,
): Lines {
  if (model.gain === 0 && model.offset === 0) return (values, out) => kernels.copy(values, out);
  const gain = gaussians(stream('gain'), lines).map(z => Math.exp(model.gain * z));
  const offset = gaussians(stream('offset'), lines).map(z => model.offset * z);
  return (values, out) => {
    for (let b = 0; b < values.rows; b++)
      for (let i = 0, k = b * lines; i < lines; i++, k++)
        out.data[k] = gain[i]! * (values.data[k]! + offset[i]!);
  };
}
