/**
 * @file Forward-Forward in layers that see each other (Hinton 2022, section 3.4): the image is a video that stands still, and what is learned in
 * later layers reaches earlier ones through their activities. A step of training: a pass from below, from which a softmax learns and proposes a
 * wrong label; some steps with the true label above; the same pass again, and as many steps with the wrong one. In every step of either, every
 * layer learns by the rule of Hinton's code from what drove its rows, the states before being taken as given; the mean over the steps is one
 * update. With small goodness for positive cases the input from above learns to cancel that from below (section 3.5).
 */
import { choice, count, ratio, strict } from '../../description.ts';
import type { Matrix } from '../../engine/matrix.ts';
import { defineLearner } from '../learner.ts';
import { type Batch, batchesOf } from '../parts/batches.ts';
import { follow } from '../parts/course.ts';
import { runningMean } from '../parts/optimiser.ts';
import { trainingOptions, writes } from '../parts/options.ts';
import { evaluationBatch } from '../parts/output-classifier.ts';
import { plasticLayers } from '../parts/plastic.ts';
import { softmaxHead } from '../parts/softmax-head.ts';
import { cancellation } from './cancellation.ts';
import { headFeatures } from './classifier.ts';
import { localRule } from './layer.ts';
import { hardNegatives } from './negatives.ts';
import { peers } from './peers.ts';
import { before, gateByRise, newSettling, run } from './settling.ts';
import { settlingClassifier } from './settling-classifier.ts';

