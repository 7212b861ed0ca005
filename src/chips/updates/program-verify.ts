/**
 * @file Program and verify: the programmer keeps digital targets; a cell that is further from its target than the tolerance is
 * programmed anew, up to a stated number of tries, and the best try stays. What is read back is the pair as it conducts, faults included: a cell that
 * does not follow is made up for by the other of its pair, which is asked for as much more as was missing, where it can.
 */
import { type Static, Type } from '@sinclair/typebox';
import { count, ratio, strict } from '../../description.ts';
import { gaussians } from '../../engine/streams.ts';
import { programmingError } from './programming.ts';
import type { Site, Writer } from './update.ts';

export const ProgramVerify = strict(
  {
    kind: Type.Literal('program-verify'),
    tries: count('programming attempts a cell; the best of them stays', { default: 5, maximum: 1000 }),
    tolerance: ratio('a cell this close to its target, as a fraction of the range, is left alone', {
      minimum: 0,
      default: 0.005,
    }),
  },
  { description: 'each change is written as a new target and read back' },
);

export function buildProgramVerify(options: Static<typeof ProgramVerify>, site: Site): Writer {
  const { model, weights, flaws, engine, meter, held, mapping, faulty } = site;
  const { tries } = options;
  const tolerance = options.tolerance * (model.crossbar.weightRange || 1);
  const sigma = programmingError(model);
  const noise = site.stream('programming');
  const targets = engine.matrix(weights.rows, weights.columns);

  const bounded = (k: number, aim: number) =>
    flaws ? Math.min(flaws.high.data[k]!, Math.max(flaws.low.data[k]!, aim)) : aim;

  const cells = new Float64Array(mapping.cells.length);
  /** What is read back of pair k, now or if it lands there. */
  function seen(k: number): number {
    const w = weights.data[k]!;
    if (!faulty) return w;
    if (held) return faulty(k, held.now, k * cells.length);
    return seenAt(k, w);
  }
  function seenAt(k: number, landed: number): number {
    if (!faulty) return landed;
    if (held) return faulty(k, held.tried, 0);
    mapping.hold(landed, cells, 0);
    return faulty(k, cells, 0);
  }
  /** What to ask for, so that pair k shows its target. */
  const aimOf = (k: number) => (faulty ? weights.data[k]! + targets.data[k]! - seen(k) : targets.data[k]!);

  /** Visits every pair that is off; tries go round the crossbar, as a programmer with one write line per column does. */
  function verify(): void {
    const w = weights.data;
    let off: number[] = [];
    if (faulty) held?.settle();
    const isOff = (k: number) => Math.abs(seen(k) - targets.data[k]!) > tolerance;
    for (let k = 0; k < w.length; k++) if (isOff(k)) off.push(k);
    for (let t = 0; t < tries && off.length > 0; t++) {
      const errors = held ? undefined : gaussians(noise, off.length);
      const still: number[] = [];
      for (let i = 0; i < off.length; i++) {
        const k = off[i]!;
        const landed = errors
          ? bounded(k, aimOf(k) + sigma * errors[i]!)
          : held!.attempt(k, bounded(k, aimOf(k)));
        if (Math.abs(seenAt(k, landed) - targets.data[k]!) < Math.abs(seen(k) - targets.data[k]!)) {
          if (held) held.keep(k);
          else w[k] = landed;
        }
        if (isOff(k)) still.push(k);
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
