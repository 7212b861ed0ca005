/**
 * @file Forward-Forward without labels, and without anybody who makes negative data: the net makes them itself. A linear map tells each
 * pixel from the normalised activities of the layers ≥ 2, which other rules have learnt; images drawn from it, pixel by pixel, are the negative
 * data. So discriminative and generative model are one representation, and no error is sent back through it. A fantasy starts from
 * what the net makes of a real image, and may go on from what it makes of the fantasy before.
 *
 * Drawing matters: probabilities in place of pixels are blurred images, which a layer tells from real ones at a glance; it then learns
 * nothing that a softmax could use.
 */
import { count, ratio, strict } from '../../description.ts';
import type { Matrix } from '../../engine/matrix.ts';
import { defineLearner, type Lesson } from '../learner.ts';
import { runningMean } from '../parts/optimiser.ts';
import { trainingOptions } from '../parts/options.ts';
import { plasticLayers } from '../parts/plastic.ts';
import { headFeatures } from './classifier.ts';
import { type Contrast, trainContrast } from './contrast.ts';
import { generator } from './generator.ts';
import { lastThreeAllEach, layerHeads } from './layer-heads.ts';

export const generativeForwardForward = defineLearner({
  name: 'ff-generative',
  summary:
    'Forward-Forward without labels: real images against images that the net draws from its own activities',
  source:
    'Hinton 2022 (arXiv 2212.13345), sections 6.2 and 10, by the recipe of ffcode.zip; that pixels are drawn, and from which layers, is ours',
  access: 'measured',
  memory:
    "one layer's activities of two passes, the negative images; softmaxes and a map to pixels on the normalised layers",
  options: strict({
    ...trainingOptions({ epochs: 15, rate: 0.03 }),
    headRate: ratio('learning rate of the softmaxes', { exclusiveMinimum: 0, default: 0.1 }),
    temperature: ratio('softness of the loss, in units of goodness; not scaled with the width', {
      exclusiveMinimum: 0,
      default: 1,
    }),
    threshold: ratio('θ, goodness per unit', { exclusiveMinimum: 0, maximum: 1000, default: 1 }),
    peerStrength: ratio('λ of peer normalisation', { minimum: 0, default: 0.03 }),
    decay: ratio('weight decay, per step and times the rate', { minimum: 0, default: 0.001 }),
    generatorRate: ratio('learning rate of the map to pixels', { exclusiveMinimum: 0, default: 0.001 }),
    chain: count(
      'images drawn one from the other before the next starts from a real one; 1 draws every one from the activities of a real image',
      { maximum: 1000000, default: 1 },
    ),
  }),
  passes: () => ({ training: 2 }),
  needs: () => ({ labels: 'none' }),
  train(lesson) {
    const { chip, engine, options } = lesson;
    return trainContrast(lesson, {
      layers: plasticLayers(chip, engine, lesson.stream, runningMean(0.9, options.decay), lesson.start),
      temperatureOf: () => options.temperature,
      heads: layerHeads(lesson, options.batch, lastThreeAllEach(chip), runningMean(0.9, 0.003)),
      negatives: fantasies(lesson),
      refit: 0,
    });
  },
});

interface FantasyOptions {
  readonly batch: number;
  readonly chain: number;
  readonly generatorRate: number;
}

/** Teaches the map to pixels what the real images are, then draws from it. */
function fantasies({
  chip,
  engine,
  options,
  digital,
  stream,
}: Lesson<'measured', FantasyOptions>): Contrast['negatives'] {
  const { batch, chain } = options;
  const [ofReal, ofFantasies] = [headFeatures(chip, batch, engine), headFeatures(chip, batch, engine)];
  const map = generator(ofReal.columns, chip.inputs, batch, engine, digital);
  const cause = engine.matrix(batch, ofReal.columns);
  const chances = engine.matrix(batch, chip.inputs);
  const draws = stream('pixels');
  let steps = 0;
  engine.keep(
    () => steps,
    kept => {
      steps = kept;
    },
  );
  return (images, seen, before, out, anneal) => {
    const real = ofReal.read(seen);
    map.learn(real, images, options.generatorRate * anneal);
    engine.kernels.copy(real, cause);
    if (chain > 1 && steps > 0) goOn(ofFantasies.read(before), steps);
    map.generate(cause, out);
    engine.kernels.uniform(chances, 0, 1, draws);
    for (let k = 0; k < out.data.length; k++) out.data[k] = chances.data[k]! < out.data[k]! ? 1 : 0;
    steps++;
  };

  /** Fantasies that have not ended are caused by what the net made of them. Starts are spread over the batch. */
  function goOn(fantasy: Matrix, step: number): void {
    const n = fantasy.columns;
    for (let b = 0; b < batch; b++)
      if ((step + b) % chain !== 0) cause.data.set(fantasy.data.subarray(b * n, (b + 1) * n), b * n);
  }
}
