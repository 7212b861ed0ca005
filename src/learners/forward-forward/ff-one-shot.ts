/**
 * @file Hinton's recipe, and after it single cases that are absorbed in one step each, to see what that does to all others.
 */
import { gather } from '../../data/data.ts';
import { count, ratio, strict } from '../../description.ts';
import { permutation } from '../../engine/streams.ts';
import { defineLearner } from '../learner.ts';
import { hintonRecipe, trainByHinton } from './ff-hinton.ts';
import { oneShot } from './one-shot.ts';
import { normalisersFor, passesOf } from './variants.ts';

export const oneShotForwardForward = defineLearner({
  name: 'ff-one-shot',
  summary: 'as ff-hinton, then single images absorbed in one step each by all layers at once',
  source: 'Hinton 2022 (arXiv 2212.13345), section 7, equations 3 and 4',
  access: 'measured',
  memory: "one layer's activities of two passes; a softmax on the normalised layers ≥ 2",
  options: strict({
    ...hintonRecipe,
    shots: count('training images absorbed after training, each in one step; two passes each', {
      minimum: 0,
      maximum: 1e6,
      default: 0,
    }),
    desired: ratio('goodness per unit that every layer jumps to', { exclusiveMinimum: 0, default: 1.5 }),
  }),
  passes: passesOf,
  needs: options => ({
    labels: 'pixels',
    ...normalisersFor(options),
    ...(options.shots > 0 && { dense: true }), // one |x|² for all units of a layer
  }),
  train(lesson) {
    const { chip, engine, options, training } = lesson;
    const shots = Math.min(options.shots, training.length);
    const classifier = trainByHinton(lesson, {
      ...options,
      collaboration: 'none',
      writes: 'changes',
      measured: 'activities',
    });
    if (shots === 0) return classifier;
    const order = permutation(lesson.stream('shots'), training.length);
    const image = engine.matrix(1, training.inputs);
    const label = new Uint8Array(1);
    const answers = classifier.readouts.map(() => new Int32Array(1));

    /** Shows the cases one after the other. */
    function each(work: () => void): void {
      for (let k = 0; k < shots; k++) {
        gather(training, order, k, image, label);
        work();
      }
    }
    /** Share of the cases that are answered right, percent. */
    function right(): number {
      let found = 0;
      each(() => {
        classifier.classify(image, answers);
        if (answers[0]![0] === label[0]) found++;
      });
      return (100 * found) / shots;
    }
    const before = right();
    const jump = oneShot(chip, options.desired, options.labelStrength, engine);
    let [missed, turned] = [0, 0];
    each(() => {
      chip.hold(image);
      const landing = jump(label[0]!);
      missed = Math.max(missed, landing.missed);
      turned = Math.max(turned, landing.turned);
    });
    const after = right();
    return {
      ...classifier,
      measures: () => ({
        ...classifier.measures?.(),
        'largest miss of the desired goodness': missed,
        'largest change of a normalised output': turned,
        'these cases right before, %': before,
        'these cases right after, %': after,
      }),
    };
  },
});
