/**
 * @file An exact saving, as `shared-product.ts` has it for layers in a chain. Where nothing random stands before the product of the first crossbar,
 * what the held image adds to its currents is the same in every step: it is worked out once, and once more when weights change. In the sum of
 * outer products over steps the image stands once, with the sum of their deltas.
 */
import type { Engine } from '../../engine/engine.ts';
import { type Matrix, rowsOf } from '../../engine/matrix.ts';
import type { LayerShape } from '../access.ts';
import {
  appendCommon,
  type CorrelationScratch,
  type FullTerm,
  gatherActive,
  multiplyGathered,
} from '../correlate.ts';
import type { Crossbar } from '../crossbar.ts';
import type { ChipModel } from '../model.ts';
import type { FullPass } from '../pass.ts';
import { linesAbove } from './shapes.ts';

export interface Drive {
  /** Fills the currents of the first layer from its inputs, read noise included. */
  read(pass: FullPass): void;
  /** The weights have changed. */
  stale(): void;
  /** out [rows, units] = Σ inputsᵀ · (delta + common); false unless all passes are of the images read last. */
  correlate(terms: readonly FullTerm[], out: Matrix): boolean;
}

/** Products of the rows that what is held drives, the image and the bias, and of the others; either has these lines alone. */
interface Halves {
  multiplyHeld(x: Matrix, out: Matrix): void;
  multiplyOthers(x: Matrix, out: Matrix): void;
  /** Their part of `out`, a layer's sum of outer products, from samples that have been gathered. */
  sumHeld(count: number, out: Matrix): void;
  sumOthers(count: number, out: Matrix): void;
}

const heldLines = ({ inputs }: LayerShape): number => inputs + 1;

/** Absent where a read is no product. */
function halvesOf(
  shape: LayerShape,
  crossbar: Crossbar,
  scratch: CorrelationScratch,
  engine: Engine,
): Halves | undefined {
  if (crossbar.tiled?.cut) {
    const [held, others] = crossbar.tiled.cut;
    return {
      multiplyHeld: held.multiply,
      multiplyOthers: others.multiply,
      sumHeld: (count, out) => held.correlate(count, out, scratch),
      sumOthers: (count, out) => others.correlate(count, out, scratch),
    };
  }
  if (!crossbar.isOneProduct) return undefined;
  const { gemm } = engine;
  const [below, above] = [heldLines(shape), linesAbove(shape)];
  return {
    multiplyHeld: (x, out) => gemm.multiply(x, rowsOf(crossbar.effective(), 0, below), out),
    multiplyOthers: (x, out) => gemm.multiply(x, rowsOf(crossbar.effective(), below, above), out),
    sumHeld: (count, out) => multiplyGathered(count, rowsOf(out, 0, below), engine, scratch),
    sumOthers: (count, out) => multiplyGathered(count, rowsOf(out, below, above), engine, scratch),
  };
}

/** Absent where every step has to make a product of its own. */
export function buildDrive(
  model: ChipModel,
  shape: LayerShape,
  crossbar: Crossbar,
  batch: number,
  scratch: CorrelationScratch,
  engine: Engine,
): Drive | undefined {
  const halves = model.boxes.front.kind === 'none' ? halvesOf(shape, crossbar, scratch, engine) : undefined;
  if (!halves) return undefined;
  const { kernels } = engine;
  const below = heldLines(shape);
  const above = linesAbove(shape);
  const images = engine.matrix(batch, below);
  const product = engine.matrix(batch, shape.units);
  const states = engine.matrix(batch, above);
  const sum = engine.matrix(batch, shape.units);
  const common = engine.matrix(1, shape.units);
  let version = -1; // of the images in `images`
  let isFresh = false;
  let count = 0;

  /** What drives the rows from above in a pass [batch, lines]. */
  function statesOf(x: Matrix): Matrix {
    const out = rowsOf(states, 0, x.rows);
    for (let b = 0; b < x.rows; b++)
      out.data.set(x.data.subarray(b * x.columns + below, (b + 1) * x.columns), b * above);
    return out;
  }

  function read(pass: FullPass): void {
    const x = pass.inputs[0]!;
    const currents = pass.currents[0]!;
    if (pass.held.version !== version) {
      version = pass.held.version;
      count = pass.batch;
      kernels.copy(x, rowsOf(images, 0, count));
      isFresh = false;
    }
    const held = rowsOf(product, 0, count);
    if (!isFresh) halves!.multiplyHeld(rowsOf(images, 0, count), held);
    isFresh = true;
    halves!.multiplyOthers(statesOf(x), currents);
    kernels.addScaled(held, 1, currents);
    crossbar.disturb(x, currents);
  }

  function correlate(terms: readonly FullTerm[], out: Matrix): boolean {
    if (!terms.every(({ pass, delta }) => pass.held.version === version && delta.rows === count))
      return false;
    correlateImages(terms, out);
    let samples = 0;
    for (const { pass, delta, common: push } of terms) {
      const x = statesOf(pass.inputs[0]!);
      samples = gatherActive(x, delta, samples, scratch);
      if (push) samples = appendCommon(x, push, samples, scratch, engine);
    }
    halves!.sumOthers(samples, out);
    return true;
  }

  function correlateImages(terms: readonly FullTerm[], out: Matrix): void {
    const [x, deltas] = [rowsOf(images, 0, count), rowsOf(sum, 0, count)];
    for (const m of [deltas, common]) kernels.fill(m, 0);
    for (const { delta, common: push } of terms) {
      kernels.addScaled(delta, 1, deltas);
      if (push) kernels.addScaled(push, 1, common);
    }
    const samples = gatherActive(x, deltas, 0, scratch);
    halves!.sumHeld(appendCommon(x, common, samples, scratch, engine), out);
  }

  return {
    read,
    correlate,
    stale() {
      isFresh = false;
    },
  };
}
