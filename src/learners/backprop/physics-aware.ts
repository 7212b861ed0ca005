/**
 * @file Physics-aware training: forward on the chip, backward through a twin of every box that was learned from measured pairs of what
 * went into the box and what came out. Twins are fitted once before training, in one epoch of passes of the untrained chip; where they
 * are refreshed, from the passes of the training itself as well. Everything is measured.
 */
import type { OutputPass, Pass } from '../../chips/access.ts';
import type { Access } from '../../chips/model.ts';
import { choice } from '../../description.ts';
import { type Matrix, rowsOf } from '../../engine/matrix.ts';
import type { Classifier, Lesson } from '../learner.ts';
import { batchesOf } from '../parts/batches.ts';
import type { TrainingOptions } from '../parts/options.ts';
import { outputClassifier, outputReadout } from '../parts/output-classifier.ts';
import { byWeights, nominalCircuits } from './backward.ts';
import { type ErrorsOf, layerByLayer, trainByBackprop } from './train.ts';

/** A model of one box. Matrices are batch × units. */
export interface Twin {
  /** A batch of pairs from before training. */
  observe(x: Matrix, z: Matrix): void;
  /** Fits itself to the pairs that it has observed. */
  fit(): void;
  /** A batch of pairs from training. */
  refresh(x: Matrix, z: Matrix): void;
  /** A training epoch has ended. */
  endEpoch(): void;
  /** out = d · ∂z/∂x at x. */
  pullBack(x: Matrix, d: Matrix, out: Matrix): void;
}

export const twinOption = choice(
  ['refreshed', 'static'],
  'refreshed: learns on from the passes of the training; static: fitted once, before training',
  { default: 'refreshed' },
);

/** One epoch more than the training, for the first twins. */
export const passesOf = ({ epochs }: { epochs: number }): { training: number } => ({
  training: 1 + 1 / epochs,
});

/** @param twinOf makes the twin of the box behind a layer of that many units */
export function trainWithTwins(
  lesson: Lesson<Access, TrainingOptions & { twin: 'refreshed' | 'static' }>,
  twinOf: (units: number, layer: number) => Twin,
): Classifier {
  const { chip, engine, options } = lesson;
  const { kernels } = engine;
  const { batch } = options;
  const isRefreshed = options.twin === 'refreshed';
  const pass = chip.newPass(batch);
  const twins = chip.layers.map(({ units }, l) => (pass.boxed[l] ? twinOf(units, l) : undefined));
  const features = chip.layers.map(({ units }) => engine.matrix(batch, units));

  /** What went into the box behind layer l. */
  function entering(l: number, seen: Pass): Matrix {
    const x = rowsOf(features[l]!, 0, seen.batch);
    kernels.normaliseRows(seen.outputs[l]!, x, chip.epsilon);
    return x;
  }

  /** One epoch of passes of the untrained chip, for the first twins. */
  function characterise(seen: OutputPass): void {
    const batches = batchesOf(lesson.training, batch, engine, path => lesson.stream(`characterise/${path}`));
    for (const { images } of batches.epoch(0)) {
      chip.hold(images);
      chip.send({ kind: 'off' }, seen);
      twins.forEach((twin, l) => {
        twin?.observe(entering(l, seen), seen.boxed[l]!);
      });
    }
    for (const twin of twins) twin?.fit();
  }

  let classifier: Classifier | undefined;
  const way = (layers: readonly { wanted: Matrix }[]): ErrorsOf => {
    characterise(pass);
    const errorsOf = layerByLayer(lesson, batch, {
      neuronBack: nominalCircuits(kernels).neuronBack,
      inputsBack: byWeights(l => layers[l]!.wanted, chip.layers, engine, lesson.digital),
      boxBack: (l, seen, d, out) => twins[l]!.pullBack(entering(l, seen), d, out),
    });
    return (seen, head) => {
      if (isRefreshed)
        twins.forEach((twin, l) => {
          twin?.refresh(entering(l, seen), seen.boxed[l]!);
        });
      return errorsOf(seen, head);
    };
  };
  const { head: trained } = trainByBackprop(lesson, options, way, ({ head, ...progress }) => {
    if (isRefreshed) for (const twin of twins) twin?.endEpoch();
    classifier ??= outputClassifier(chip, [{ head, readout: outputReadout }]);
    lesson.epoch({ ...progress, classifier });
  });
  return classifier ?? outputClassifier(chip, [{ head: trained, readout: outputReadout }]);
}
