/**
 * @file A restricted Boltzmann machine on a chip, by contrastive divergence with one step: what Forward-Forward is held against in Hinton
 * 2022, section 6.1. The first crossbar is the machine: pixels, as they are driven, are its visible units, and a neuron circuit into whose
 * column noise is pushed is a stochastic binary unit, on where it is active at all. An image is reconstructed by driving the crossbar
 * backwards from the units that were on, which needs symmetric connections where Forward-Forward needs none; the reconstruction goes
 * through the chip as the image did. Every weight moves by the difference of two products, ⟨input · unit⟩ of image and reconstruction.
 *
 * Layers above the first keep their random weights: nothing can be put on their rows but what comes from below, so there is no reconstruction
 * of their inputs. (Contrasting image and reconstruction in them too was tried: a softmax on the second layer then errs in 69 % of cases.)
 */
import type { Pass } from '../../chips/access.ts';
import { ratio, strict } from '../../description.ts';
import type { Matrix } from '../../engine/matrix.ts';
import { allTogetherEach, layerHeads } from '../forward-forward/layer-heads.ts';
import { defineLearner } from '../learner.ts';
import { type Batch, batchesOf } from '../parts/batches.ts';
import { follow } from '../parts/course.ts';
import { adam } from '../parts/optimiser.ts';
import { trainingOptions } from '../parts/options.ts';
import { type Plastic, plasticLayers } from '../parts/plastic.ts';
import { reconstruction } from './reconstruction.ts';

/** Standard deviation of the Gaussian whose distribution function is the logistic function, to 0.01. */
export const probit = 1.702;

export const boltzmann = defineLearner({
  name: 'boltzmann',
  summary: 'restricted Boltzmann machine by contrastive divergence, backwards through its own crossbar',
  source:
    'Hinton 2002 (Neural Computation 14:1771), CD-1; Gaussian noise of the circuits for the logistic function',
  access: 'reversible',
  memory:
    "the first layer's units of two passes, the image and its reconstruction; softmaxes on the normalised layers",
  options: strict({
    ...trainingOptions({ epochs: 15, rate: 0.001 }),
    headRate: ratio('learning rate of the softmaxes', { exclusiveMinimum: 0, default: 0.003 }),
    decay: ratio('decoupled weight decay', { minimum: 0, default: 0.001 }),
  }),
  passes: () => ({ training: 2 }),
  needs: () => ({ labels: 'none' }),
  train(lesson) {
    const { chip, engine, options } = lesson;
    const { batch } = options;
    const { kernels } = engine;
    const [machine] = plasticLayers(chip, engine, lesson.stream, adam(options.decay), lesson.start) as [
      Plastic,
      ...Plastic[],
    ];
    const heads = layerHeads(lesson, batch, allTogetherEach(chip));
    const [data, fantasy] = [chip.newInnerPass(batch), chip.newInnerPass(batch)];
    const { units } = chip.layers[0]!;
    const noise = engine.matrix(batch, units);
    const [on, onAgain] = [engine.matrix(batch, units), engine.matrix(batch, units)];
    const draws = lesson.stream('units');
    const visible = reconstruction(chip, batch, engine, lesson.digital);
    const batches = batchesOf(lesson.training, batch, engine, lesson.stream);

    /** One pass with stochastic units in the first layer. @param states become 1 where a unit is on, 0 elsewhere */
    function settle(images: Matrix, pass: Pass, states: Matrix): void {
      kernels.fill(noise, 0);
      kernels.addGaussian(noise, probit, draws);
      chip.hold(images);
      chip.send({ kind: 'off' }, pass, [noise]);
      const y = pass.outputs[0]!.data;
      for (let k = 0; k < y.length; k++) states.data[k] = y[k]! > 0 ? 1 : 0;
    }

    function step({ images, labels, taught }: Batch, anneal: number): number {
      settle(images, data, on);
      const loss = visible.reconstruct(images, on);
      settle(visible.images, fantasy, onAgain);
      scale(on, -1 / batch); // descent
      scale(onAgain, 1 / batch);
      const terms = [
        { pass: data, delta: on },
        { pass: fantasy, delta: onAgain },
      ];
      machine.collect(terms);
      heads.learn(data, labels, options.headRate * anneal, taught);
      machine.step(options.rate * anneal);
      visible.learn(images, options.rate * anneal);
      return loss;
    }

    const { classifier } = heads;
    follow(lesson, options.epochs, batches, step, progress => lesson.epoch({ ...progress, classifier }));
    return classifier;
  },
});

function scale({ data }: Matrix, factor: number): void {
  for (let k = 0; k < data.length; k++) data[k]! *= factor;
}
