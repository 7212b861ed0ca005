/**
 * @file The entry of a chip: images are held on the input lines, scaled to mean square 1, sent through the front box if there is one,
 * and given to the first crossbar with bias and labels.
 */
import type { Engine } from '../engine/engine.ts';
import { type Matrix, rowsOf } from '../engine/matrix.ts';
import type { LabelEntry, Labels, LayerShape } from './access.ts';
import type { Box } from './boxes/box.ts';
import { convert, convertEntering, goesOnInAnalog } from './converters/uniform.ts';
import type { FullTerm } from './correlate.ts';
import type { Crossbar } from './crossbar.ts';
import { writeLabels } from './labels.ts';
import type { ChipModel } from './model.ts';
import { epsilonOf } from './normaliser.ts';
import type { FullPass } from './pass.ts';
import { convertsItself } from './reading.ts';
import { buildSharedProduct, isShareable } from './shared-product.ts';

export interface Front {
  hold(images: Matrix): void;
  /** Fills the inputs of the first layer. */
  fill(labels: Labels, pass: FullPass): void;
  /** Fills the inputs and the currents of the first layer. */
  send(labels: Labels, pass: FullPass): void;
  /** The first layer's weights have changed. */
  weightsChanged(): void;
  /** out = Σ inputsᵀ · (delta + common) if these passes share their images; false when the caller has to multiply itself. */
  correlate(terms: readonly FullTerm[], out: Matrix): boolean;
}

export function buildFront(
  model: ChipModel,
  shape: LayerShape,
  entry: LabelEntry,
  classes: number,
  batch: number,
  crossbar: Crossbar,
  box: Box | undefined,
  engine: Engine,
): Front {
  const { kernels } = engine;
  const lines = entry === 'lines' ? classes : 0;
  const pixels = entry === 'pixels';
  const epsilon = epsilonOf(model);
  const held = engine.matrix(batch, shape.inputs);
  const features = engine.matrix(batch, shape.inputs);
  const boxed = box ? engine.matrix(batch, shape.inputs) : undefined;
  const shared = isShareable(model, entry, crossbar)
    ? buildSharedProduct(model, shape, entry, classes, batch, crossbar, engine)
    : undefined;
  let count = 0;
  let version = 0;

  function hold(images: Matrix): void {
    if (images.columns !== shape.inputs)
      throw new RangeError(`the chip has ${shape.inputs} input lines, images have ${images.columns} pixels`);
    if (images.rows > batch)
      throw new RangeError(`the chip was built for batches of ${batch}, got ${images.rows} images`);
    count = images.rows;
    version++;
    const n = rowsOf(features, 0, count);
    if (pixels) kernels.copy(images, rowsOf(held, 0, count));
    else kernels.normaliseRows(images, n, epsilon);
    shared?.hold(pixels ? images : n);
  }

  /** Fills the rows of the first crossbar as they are driven in this pass. */
  function drive(labels: Labels, x: Matrix, scales: Matrix): void {
    if (pixels) {
      kernels.copy(rowsOf(held, 0, count), x);
      writeLabels(x, 0, classes, labels);
      scaleRowsToUnit(x, shape.inputs, epsilon, scales);
    } else kernels.copy(rowsOf(features, 0, count), x);
    if (box) throughBox(x);
    finishRows(kernels, model, shape, lines, labels, x, true);
  }

  function throughBox(x: Matrix): void {
    const n = rowsOf(features, 0, count);
    if (pixels) kernels.copy(x, n);
    const z = rowsOf(boxed!, 0, count);
    box!.send(n, z);
    kernels.normaliseRows(z, x, epsilon);
  }

  function fill(labels: Labels, pass: FullPass): void {
    if (count === 0) throw new Error('hold images before sending');
    if (pass.batch !== count)
      throw new RangeError(`${count} images are held, the pass has room for ${pass.batch}`);
    drive(labels, pass.inputs[0]!, pass.scales);
    pass.held.version = version;
  }

  return {
    hold,
    fill,
    send(labels, pass) {
      fill(labels, pass);
      if (!shared) return crossbar.read(pass.inputs[0]!, pass.currents[0]!);
      shared.currents(labels, pass);
      crossbar.disturb(pass.inputs[0]!, pass.currents[0]!);
    },
    weightsChanged: () => shared?.stale(),
    correlate(terms, out) {
      if (!shared || !terms.every(t => t.pass.held.version === version && t.delta.rows === count))
        return false;
      shared.correlate(terms, out);
      return true;
    },
  };
}

/** Rows to mean square 1 over the first `n` columns; the factors are kept in `scales`. */
function scaleRowsToUnit(x: Matrix, n: number, epsilon: number, scales: Matrix): void {
  for (let b = 0; b < x.rows; b++) {
    const image = x.data.subarray(b * x.columns, b * x.columns + n);
    let sum = 0;
    for (let i = 0; i < n; i++) sum += image[i]! * image[i]!;
    const factor = 1 / (Math.sqrt(sum / n) + epsilon);
    scales.data[b] = factor;
    for (let i = 0; i < n; i++) image[i]! *= factor;
  }
}

/** Bias and label lines behind the features, then the DAC. @param isFirst whether the features come from outside */
export function finishRows(
  kernels: Engine['kernels'],
  model: ChipModel,
  shape: LayerShape,
  lines: number,
  labels: Labels,
  x: Matrix,
  isFirst: boolean,
): void {
  for (let b = 0; b < x.rows; b++) x.data[b * x.columns + shape.biasRow] = 1;
  if (lines > 0) writeLabels(x, shape.labelRow, lines, labels);
  if (convertsItself(model)) return;
  if (!isFirst && goesOnInAnalog(model.dac)) convertEntering(model.dac, x, shape.inputs);
  else convert(kernels, model.dac, x);
}
