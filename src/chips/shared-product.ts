/**
 * @file An exact saving. Where nothing random stands before the product of the first crossbar (no front box, no ADC of single tiles or slices,
 * no scaling of single samples, no bend of cells),
 * passes of the same images that differ only in their labels share the product of the image with the first layer's weights: it is
 * worked out once per `hold`, and labels are added as rows of weights. Read noise of linear cells is additive at the output, so each
 * pass still gets its own. With labels in the pixels, rows differ by one scalar too: the factor that brings them to mean square 1.
 * The outer products of such passes are shared the same way.
 */
import type { Engine } from '../engine/engine.ts';
import { type Matrix, rowsOf } from '../engine/matrix.ts';
import type { LabelEntry, Labels, LayerShape } from './access.ts';
import { convert } from './converters/uniform.ts';
import { correlationScratch, type FullTerm, gatherActive } from './correlate.ts';
import type { Crossbar } from './crossbar.ts';
import { addDrivenLabels, addLabelCurrents, correlateLabels, labelGain } from './labels.ts';
import type { ChipModel } from './model.ts';
import type { FullPass } from './pass.ts';

export interface SharedProduct {
  /** New images: features [batch, inputs] on the rows; with labels in the pixels, the bare images. */
  hold(images: Matrix): void;
  /** The weights have changed. */
  stale(): void;
  /** Fills the currents of the first layer from its inputs, before read noise and ADC. */
  currents(labels: Labels, pass: FullPass): void;
  /** out [rows, units] = Σ inputsᵀ · (delta + common) over passes of the images held now. */
  correlate(terms: readonly FullTerm[], out: Matrix): void;
}

/** Whether a first layer of this kind has anything to share. */
export function isShareable(model: ChipModel, entry: LabelEntry, crossbar: Crossbar): boolean {
  const deterministic = model.boxes.front.kind === 'none' && crossbar.isOneProduct;
  // a DAC behind the scaling makes label pixels change the image's own levels
  return deterministic && (entry === 'lines' || (entry === 'pixels' && model.dac.kind === 'none'));
}

export function buildSharedProduct(
  model: ChipModel,
  shape: LayerShape,
  entry: LabelEntry,
  classes: number,
  batch: number,
  crossbar: Crossbar,
  engine: Engine,
): SharedProduct {
  const { kernels, gemm } = engine;
  const pixels = entry === 'pixels';
  const columns = pixels ? shape.inputs : shape.inputs + 1; // the bias row belongs to the product unless rows are scaled
  const labelRow = pixels ? 0 : shape.labelRow;
  const shared = engine.matrix(batch, columns);
  const product = engine.matrix(batch, shape.units);
  const sum = engine.matrix(batch, shape.units);
  const scaled = engine.matrix(batch, shape.units);
  const scratch = correlationScratch(batch + 2, columns, shape.units, engine); // samples, and what is common to each of two passes
  const row = engine.matrix(1, shape.units);
  let count = 0;
  let fresh = false;

  function hold(images: Matrix): void {
    count = images.rows;
    fresh = false;
    const held = rowsOf(shared, 0, count);
    kernels.copy(images, held);
    for (let b = 0; b < count; b++) {
      if (pixels) shared.data.fill(0, b * columns, b * columns + classes);
      else shared.data[b * columns + shape.biasRow] = 1;
    }
    convert(kernels, model.dac, held); // as `finishRows` does; the bias is driven by a DAC too
  }

  function currents(labels: Labels, pass: FullPass): void {
    const weights = crossbar.effective();
    const common = rowsOf(product, 0, count);
    if (!fresh) gemm.multiply(rowsOf(shared, 0, count), rowsOf(weights, 0, columns), common);
    fresh = true;
    const a = pass.currents[0]!;
    kernels.copy(common, a);
    const x = pass.inputs[0]!;
    const gain = pixels ? 1 : labelGain(labels, x, labelRow);
    if (labels.kind === 'values' && !pixels) addDrivenLabels(x, labelRow, classes, weights, a);
    else addLabelCurrents(labels, gain, classes, weights, labelRow, a, row);
    if (!pixels) return;
    kernels.scaleRows(a, pass.scales, a);
    kernels.addRow(a, rowsOf(weights, shape.biasRow, 1));
  }

  function correlate(terms: readonly FullTerm[], out: Matrix): void {
    if (terms.length > 2) throw new RangeError(`correlate has room for two passes, got ${terms.length}`);
    kernels.fill(out, 0);
    const images = rowsOf(shared, 0, count);
    const deltas = rowsOf(sum, 0, count);
    kernels.fill(deltas, 0);
    for (const { pass, delta } of terms) addScaledRows(delta, pass, deltas);
    let rows = gatherActive(images, deltas, 0, scratch);
    for (const { pass, common } of terms) if (common) rows = appendCommon(images, pass, common, rows);
    if (rows > 0) {
      const view = (data: Float32Array, r: number, c: number): Matrix => ({
        rows: r,
        columns: c,
        data: data.subarray(0, r * c),
      });
      const xT = view(scratch.inputsT, columns, rows);
      kernels.transpose(view(scratch.inputs, rows, columns), xT);
      gemm.multiply(xT, view(scratch.deltas, rows, shape.units), rowsOf(out, 0, columns));
    }
    for (const term of terms) correlateRest(term, out);
  }

  /** sum += delta, each sample by the factor its image was scaled by. */
  function addScaledRows(delta: Matrix, pass: FullPass, into: Matrix): void {
    if (!pixels) {
      kernels.addScaled(delta, 1, into);
      return;
    }
    const part = rowsOf(scaled, 0, count);
    kernels.scaleRows(delta, pass.scales, part);
    kernels.addScaled(part, 1, into);
  }

  function appendCommon(images: Matrix, pass: FullPass, common: Matrix, rows: number): number {
    const sums = scratch.inputs.subarray(rows * columns, (rows + 1) * columns).fill(0);
    for (let b = 0; b < count; b++) {
      const factor = pixels ? pass.scales.data[b]! : 1;
      const at = b * columns;
      for (let i = 0; i < columns; i++) sums[i]! += factor * images.data[at + i]!;
    }
    scratch.deltas.set(common.data, rows * shape.units);
    return rows + 1;
  }

  /** Label rows, and the bias row where it is not part of the product. */
  function correlateRest({ pass, delta, common }: FullTerm, out: Matrix): void {
    const x = pass.inputs[0]!;
    correlateLabels(x, labelRow, classes, delta, common, out, labelRow);
    if (!pixels) return;
    kernels.columnSums(delta, row);
    const at = shape.biasRow * shape.units;
    for (let j = 0; j < shape.units; j++) out.data[at + j]! += row.data[j]! + count * (common?.data[j] ?? 0);
  }

  return {
    hold,
    currents,
    correlate,
    stale: () => {
      fresh = false;
    },
  };
}
