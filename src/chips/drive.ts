/**
 * @file How inputs stand on the word lines, and what that makes of cells whose current is no straight line of the voltage. As amplitudes: voltages in
 * proportion to the inputs, which such cells bend. As pulse widths: the full voltage for a time in proportion, or as bits: one full voltage after another, lowest
 * bit first, each converted and the results shifted and added digitally; cells then meet one voltage only, and do not bend anything.
 */
import { type Static, Type } from '@sinclair/typebox';
import { oneOfKinds, strict } from '../description.ts';
import type { Matrix } from '../engine/matrix.ts';
import type { Dac } from './converters/converter.ts';
import type { Curve } from './wires/cell-curve.ts';

/** Description of what drives word lines. */
export const Drive = oneOfKinds(
  [
    strict({ kind: Type.Literal('amplitude') }, { description: 'voltages in proportion to the inputs' }),
    strict(
      { kind: Type.Literal('pulse-width') },
      { description: "the DAC's full voltage for a share of the read time in proportion to the input" },
    ),
    strict(
      { kind: Type.Literal('bit-serial') },
      {
        description:
          "the bits of the DAC's code one after another, each for the whole read time and with a conversion of its own; needs an odd number of levels",
      },
    ),
  ],
  'what drives the word lines',
);
export type Drive = Static<typeof Drive>;

type InputCurve = Exclude<Curve, { kind: 'milo' }>;

/** The input to linear cells that gives the same current as x to these; readVoltage volts stand for an input of 1. */
export function bend(curve: InputCurve, readVoltage: number, x: Float32Array, out: Float32Array): void {
  const scale = readVoltage / curve.voltage;
  if (curve.kind === 'sinh') for (let k = 0; k < x.length; k++) out[k] = Math.sinh(x[k]! * scale) / scale;
  else for (let k = 0; k < x.length; k++) out[k] = x[k]! * (1 - (x[k]! * scale) ** 2);
}

/** The derivative of `bend` at one input. */
export function bendSlope(curve: InputCurve, readVoltage: number, x: number): number {
  const scale = readVoltage / curve.voltage;
  return curve.kind === 'sinh' ? Math.cosh(x * scale) : 1 - 3 * (x * scale) ** 2;
}

/** Bits of the magnitude of a code, and the full voltage. @throws RangeError where there is no code */
export function serialBits(dac: Dac): { bits: number; range: number } {
  if (dac.kind !== 'uniform' || dac.levels === 'even' || dac.low !== undefined || dac.bits < 2)
    throw new RangeError(
      'bit-serial inputs need a DAC of 2 bits or more and an odd number of levels about 0',
    );
  return { bits: dac.bits - 1, range: dac.range };
}

/** Bit k of the magnitude of every input, with the input's sign, times the full voltage. @param x converted by the DAC */
export function bitOf(
  x: Matrix,
  k: number,
  { bits, range }: { bits: number; range: number },
  out: Matrix,
): void {
  const most = 2 ** bits - 1;
  for (let n = 0; n < x.data.length; n++) {
    const code = Math.round((Math.abs(x.data[n]!) / range) * most);
    out.data[n] = (code >> k) & 1 ? Math.sign(x.data[n]!) * range : 0;
  }
}

/** What the result for bit k counts. */
export const placeOf = (k: number, bits: number): number => 2 ** k / (2 ** bits - 1);
