/**
 * @file What drives the word lines, where it is not what it should be: noise of its own, negative voltages that come out smaller, inputs of the two signs driven one
 * after the other. Order and meanings follow AIHWKit v0.9.2 (`rpu_forward_backward_pass.cpp`): DAC → noise → asymmetry → signs.
 */
import { type Static, Type } from '@sinclair/typebox';
import { choice, ratio, strict } from '../description.ts';
import type { Kernels } from '../engine/kernels.ts';
import type { Matrix } from '../engine/matrix.ts';
import type { Stream } from '../engine/streams.ts';

export const Driver = strict(
  {
    noise: ratio(
      'standard deviation of what is added to every input at every read, behind the DAC, in its units [inp_noise]',
      { minimum: 0, default: 0 },
    ),
    asymmetry: ratio('share by which negative inputs come out smaller [inp_asymmetry]', {
      maximum: 1,
      default: 0,
    }),
    signs: Type.Optional(
      choice(
        ['together', 'apart', 'apart-digital'],
        'inputs of both signs at once; negative ones first and positive ones then, currents added before the ADC [PosNegSeparate] or behind it [PosNegSeparateDigitalSum]; together when absent [mv_type]',
      ),
    ),
    readAsymmetry: ratio(
      'spread of what a cell gives for negative inputs over what it gives for positive ones, which are driven apart [w_read_asymmetry_dtod]',
      { minimum: 0, maximum: 1, default: 0 },
    ),
  },
  { description: 'flaws of what drives the word lines' },
);
export type Driver = Static<typeof Driver>;

/** In place: what stands on the word lines of what was asked for [batch, rows]. */
export function drivenBy({ noise, asymmetry }: Driver, kernels: Kernels, x: Matrix, stream: Stream): void {
  if (noise > 0) kernels.addGaussian(x, noise, stream);
  if (asymmetry === 0) return;
  for (let k = 0; k < x.data.length; k++) if (x.data[k]! < 0) x.data[k]! *= 1 - asymmetry;
}

/** out = the inputs of one sign, others 0. */
export function signedPart(x: Matrix, sign: 1 | -1, out: Matrix): void {
  for (let k = 0; k < x.data.length; k++) out.data[k] = x.data[k]! * sign > 0 ? x.data[k]! : 0;
}
