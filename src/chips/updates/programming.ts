/**
 * @file Programming cells to targets: aim, land with the programming error of both cells of the pair, stay within bounds.
 */
import type { Matrix } from '../../engine/matrix.ts';
import { devicesOf } from '../cells/cell.ts';
import { noiseOf } from '../cells/vector.ts';
import type { ChipModel } from '../model.ts';
import type { Site } from './update.ts';

/** Per pair [rows, columns], in units of weight. */
interface Bounds {
  readonly low: Matrix;
  readonly high: Matrix;
}

/** Standard deviation of the error of one programmed pair, in units of weight. */
export const programmingError = (model: ChipModel): number =>
  Math.SQRT2 *
  model.cell.programmingNoise *
  (model.crossbar.weightRange || 1) *
  noiseOf(devicesOf(model.cell));

/**
 * Programs every cell once: weights = target + error, clipped to the bounds of each pair. Where the cells are known one by one, the target is
 * clipped and the error is that of each cell.
 *
 * @param weights of the crossbar itself or of an array beside it
 * @param sigma error of one of them; that of a pair when absent
 */
export function programOnce(
  { model, engine, held, weights: own, stream }: Site,
  weights: Matrix,
  bounds: Bounds | undefined,
  name = 'programming',
  sigma = programmingError(model),
): (target: Matrix) => void {
  if (held && weights === own)
    return target => {
      engine.kernels.copy(target, weights);
      if (bounds) intoBounds(weights, bounds);
      for (let k = 0; k < weights.data.length; k++) {
        held.attempt(k, weights.data[k]!);
        held.keep(k);
      }
    };
  const noise = stream(name);
  return target => {
    engine.kernels.copy(target, weights);
    if (sigma > 0) engine.kernels.addGaussian(weights, sigma, noise);
    if (bounds) intoBounds(weights, bounds);
  };
}

/** Every weight within the bounds of its pair. */
export function intoBounds(weights: Matrix, { low, high }: Bounds): void {
  const w = weights.data;
  for (let k = 0; k < w.length; k++) w[k] = Math.min(high.data[k]!, Math.max(low.data[k]!, w[k]!));
}
