/**
 * @file What a student's weights are before it learns: fresh, a copy of those of the chip before it, or weights that suit any individual.
 */
import type { MeasuredView } from '../chips/access.ts';
import type { Chip } from '../chips/chip.ts';
import { viewOf } from '../chips/views.ts';
import type { Samples } from '../data/data.ts';
import type { Bequest } from '../distill/bequest.ts';
import type { Distillation } from '../distill/description.ts';
import type { Reading } from '../distill/reading.ts';
import type { Engine } from '../engine/engine.ts';
import { matrixOf } from '../engine/safetensors.ts';
import type { Start } from '../learners/learner.ts';
import { writeWithGains } from '../learners/parts/gains.ts';
import { firstImages } from './teacher.ts';
import type { TrialSpecification } from './trial-files.ts';

/** What a chip hands on to the next. */
export type Legacy = Bequest &
  Pick<Reading, 'transfer' | 'test' | 'activity'> & {
    /** its learner's name: what stands outside serves no other */
    readonly learner: string;
  };

/**
 * What a student starts from: the weights of the chip before as they are or with gains recalibrated, or those of a population, and what stood
 * outside where it is of the same kind; nothing where it starts afresh.
 * @param images that activities were measured on
 * @throws Error when the chips are not of one size
 */
export function startOf(
  how: Distillation['start'],
  { weights, outside, activity, learner }: Legacy,
  { learner: own }: TrialSpecification,
  chip: Chip,
  images: Samples,
  engine: Engine,
): Start | undefined {
  if (how === 'fresh') return undefined;
  const { crossbars } = chip.parts;
  weights.forEach(({ shape }, l) => {
    const own = crossbars[l];
    if (weights.length !== crossbars.length || own?.rows !== shape[0] || own?.columns !== shape[1])
      throw new Error(
        'weights can be copied only between chips with the same layers and the same label lines',
      );
  });
  const copies = weights.map(tensor => matrixOf(tensor, engine));
  const kept = learner === own ? Object.entries(outside) : [];
  const along = { outside: Object.fromEntries(kept.map(([name, each]) => [name, matrixOf(each, engine)])) };
  if (how !== 'copy with gains') return { weights: copies, isHeld: false, ...along };
  const wanted = activity.map(tensor => matrixOf(tensor, engine));
  writeWithGains(measured(chip), copies, wanted, firstImages(images, engine), engine);
  return { weights: copies, isHeld: true, ...along };
}

const measured = (chip: Chip): MeasuredView =>
  viewOf(chip, 'measured', () => {
    throw new Error('a measured view has no data sheet');
  });
