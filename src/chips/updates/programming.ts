/**
 * @file Programming cells to targets: aim, land with the programming error of both cells of the pair, stay within bounds.
 */
import type { Engine } from '../../engine/engine.ts';
import type { Matrix } from '../../engine/matrix.ts';
import type { Stream } from '../../engine/streams.ts';
import type { ChipModel } from '../model.ts';

/** Per pair [rows, columns], in units of weight. */
interface Bounds {
  readonly low: Matrix;
  readonly high: Matrix;
}

/** Standard deviation of the error of one programmed pair, in units of weight. */
export const programmingError = (model: ChipModel): number =>
  Math.SQRT2 * model.cell.programmingNoise * (model.crossbar.weightRange || 1);

/** weights = target + error, clipped to the bounds of each pair. */
export function programOnce(
  weights: Matrix,
  target: Matrix,
  sigma: number,
  bounds: Bounds | undefined,
  engine: Engine,
  noise: Stream,
): void {
  engine.kernels.copy(target, weights);
  if (sigma > 0) engine.kernels.addGaussian(weights, sigma, noise);
  if (bounds) intoBounds(weights, bounds);
}

/** Every weight within the bounds of its pair. */
export function intoBounds(weights: Matrix, { low, high }: Bounds): void {
  const w = weights.data;
  for (let k = 0; k < w.length; k++) w[k] = Math.min(high.data[k]!, Math.max(low.data[k]!, w[k]!));
}
