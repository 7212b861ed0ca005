/**
 * @file All trials of a scenario.
 */
import { trialId } from './canonical.ts';
import { distillationOf, studentOptions } from './read-distill.ts';
import type { Scenario } from './schema.ts';
import type { PlannedTrial, TrialSpecification } from './trial-files.ts';

/**
 * The trials, seed by seed: a run that is broken off has every learner and setting with fewer seeds. Where a varied path does not
 * touch a learner (`learners.ff.epochs` and backprop), its trials stand in the plan once for each value, under one id.
 */
export function plan({ seeds, settings }: Scenario): PlannedTrial[] {
  const [firstSeed] = seeds;
  return seeds.flatMap(seed =>
    settings.flatMap(({ labels, data, chip, chipName, entries, checkpoints, life, distill }) =>
      entries.map(({ name, learner, options }) => {
        const specification: TrialSpecification = {
          format: 1,
          data,
          chip,
          learner: learner.name,
          options: distill ? studentOptions(options, distill) : options,
          seed,
          checkpoints,
          ...(life && { life }),
          ...(distill && { distill: distillationOf(distill, seed, data.train) }),
        };
        return {
          id: trialId(specification),
          specification,
          learner: name,
          access: learner.access,
          chip: chipName,
          settings: labels,
          pictures: seed === firstSeed,
        };
      }),
    ),
  );
}
