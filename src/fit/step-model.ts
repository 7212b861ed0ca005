/**
 * @file Step responses as they are fitted: the contract of the members that are named after those in `chips/cells`, whose formulas they
 * write in parameters that measurements pin down well. Conductances are in units of the range of all that was measured, from 0 to 1.
 */
import type { PulsedCell } from '../chips/cells/cell.ts';

/** What a device's measurements show at a glance, for a fit to start from. */
export interface Sketch {
  /** smallest and largest conductance */
  readonly low: number;
  readonly high: number;
  /** mean change by one pulse in the middle of the range, positive both */
  readonly up: number;
  readonly down: number;
  /** conductance of no conductance at all */
  readonly floor: number;
}

/** Parameters of one device in the words of its cell file; sizes and conductances in fitted units. */
export interface InWords {
  readonly low: number;
  readonly high: number;
  /** sizes of up and down pulses as `steps.ts` draws them, before the response shapes them */
  readonly up: number;
  readonly down: number;
  /** further keys of the cell file */
  readonly shape: Readonly<Record<string, number>>;
}

export interface StepModel {
  /** as the command line calls it */
  readonly name: string;
  readonly kind: PulsedCell['kind'];
  /** parameters that each device has its own of; the first two are its bounds */
  readonly own: number;
  /** parameters that all devices share, behind those */
  readonly shared: number;
  /** where a fit may begin: own and shared */
  starts(sketch: Sketch): readonly number[][];
  /** least and largest value of each parameter; alike where the parameter is not fitted */
  limits(sketch: Sketch): { readonly low: readonly number[]; readonly high: readonly number[] };
  /** Change by one pulse at x. @param middle conductance that is weight 0 of all devices */
  step(p: Float64Array, x: number, isUp: boolean, middle: number): number;
  /** @param half what the nominal bounds are from the middle */
  inWords(p: Float64Array, middle: number, half: number): InWords;
  /** keys of `shape` of which the cell file has a spread from device to device, and that key */
  readonly spread?: { readonly key: string; readonly of: readonly string[] };
  /** what the cycle noise of this kind may be a fraction of */
  readonly noiseOf: readonly ('step' | 'step-at-zero')[];
  /** The rest of the cell file, where it is more than numbers by name. */
  lists?(p: Float64Array): Readonly<Record<string, readonly number[]>>;
}
