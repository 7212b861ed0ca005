/**
 * @file Forward-Forward with fast weights (Hinton 2022, section 10, asks whether they can mimic a simplified transformer for sequences). Slow weights
 * are the chip's crossbars and learn as in `ff`: the question with the right symbol behind it against the question with a wrong one. Fast weights are
 * Hebbian, last for one sequence and are written as its steps go by; what they add to a layer's currents is pushed into its columns in a
 * second pass. A pair that occurred agrees with what is remembered, so goodness rises; slow weights learn to make that tell.
 *
 * Nothing is learnt through the memory: fast weights are taken as given, as are the activities that wrote them.
 */
import { choice, count, ratio, strict } from '../../description.ts';
import { integers, type Stream } from '../../engine/streams.ts';
import { localRule } from '../forward-forward/layer.ts';
import { peers } from '../forward-forward/peers.ts';
import { defineLearner } from '../learner.ts';
import { type Batch, batchesOf } from '../parts/batches.ts';
import { follow } from '../parts/course.ts';
import { adam } from '../parts/optimiser.ts';
import { trainingOptions } from '../parts/options.ts';
import { plasticLayers } from '../parts/plastic.ts';
import { recallClassifier } from './classifier.ts';
import { rememberer } from './rememberer.ts';

export const fastWeightsLearner = defineLearner({
  name: 'fast-weights',
  summary: 'Forward-Forward on sequences of symbols: fast Hebbian weights beside the slow ones of the chip',
  source:
    'Hinton 2022 (arXiv 2212.13345), section 10; fast weights as Ba et al. 2016 (arXiv 1610.06258), one inner step; their place in Forward-Forward is ours',
  access: 'measured',
  memory: "all layers' activities at every step remembered, one layer's activities of two passes",
  options: strict({
    ...trainingOptions({ epochs: 10, rate: 0.003 }),
    labelStrength: ratio('value on the label line of the class, in units of a feature', {
      exclusiveMinimum: 0,
      default: 3,
    }),
    temperature: ratio('softness of the loss, as a share of the units of a layer', {
      exclusiveMinimum: 0,
      default: 0.1,
    }),
    peerStrength: ratio('λ of peer normalisation', { minimum: 0, default: 0.003 }),
    decay: ratio('decoupled weight decay', { minimum: 0, default: 0.001 }),
    strength: ratio('how much fast weights add to currents; 0 for slow weights alone', {
      minimum: 0,
      default: 1,
    }),
    fading: ratio('share of the fast weights that is left after every step', {
      minimum: 0,
      maximum: 1,
      default: 0.95,
    }),
    remembered: count('steps before the question that are remembered', { maximum: 1000, default: 8 }),
    question: choice(
      ['whole', 'last'],
      'what is on the lines when the next symbol is asked for: the whole picture, or its last row alone, so that only fast weights know the others',
      { default: 'whole' },
    ),
  }),
  passes: ({ remembered }) => ({ training: remembered + 4 }),
  needs: () => ({ labels: 'lines' }),
  train(lesson) {
    const { chip, engine, options } = lesson;
    const { batch, labelStrength: strength } = options;
    const layers = plasticLayers(chip, engine, lesson.stream, adam(options.decay), lesson.start);
    const rules = chip.layers.map(({ units }) => {
      const rule = { loss: 'paired', goodness: 'squares', blocks: 1, sign: 1, threshold: units } as const;
      return localRule(units, batch, { ...rule, temperature: options.temperature * units }, engine);
    });
    const circles = chip.layers.map(({ units }) => peers(units, options.peerStrength, engine));
    const [positive, negative] = [chip.newInnerPass(batch), chip.newInnerPass(batch)];
    const mind = rememberer(lesson, batch);
    const wrong = new Uint8Array(batch);
    const draws = lesson.stream('negatives');
    const batches = batchesOf(lesson.training, batch, engine, lesson.stream);

    function step({ images, labels }: Batch, anneal: number): number {
      mind.live(images);
      chooseWrong(labels, mind.symbols(), chip.classes, draws, wrong);
      mind.ask({ kind: 'classes', classes: labels, strength }, positive);
      mind.ask({ kind: 'classes', classes: wrong, strength }, negative);
      let loss = 0;
      layers.forEach((layer, l) => {
        const rule = rules[l]!;
        rule.measure(positive.outputs[l]!, negative.outputs[l]!);
        loss += rule.judge() / layers.length;
        const common = circles[l]!.push(positive.outputs[l]!, -1 / batch);
        const terms = [
          { pass: positive, delta: rule.positiveDelta, common },
          { pass: negative, delta: rule.negativeDelta },
        ];
        layer.collect(terms);
      });
      for (const layer of layers) layer.step(options.rate * anneal);
      return loss;
    }

    const classifier = recallClassifier(lesson);
    follow(lesson, options.epochs, batches, step, progress => lesson.epoch({ ...progress, classifier }));
    return classifier;
  },
});

/**
 * A wrong symbol for each case: in half of them one that is remembered, behind another symbol, and so hard to tell; else any.
 * @param remembered of every step, the symbol that followed in each case
 */
export function chooseWrong(
  labels: Uint8Array,
  remembered: readonly Uint8Array[],
  classes: number,
  draws: Stream,
  out: Uint8Array,
): void {
  const which = integers(draws, labels.length, 2 * remembered.length);
  const steps = integers(draws, labels.length, classes - 1);
  for (let b = 0; b < labels.length; b++) {
    const symbol = remembered[which[b]!]?.[b];
    out[b] = symbol === undefined || symbol === labels[b] ? (labels[b]! + 1 + steps[b]!) % classes : symbol;
  }
}
