/**
 * @file Perturbed currents: noise that is known, added before the neuron circuits, sample by sample; and the errors at those currents
 * that the losses then tell of. Nothing is written; a chip needs a source of known noise at every neuron.
 */
import type { MeasuredView } from '../../chips/access.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Matrix } from '../../engine/matrix.ts';
import type { Stream } from '../../engine/streams.ts';

/** One draw of ξ ~ N(0, size²) for every unit and sample of a batch. */
export interface PerturbedCurrents {
  /** what to send [batch, units] per layer */
  readonly nudges: readonly Matrix[];
  draw(): void;
  /**
   * δ_l = (L̃ − L)/size² · ξ_l, per sample: the error at the currents of layer l, right on average.
   *
   * @param without losses of the samples without nudges [batch, 1] @param nudged with them [batch, 1]
   * @returns [batch, units]
   */
  errors(layer: number, without: Matrix, nudged: Matrix): Matrix;
}

/** @param digital told the multiply-adds of the errors */
export function perturbedCurrents(
  chip: MeasuredView,
  batch: number,
  size: number,
  engine: Engine,
  stream: (path: string) => Stream,
  digital: (multiplyAdds: number) => void,
): PerturbedCurrents {
  const { kernels } = engine;
  const nudges = chip.layers.map(shape => engine.matrix(batch, shape.units));
  const deltas = chip.layers.map(shape => engine.matrix(batch, shape.units));
  const streams = chip.layers.map((_, l) => stream(`nudges/layer/${l + 1}`));
  const factors = engine.matrix(batch, 1);
  return {
    nudges,
    draw() {
      nudges.forEach((nudge, l) => {
        kernels.fill(nudge, 0);
        kernels.addGaussian(nudge, size, streams[l]!);
      });
    },
    errors(l, without, nudged) {
      kernels.fill(factors, 0);
      kernels.addScaled(nudged, 1 / (size * size), factors);
      kernels.addScaled(without, -1 / (size * size), factors);
      kernels.scaleRows(nudges[l]!, factors, deltas[l]!);
      digital(deltas[l]!.data.length);
      return deltas[l]!;
    },
  };
}

/** out [batch, 1] = −log p of the true class, nats. @param probabilities [batch, classes] */
export function crossEntropies(probabilities: Matrix, labels: Uint8Array, out: Matrix): void {
  for (let b = 0; b < out.rows; b++)
    out.data[b] = -Math.log(Math.max(probabilities.data[b * probabilities.columns + labels[b]!]!, 1e-30));
}
