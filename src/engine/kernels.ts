/**
 * @file What can be done to matrices besides multiplying them: one interface, two implementations.
 * `wasm-kernels.ts` calls AssemblyScript SIMD code on matrices that live in its memory and is what trials use;
 * `plain-kernels.ts` says the same in TypeScript, readable, and is what the fast one is tested against.
 *
 * Unless said otherwise `out` may be the same matrix as the input, and sizes must agree. Where `out` (or `x`) has
 * more columns than the work needs (a crossbar's input has lines for bias and label behind its features),
 * the kernel touches the first columns only; this is said with "first columns".
 */
import type { Matrix } from './matrix.ts';
import type { Stream } from './streams.ts';

/** Parameters of the Adam optimiser for one step (Kingma and Ba 2015, algorithm 1). */
export interface AdamStep {
  /** learning rate of this step */
  rate: number;
  /** decay of the first and of the second moment */
  beta1: number;
  beta2: number;
  epsilon: number;
  /** count of steps including this one, from 1: corrects the bias of the moments */
  step: number;
  /** decoupled weight decay: the change also contains −rate · decay · W */
  decay: number;
}

export interface Kernels {
  // rows
  /** out = x / (rms of the row + epsilon), row by row; first columns of `out` when it is wider. */
  normaliseRows(x: Matrix, out: Matrix, epsilon: number): void;
  /**
   * Pulls an error back through `normaliseRows`: with r = rms(x), q = r + ε over D columns,
   * out = d/q − x (d·x)/(D r q²). `d` may be wider than x (first columns are used); a row of zeros gives d/ε.
   */
  normaliseRowsBack(x: Matrix, d: Matrix, out: Matrix, epsilon: number): void;
  /** out (rows × 1) = sum of squares of each row. */
  sumSquares(x: Matrix, out: Matrix): void;
  /** out (1 × columns) = mean over rows. */
  columnMeans(x: Matrix, out: Matrix): void;
  /** out (1 × columns) = sum over rows. */
  columnSums(x: Matrix, out: Matrix): void;
  /** out row b = factors[b] · x row b; factors is rows × 1. */
  scaleRows(x: Matrix, factors: Matrix, out: Matrix): void;
  /** x row b += row, for every b; row is 1 × columns. */
  addRow(x: Matrix, row: Matrix): void;
  /** out (columns × rows) = transpose of x; `out` is another matrix than x. First columns of x when it is wider. */
  transpose(x: Matrix, out: Matrix): void;

  // elements
  /** out = x. First columns of whichever is wider. */
  copy(x: Matrix, out: Matrix): void;
  /** x = value everywhere. */
  fill(x: Matrix, value: number): void;
  /** out += factor · x. */
  addScaled(x: Matrix, factor: number, out: Matrix): void;
  /** d = y > 0 ? d : 0: the derivative of a nominal ReLU, by its measured output. First columns of d when it is wider. */
  gate(y: Matrix, d: Matrix): void;
  /**
   * Uniform quantiser, in place, over the first `columns` columns: clip to [low, high], then the nearest of
   * `levels` equally spaced values, the two ends included (ties upwards: floor(v + ½)).
   */
  quantise(x: Matrix, columns: number, low: number, high: number, levels: number): void;
  /** True when every element is finite. */
  isFinite(x: Matrix): boolean;

  // neuron circuits
  /**
   * Rectifier circuits, each unit with its own curve. With u = gain_j · (a − offset_j):
   * y = 0 for u ≤ 0, else v / (1 + compression_j · v) with v = u² / (u + knee_j). Each parameter is 1 × units.
   * With gain 1 and the others 0 this is exactly max(a, 0).
   */
  rectify(a: Matrix, gain: Matrix, offset: Matrix, knee: Matrix, compression: Matrix, out: Matrix): void;
  /** d ← d · ∂y/∂a of `rectify` at a. First columns of d when it is wider. */
  rectifyBack(a: Matrix, gain: Matrix, offset: Matrix, knee: Matrix, compression: Matrix, d: Matrix): void;

  // noise; each advances the stream by the whole Philox blocks it used (4 numbers a block)
  /** x += sigma · N(0, 1). Element k takes number k of the stream from its position on. */
  addGaussian(x: Matrix, sigma: number, stream: Stream): void;
  /** x row b += sigmas[b] · N(0, 1); sigmas is rows × 1. */
  addGaussianRows(x: Matrix, sigmas: Matrix, stream: Stream): void;
  /** x = uniform in [low, high). */
  uniform(x: Matrix, low: number, high: number, stream: Stream): void;
  /** x = size or −size, one bit of the stream each: element k is negative where bit k mod 32 of number ⌊k/32⌋ is set. */
  signs(x: Matrix, size: number, stream: Stream): void;

