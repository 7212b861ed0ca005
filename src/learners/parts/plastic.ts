/**
 * @file The plastic crossbars of a chip as a learner sees them: what it asked for (its own bookkeeping, not what the cells hold),
 * a gradient, and an optimiser that turns one into changes of the other. Or nothing of all this: outer products straight into the cells.
 */
import type { MeasuredView, Term } from '../../chips/access.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Matrix } from '../../engine/matrix.ts';
import type { Stream } from '../../engine/streams.ts';
import type { Start } from '../learner.ts';
import { adam, type OptimiserKind } from './optimiser.ts';
import type { WriteKind } from './options.ts';

/** One crossbar being trained. */
export interface Plastic {
  /**
   * Weights asked for: the initial ones plus every change [rows, units], or as `LayerShape.matrix` says; with outer products the initial
   * ones, no books being kept.
   */
  readonly wanted: Matrix;
  /** gradient of descent, then the change made of it [rows, units]; empty with outer products */
  readonly gradient: Matrix;
  /** Takes in what the layer wants: descent along Σ inputsᵀ · delta. Passes and deltas stay as they are until `step`. */
  collect(terms: readonly Term[]): void;
  /** Asks the chip for what was collected, or written to `gradient`, last. */
  step(rate: number): void;
}

/** Writes initial weights N(0, 1)/√inputs (of a field, where units see one), biases 0, to every layer of the chip; or those that it starts from, unless it holds them. */
export function initialWeights(
  chip: MeasuredView,
  engine: Engine,
  stream: (path: string) => Stream,
  start?: Start,
): Matrix[] {
  return chip.layers.map((shape, l) => {
    const weights = engine.matrix(shape.matrix.rows, shape.matrix.columns);
    if (start) {
      engine.kernels.copy(start.weights[l]!, weights);
      if (!start.isHeld) chip.write(l, weights);
      return weights;
    }
    const seen = shape.places[0]!.inputs;
    engine.kernels.addGaussian(weights, 1 / Math.sqrt(seen), stream(`initial/layer/${l + 1}`));
    for (const { firstRow, inputs, rows, columns } of shape.places) {
      const own = weights.data.subarray(firstRow * columns, (firstRow + rows) * columns);
      if (inputs !== seen) for (let k = 0; k < own.length; k++) own[k]! *= Math.sqrt(seen / inputs);
      own.fill(0, inputs * columns, (inputs + 1) * columns);
    }
    chip.write(l, weights);
    return weights;
  });
}

/** Makes every crossbar plastic, from fresh initial weights or those of `start`. */
export function plasticLayers(
  chip: MeasuredView,
  engine: Engine,
  stream: (path: string) => Stream,
  optimiserKind: OptimiserKind = adam(),
  start?: Start,
  writes: WriteKind = 'changes',
): Plastic[] {
  const initial = initialWeights(chip, engine, stream, start);
  if (writes === 'outer-products') return initial.map((wanted, l) => inSitu(chip, l, wanted, engine));
  return initial.map((wanted, l) => {
    const optimiser = optimiserKind(wanted.rows, wanted.columns, engine);
    const gradient = engine.matrix(wanted.rows, wanted.columns);
    return {
      wanted,
      gradient,
      collect: terms => chip.correlate(l, terms, gradient),
      step(rate) {
        optimiser.step(gradient, wanted, rate);
        chip.update(l, gradient);
      },
    };
  });
}

/** Gradient descent by the crossbar itself. */
function inSitu(chip: MeasuredView, l: number, wanted: Matrix, engine: Engine): Plastic {
  let collected: readonly Term[] = [];
  return {
    wanted,
    gradient: engine.matrix(0, 0),
    collect(terms) {
      collected = terms;
    },
    step(rate) {
      chip.imprint(l, collected, -rate);
    },
  };
}