export const recurrentForwardForward = defineLearner({
  name: 'ff-recurrent',
  summary: 'Forward-Forward in layers that also see the layer above, run in steps; labels stand on top',
  source: 'Hinton 2022 (arXiv 2212.13345), sections 3.4 and 3.5; losses, peers and optimiser of ffcode.zip',
  access: 'measured',
  memory: "all layers' activities in every step of two settlings; a softmax on the normalised layers ≥ 2",
  options: strict({
    ...trainingOptions({ epochs: 20, rate: 0.01 }),
    headRate: ratio('learning rate of the softmax', { exclusiveMinimum: 0, default: 0.1 }),
    labelStrength: ratio('value of the line of the class above the last layer', {
      exclusiveMinimum: 0,
      default: 10,
    }),
    aim: choice(['maximise', 'minimise'], 'whether positive cases get large goodness or small', {
      default: 'maximise',
    }),
    threshold: ratio('θ, goodness per unit', { exclusiveMinimum: 0, maximum: 1000, default: 1 }),
    temperature: ratio('softness of the loss, in units of goodness; not scaled with the width', {
      exclusiveMinimum: 0,
      default: 5,
    }),
    peerStrength: ratio('λ of peer normalisation', { minimum: 0, default: 0.03 }),
    decay: ratio('weight decay, per step and times the rate; none where outer products are written', {
      minimum: 0,
      default: 0.001,
    }),
    steps: count('steps after the pass from below', { maximum: 100, default: 8 }),
    from: count('first of the steps over which goodness is averaged for an answer', {
      maximum: 100,
      default: 3,
    }),
    to: count('last of them', { maximum: 100, default: 5 }),
    damping: ratio('share of its activity that a unit keeps in a step', {
      minimum: 0,
      maximum: 0.99,
      default: 0.3,
    }),
    writes,
  }),
  passes: ({ steps }) => ({ training: 2 * (1 + steps) }),
  needs: ({ batch, steps, damping }) => ({
    labels: 'lines',
    network: { kind: 'recurrent', damping, passes: 2 * steps, samples: 2 * steps * (batch + 1) },
  }),
  train(lesson) {
    const { chip, engine, options } = lesson;
    const { batch, labelStrength: strength, temperature, steps, from, to, damping } = options;
    if (from > to || to > steps) throw new RangeError(`steps ${from} to ${to} are not among ${steps} steps`);
    const sign = options.aim === 'maximise' ? 1 : -1;
    const layers = plasticLayers(
      chip,
      engine,
      lesson.stream,
      runningMean(0.9, options.decay),
      lesson.start,
      options.writes,
    );
    const most = Math.max(batch, evaluationBatch);
    const features = headFeatures(chip, most, engine);
    const head = softmaxHead(
      features.columns,
      chip.classes,
      most,
      engine,
      lesson.digital,
      runningMean(0.9, 0.003),
    );
    head.restore('head', lesson.start?.outside);
    const [positive, negative] = [newSettling(chip, batch, steps), newSettling(chip, batch, steps)];
    const rules = chip.layers.map(({ units }) => {
      const scales = { threshold: options.threshold * units, temperature, sign };
      return positive.steps.map(() =>
        localRule(units, batch, { loss: 'threshold', goodness: 'squares', blocks: 1, ...scales }, engine),
      );
    });
    const circles = chip.layers.map(({ units }) => peers(units, options.peerStrength, engine));
    const means = chip.layers.map(({ units }) => positive.steps.map(() => engine.matrix(1, units)));
    const wrong = new Uint8Array(batch);
    const draws = lesson.stream('negatives');
    const batches = batchesOf(lesson.training, batch, engine, lesson.stream);

    /** What layer l makes of step t. @returns its loss */
    function judge(l: number, t: number): number {
      const rule = rules[l]![t]!;
      const [good, bad] = [positive.steps[t]!, negative.steps[t]!];
      rule.measure(good.outputs[l]!, bad.outputs[l]!);
      const loss = rule.judge();
      gateByRise(rule.positiveDelta, good.outputs[l]!, before(positive, t).outputs[l]!, damping, 1 / steps);
      gateByRise(rule.negativeDelta, bad.outputs[l]!, before(negative, t).outputs[l]!, damping, 1 / steps);
      return loss;
    }

    /** The push on every unit towards its peers, by mean activity over the positive steps, the same in each. */
    function push(l: number): Matrix {
      for (const [t, pass] of positive.steps.entries())
        engine.kernels.columnMeans(pass.outputs[l]!, means[l]![t]!);
      const [mean, ...others] = means[l]!;
      for (const other of others) engine.kernels.addScaled(other, 1, mean!);
      for (let j = 0; j < mean!.data.length; j++) mean!.data[j]! /= steps;
      return circles[l]!.push(mean!, -1 / (batch * steps));
    }

    /** @returns mean loss over the steps */
    function learnLayer(l: number): number {
      let loss = 0;
      for (let t = 0; t < steps; t++) loss += judge(l, t) / steps;
      const common = push(l);
      layers[l]!.collect(
        rules[l]!.flatMap(({ positiveDelta, negativeDelta }, t) => [
          { pass: positive.steps[t]!, delta: positiveDelta, common },
          { pass: negative.steps[t]!, delta: negativeDelta },
        ]),
      );
      return loss;
    }

    function step({ images, labels, taught }: Batch, anneal: number): number {
      chip.hold(images);
      chip.send({ kind: 'off' }, positive.start);
      head.learn(features.read(positive.start), labels, options.headRate * anneal, undefined, taught);
      hardNegatives(head.probabilities(), labels, draws, wrong);
      run(chip, { kind: 'classes', classes: labels, strength }, positive);
      chip.send({ kind: 'off' }, negative.start);
      run(chip, { kind: 'classes', classes: wrong, strength }, negative);
      let loss = 0;
      for (let l = 0; l < layers.length; l++) loss += learnLayer(l) / layers.length;
      for (const layer of layers) layer.step(options.rate * anneal);
      return loss;
    }

    /** In the middle of the steps that are heard. */
    function meeting(): Record<string, number> {
      const weights = layers.map(({ wanted }) => wanted);
      return cancellation(chip, weights, lesson.training, strength, Math.ceil((from + to) / 2), engine);
    }

    const reading = { head, features, strength, sign, temperature, steps, from, to };
    const classifier = {
      ...settlingClassifier(chip, reading, engine),
      ...(options.writes === 'changes' && !chip.layers.some(({ fields }) => fields) && { measures: meeting }),
    };
    follow(lesson, options.epochs, batches, step, progress => lesson.epoch({ ...progress, classifier }));
    return classifier;
  },
});
