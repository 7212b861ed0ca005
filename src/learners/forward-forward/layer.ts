/**
 * @file What one layer makes of a positive and a negative case: evidence, factors, and the deltas whose outer products with the layer's
 * inputs are the update. Measured activities are all it needs; where layers are coupled, also how much evidence the others have, one
 * number a case.
 */
import type { Engine } from '../../engine/engine.ts';
import type { Matrix } from '../../engine/matrix.ts';
import { type GoodnessKind, goodnessOf } from './goodness.ts';
import { type Factors, type LossKind, losses } from './loss.ts';

/** Evidence for "positive" in the two cases of each pair, over all blocks of a layer [batch]. */
export interface Evidence {
  readonly positive: Float32Array;
  readonly negative: Float32Array;
}

export interface LocalRule {
  /** Takes in the measured activities of a batch of pairs [batch, units]. @returns their evidence, until the next call */
  measure(positive: Matrix, negative: Matrix): Evidence;
  /**
   * Deltas of descent for the pairs that were measured last.
   * @param beside evidence of other layers, which counts in the loss and is taken as given
   * @returns mean loss over the batch, nats
   */
  judge(beside?: Evidence): number;
  readonly positiveDelta: Matrix;
  readonly negativeDelta: Matrix;
  /** out [batch, 1] = what other activities in place of the positive ones measured last would cost, the negatives as they were. */
  costs(positive: Matrix, out: Matrix): void;
}

/** Cases whose factor is smaller move nothing that float32 could tell from the rest of the batch. */
const negligible = 1e-6;

export interface RuleOptions {
  readonly loss: LossKind;
  /** 'told': what is measured is goodness itself [batch, 1], and deltas are factors for the layer to use */
  readonly goodness: GoodnessKind | 'told';
  /** blocks of units with a goodness of their own */
  readonly blocks: number;
  /** θ of the whole layer, in units of goodness */
  readonly threshold: number;
  /** τ of the whole layer, in units of goodness */
  readonly temperature: number;
  /** +1: positive cases get large goodness; −1: small */
  readonly sign: number;
  /** whether every second block has the opposite sign: detectors beside detectors of violated constraints */
  readonly isMixed?: boolean;
}

/** The sign of each block: all the same, or turn by turn. */
export const signsOf = ({
  blocks,
  sign,
  isMixed,
}: Pick<RuleOptions, 'blocks' | 'sign' | 'isMixed'>): number[] =>
  Array.from({ length: blocks }, (_, b) => (isMixed && b % 2 === 1 ? -sign : sign));

export function localRule(units: number, batch: number, options: RuleOptions, engine: Engine): LocalRule {
  const { blocks } = options;
  const signs = signsOf(options);
  const goodness = goodnessOf(options.goodness, units, blocks, engine);
  const positiveDelta = engine.matrix(batch, units);
  const negativeDelta = engine.matrix(batch, units);
  const goodPositive = engine.matrix(batch, blocks);
  const goodNegative = engine.matrix(batch, blocks);
  const evidence: Evidence = { positive: new Float32Array(batch), negative: new Float32Array(batch) };
  const others = engine.matrix(batch, blocks);
  const otherSums = new Float32Array(batch);
  const factors: Factors = { positive: 0, negative: 0, loss: 0 };
  const lossOf = losses[options.loss];
  const threshold = options.threshold / blocks;
  // the spread of a block's goodness shrinks as the root of its size
  const temperature = options.temperature / Math.sqrt(blocks);
  let seen: { positive: Matrix; negative: Matrix } | undefined;

  /** Goodness of every block becomes its evidence, in place; sums over the blocks go to `sums`. */
  function weigh(good: Matrix, sums: Float32Array): void {
    sums.fill(0);
    for (let k = 0; k < batch; k++)
      for (let b = 0; b < blocks; b++) {
        const at = k * blocks + b;
        good.data[at] = (signs[b]! * (good.data[at]! - threshold)) / temperature;
        sums[k]! += good.data[at]!;
      }
  }

  const factorOf = (factor: number, signed: number): number =>
    Math.abs(factor) < negligible ? 0 : (signed * factor) / batch;

  return {
    positiveDelta,
    negativeDelta,
    measure(positive, negative) {
      seen = { positive, negative };
      goodness.measure(positive, goodPositive);
      goodness.measure(negative, goodNegative);
      weigh(goodPositive, evidence.positive);
      weigh(goodNegative, evidence.negative);
      return evidence;
    },
    judge(beside) {
      let sum = 0;
      for (let k = 0; k < batch; k++) {
        const p = beside ? beside.positive[k]! : 0;
        const n = beside ? beside.negative[k]! : 0;
        for (let block = 0; block < blocks; block++) {
          const at = k * blocks + block;
          const sign = signs[block]!;
          lossOf(goodPositive.data[at]! + p, goodNegative.data[at]! + n, factors);
          goodPositive.data[at] = factorOf(factors.positive, -sign);
          goodNegative.data[at] = factorOf(factors.negative, sign);
          sum += factors.loss;
        }
      }
      goodness.spread(seen!.positive, goodPositive, positiveDelta);
      goodness.spread(seen!.negative, goodNegative, negativeDelta);
      return sum / (batch * blocks);
    },
    costs(positive, out) {
      goodness.measure(positive, others);
      weigh(others, otherSums);
      for (let k = 0; k < batch; k++) {
        lossOf(otherSums[k]!, evidence.negative[k]!, factors);
        out.data[k] = factors.loss;
      }
    },
  };
}
