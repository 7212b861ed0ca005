/**
 * @file Peer normalisation: every unit of a layer is drawn towards the mean activity of its peers, which keeps units alive (Hinton 2022,
 * footnote 9). The push is added to every positive case, not gated by the unit's own activity, so it revives dead units; being
 * the same for all cases it costs one outer product.
 */
import type { Engine } from '../../engine/engine.ts';
import type { Matrix } from '../../engine/matrix.ts';

export interface Peers {
  /** Takes in the activities of a batch of positive cases; returns `factor` times the push [1, units] on every case's currents. */
  push(positive: Matrix, factor: number): Matrix;
}

/** What a running mean keeps of itself from batch to batch. @see ffcode.zip, ffnew.m */
export const keptOfPeers = 0.9;

/** @param strength λ of Hinton's code; the running mean starts at ½ (ffcode.zip, ffnew.m) */
export function peers(units: number, strength: number, engine: Engine): Peers {
  const running = engine.matrix(1, units);
  const means = engine.matrix(1, units);
  const out = engine.matrix(1, units);
  running.data.fill(0.5);
  return {
    push(positive, factor) {
      engine.kernels.columnMeans(positive, means);
      let sum = 0;
      for (let j = 0; j < units; j++) sum += running.data[j] = 0.9 * running.data[j]! + 0.1 * means.data[j]!;
      const mean = sum / units;
      for (let j = 0; j < units; j++) out.data[j] = factor * strength * (mean - running.data[j]!);
      return out;
    },
  };
}
