/**
 * @file Forward-Forward on a teacher's soft labels: two passes a step, and nothing leaves a layer.
 *
 * Two labels are drawn for each image, a from the teacher, a ~ softmax(z/T), and b ≠ a from the student's own one-pass softmax (a little of
 * every class mixed in, so that none is out of reach). The teacher holds a for the likelier of the two with probability t = σ((z_a − z_b)/T).
 * A layer whose goodness difference d = G_a − G_b were, by itself, to say the same would have d = τ s (z_a − z_b), with τ the temperature of
 * its loss and s its share of the vote (one over the number of voting layers). Descent on T² · (cross-entropy of t and σ(d/(τ s T))) by d,
 * times τ s and with the factor 2 of ∂G/∂y left to the rate as in all of Forward-Forward, is
 *
 *   ΔW = T (t − σ(d/(τ s T))) (x_aᵀ y_a − x_bᵀ y_b).
 *
 * Its fixed point is d = τ s (z_a − z_b) for every pair, whatever pairs are drawn: the summed goodness of the voting layers then repeats the
 * teacher's differences of logits. With t = 1 and T = 1 it is the paired rule for hard labels (σ(−d/τ s) is 1 − σ(d/τ s)).
 */
import type { Engine } from '../../engine/engine.ts';
import type { Matrix } from '../../engine/matrix.ts';
import { type Stream, uniforms } from '../../engine/streams.ts';
import type { TaughtBatch } from '../parts/batches.ts';
import { type GoodnessKind, goodnessOf } from './goodness.ts';
import type { Evidence, LocalRule } from './layer.ts';
import { sigmoid, softplus } from './loss.ts';

/** What a layer can make of a teacher's probabilities. The first is the rule above; the others were tried, and help less or not at all. */
export const softRules = ['pairs', 'linear', 'teacher-negatives', 'label-vector'] as const;
export type SoftRule = (typeof softRules)[number];

/** Whether a rule takes the class of an image for the first label, as if it were a hard one. */
const takesClass = (rule: SoftRule): boolean => rule === 'teacher-negatives' || rule === 'label-vector';

/** What is added to each class of the student's softmax when b is drawn. */
const reach = 0.02;

/** Labels of one batch, and how sure the teacher is of the first against the second. */
export interface Pairs {
  readonly first: Uint8Array;
  readonly second: Uint8Array;
  /** t of each image */
  readonly surety: Float32Array;
}

/** Room for the pairs of a batch. */
export const roomForPairs = (batch: number): Pairs => ({
  first: new Uint8Array(batch),
  second: new Uint8Array(batch),
  surety: new Float32Array(batch),
});

/**
 * Draws both labels of every image.
 * @param own the student's one-pass probabilities [batch, classes]
 * @param labels the class of each image, where the rule takes it for the first label
 */
export function drawPairs(
  rule: SoftRule,
  { probabilities }: TaughtBatch,
  own: Matrix,
  labels: Uint8Array,
  draws: Stream,
  out: Pairs,
): void {
  const { rows, columns: classes, data } = probabilities;
  const numbers = uniforms(draws, 2 * rows);
  for (let k = 0; k < rows; k++) {
    const at = k * classes;
    const first = takesClass(rule) ? labels[k]! : drawn(data, at, classes, 0, -1, numbers[2 * k]!);
    const from = rule === 'teacher-negatives' ? data : own.data;
    const second = drawn(from, at, classes, reach, first, numbers[2 * k + 1]!);
    out.first[k] = first;
    out.second[k] = second;
    const [a, b] = [data[at + first]!, data[at + second]!];
    out.surety[k] = takesClass(rule) || a + b === 0 ? 1 : a / (a + b);
  }
}

/** A class with probability ∝ weight + extra, never `but`. @param number uniform in [0, 1) */
function drawn(
  weights: Float32Array,
  at: number,
  classes: number,
  extra: number,
  but: number,
  number: number,
): number {
  let total = 0;
  for (let c = 0; c < classes; c++) if (c !== but) total += weights[at + c]! + extra;
  let left = number * total;
  let chosen = but === classes - 1 ? classes - 2 : classes - 1; // where rounding leaves nothing over
  for (let c = 0; c < classes; c++) {
    if (c === but) continue;
    left -= weights[at + c]! + extra;
    if (left < 0) {
      chosen = c;
      break;
    }
  }
  return chosen;
}

export interface SoftRuleOptions {
  readonly rule: SoftRule;
  /** τ s, goodness per unit of the teacher's logit */
  readonly scale: number;
  /** T of the teacher's probabilities */
  readonly temperature: number;
  readonly sign: number;
  /** as drawn for the batch it is applied to */
  readonly pairs: Pairs;
  readonly kind: GoodnessKind;
}

/** A rule on which boxes get no lessons. */
export type TaughtRule = Omit<LocalRule, 'costs'>;

/** The rule of one layer. Layers are not coupled, and have no blocks. */
export function softRule(
  units: number,
  batch: number,
  { rule, scale, temperature, sign, pairs, kind }: SoftRuleOptions,
  engine: Engine,
): TaughtRule {
  const goodness = goodnessOf(kind, units, 1, engine);
  const positiveDelta = engine.matrix(batch, units);
  const negativeDelta = engine.matrix(batch, units);
  const goodFirst = engine.matrix(batch, 1);
  const goodSecond = engine.matrix(batch, 1);
  const evidence: Evidence = { positive: goodFirst.data, negative: goodSecond.data };
  let seen: { first: Matrix; second: Matrix } | undefined;

  /** Goodnesses become factors of descent, in place. */
  function weigh(): number {
    let loss = 0;
    for (let k = 0; k < batch; k++) {
      const t = pairs.surety[k]!;
      const u = (sign * (goodFirst.data[k]! - goodSecond.data[k]!)) / (scale * temperature);
      const factor = rule === 'linear' ? 1 : temperature * (t - sigmoid(u));
      goodFirst.data[k] = (-sign * factor) / batch;
      goodSecond.data[k] = (sign * factor) / batch;
      loss += softplus(-u) + (1 - t) * u; // −t ln p − (1 − t) ln(1 − p)
    }
    return loss / batch;
  }

  return {
    positiveDelta,
    negativeDelta,
    measure(first, second) {
      seen = { first, second };
      goodness.measure(first, goodFirst);
      goodness.measure(second, goodSecond);
      return evidence;
    },
    judge() {
      const loss = weigh();
      goodness.spread(seen!.first, goodFirst, positiveDelta);
      goodness.spread(seen!.second, goodSecond, negativeDelta);
      return loss;
    },
  };
}
