/**
 * @file What cells do when nobody pulses them, counted in updates: they decay toward their reset level, w ← r + (w − r)(1 − 1/lifetime), and
 * diffuse, w ← w + d ξ (AIHWKit: once a mini-batch). A reset leads to the same level, with noise. Every cell has a level, a lifetime
 * and a diffusion of its own.
 */
import type { Engine } from '../../engine/engine.ts';
import type { Matrix } from '../../engine/matrix.ts';
import type { Stream } from '../../engine/streams.ts';
import type { PulsedCell } from './cell.ts';
import { normals } from './normals.ts';
import { scattered } from './scattered.ts';
import type { StepResponse } from './step-response.ts';

export interface Relaxation {
  /** whether there is any decay or diffusion */
  readonly isActive: boolean;
  /** One update's worth, bounds aside. */
  relax(): void;
  /** Weight of cell k after a reset, bounds aside. */
  resetTo(k: number): number;
}

/** @param weights that decay and diffuse @param range largest weight of a nominal pair */
export function relaxation(
  cell: PulsedCell,
  weights: Matrix,
  { resetShift }: StepResponse,
  range: number,
  engine: Engine,
  stream: (path: string) => Stream,
): Relaxation {
  const cells = weights.data.length;
  const reset = scattered(
    cells,
    cell.resetVariation,
    stream,
    'reset-level',
    deviation => (cell.resetLevel + deviation) * range,
  );
  const level = (k: number) => reset(k) + (resetShift?.[k] ?? 0);
  const kept = scattered(cells, cell.lifetimeVariation, stream, 'lifetime', deviation =>
    Math.max(0, 1 - 1 / (cell.lifetime * Math.abs(1 + deviation))),
  );
  const walk = scattered(
    cells,
    cell.diffusionVariation,
    stream,
    'diffusion',
    deviation => cell.diffusion * range * Math.abs(1 + deviation),
  );
  const steps = stream('walk');
  const noise = cell.diffusion > 0 ? engine.matrix(weights.rows, weights.columns) : undefined;
  const resetNoise = normals(engine, stream('reset'));
  const w = weights.data;
  return {
    isActive: cell.lifetime > 0 || cell.diffusion > 0,
    relax() {
      if (cell.lifetime > 0) for (let k = 0; k < cells; k++) w[k] = level(k) + (w[k]! - level(k)) * kept(k);
      if (!noise) return;
      engine.kernels.fill(noise, 0);
      engine.kernels.addGaussian(noise, 1, steps);
      for (let k = 0; k < cells; k++) w[k]! += walk(k) * noise.data[k]!;
    },
    resetTo: k => level(k) + (cell.resetNoise > 0 ? cell.resetNoise * range * resetNoise() : 0),
  };
}
