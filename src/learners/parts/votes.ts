/**
 * @file One read-out rule for all layer-local learners: the sum of the layers' votes, given for the layers from 2 on (the first has
 * no box before it on many chips and flatters), for all layers, and for every layer alone.
 */
import type { Matrix } from '../../engine/matrix.ts';
import type { Readout } from '../learner.ts';

/** The read-outs of votes over `layers` layers; `what` is voted with ("goodness"). The first is the principal one. */
export function voteReadouts(what: string, layers: number, passes: number): Readout[] {
  const alone = Array.from({ length: layers }, (_, l) => ({
    name: `${what}, layer ${l + 1} alone`,
    role: 'single layer' as const,
    passes,
  }));
  if (layers === 1) return [{ name: `${what}, layer 1`, role: 'principal', passes }];
  return [
    { name: `${what}, layers ≥ 2`, role: 'principal', passes },
    { name: `${what}, all layers`, role: 'all layers', passes },
    ...alone,
  ];
}

/** Whether a layer (from 0) votes in the principal read-out: all from the second on, or the only one. */
export const isUpper = (layer: number, layers: number): boolean => layer > 0 || layers === 1;

/**
 * Answers of all read-outs of `voteReadouts`, in its order.
 * @param votes of each layer, [batch, classes]; larger is better
 */
export function countVotes(votes: readonly Matrix[], answers: readonly Int32Array[]): void {
  const layers = votes.map((_, l) => l);
  const sets = layers.length === 1 ? [[0]] : [layers.slice(1), layers, ...layers.map(l => [l])];
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
