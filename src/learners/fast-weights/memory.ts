/**
 * @file Fast weights of a layer: for every sample a matrix of its own, the decayed sum of outer products of what the layer has just made, and
 * what that matrix adds to the layer's currents: A h = Σ_τ λ^(t−τ) h_τ (h_τ · h) (Ba et al. 2016, arXiv 1610.06258, equations 1 to 3). The
 * matrix is never written out: the sum on the right attends to the past by likeness, and costs less while that is shorter than the layer is wide.
 */
import type { Engine } from '../../engine/engine.ts';
import type { Matrix } from '../../engine/matrix.ts';

export interface FastWeights {
  /** Forgets everything. */
  clear(): void;
  /** Takes in what the layer made of the next step [batch, units], at mean square 1. */
  remember(h: Matrix): void;
  /** out [batch, units] = strength · A h / units, of h at mean square 1. */
  recall(h: Matrix, out: Matrix): void;
}

/** @param steps most that are remembered @param decay λ @param count told the multiply-adds of every call */
export function fastWeights(
  units: number,
  batch: number,
  steps: number,
  { strength, decay }: { readonly strength: number; readonly decay: number },
  engine: Engine,
  count: (multiplyAdds: number) => void,
): FastWeights {
  const past = Array.from({ length: steps }, () => engine.matrix(batch, units));
  let known = 0;
  return {
    clear() {
      known = 0;
    },
    remember(h) {
      past[known++]!.data.set(h.data);
    },
    recall(h, out) {
      engine.kernels.fill(out, 0);
      for (let t = 0; t < known; t++) {
        const weight = (strength * decay ** (known - 1 - t)) / units;
        for (let b = 0; b < h.rows; b++) attend(past[t]!.data, h.data, b * units, units, weight, out.data);
      }
      count(2 * known * h.rows * units);
    },
  };
}

/** out += weight · (p · h) p, for one sample's piece of the arrays. */
function attend(
  p: Float32Array,
  h: Float32Array,
  at: number,
  units: number,
  weight: number,
  out: Float32Array,
): void {
  let likeness = 0;
  for (let j = at; j < at + units; j++) likeness += p[j]! * h[j]!;
  for (let j = at; j < at + units; j++) out[j]! += weight * likeness * p[j]!;
}