  // black boxes, unit by unit (units × batch, so that a unit's own curve runs along a row). `indices` and `weights` lie
  // in the memory of the matrices: `arena.indices` and the data of a matrix
  /** out row i = Σ_k weights[i·fanIn + k] · x row indices[i·fanIn + k]; `out` is another matrix than x. */
  mixRows(x: Matrix, indices: Uint32Array, weights: Float32Array, fanIn: number, out: Matrix): void;
  /** The transpose of `mixRows`: out row indices[i·fanIn + k] += weights[i·fanIn + k] · d row i, `out` cleared first. */
  mixRowsBack(d: Matrix, indices: Uint32Array, weights: Float32Array, fanIn: number, out: Matrix): void;

  // learning
  /**
   * First and second moments are updated; `gradient` (of descent) becomes the change −rate · m̂ / (√v̂ + ε) − rate · decay · W, and
   * W becomes W + change.
   */
  adam(gradient: Matrix, first: Matrix, second: Matrix, weights: Matrix, step: AdamStep): void;
  /**
   * Momentum as Hinton's code has it, for ascent: v ← momentum · v + (1 − momentum) · gradient · scale;
   * `gradient` becomes the change rate · (v − decay · W), and W becomes W + change.
   */
  momentum(
    gradient: Matrix,
    velocity: Matrix,
    weights: Matrix,
    step: { rate: number; momentum: number; scale: number; decay: number },
  ): void;

  // writing to cells, in units of weight
  /** W ← clip(W + change · response, low, high), every cell with its own response and bounds (same size as W). */
  writeBounded(weights: Matrix, change: Matrix, response: Matrix, low: Matrix, high: Matrix): void;
  /**
   * Pulsed update of constant-step cells, n pulses in closed form. The intended change becomes n = change / step pulses,
   * rounded stochastically (floor(n + u), u uniform from `rounding`), at most `maximum` either way; each up pulse moves a cell
   * by up_ij, each down pulse by −down_ij, with relative cycle-to-cycle noise: |n| pulses move by
   * n · size · (1 + cycle · N / √|n|). Result clipped to [low, high].
   * @returns pulses given in all
   */
  pulseConstant(weights: Matrix, change: Matrix, cells: PulsedCells, streams: PulseStreams): number;
  /**
   * The same for soft-bounds cells: a pulse moves w by up · (1 − w/high), or by −down · (1 − w/low); low < 0 < high. With c the
   * bound, s = up/high (or down/|low|) and e = 1 − (1 − s)^(|n| − 1), what the pulses but the last cover of the way to c,
   * w′ = w + (c − w) (e + s (1 − e) (1 + cycle · √|n| · N)).
   * Exact for one pulse and without noise; otherwise the noise of all pulses, each damped by those after it, to first
   * order in one Gaussian. @returns pulses given in all
   */
  pulseSoftBounds(weights: Matrix, change: Matrix, cells: PulsedCells, streams: PulseStreams): number;
  /**
   * Pulses where trains on rows and columns coincide: a cell gets a pulse up in every slot in which its two lines fire with the same sign, down
   * where with opposite signs; in all n up and m down. Their order is not kept: half of those up, all down, the other half, which is right to
   * second order in the size of a step. Constant-step cells: w + n/2 · up − m · down + n/2 · up, clipped each time, the last time with
   * noise cycle · √(n up² + m down²) · N.
   * @param cells without `step` and `maximum`, which trains have no use for @returns pulses given in all
   */
  coincideConstant(weights: Matrix, trains: TrainBits, cells: CellRoom, cycle: Stream): number;
  /**
   * The same for soft-bounds cells, each part in the closed form of `pulseSoftBounds`; noise of one direction is damped by the other, and both are one
   * Gaussian. Exact for pulses of one direction, as that is.
   */
  coincideSoftBounds(weights: Matrix, trains: TrainBits, cells: CellRoom, cycle: Stream): number;
}

/**
 * Trains of the lines of a crossbar in 32 · words slots, at most 31 words; a bit stands for a slot. A line that fires in a slot does so with one
 * sign: `plus` or `minus`. All four in the memory of the matrices.
 */
export interface TrainBits {
  readonly words: number;
  /** [rows, words] */
  readonly rowPlus: Uint32Array;
  readonly rowMinus: Uint32Array;
  /** [words, columns], columns padded to a multiple of 32 by lines that never fire */
  readonly columnPlus: Uint32Array;
  readonly columnMinus: Uint32Array;
}

/** Columns of trains: the next multiple of 32. */
export const paddedColumns = (columns: number): number => Math.ceil(columns / 32) * 32;

/** What `PulsedCells` says of the cells themselves. */
export type CellRoom = Pick<PulsedCells, 'up' | 'down' | 'low' | 'high' | 'cycle'>;

/** Cell arrays of a pulsed crossbar, all rows × columns of the weights, in units of weight. */
export interface PulsedCells {
  /** size of one up pulse and of one down pulse at w = 0, positive */
  up: Matrix;
  down: Matrix;
  low: Matrix;
  high: Matrix;
  /** nominal step: the intended change is counted in pulses of this size */
  step: number;
  /** relative cycle-to-cycle noise of one pulse */
  cycle: number;
  /** most pulses a cell can get in one update */
  maximum: number;
}

export interface PulseStreams {
  rounding: Stream;
  cycle: Stream;
}
