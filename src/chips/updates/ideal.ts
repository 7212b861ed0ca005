/**
 * @file The ideal update: every pair moves by the intended change times its response and stops at its bounds.
 */
import type { Engine } from '../../engine/engine.ts';
import type { Matrix } from '../../engine/matrix.ts';
import type { Stream } from '../../engine/streams.ts';
import type { Flaws } from '../cells/flaws.ts';
import type { Meter } from '../meter.ts';
import type { ChipModel } from '../model.ts';
import { programmingError, programOnce } from './programming.ts';
import type { Writer } from './update.ts';

export function buildIdeal(
  model: ChipModel,
  weights: Matrix,
  flaws: Flaws | undefined,
  engine: Engine,
  meter: Meter,
  stream: (path: string) => Stream,
): Writer {
  const { kernels } = engine;
  const sigma = programmingError(model);
  const noise = stream('programming');
  return {
    change(change) {
      if (flaws) kernels.writeBounded(weights, change, flaws.response, flaws.low, flaws.high);
      else kernels.addScaled(change, 1, weights);
      meter.cellsWritten += weights.data.length;
    },
    program(target) {
      programOnce(weights, target, sigma, flaws, engine, noise);
      meter.cellsWritten += weights.data.length;
    },
  };
}
