/**
 * @file What time does to the conductance of a cell after it was written. Either it falls as a power of time, as that of phase-change memory does
 * (structural relaxation of the amorphous phase), each cell with an exponent of its own; or its mean shifts and its distribution widens, as
 * measured after some hours and days. The age of a cell counts from the first read after its programming.
 *
 * A cell's deviation from the mean law is its own for life, N(0, 1) and independent of all others; its exponent changes with the conductance that is
 * written. (AIHWKit draws it anew at every programming.)
 */
import { type Static, Type } from '@sinclair/typebox';
import { oneOfKinds, quantity, ratio, strict } from '../../description.ts';
import { Polynomial, polynomial, Spread, spreadOf } from './spread.ts';
import { interpolated, tableOf } from './table.ts';

const Exponent = (what: string) =>
  oneOfKinds(
    [
      strict({ kind: Type.Literal('constant'), value: ratio('whatever the conductance', { minimum: 0 }) }),
      strict(
        {
          kind: Type.Literal('logarithmic'),
          slope: ratio('a, change per e-fold of conductance'),
          offset: ratio('b, value at the reference conductance, if within the limits'),
          least: ratio('lower limit', { minimum: 0 }),
          most: ratio('upper limit', { minimum: 0 }),
        },
        { description: 'a ln(G/reference) + b, within limits' },
      ),
      strict({ kind: Type.Literal('table'), ...tableOf('value', ratio('value there', { minimum: 0 })) }),
    ],
    what,
  );
type Exponent = Static<ReturnType<typeof Exponent>>;

export const PowerLaw = strict(
  {
    kind: Type.Literal('power-law'),
    start: quantity('s', 't₀: time between programming and the first read, when the age is 0', {
      exclusiveMinimum: 0,
      default: 20,
    }),
    reference: quantity('S', 'conductance that the laws of the exponent refer to', {
      exclusiveMinimum: 0,
      default: 25e-6,
    }),
    exponent: Exponent('mean of ν over cells, by the conductance aimed at'),
    exponentSpread: Exponent('standard deviation of ν over cells'),
  },
  { description: 'G(t) = G(t₀) (t/t₀)^−|ν|, ν normally distributed over cells' },
);

export const Retention = strict(
  {
    kind: Type.Literal('retention'),
    points: Type.Array(
      strict({
        age: quantity('s', 'age at which this was measured', { exclusiveMinimum: 0 }),
        shift: Type.Optional(
          strict({ ...Polynomial }, { description: 'mean change of the conductance; none when absent' }),
        ),
        spread: Spread,
      }),
      {
        minItems: 1,
        maxItems: 100,
        description: 'in order of age; straight lines in time between, no change beyond the last',
      },
    ),
  },
  {
    description:
      'mean shift and standard deviation as measured at some ages; the standard deviation includes the error of programming and is taken at the shifted conductance',
  },
);

/** Description of what time does to cells. */
export const Drift = oneOfKinds([PowerLaw, Retention], 'what time does to the conductance of a cell');
export type Drift = Static<typeof Drift>;

/**
 * The conductance of a cell at an age.
 *
 * @param aim conductance that was aimed at, siemens @param landed what it had at age 0, siemens
 * @param deviation N(0, 1), the cell's own @param age seconds
 */
export type Drifted = (aim: number, landed: number, deviation: number, age: number) => number;

/** @param programming error of programming, of which a retention's spread is the continuation */
export function driftOf(drift: Drift, programming: Spread | undefined): Drifted {
  return drift.kind === 'power-law' ? powerLaw(drift) : retention(drift, programming);
}

/** ν of a cell, as a function of the conductance aimed at and its deviation. */
export function exponentOf({
  reference,
  exponent,
  exponentSpread,
}: Static<typeof PowerLaw>): (aim: number, deviation: number) => number {
  const mean = lawOf(exponent, reference);
  const spread = lawOf(exponentSpread, reference);
  return (aim, deviation) => Math.abs(mean(aim) + spread(aim) * deviation);
}

/** G(t₀) ((age + t₀)/t₀)^−ν */
function powerLaw(drift: Static<typeof PowerLaw>): Drifted {
  const nu = exponentOf(drift);
  return (aim, landed, deviation, age) => landed * ((age + drift.start) / drift.start) ** -nu(aim, deviation);
}

function lawOf(law: Exponent, reference: number): (g: number) => number {
  switch (law.kind) {
    case 'constant':
      return () => law.value;
    case 'table':
      return interpolated(law.conductances, law.values);
    case 'logarithmic':
      return g => {
        const share = Math.max(g / reference, 1e-7);
        return Math.min(law.most, Math.max(law.least, law.slope * Math.log(share) + law.offset));
      };
  }
}

/**
 * Keeps the error of programming and adds a deviation of its own, so that both together have the variance that was measured:
 * G = G₀ + shift(aim) + √(σ_t² − σ_0²) N, σ_t at aim + shift, σ_0 at aim.
 */
function retention({ points }: Static<typeof Retention>, programming: Spread | undefined): Drifted {
  const programmed = programming ? spreadOf(programming) : () => 0;
  const ages = [0, ...points.map(({ age }) => age)];
  if (ages.some((age, k) => k > 0 && !(age > ages[k - 1]!)))
    throw new RangeError('the ages of a retention must increase');
  const shifts = [
    () => 0,
    ...points.map(({ shift }) => (shift ? (g: number) => polynomial(shift, g) : () => 0)),
  ];
  const spreads = [programmed, ...points.map(({ spread }) => spreadOf(spread))];
  return (aim, landed, deviation, age) => {
    let k = 0;
    while (k < ages.length - 2 && age > ages[k + 1]!) k++;
    const share = Math.min(1, (age - ages[k]!) / (ages[k + 1]! - ages[k]!));
    const between = (laws: readonly ((g: number) => number)[], g: number) =>
      (1 - share) * laws[k]!(g) + share * laws[k + 1]!(g);
    const shift = between(shifts, aim);
    const sigma = between(spreads, Math.max(0, aim + shift));
    const grown = Math.sqrt(Math.max(0, sigma ** 2 - programmed(aim) ** 2));
    return Math.max(0, landed + shift + grown * deviation);
  };
}
