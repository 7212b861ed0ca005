/**
 * @file One read-out rule for all layer-local learners: the sum of the layers' votes, given for the layers from 2 on (the first has
 * no box before it on many chips and flatters), for all layers, and for every layer alone.
 */
import type { Matrix } from '../../engine/matrix.ts';
import type { Readout } from '../learner.ts';

/** Which layers the principal read-out hears: those from the second on, or all. */
export type Hearing = 'upper' | 'all';

/** The read-outs of votes over `layers` layers; `what` is voted with ("goodness"). The first is the principal one. */
export function voteReadouts(
  what: string,
  layers: number,
  passes: number,
  hearing: Hearing = 'upper',
): Readout[] {
  const alone = Array.from({ length: layers }, (_, l) => ({
    name: `${what}, layer ${l + 1} alone`,
    role: 'single layer' as const,
    passes,
  }));
  if (layers === 1) return [{ name: `${what}, layer 1`, role: 'principal', passes }];
  const upper = { name: `${what}, layers ≥ 2`, passes };
  const all = { name: `${what}, all layers`, passes };
  return hearing === 'upper'
    ? [{ ...upper, role: 'principal' }, { ...all, role: 'all layers' }, ...alone]
    : [{ ...all, role: 'principal' }, { ...upper, role: 'layers from 2' }, ...alone];
}

/** Whether a layer (from 0) votes in the principal read-out. */
export const isHeard = (layer: number, layers: number, hearing: Hearing = 'upper'): boolean =>
  hearing === 'all' || layer > 0 || layers === 1;

/**
 * Answers of all read-outs of `voteReadouts`, in its order.
 * @param votes of each layer, [batch, classes]; larger is better
 */
export function countVotes(
  votes: readonly Matrix[],
  answers: readonly Int32Array[],
  hearing: Hearing = 'upper',
): void {
  const all = votes.map((_, l) => l);
  const alone = all.map(l => [l]);
  const upper = all.slice(1);
  const sets =
    votes.length === 1 ? alone : [...(hearing === 'upper' ? [upper, all] : [all, upper]), ...alone];
  sets.forEach((set, k) => {
    largestSum(
      set.map(l => votes[l]!),
      answers[k]!,
    );
  });
}

function largestSum(votes: readonly Matrix[], answers: Int32Array): void {
  const { rows, columns } = votes[0]!;
  for (let b = 0; b < rows; b++) {
    let best = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < columns; c++) {
      let sum = 0;
      for (const vote of votes) sum += vote.data[b * columns + c]!;
      if (sum > best) {
        best = sum;
        answers[b] = c;
      }
    }
  }
}
