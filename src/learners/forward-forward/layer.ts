/**
 * @file What one layer makes of a positive and a negative case: goodness, factors, and the deltas whose outer products with the
 * layer's inputs are the update. Measured activities are all it needs.
 */
import type { Engine } from '../../engine/engine.ts';
import type { Matrix } from '../../engine/matrix.ts';
import { type Factors, type LossKind, losses } from './loss.ts';

export interface LocalRule {
  /**
   * Deltas of descent for a batch of pairs: `positive` and `negative` [batch, units] are measured activities.
   * @returns mean loss over the batch, nats
   */
  apply(positive: Matrix, negative: Matrix): number;
  readonly positiveDelta: Matrix;
  readonly negativeDelta: Matrix;
}

/** Cases whose factor is smaller move nothing that float32 could tell from the rest of the batch. */
const negligible = 1e-6;

/** @param threshold θ in units of goodness @param sign +1: positive cases get large goodness; −1: small */
export function localRule(
  units: number,
  batch: number,
  options: { loss: LossKind; threshold: number; temperature: number; sign: number },
  engine: Engine,
): LocalRule {
  const { kernels } = engine;
  const positiveDelta = engine.matrix(batch, units);
  const negativeDelta = engine.matrix(batch, units);
  const goodPositive = engine.matrix(batch, 1);
  const goodNegative = engine.matrix(batch, 1);
  const factors: Factors = { positive: 0, negative: 0, loss: 0 };
  const { sign, temperature } = options;
  const lossOf = losses[options.loss];

  /** Goodnesses become factors of descent, in place. */
  function judge(): number {
    let sum = 0;
    for (let b = 0; b < batch; b++) {
      lossOf(
        sign * goodPositive.data[b]!,
        sign * goodNegative.data[b]!,
        sign * options.threshold,
        temperature,
        factors,
      );
      goodPositive.data[b] = factors.positive < negligible ? 0 : (-sign * factors.positive) / batch;
      goodNegative.data[b] = factors.negative < negligible ? 0 : (sign * factors.negative) / batch;
      sum += factors.loss;
    }
    return sum / batch;
  }

  return {
    positiveDelta,
    negativeDelta,
    apply(positive, negative) {
      kernels.sumSquares(positive, goodPositive);
      kernels.sumSquares(negative, goodNegative);
      const loss = judge();
      kernels.scaleRows(positive, goodPositive, positiveDelta);
      kernels.scaleRows(negative, goodNegative, negativeDelta);
      return loss;
    },
  };
}
