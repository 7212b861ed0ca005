/**
 * @file The room for one forward pass: what was measured (`Pass`, which learners see) and the rest of the chip's state at that pass
 * (currents, normalised activities), which only views with more access read.
 */
import type { Engine } from '../engine/engine.ts';
import { type Matrix, rowsOf } from '../engine/matrix.ts';
import type { LayerShape, OutputPass, Pass } from './access.ts';

/** Everything about one pass. */
export interface FullPass extends Pass {
  /** currents behind each crossbar, ADC and noise included [batch, units] */
  readonly currents: readonly Matrix[];
  /** activities at mean square 1, what goes into each box [batch, units] */
  readonly normalised: readonly Matrix[];
  /** what leaves the chip; absent where the pass ends at the last layer's activity */
  readonly delivered?: Matrix;
  /** factor that brought each image to mean square 1, where labels stand in the pixels [batch, 1] */
  readonly scales: Matrix;
  /** which `hold` the pass belongs to */
  readonly held: { version: number };
}

const fullPasses = new WeakMap<Pass, FullPass>();

/** The whole state of a measured pass. @throws Error when the pass is not of this project's making */
export function fullPassOf(pass: Pass): FullPass {
  const full = fullPasses.get(pass);
  if (!full) throw new Error('this pass was not made by newPass() or partOf()');
  return full;
}

/** @param boxed for each layer, whether a box stands behind it */
export function newPass(
  batch: number,
  layers: readonly LayerShape[],
  boxed: readonly boolean[],
  engine: Engine,
): OutputPass {
  const room = roomOf(batch, layers, boxed, engine);
  const last = layers.length - 1;
  const delivered = boxed[last] ? engine.matrix(batch, layers[last]!.units) : room.normalised[last]!;
  return register({ ...room, delivered }) as OutputPass;
}

/** A pass that ends at the last layer's activity. */
export function newInnerPass(
  batch: number,
  layers: readonly LayerShape[],
  boxed: readonly boolean[],
  engine: Engine,
): Pass {
  return register(roomOf(batch, layers, [...boxed.slice(0, -1), false], engine));
}

function roomOf(
  batch: number,
  layers: readonly LayerShape[],
  boxed: readonly boolean[],
  engine: Engine,
): FullPass {
  const each = (columns: (shape: LayerShape) => number) =>
    layers.map(shape => engine.matrix(batch, columns(shape)));
  return {
    batch,
    inputs: each(shape => shape.rows),
    outputs: each(shape => shape.units),
    currents: each(shape => shape.units),
    normalised: each(shape => shape.units),
    boxed: layers.map((shape, l) => (boxed[l] ? engine.matrix(batch, shape.units) : undefined)),
    scales: engine.matrix(batch, 1),
    held: { version: -1 },
  };
}

/** Samples `from` to `from + count` of a pass, sharing its numbers. */
export function partOf<P extends Pass>(pass: P, from: number, count: number): P {
  const full = fullPassOf(pass);
  const part = (matrices: readonly Matrix[]) => matrices.map(m => rowsOf(m, from, count));
  const cut: FullPass = {
    batch: count,
    inputs: part(full.inputs),
    outputs: part(full.outputs),
    currents: part(full.currents),
    normalised: part(full.normalised),
    boxed: full.boxed.map(m => m && rowsOf(m, from, count)),
    ...(full.delivered && { delivered: rowsOf(full.delivered, from, count) }),
    scales: rowsOf(full.scales, from, count),
    held: { version: -1 },
  };
  return register(cut) as P; // of the same kind: `delivered` is there if it was there
}

function register(full: FullPass): Pass {
  const { batch, inputs, outputs, boxed, delivered } = full;
  const pass: Pass = Object.freeze({ batch, inputs, outputs, boxed, ...(delivered && { delivered }) });
  fullPasses.set(pass, full);
  return pass;
}
