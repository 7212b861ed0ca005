/**
 * @file Direct feedback alignment: the error of the readout goes to every layer at once, each through a fixed random matrix of its own,
 * δ_l = (e B_l) · 1[y_l > 0]. It never crosses a box or a crossbar.
 */
import { strict } from '../../description.ts';
import { rowsOf } from '../../engine/matrix.ts';
import { defineLearner } from '../learner.ts';
import { trainingOptions } from '../parts/options.ts';
import { outputClassifier, outputReadout } from '../parts/output-classifier.ts';
import { type ErrorsOf, trainedClassifier } from './train.ts';

export const directFeedbackAlignment = defineLearner({
  name: 'direct-feedback-alignment',
  summary: 'the readout’s error goes to every layer through a random matrix of its own',
  source: 'Nøkland 2016 (arXiv 1609.01596)',
  access: 'measured',
  memory: "all layers' activities; a random matrix for each layer",
  options: strict(trainingOptions({ epochs: 10, rate: 0.003 })),
  passes: () => ({ training: 1 }),
  needs: () => ({ labels: 'none' }),
  train(lesson) {
    const { chip, engine, options } = lesson;
    const { kernels, gemm } = engine;
    const feedback = chip.layers.map(({ units }, l) => {
      const matrix = engine.matrix(chip.classes, units);
      kernels.addGaussian(matrix, 1 / Math.sqrt(chip.classes), lesson.stream(`feedback/layer/${l + 1}`));
      return matrix;
    });
    const deltas = chip.layers.map(({ units }) => engine.matrix(options.batch, units));
    const errorsOf: ErrorsOf = (pass, head) =>
      deltas.map((whole, l) => {
        const delta = rowsOf(whole, 0, pass.batch);
        gemm.multiply(head.errors(), feedback[l]!, delta);
        kernels.gate(pass.outputs[l]!, delta);
        lesson.digital(delta.data.length * chip.classes);
        return delta;
      });
    return trainedClassifier(
      lesson,
      () => errorsOf,
      head => outputClassifier(chip, [{ head, readout: outputReadout }]),
    );
  },
});
