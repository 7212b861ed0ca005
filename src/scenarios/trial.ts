/**
 * @file A trial: the pure function from a specification to a result. Everything random in it comes from streams named after the seed;
 * the learner gets the view of the chip that it declared and no other.
 */
import type { Split } from '../data/data.ts';
import { type Engine, openEngine } from '../engine/engine.ts';
import { bringUp } from './bring-up.ts';
import { programsOf } from './brought.ts';
import { distil } from './distil.ts';
import { chipToBytes } from './saved-chip.ts';
import type { TrialHooks, TrialResult, TrialSpecification } from './trial-files.ts';

let engineOfThread: Promise<Engine> | undefined; // a worker runs many trials; each starts with an empty arena

/** Trains and judges one chip; draws it unless its pictures are not wanted. Starts programs only where hooks allow it. @throws what goes wrong in it: a diverging learner, a chip that cannot be built */
export async function runTrial(
  trial: { id: string; specification: TrialSpecification; pictures?: boolean; isKept?: boolean },
  split: Split,
  hooks: TrialHooks,
): Promise<TrialResult> {
  const [program] = programsOf([trial.specification]);
  if (program !== undefined && !hooks.allowPrograms)
    throw new Error(`a box of the chip is the program ${program}, and none may be started (--allow-program)`);
  engineOfThread ??= openEngine({ bytes: 3 * 2 ** 30 });
  const engine = await engineOfThread;
  engine.arena.reset();
  return trial.specification.distill
    ? distil(trial, trial.specification.distill, split, engine, hooks)
    : bringUp(trial, split, engine, hooks, {
        grownUp(chip, classifier) {
          if (trial.isKept)
            hooks.artefacts?.write(`chip-${trial.id}`, chipToBytes(chip, classifier, trial.specification));
        },
      });
}
