/**
 * @file Equilibrium propagation: the chip is a resistive network that settles; currents at its outputs, in proportion to the error, nudge it
 * to another equilibrium close by; every conductance changes by what the square of its own voltage did. Nothing goes backward but the chip's
 * own currents, and nothing of it need be known but that they flow both ways alike.
 *
 * The error is that of a softmax of the output voltages, taken at the free equilibrium and held while the chip is nudged. Divided among the
 * cells of each layer, a nudge fades by about the number of units with every layer it crosses: what the lower ones of a deep network get is
 * soon below any noise.
 */
import { choice, ratio, strict } from '../../description.ts';
import { rowsOf } from '../../engine/matrix.ts';
import { type Classifier, defineLearner, type Readout } from '../learner.ts';
import { type Batch, batchesOf } from '../parts/batches.ts';
import { follow } from '../parts/course.ts';
import { trainingOptions } from '../parts/options.ts';
import { evaluationBatch } from '../parts/output-classifier.ts';
import { partsOf } from '../parts/passes.ts';
import { plasticLayers } from '../parts/plastic.ts';
import { largestOfRows, softErrors } from '../parts/softmax-head.ts';
import { contrast } from './contrast.ts';

const settled: Readout = { name: 'largest voltage at the output nodes', role: 'principal', passes: 1 };

export const equilibriumPropagation = defineLearner({
  name: 'equilibrium-propagation',
  summary: 'the chip as a resistive network; conductances learn from two equilibria, free and nudged',
  source:
    'Scellier and Bengio 2017 (Frontiers in Computational Neuroscience 11:24); Kendall et al. 2020 (arXiv 2006.01981); nudged to both sides after Laborieux et al. 2021 (Frontiers in Neuroscience 15:633674); here signed weights by pairs of cells, a softmax, Adam',
  access: 'measured',
  memory: "all nodes' voltages at two equilibria",
  options: strict({
    ...trainingOptions({ epochs: 10, rate: 0.003 }),
    nudge: ratio(
      'β: current into an output node per unit of error, in units of weight · input; the noisier the cells, the larger; from one side about 1',
      { exclusiveMinimum: 0, maximum: 1e6, default: 1000 },
    ),
    phases: choice(
      ['one side', 'both sides'],
      'one side: a free and a nudged equilibrium; both sides: a free one and two nudged to either side, without the bias of first order in β',
      { default: 'both sides' },
    ),
    amplification: ratio('gain of the amplifiers behind a crossbar of n rows, over √n', {
      exclusiveMinimum: 0,
      maximum: 100,
      default: 1,
    }),
  }),
  passes: ({ phases }) => ({ training: phases === 'both sides' ? 3 : 2 }),
  needs: ({ amplification }) => ({ labels: 'none', network: { kind: 'resistive', amplification } }),
  train(lesson) {
    const { chip, engine, options } = lesson;
    const { batch, nudge } = options;
    const { classes } = chip;
    const layers = plasticLayers(chip, engine, lesson.stream, undefined, lesson.start);
    const batches = batchesOf(lesson.training, batch, engine, lesson.stream);
    const gradients = contrast(chip, layers, batch, engine, lesson.digital);
    const [free, further, less] = [chip.newPass(batch), chip.newPass(batch), chip.newPass(batch)];
    const [errors, currents] = [engine.matrix(batch, classes), engine.matrix(batch, classes)];
    const hard = { probabilities: engine.matrix(batch, classes), temperature: 1 };
    const nudges = chip.layers.map((_, l) => (l === chip.layers.length - 1 ? currents : undefined));

    /** Settles with currents −β · error into the output nodes. */
    function settle(beta: number, pass: typeof free): void {
      engine.kernels.fill(currents, 0);
      engine.kernels.addScaled(errors, -beta, currents);
      chip.send({ kind: 'off' }, pass, nudges);
    }

    function step({ images, labels, taught }: Batch, rate: number): number {
      chip.hold(images);
      chip.send({ kind: 'off' }, free);
      if (!taught) {
        hard.probabilities.data.fill(0);
        for (let b = 0; b < batch; b++) hard.probabilities.data[b * classes + labels[b]!] = 1;
      }
      const loss = softErrors(free.delivered, taught ?? hard, errors);
      lesson.digital(errors.data.length);
      settle(nudge, further);
      if (options.phases === 'both sides') {
        settle(-nudge, less);
        gradients(further, less, 2 * nudge);
      } else gradients(further, free, nudge);
      for (const layer of layers) layer.step(rate);
      return loss;
    }

    const passOf = partsOf(chip, chip.newDelivery(evaluationBatch));
    const classifier: Classifier = {
      readouts: [settled],
      classify(images, answers) {
        const pass = passOf(images.rows);
        chip.hold(images);
        chip.send({ kind: 'off' }, pass);
        largestOfRows(pass.delivered, answers[0]!);
        lesson.digital(pass.delivered.data.length);
      },
      scores(images, _readout, out) {
        const pass = passOf(images.rows);
        chip.hold(images);
        chip.send({ kind: 'off' }, pass);
        engine.kernels.copy(pass.delivered, rowsOf(out, 0, images.rows));
      },
    };
    follow(
      lesson,
      options.epochs,
      batches,
      (drawn, anneal) => step(drawn, options.rate * anneal),
      progress => lesson.epoch({ ...progress, classifier }),
    );
    return classifier;
  },
});
