/**
 * @file Recalibrating a chip that was given another's weights: layer by layer, every column is scaled until its unit's mean activity on the
 * same images is what it was on the other chip. What differs in gain is mended by that; what differs in wiring or in the form of a curve is not.
 */
import type { MeasuredView, Pass } from '../../chips/access.ts';
import type { Engine } from '../../engine/engine.ts';
import { type Matrix, rowsOf } from '../../engine/matrix.ts';

/** No column is scaled further than this in one go: a unit that hardly answers would be blown up. */
const furthest = 4;

/** Mean activity of every unit over images [1, units], labels off. */
export function meanActivities(chip: MeasuredView, images: Matrix, pass: Pass, engine: Engine): Matrix[] {
  chip.hold(images);
  chip.send({ kind: 'off' }, pass);
  return chip.layers.map(({ units }, l) => {
    const means = engine.matrix(1, units);
    engine.kernels.columnMeans(rowsOf(pass.outputs[l]!, 0, images.rows), means);
    return means;
  });
}

/**
 * Writes `weights` [rows, units] to every layer, scaled so that mean activities become `wanted` [1, units]; `weights` become what was
 * written. A layer is scaled when those below it have been.
 */
export function writeWithGains(
  chip: MeasuredView,
  weights: readonly Matrix[],
  wanted: readonly Matrix[],
  images: Matrix,
  engine: Engine,
): void {
  const pass = chip.newInnerPass(images.rows);
  weights.forEach((layer, l) => {
    chip.write(l, layer);
  });
  weights.forEach((layer, l) => {
    const measured = meanActivities(chip, images, pass, engine)[l]!;
    for (const { firstRow, rows, columns, firstUnit } of chip.layers[l]!.places)
      for (let j = 0; j < columns; j++) {
        const [is, should] = [measured.data[firstUnit + j]!, wanted[l]!.data[firstUnit + j]!];
        const gain = is > 0 && should > 0 ? Math.min(furthest, Math.max(1 / furthest, should / is)) : 1;
        for (let i = firstRow; i < firstRow + rows; i++) layer.data[i * columns + j]! *= gain;
      }
    chip.write(l, layer);
  });
}
