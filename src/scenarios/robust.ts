/**
 * @file Weights that are to suit any individual of a chip model: trained in simulation on a whole population of them, other individuals than the
 * one they are meant for. The strongest argument against "weights cannot be copied", and so a control. Trials of one run share them.
 */
import type { Access } from '../chips/model.ts';
import { type Population, populationOf } from '../chips/population.ts';
import { viewOf } from '../chips/views.ts';
import type { Split } from '../data/data.ts';
import { type Bequest, bequestOf, bequestToBytes } from '../distill/bequest.ts';
import type { Distillation } from '../distill/description.ts';
import type { Engine } from '../engine/engine.ts';
import { tensorOf } from '../engine/safetensors.ts';
import { streamOf } from '../engine/streams.ts';
import { hashOf } from './canonical.ts';
import { chipFor, learnerOf, type Seen, train } from './raise.ts';
import { type TrainingSnapshots, withSnapshots } from './snapshots.ts';
import type { TrialHooks, TrialSpecification } from './trial-files.ts';

/** Between the seeds of the individuals, so that none is anybody's student or teacher. */
const apart = 15485863;

/** The weights and what stands outside; trained by the teacher's learner on the student's model. @throws what goes wrong in their training */
export function robustWeights(
  { data, chip }: TrialSpecification,
  { teacher, population }: Distillation,
  split: Split,
  engine: Engine,
  hooks: TrialHooks,
): Bequest {
  const { learner, options, seed } = teacher;
  const asked = { format: 1, kind: 'robust', data, chip, learner, options, seed, population };
  const key = hashOf(asked);
  const found = hooks.artefacts?.read(key);
  if (found) {
    try {
      return bequestOf(found);
    } catch {
      // torn: made again
    }
  }
  engine.arena.reset();
  const made = withSnapshots(asked, engine, hooks, snapshots =>
    trained({ chip, learner, options, seed }, population, split, engine, hooks, snapshots),
  );
  hooks.artefacts?.write(key, bequestToBytes(made));
  return made;
}

function trained(
  upbringing: Pick<TrialSpecification, 'chip' | 'learner' | 'options' | 'seed'>,
  individuals: number,
  { training }: Split,
  engine: Engine,
  hooks: TrialHooks,
  snapshots: TrainingSnapshots | undefined,
): Bequest {
  const learner = learnerOf(upbringing);
  const { seed } = upbringing;
  const chips = Array.from({ length: individuals }, (_, k) =>
    chipFor(upbringing, learner, training, engine, seed + (k + 1) * apart),
  );
  try {
    let population: Pick<Population<Access>, 'weights'> | undefined;
    const seen: Seen = (access, dataSheet) => {
      const views = chips.map(chip => viewOf(chip, access, dataSheet));
      const turns = (round: number) => streamOf(seed, `population/round/${round}`);
      const all = populationOf(chips, views, turns, engine);
      population = all;
      return all.view;
    };
    const { outside = {} } = train(
      upbringing,
      chips[0]!,
      training,
      engine,
      { epoch: told(hooks, snapshots), ...(snapshots && { snapshots }) },
      seen,
    );
    const kept = Object.entries(outside).map(([name, matrix]) => [name, tensorOf(matrix)] as const);
    return { weights: population!.weights.map(tensorOf), outside: Object.fromEntries(kept) };
  } finally {
    for (const chip of chips) chip.close();
  }
}

const told =
  (hooks: TrialHooks, snapshots: TrainingSnapshots | undefined) =>
  ({ epoch, epochs, loss }: { epoch: number; epochs: number; loss: number }) => {
    if (!Number.isFinite(loss))
      throw new Error(`weights for a population: the loss is ${loss} in epoch ${epoch}`);
    if (!snapshots?.isRetold) (snapshots ?? hooks).progress({ epoch, epochs, loss });
  };
