/**
 * @file What a layer counts of the evidence of others in its own loss, taken as given: nothing crosses back, one number a case goes from
 * layer to layer.
 */
import type { Evidence, LocalRule } from './layer.ts';

type Judge = Pick<LocalRule, 'judge'>;

/**
 * none: every layer for itself.
 * others: all other layers' evidence (layer collaboration, Lorberbom et al. 2024, arXiv 2305.12393).
 * below: that of the layers below, so each learns what those still get wrong (boosting over depth).
 */
export type Coupling =
  | { readonly kind: 'none' }
  | { readonly kind: 'others' }
  /** `from`: the first layer (from 0) whose evidence counts */
  | { readonly kind: 'below'; readonly from: number };

/** Room for what layers count of each other. */
export function coupled(coupling: Coupling, layers: number, batch: number) {
  const beside: Evidence = { positive: new Float32Array(batch), negative: new Float32Array(batch) };

  function add(evidence: Evidence, sign: number): void {
    for (let k = 0; k < batch; k++) {
      beside.positive[k]! += sign * evidence.positive[k]!;
      beside.negative[k]! += sign * evidence.negative[k]!;
    }
  }

  /** Judges every layer. @param all evidence of every layer, as measured @returns mean loss over the layers */
  return (rules: readonly Judge[], all: readonly Evidence[]): number => {
    if (coupling.kind === 'none') return rules.reduce((sum, rule) => sum + rule.judge(), 0) / layers;
    beside.positive.fill(0);
    beside.negative.fill(0);
    if (coupling.kind === 'others') for (const evidence of all) add(evidence, 1);
    let loss = 0;
    rules.forEach((rule, l) => {
      if (coupling.kind === 'others') add(all[l]!, -1);
      loss += rule.judge(beside);
      if (coupling.kind === 'others' || l >= coupling.from) add(all[l]!, 1);
    });
    return loss / layers;
  };
}
