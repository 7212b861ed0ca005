/**
 * @file Losses of Forward-Forward on the goodness of one positive and one negative case, G = Σ y². Each gives the factors by which the
 * activities of the two cases enter the update, ΔW ∝ p · x y for the positive and −n · x y for the negative (the factor 2 of
 * ∂y²/∂y is left to the learning rate, as in Hinton's code).
 */

/** Factors for one case each, between 0 and 1, and the loss in nats. */
export interface Factors {
  positive: number;
  negative: number;
  loss: number;
}

export const lossKinds = ['threshold', 'paired'] as const;
export type LossKind = (typeof lossKinds)[number];

/**
 * threshold: P(positive) = σ((G − θ)/τ), each case by itself (Hinton 2022, eq. 1).
 * paired: P = σ((G⁺ − G⁻)/τ), the two cases of one image against each other (as SymBa, Lee and Song 2023, arXiv 2303.08418).
 */
export const losses: Record<
  LossKind,
  (positive: number, negative: number, threshold: number, temperature: number, out: Factors) => void
> = {
  threshold(positive, negative, threshold, temperature, out) {
    const p = (threshold - positive) / temperature;
    const n = (negative - threshold) / temperature;
    out.positive = sigmoid(p);
    out.negative = sigmoid(n);
    out.loss = softplus(p) + softplus(n);
  },
  paired(positive, negative, _threshold, temperature, out) {
    const q = (negative - positive) / temperature;
    out.positive = sigmoid(q);
    out.negative = sigmoid(q);
    out.loss = softplus(q);
  },
};

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** −ln(1 − σ(x)), where σ(x) may be 1 to the last bit. */
const softplus = (x: number): number => (x > 30 ? x : Math.log1p(Math.exp(x)));
