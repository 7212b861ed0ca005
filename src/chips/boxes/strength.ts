/**
 * @file The knob that most boxes have, and what it means at 0: exactly a wire.
 */
import { ratio } from '../../description.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Box } from './box.ts';

export const strength = (what: string) =>
  ratio(`0 is a wire, 1 the full box: ${what}`, { minimum: 0, maximum: 1, default: 1 });

/** A box that changes nothing. */
export const wire = ({ kernels }: Engine): Box => ({
  send: (input, out) => kernels.copy(input, out),
  pullBack: (_input, d, out) => kernels.copy(d, out),
});
