/**
 * @file The current of a cell against the voltage across it. With "sinh" and "cubic" it is the conductance times a function of the voltage, so that ideal wires see
 * another input and nothing else (`bend` of drive.ts); the fit of Milo et al. 2021 to filamentary HfO₂ bends every conductance in its own way.
 */
import { type Static, Type } from '@sinclair/typebox';
import { oneOfKinds, quantity, strict } from '../../description.ts';

const voltage = quantity(
  'V',
  'voltage at which the bend shows: a cell that is driven well below it is linear',
  {
    exclusiveMinimum: 0,
  },
);
/** Description of a cell's current against voltage. */
export const Curve = oneOfKinds(
  [
    strict({ kind: Type.Literal('sinh'), voltage }, { description: 'I = G V₀ sinh(V/V₀): tunnelling' }),
    strict(
      { kind: Type.Literal('cubic'), voltage },
      { description: 'I = G (V − V³/V₀²): saturates; a driver must stay below V₀/√3' },
    ),
    strict(
      { kind: Type.Literal('milo') },
      {
        description:
          'I = G V + a(G) V² + b(G) V³ in volts and amperes, a and b polynomials of log₁₀ G/S fitted to HfO₂ of 50 to 225 uS up to 0.5 V (Milo et al. 2021), bent in proportion beyond; every cell is worked out at every read, which is slow',
      },
    ),
  ],
  'current of a cell against voltage',
);
export type Curve = Static<typeof Curve>;

/** Amperes, and siemens, of a cell of conductance g > 0 at v volts. */
export interface CellCurve {
  current(g: number, v: number): number;
  /** dI/dV */
  slope(g: number, v: number): number;
}

export const linear: CellCurve = { current: (g, v) => g * v, slope: g => g };

export function curveOf(curve: Curve | undefined): CellCurve {
  switch (curve?.kind) {
    case undefined:
      return linear;
    case 'sinh': {
      const v0 = curve.voltage;
      return {
        current: (g, v) => g * v0 * Math.sinh(v / v0),
        slope: (g, v) => g * Math.cosh(v / v0),
      };
    }
    case 'cubic': {
      const share = 1 / curve.voltage ** 2;
      return {
        current: (g, v) => g * v * (1 - share * v * v),
        slope: (g, v) => g * (1 - 3 * share * v * v),
      };
    }
    case 'milo':
      return milo;
  }
}

/** Milo et al. 2021, as fitted in CrossSim 3.2: coefficients of V² and V³, of cells between these; beyond, in proportion to the conductance. */
const [lowest, highest] = [50e-6, 225e-6];
const second = (l: number) => ((1.388e-4 * l + 1.541e-3) * l + 5.711e-3) * l + 7.063e-3;
const third = (l: number) => (8.871e-5 * l + 6.7919e-4) * l + 1.2968e-3;
const milo: CellCurve = {
  current(g, v) {
    const known = Math.max(lowest, Math.min(highest, g));
    const l = Math.log10(known);
    return (g / known) * ((third(l) * v + second(l)) * v + known) * v;
  },
  slope(g, v) {
    const known = Math.max(lowest, Math.min(highest, g));
    const l = Math.log10(known);
    return (g / known) * ((3 * third(l) * v + 2 * second(l)) * v + known);
  },
};

/** Whether a bend is the same for every conductance, and so one of the inputs. */
export const bendsInputs = (curve: Curve): curve is Exclude<Curve, { kind: 'milo' }> => curve.kind !== 'milo';
