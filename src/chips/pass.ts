/**
 * @file The room for one forward pass: what was measured (`Pass`, which learners see) and the rest of the chip's state at that pass
 * (currents, normalised activities), which only views with more access read.
 */
import type { Engine } from '../engine/engine.ts';
import { type Matrix, rowsOf } from '../engine/matrix.ts';
import type { Appraisal, Delivery, LayerShape, OutputPass, Pass } from './access.ts';

/** Everything about one pass. */
export interface FullPass extends Pass {
  /** currents behind each crossbar, ADC and noise included [batch, units] */
  readonly currents: readonly Matrix[];
  /** activities at mean square 1, what goes into each box [batch, units] */
  readonly normalised: readonly Matrix[];
  /** what leaves the chip; absent where the pass ends at the last layer's activity */
  readonly delivered?: Matrix;
  /** of every layer [batch, 1]; there where it is all that is measured */
  readonly goodness?: readonly Matrix[];
  /** factor that brought each image to mean square 1, where labels stand in the pixels [batch, 1] */
  readonly scales: Matrix;
  /** which `hold` the pass belongs to */
  readonly held: { version: number };
  /** whether somebody sees more of it than what leaves the chip */
  readonly isSeen: boolean;
  /** of each layer, whether what drove its rows from behind a box has been measured, once the pass is over */
  readonly inputsSeen: Uint8Array;
}

const fullPasses = new WeakMap<Pass | Delivery | Appraisal, FullPass>();

/** The whole state of a measured pass. @throws Error when the pass is not of this project's making */
export function fullPassOf(pass: Pass | Delivery | Appraisal): FullPass {
  const full = fullPasses.get(pass);
  if (!full)
    throw new Error('this pass was not made by newPass(), newDelivery(), newAppraisal() or partOf()');
  return full;
}

/** @param boxed for each layer, whether a box stands behind it */
export function newPass(
  batch: number,
  layers: readonly LayerShape[],
  boxed: readonly boolean[],
  engine: Engine,
): OutputPass {
  return register(withOutput(batch, layers, boxed, engine)) as OutputPass;
}

/** A pass of which only what leaves the chip is measured. */
export function newDelivery(
  batch: number,
  layers: readonly LayerShape[],
  boxed: readonly boolean[],
  engine: Engine,
): Delivery {
  return registerDelivery({ ...withOutput(batch, layers, boxed, engine), isSeen: false });
}

function withOutput(
  batch: number,
  layers: readonly LayerShape[],
  boxed: readonly boolean[],
  engine: Engine,
): FullPass {
  const room = roomOf(batch, layers, boxed, engine);
  const last = layers.length - 1;
  const delivered = boxed[last] ? engine.matrix(batch, layers[last]!.units) : room.normalised[last]!;
  return { ...room, delivered };
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

/** A pass of which the goodness of every layer is measured and nothing else; it ends at the last layer's activity. */
export function newAppraisal(
  batch: number,
  layers: readonly LayerShape[],
  boxed: readonly boolean[],
  engine: Engine,
): Appraisal {
  const room = roomOf(batch, layers, [...boxed.slice(0, -1), false], engine);
  return registerAppraisal({ ...room, goodness: layers.map(() => engine.matrix(batch, 1)), isSeen: false });
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
    isSeen: true,
    inputsSeen: new Uint8Array(layers.length),
  };
}

/** Samples `from` to `from + count` of a pass, sharing its numbers. */
export function partOf<P extends Pass | Delivery | Appraisal>(pass: P, from: number, count: number): P {
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
    ...(full.goodness && { goodness: part(full.goodness) }),
    scales: rowsOf(full.scales, from, count),
    held: { version: -1 },
    isSeen: full.isSeen,
    inputsSeen: new Uint8Array(full.inputsSeen.length),
  };
  // of the same kind: `delivered` is there if it was there
  return (full.goodness ? registerAppraisal(cut) : full.isSeen ? register(cut) : registerDelivery(cut)) as P;
}

function registerAppraisal(full: FullPass): Appraisal {
  const appraisal: Appraisal = Object.freeze({ batch: full.batch, goodness: full.goodness! });
  fullPasses.set(appraisal, full);
  return appraisal;
}

function registerDelivery(full: FullPass): Delivery {
  const delivery: Delivery = Object.freeze({ batch: full.batch, delivered: full.delivered! });
  fullPasses.set(delivery, full);
  return delivery;
}

function register(full: FullPass): Pass {
  const { batch, inputs, outputs, boxed, delivered } = full;
  const pass: Pass = Object.freeze({ batch, inputs, outputs, boxed, ...(delivered && { delivered }) });
  fullPasses.set(pass, full);
  return pass;
}
