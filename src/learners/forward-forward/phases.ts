/**
 * @file Waking and sleeping: positive updates for a while, then negative ones (Hinton 2022, section 5). On request sleep only measures: the mean
 * negative gradient is stored and added to the positive updates until the next sleep (footnote 15). And sleep may be denied at the end of
 * training.
 */
import type { Term } from '../../chips/access.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Matrix } from '../../engine/matrix.ts';
import type { Plastic } from '../parts/plastic.ts';

export interface PhaseOptions {
  /** steps of a phase, waking or sleeping */
  readonly phase: number;
  readonly baseline: 'none' | 'stored';
  /** first step (from 0) from which on there is no sleep any more */
  readonly deprivedFrom: number;
}

export interface Phases {
  /** Of what is known of a step, what its phase counts. */
  only(awake: Term, asleep: Term): readonly Term[];
  /** What this phase makes of the gradient of a layer [rows, units]. */
  adjust(layer: number, gradient: Matrix): void;
  /** Whether weights change in this step. */
  learns(): boolean;
  /** The step has ended. */
  next(): void;
}

export function phases(
  layers: readonly Plastic[],
  { phase, baseline, deprivedFrom }: PhaseOptions,
  engine: Engine,
): Phases {
  const { kernels } = engine;
  const isStored = baseline === 'stored';
  const room = () => (isStored ? layers.map(({ wanted }) => engine.matrix(wanted.rows, wanted.columns)) : []);
  const stored = room();
  const dreamt = room();
  let step = 0;
  let lengthOfSleep = 0;
  engine.keep(
    () => [step, lengthOfSleep],
    kept => {
      [step, lengthOfSleep] = kept;
    },
  );

  const isAsleep = (): boolean => step < deprivedFrom && step % (2 * phase) >= phase;

  /** What was dreamt becomes the baseline. */
  function wake(): void {
    stored.forEach((mean, l) => {
      kernels.copy(dreamt[l]!, mean);
      for (let k = 0; k < mean.data.length; k++) mean.data[k]! /= lengthOfSleep;
      kernels.fill(dreamt[l]!, 0);
    });
    lengthOfSleep = 0;
  }

  return {
    only: (waking, sleeping) => [isAsleep() ? sleeping : waking],
    adjust(l, gradient) {
      if (!isStored) return;
      if (isAsleep()) kernels.addScaled(gradient, 1, dreamt[l]!);
      else kernels.addScaled(stored[l]!, 1, gradient);
    },
    learns: () => !isStored || !isAsleep(),
    next() {
      if (isStored && isAsleep()) lengthOfSleep++;
      step++;
      if (lengthOfSleep > 0 && !isAsleep()) wake();
    },
  };
}
