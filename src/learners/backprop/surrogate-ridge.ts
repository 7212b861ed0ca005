/**
 * @file Physics-aware training with a learned linear twin of every box: forward on the chip, backward through the twin, a ridge regression
 * from what went into a box to what came out of it. It is fitted once before training, in one epoch of passes, and then again
 * after every epoch, from that epoch's own passes. Everything it needs is measured.
 */

import type { OutputPass, Pass } from '../../chips/access.ts';
import { choice, ratio, strict } from '../../description.ts';
import { type Matrix, rowsOf } from '../../engine/matrix.ts';
import { defineLearner } from '../learner.ts';
import { batchesOf } from '../parts/batches.ts';
import { trainingOptions } from '../parts/options.ts';
import { outputClassifier, outputReadout } from '../parts/output-classifier.ts';
import { ridge } from '../parts/ridge.ts';
import { byWeights, nominalCircuits } from './backward.ts';
import { type ErrorsOf, layerByLayer, trainByBackprop } from './train.ts';

export const surrogateRidge = defineLearner({
  name: 'surrogate-ridge',
  summary: 'forward on the chip, backward through a linear twin of every box, learned from its own passes',
  source: 'Wright et al. 2022, Nature 601:549 (physics-aware training); a ridge regression as the twin',
  access: 'measured',
  options: strict({
    ...trainingOptions({ epochs: 10, rate: 0.003 }),
    twin: choice(
      ['refreshed', 'static'],
      'refreshed: fitted again after every epoch; static: once, before training',
      {
        default: 'refreshed',
      },
    ),
    penalty: ratio('λ of the ridge, as a share of the mean variance', { exclusiveMinimum: 0, default: 0.01 }),
  }),
  passes: ({ epochs }) => ({ training: 1 + 1 / epochs }), // one epoch more, for the first twin
  needs: () => ({ labels: 'none' }),
  train(lesson) {
    const { chip, engine, options } = lesson;
    const { kernels, gemm } = engine;
    const { batch } = options;
    const twins = chip.layers.map(({ units }) => ridge(units, batch, options.penalty, engine));
    const features = chip.layers.map(({ units }) => engine.matrix(batch, units));

    /** Pairs of every box in a pass: the normalised activity that went in, what came out. */
    function observe(pass: Pass): void {
      pass.boxed.forEach((z, l) => {
        if (!z) return;
        const x: Matrix = rowsOf(features[l]!, 0, pass.batch);
        kernels.normaliseRows(pass.outputs[l]!, x, chip.epsilon);
        twins[l]!.observe(x, z);
        lesson.digital(2 * x.data.length * x.columns);
      });
    }

    function refit(pass: Pass): void {
      pass.boxed.forEach((z, l) => {
        if (z) twins[l]!.fit();
      });
    }

    /** One epoch of forward passes of the untrained chip, for the first twins. */
    function characterise(pass: OutputPass): void {
      const batches = batchesOf(lesson.training, batch, engine, path =>
        lesson.stream(`characterise/${path}`),
      );
      for (const { images } of batches.epoch(0)) {
        chip.hold(images);
        chip.send({ kind: 'off' }, pass);
        observe(pass);
      }
      refit(pass);
    }

    let seen: OutputPass | undefined;
    let classifier: ReturnType<typeof outputClassifier> | undefined;
    const way = (layers: readonly { wanted: Matrix }[]): ErrorsOf => {
      seen = chip.newPass(batch);
      characterise(seen);
      const errorsOf = layerByLayer(lesson, batch, {
        neuronBack: nominalCircuits(kernels).neuronBack,
        inputsBack: byWeights(l => layers[l]!.wanted, chip.layers, engine, lesson.digital),
        boxBack(l, _pass, d, out) {
          gemm.multiply(d, twins[l]!.slope, out);
          lesson.digital(d.data.length * d.columns);
        },
      });
      return (pass, head) => {
        if (options.twin === 'refreshed') observe(pass);
        return errorsOf(pass, head);
      };
    };
    trainByBackprop(lesson, options, way, ({ head, ...progress }) => {
      if (options.twin === 'refreshed') refit(seen!);
      classifier ??= outputClassifier(chip, [{ head, readout: outputReadout }]);
      lesson.epoch({ ...progress, classifier });
    });
    return classifier!;
  },
});
