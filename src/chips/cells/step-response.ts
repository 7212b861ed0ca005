/**
 * @file How cells answer to pulses: the contract of the members that are named after it. All in units of weight; `k` counts the cells of
 * one crossbar as its weights do. Bounds are not the business of a response: whoever pulses clips to them.
 */
import type { Matrix } from '../../engine/matrix.ts';

/** What the cells of one crossbar bring along from manufacture, [rows, columns] each, in units of weight. */
export interface Steps {
  /** sizes of an up and of a down pulse at weight 0 of a cell without other peculiarities, never negative */
  readonly up: Matrix;
  readonly down: Matrix;
  readonly low: Matrix;
  readonly high: Matrix;
}

export interface StepResponse {
  /** Mean change of cell k at weight w by one pulse: mostly positive for an up pulse, negative for a down pulse. */
  step(k: number, w: number, isUp: boolean): number;
  /** Standard deviation of the change whose mean is `step`. */
  spread(k: number, w: number, isUp: boolean, step: number): number;
  /**
   * Weight of cell k after n pulses of one direction, where there is a closed form: `normal`, N(0, 1), stands for the noise of all of
   * them. Mean and variance are those of n single pulses, as long as no bound is met on the way.
   */
  many?(k: number, w: number, isUp: boolean, n: number, normal: number): number;
  /** what the reset level of each cell lies above that of its file, in units of weight */
  readonly resetShift?: Float32Array;
}
