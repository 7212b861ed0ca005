/**
 * @file What each flaw costs a chip that has learned to live with all of them: the trained chip is taken out of its file again and again, each time with one
 * flaw switched off, or with that one alone, and judged on the same images. Weights stay as they were; nothing is learned anew.
 */
import type { Split } from '../data/data.ts';
import type { Engine } from '../engine/engine.ts';
import { judgeOf } from './evaluate.ts';
import { alone, type Flaw, flawsOf, lacking } from './flaws.ts';
import { revived, type SavedChip } from './saved-chip.ts';

export interface Ablation {
  /** images that were judged */
  readonly images: number;
  readonly readout: string;
  /** percent, of the chip as it is, and of one without any of its flaws but its boxes */
  readonly whole: number;
  readonly none: number;
  readonly flaws: readonly {
    readonly name: string;
    /** error in percent without it, and with nothing else */
    readonly without: number;
    readonly alone: number;
  }[];
}

/** @param told after each judgement, how many are done of how many */
export function ablationOf(
  saved: SavedChip,
  split: Split,
  engine: Engine,
  told: (done: number, all: number) => void = () => {},
): Ablation {
  const { chip: model } = saved.specification;
  // what acts at writing has acted: it is in the weights
  const all = flawsOf(model).filter(({ isOfWriting }) => !isOfWriting);
  const count = 2 + 2 * all.length;
  let done = 0;
  let readout = '';

  function errorOf(variant: typeof model): number {
    engine.arena.reset();
    const { chip, classifier } = revived(
      { ...saved, specification: { ...saved.specification, chip: variant } },
      split.training,
      engine,
    );
    try {
      readout = classifier.readouts[0]!.name;
      const [error] = judgeOf(split.test.inputs, engine)(classifier, split.test);
      told(++done, count);
      return error!;
    } finally {
      chip.close();
    }
  }

  /** Boxes stay: the chip has learned through them. */
  const aloneWithBoxes = (flaw: Flaw) =>
    flaw.isOfNature
      ? alone(model, flaw)
      : lacking(
          model,
          flawsOf(model).filter(other => other !== flaw && !other.isOfNature),
        );
  const whole = errorOf(model);
  const none = errorOf(
    lacking(
      model,
      flawsOf(model).filter(({ isOfNature }) => !isOfNature),
    ),
  );
  const each = all.map(flaw => ({
    name: flaw.name,
    without: errorOf(flaw.without(model)),
    alone: errorOf(aloneWithBoxes(flaw)),
  }));
  return { images: split.test.length, readout, whole, none, flaws: each };
}
