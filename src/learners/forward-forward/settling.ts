/**
 * @file What a chip of layers that see each other does with an image and a label: a pass from below, then steps; and what a layer learns from
 * each of them.
 */
import type { Labels, MeasuredView, Pass } from '../../chips/access.ts';
import type { Matrix } from '../../engine/matrix.ts';

/** Room for a pass from below and the steps after it. */
export interface Settling {
  readonly start: Pass;
  readonly steps: readonly Pass[];
}

export const newSettling = (chip: MeasuredView, batch: number, steps: number): Settling => ({
  start: chip.newInnerPass(batch),
  steps: Array.from({ length: steps }, () => chip.newInnerPass(batch)),
});

/** From the pass from below, which has been sent, step by step. */
export function run(chip: MeasuredView, labels: Labels, { steps }: Settling): void {
  for (const pass of steps) chip.send(labels, pass);
}

/** What was measured before step t. */
export const before = ({ start, steps }: Settling, t: number): Pass => steps[t - 1] ?? start;

/**
 * d = 0 where a unit's circuit gave nothing in a step, so that its input had no say: there its state is what damping left of the one before, to
 * the last bit of a float. Elsewhere d times `share`.
 * @param now, @param then states of a layer after and before the step [batch, units]
 */
export function gateByRise(d: Matrix, now: Matrix, then: Matrix, damping: number, share: number): void {
  const [delta, after, earlier] = [d.data, now.data, then.data];
  for (let k = 0; k < delta.length; k++)
    delta[k] = after[k]! > Math.fround(damping * earlier[k]!) ? share * delta[k]! : 0;
}
