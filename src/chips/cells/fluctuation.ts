/**
 * @file Noise of a cell at a read that depends on its conductance and, where it is 1/f noise, on its age: the band from the duration of a read
 * up to the time since programming widens, so the noise grows with the root of that ratio's logarithm (Nandakumar et al. 2019; AIHWKit's PCM model).
 * Beside the constant `readNoise` of a cell.
 */
import { type Static, Type } from '@sinclair/typebox';
import { oneOfKinds, quantity, ratio, strict } from '../../description.ts';
import { spreadKinds, spreadOf } from './spread.ts';

export const OneOverF = strict(
  {
    kind: Type.Literal('one-over-f'),
    reference: quantity('S', 'conductance that u is a fraction of', {
      exclusiveMinimum: 0,
      default: 25e-6,
    }),
    amplitude: ratio('q: noise at the reference conductance, relative to it', { minimum: 0 }),
    exponent: ratio('p: how fast it falls with the conductance that was programmed', {
      minimum: 0,
      default: 0,
    }),
    most: ratio('largest relative noise', { exclusiveMinimum: 0, maximum: 1, default: 1 }),
    start: quantity('s', 't₀: time between programming and the first read, when the age is 0', {
      minimum: 0,
      default: 20,
    }),
    readTime: quantity('s', 't_r: duration of a read', { exclusiveMinimum: 0, default: 250e-9 }),
  },
  { description: 'G min(q/u^p, most) √ln((t + t_r)/(2 t_r)), t since programming' },
);

export const Root = strict(
  {
    kind: Type.Literal('root'),
    reference: quantity('S', 'conductance at which noise is amplitude times it', {
      exclusiveMinimum: 0,
      default: 25e-6,
    }),
    amplitude: ratio('noise at the reference conductance, relative to it [w_noise]', { minimum: 0 }),
  },
  { description: "amplitude √(G reference): AIHWKit's PCM_READ, where a weight of 1 is the reference" },
);

/** Description of read noise that depends on conductance and age. */
export const Fluctuation = oneOfKinds(
  [OneOverF, Root, ...spreadKinds],
  'noise of one cell at one read, one standard deviation, by conductance and age; beside readNoise',
);
export type Fluctuation = Static<typeof Fluctuation>;

/** σ of one read, siemens. @param now present conductance @param landed what it had at age 0, siemens @param age seconds */
export type Fluctuating = (now: number, landed: number, age: number) => number;

export function fluctuationOf(fluctuation: Fluctuation): Fluctuating {
  if (fluctuation.kind === 'root') {
    const { reference, amplitude } = fluctuation;
    return now => amplitude * Math.sqrt(Math.max(0, now) * reference);
  }
  if (fluctuation.kind !== 'one-over-f') return spreadOf(fluctuation);
  const { reference, amplitude, exponent, most, start, readTime } = fluctuation;
  return (now, landed, age) => {
    const share = Math.min(most, amplitude / Math.max((landed / reference) ** exponent, 1e-3));
    return now * share * Math.sqrt(Math.max(0, Math.log((age + start + readTime) / (2 * readTime))));
  };
}
