/**
 * @file Goodness of a layer's activities, and what a factor on it does to each unit: by measured activity alone. In blocks every block of
 * units has a goodness of its own (Hinton 2022, section 6.3).
 *
 * With a sum of activities, layers should be handed activities over their sum (footnote 22): an option, `normaliser`. And the slope of log(1 + u²)
 * is 2u/(1 + u²), of which activity tells the size, 2√(e^y − 1)/e^y, but the sign only where the circuit has two rails
 * (`chips/neurons/student-t.ts`); on one, u is taken for positive.
 */
import { blockStart } from '../../engine/blocks.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Matrix } from '../../engine/matrix.ts';

/** squares: Σ y², Hinton's own; sum: Σ y, the unsquared sum of his section 10; student-t: Σ |y|, for circuits of that kind */
export const goodnessKinds = ['squares', 'sum', 'student-t'] as const;
/** and what another member of the family uses: direction alone */
export type GoodnessKind = (typeof goodnessKinds)[number] | 'cosine';

export interface Goodness {
  /** out [batch, blocks] = goodness of each block of y [batch, units]. */
  measure(y: Matrix, out: Matrix): void;
  /**
   * delta [batch, units] = factors [batch, blocks] times the derivative of goodness by each unit's input, by its measured activity: y for
   * squares and u/(1 + u²) for student-t (the factor 2 is left to the learning rate), 1 for a sum, where there is activity.
   */
  spread(y: Matrix, factors: Matrix, delta: Matrix): void;
}

/**
 * cos(y, r) with r a fixed pattern, every second unit on: which units are active counts, not how much. Its slope by each unit's input is
 * (r/|r| − cos · y/|y|)/|y| where there is activity.
 */
export function cosineGoodness(units: number): Goodness {
  const on = 1 / Math.sqrt(Math.ceil(units / 2)); // of r/|r|
  const lengthOf = (y: Matrix, k: number): { length: number; cosine: number } => {
    let squares = 1e-12;
    let along = 0;
    for (let j = 0; j < units; j++) {
      const v = y.data[k * units + j]!;
      squares += v * v;
      if (j % 2 === 0) along += v * on;
    }
    const length = Math.sqrt(squares);
    return { length, cosine: along / length };
  };
  return {
    measure(y, out) {
      for (let k = 0; k < y.rows; k++) out.data[k] = lengthOf(y, k).cosine;
    },
    spread(y, factors, delta) {
      for (let k = 0; k < y.rows; k++) {
        const { length, cosine } = lengthOf(y, k);
        const factor = factors.data[k]! / length;
        for (let j = 0; j < units; j++) {
          const v = y.data[k * units + j]!;
          delta.data[k * units + j] = v > 0 ? factor * ((j % 2 === 0 ? on : 0) - (cosine * v) / length) : 0;
        }
      }
    },
  };
}

/** What one unit adds to goodness, and the slope of that by its input. */
const contribution: Record<
  (typeof goodnessKinds)[number],
  { of(y: number): number; slope(y: number): number }
> = {
  squares: { of: y => y * y, slope: y => y },
  sum: { of: y => y, slope: y => (y > 0 ? 1 : 0) },
  'student-t': {
    of: Math.abs,
    slope: y => Math.sign(y) * Math.sqrt(Math.expm1(Math.abs(y))) * Math.exp(-Math.abs(y)),
  },
};

/** Where a layer has told its goodness, factors are all that is left to say: it makes deltas of them by itself. */
const toldGoodness = ({ kernels }: Engine): Goodness => ({
  measure: (y, out) => kernels.copy(y, out),
  spread: (_y, factors, delta) => kernels.copy(factors, delta),
});

/** @param kind 'told': y is goodness already, [batch, 1] */
export function goodnessOf(
  kind: GoodnessKind | 'told',
  units: number,
  blocks: number,
  engine: Engine,
): Goodness {
  const { kernels } = engine;
  if (kind === 'cosine') return cosineGoodness(units);
  if (kind === 'told') return toldGoodness(engine);
  if (kind === 'squares' && blocks === 1)
    return {
      measure: (y, out) => kernels.sumSquares(y, out),
      spread: (y, factors, delta) => kernels.scaleRows(y, factors, delta),
    };
  const block = new Uint32Array(units);
  for (let b = 0; b < blocks; b++)
    block.fill(b, blockStart(b, blocks, units), blockStart(b + 1, blocks, units));
  const { of, slope } = contribution[kind];
  return {
    measure(y, out) {
      kernels.fill(out, 0);
      for (let k = 0; k < y.rows; k++)
        for (let j = 0; j < units; j++) out.data[k * blocks + block[j]!]! += of(y.data[k * units + j]!);
    },
    spread(y, factors, delta) {
      for (let k = 0; k < y.rows; k++)
        for (let j = 0; j < units; j++)
          delta.data[k * units + j] = factors.data[k * blocks + block[j]!]! * slope(y.data[k * units + j]!);
    },
  };
}
