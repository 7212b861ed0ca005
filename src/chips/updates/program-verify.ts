/**
 * @file Program and verify: the programmer keeps digital targets; a cell that is further from its target than the tolerance is
 * programmed anew, up to a stated number of tries, and the best try stays.
 */
import type { Engine } from '../../engine/engine.ts';
import type { Matrix } from '../../engine/matrix.ts';
import { gaussians, type Stream } from '../../engine/streams.ts';
import type { Flaws } from '../cells/flaws.ts';
import type { Meter } from '../meter.ts';
import type { ChipModel } from '../model.ts';
import { programmingError } from './programming.ts';
import type { Writer } from './update.ts';

export function buildProgramVerify(
  model: ChipModel,
  weights: Matrix,
  flaws: Flaws | undefined,
  engine: Engine,
  meter: Meter,
  stream: (path: string) => Stream,
): Writer {
  if (model.update.kind !== 'program-verify')
    throw new RangeError('the update of this chip is not program-verify');
  const { tries } = model.update;
  const tolerance = model.update.tolerance * (model.crossbar.weightRange || 1);
  const sigma = programmingError(model);
  const noise = stream('programming');
  const targets = engine.matrix(weights.rows, weights.columns);

  /** Visits every pair that is off; tries go round the crossbar, as a programmer with one write line per column does. */
  function verify(): void {
    const w = weights.data;
    let off: number[] = [];
    for (let k = 0; k < w.length; k++) if (Math.abs(w[k]! - targets.data[k]!) > tolerance) off.push(k);
    for (let t = 0; t < tries && off.length > 0; t++) {
      const errors = gaussians(noise, off.length);
      const still: number[] = [];
      for (let i = 0; i < off.length; i++) {
        const k = off[i]!;
        const aim = targets.data[k]! + sigma * errors[i]!;
        const landed = flaws ? Math.min(flaws.high.data[k]!, Math.max(flaws.low.data[k]!, aim)) : aim;
        if (Math.abs(landed - targets.data[k]!) < Math.abs(w[k]! - targets.data[k]!)) w[k] = landed;
        if (Math.abs(w[k]! - targets.data[k]!) > tolerance) still.push(k);
      }
      meter.cellsWritten += off.length;
      off = still;
    }
  }

  return {
    change(change) {
      engine.kernels.addScaled(change, 1, targets);
      verify();
    },
    program(target) {
      engine.kernels.copy(target, targets);
      verify();
    },
  };
}
