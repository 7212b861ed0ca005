/**
 * @file The curve of a trial: validation errors at checkpoints along the training. Drawing it is not on the learner's bill, and a chip that was
 * looked at more often goes on exactly like one that was not.
 */
import type { Chip } from '../chips/chip.ts';
import type { Split } from '../data/data.ts';
import type { Engine } from '../engine/engine.ts';
import type { Classifier, Lesson } from '../learners/learner.ts';
import type { Judge } from './evaluate.ts';
import type { TrialHooks, TrialSpecification } from './trial-files.ts';

/** `checkpoints` epochs, evenly along the training, the last one among them. */
export function isCheckpoint(epoch: number, epochs: number, checkpoints: number): boolean {
  const before = Math.floor(((epoch - 1) * checkpoints) / epochs);
  return Math.floor((epoch * checkpoints) / epochs) > before;
}

/** Takes the curve while a learner trains. @param images that it learns from */
export function recordCurve(
  { learner, checkpoints, life }: TrialSpecification,
  chip: Chip,
  images: number,
  split: Split,
  judge: Judge,
  hooks: Pick<TrialHooks, 'progress'>,
  engine: Engine,
) {
  const curve = {
    epoch: [] as number[],
    loss: [] as number[],
    validationErrorPercent: [] as (number | null)[],
    forwardPasses: [] as number[],
  };
  const boxCost: number[] = [];
  let lessons = { ...chip.lessons };
  const ahead = life?.learning ? life.steps : 0; // epochs of later life
  let current: Classifier | undefined;
  let last: { classifier: Classifier; errors: (number | null)[] } | undefined;
  engine.keep(
    () => ({ curve, boxCost, lessons, errors: last?.errors }),
    kept => {
      Object.assign(curve, kept.curve);
      boxCost.splice(0, boxCost.length, ...kept.boxCost);
      lessons = kept.lessons;
      last = kept.errors && current && { classifier: current, errors: kept.errors };
    },
  );

  function check(classifier: Classifier): number | null {
    const errors = chip.unnoticed(() => judge(classifier, split.validation));
    last = { classifier, errors };
    return errors[0] ?? null;
  }

  const epoch: Lesson<never, never>['epoch'] = ({ epoch, epochs: trained, loss, classifier }) => {
    current = classifier;
    const epochs = trained + ahead;
    if (!Number.isFinite(loss))
      throw new Error(`${learner}: the loss is ${loss} in epoch ${epoch}; a smaller rate may help`);
    if (epoch > trained || !isCheckpoint(epoch, trained, checkpoints))
      return hooks.progress({ epoch, epochs, loss });
    const validationErrorPercent = check(classifier);
    curve.epoch.push(epoch);
    curve.loss.push(loss);
    curve.validationErrorPercent.push(validationErrorPercent);
    curve.forwardPasses.push(chip.meter.forwardPasses / images);
    if (chip.lessons.count > lessons.count) {
      boxCost.push((chip.lessons.cost - lessons.cost) / (chip.lessons.count - lessons.count));
      lessons = { ...chip.lessons };
    }
    const known = validationErrorPercent === null ? {} : { validationErrorPercent };
    return hooks.progress({ epoch, epochs, loss, ...known });
  };

  return {
    curve: () => ({ ...curve, ...(boxCost.length > 0 && { boxCost }) }),
    epoch,
    /** Takes note of the classifier of an epoch whose place in the curve is known. */
    again({ classifier }: { classifier: Classifier }): void {
      current = classifier;
    },
    /** the classifier of the last epoch */
    current: () => current!,
    /** Validation errors of the trained chip: those of the last checkpoint where the learner ended with the classifier judged there. */
    validationErrors: (classifier: Classifier) =>
      last?.classifier === classifier
        ? last.errors
        : chip.unnoticed(() => judge(classifier, split.validation)),
  };
}
