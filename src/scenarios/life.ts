/**
 * @file The life of a chip after its training: it ages, may have an accident, and is judged on test images as it goes; learning stops or
 * goes on. Nothing is chosen by what is judged here. Judging leaves no trace, so a chip that is watched lives like one that is not.
 */
import { type Static, Type } from '@sinclair/typebox';
import type { Chip } from '../chips/chip.ts';
import { count, quantity, ratio, strict } from '../description.ts';
import type { Engine } from '../engine/engine.ts';
import type { Classifier, Later } from '../learners/learner.ts';

/** Description of a life. */
export const Life = strict(
  {
    steps: count('how many times the chip ages and is judged', { maximum: 1000 }),
    interval: quantity('s', 'how much older it gets each time', { minimum: 0, default: 0 }),
    growth: Type.Optional(
      ratio('each interval is so many times as long as the one before; all are alike when absent', {
        minimum: 1,
        maximum: 1000,
      }),
    ),
    programmed: Type.Optional(
      Type.Boolean({
        description:
          'whether the weights are programmed once more when training has ended, with the error of their cells; not when absent',
      }),
    ),
    accident: ratio('share of the units of every box that is rewired at the first step', {
      minimum: 0,
      maximum: 1,
      default: 0,
    }),
    learning: Type.Boolean({
      description: 'whether learning goes on: one epoch after each time the chip has aged',
      default: true,
    }),
    rate: ratio("learning rate of those epochs, as a share of the learner's own", {
      exclusiveMinimum: 0,
      maximum: 1,
      default: 0.3,
    }),
  },
  { description: 'what happens to the chip after training' },
);
export type Life = Static<typeof Life>;

/** What became of a chip; one entry for each step lived. */
export interface LifeResult {
  /** age at the step, seconds after training */
  readonly seconds: readonly number[];
  /** test error of the principal readout when the chip had grown older, percent */
  readonly agedErrorPercent: readonly number[];
  /** and after the epoch of learning that followed; empty where learning had stopped */
  readonly relearnedErrorPercent: readonly number[];
}

/** A life, as the runner leads it. */
export interface Living {
  /** what the learner is told of it, where learning goes on */
  readonly later: Later | undefined;
  /** Whatever of it is left when the learner has returned. */
  finish(classifier: Classifier): LifeResult;
}

/**
 * @param current the classifier of the last epoch
 * @param error test error of the principal readout, percent
 * @param grownUp called once, when training has ended and before anything else happens
 */
export function live(
  life: Life,
  chip: Chip,
  current: () => Classifier,
  error: (classifier: Classifier) => number,
  grownUp: (classifier: Classifier) => void,
  engine: Pick<Engine, 'keep'>,
): Living {
  const seconds: number[] = [];
  const aged: number[] = [];
  const relearned: number[] = [];
  let interval = life.interval;
  engine.keep(
    () => ({ lists: [seconds, aged, relearned], interval }),
    kept => {
      [seconds, aged, relearned].forEach((list, k) => {
        list.splice(0, list.length, ...kept.lists[k]!);
      });
      interval = kept.interval;
    },
  );
  const judged = (classifier: Classifier) => chip.unnoticed(() => error(classifier));

  function older(classifier: Classifier): void {
    if (seconds.length === 0) grownUp(classifier);
    if (seconds.length === 0 && life.programmed) chip.reprogram();
    if (seconds.length === 0 && life.accident > 0) chip.rewire(life.accident);
    if (interval > 0) chip.age(interval);
    seconds.push(life.growth ? (seconds.at(-1) ?? 0) + interval : (seconds.length + 1) * interval);
    interval *= life.growth ?? 1;
    aged.push(judged(classifier));
  }

  return {
    later: life.learning
      ? {
          epochs: life.steps,
          rate: life.rate,
          older() {
            if (aged.length > relearned.length) relearned.push(judged(current()));
            older(current());
          },
        }
      : undefined,
    finish(classifier) {
      if (aged.length > 0)
        relearned.push(judged(classifier)); // it lived, so it learned to the end
      else while (seconds.length < life.steps) older(classifier);
      return { seconds, agedErrorPercent: aged, relearnedErrorPercent: relearned };
    },
  };
}
