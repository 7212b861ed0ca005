/**
 * @file Losses of Forward-Forward on the evidence of one positive and one negative case: goodness less threshold, over the temperature,
 * turned so that positive cases should have much of it. Each loss gives the factors by which the activities of the two cases enter the
 * update, ΔW ∝ p · x y for the positive and −n · x y for the negative (the factor 2 of ∂y²/∂y is left to the learning rate, as in
 * Hinton's code).
 */

/** Factors for one case each, between 0 and 1 (a swish pair: between −0.1 and 1.1), and the loss in nats. */
export interface Factors {
  positive: number;
  negative: number;
  loss: number;
}

export const lossKinds = ['threshold', 'paired', 'swish'] as const;
export type LossKind = (typeof lossKinds)[number];

/**
 * threshold: P(positive) = σ(e), each case by itself (Hinton 2022, eq. 1).
 * paired: P = σ(e⁺ − e⁻), the two cases of one image against each other (as SymBa, Lee and Song 2023, arXiv 2303.08418).
 * swish: x σ(x) with x = e⁻ − e⁺, which lets go of pairs that are far enough apart (the pair loss of dah33/explore_forward_forward).
 */
export const losses: Record<LossKind, (positive: number, negative: number, out: Factors) => void> = {
  threshold(positive, negative, out) {
    out.positive = sigmoid(-positive);
    out.negative = sigmoid(negative);
    out.loss = softplus(-positive) + softplus(negative);
  },
  paired(positive, negative, out) {
    const x = negative - positive;
    out.positive = out.negative = sigmoid(x);
    out.loss = softplus(x);
  },
  swish(positive, negative, out) {
    const x = negative - positive;
    const s = sigmoid(x);
    out.positive = out.negative = s * (1 + x * (1 - s));
    out.loss = x * s;
  },
};

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** −ln(1 − σ(x)), where σ(x) may be 1 to the last bit. */
export const softplus = (x: number): number => (x > 30 ? x : Math.log1p(Math.exp(x)));
