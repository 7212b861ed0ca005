/**
 * @file The meter of collapse: how many units of a layer are silent whatever the image. A rate too high for the temperature, or
 * phases too far apart, kill nearly all of them.
 */
import type { MeasuredView } from '../../chips/access.ts';
import { gather, type Samples } from '../../data/data.ts';
import type { Engine } from '../../engine/engine.ts';
import { evaluationBatch } from '../parts/output-classifier.ts';

/** Units of each layer that are silent for every one of up to 500 training images with their labels, percent, by name. */
export function deadUnits(
  chip: MeasuredView,
  training: Samples,
  strength: number,
  engine: Engine,
): Record<string, number> {
  const images = engine.matrix(Math.min(evaluationBatch, training.length), training.inputs);
  const classes = new Uint8Array(images.rows);
  const first = Uint32Array.from({ length: images.rows }, (_, i) => i);
  const pass = chip.newInnerPass(images.rows);
  gather(training, first, 0, images, classes);
  chip.hold(images);
  chip.send({ kind: 'classes', classes, strength }, pass);
  const silent = pass.outputs.map(({ rows, columns, data }) => {
    let dead = 0;
    for (let j = 0; j < columns; j++) {
      let isDead = true;
      for (let b = 0; isDead && b < rows; b++) isDead = data[b * columns + j] === 0;
      if (isDead) dead++;
    }
    return (100 * dead) / columns;
  });
  return Object.fromEntries(silent.map((percent, l) => [`dead units, layer ${l + 1}, %`, percent]));
}
