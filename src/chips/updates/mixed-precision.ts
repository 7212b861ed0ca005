/**
 * @file Mixed precision (Nandakumar et al. 2020): a digital accumulator χ takes every change in full, and where it holds whole pulses these
 * go to the cell, blindly: χ/ε without its fraction, ε being the granularity of the cells. What the cells make of them is never read back.
 */
import { type Static, Type } from '@sinclair/typebox';
import { count, strict } from '../../description.ts';
import { programmer, pulsedArray } from './pulsed-array.ts';
import { mustFit, type Site, type Writer } from './update.ts';

export const MixedPrecision = strict(
  {
    kind: Type.Literal('mixed-precision'),
    transferEvery: count('updates between two transfers of whole pulses to the cells', {
      default: 1,
      maximum: 1e6,
    }),
    maximumPulses: count('most pulses a cell gets in one transfer; the rest stays in the accumulator', {
      default: 31,
      maximum: 10000,
    }),
  },
  {
    description: 'a digital accumulator of changes, whose whole pulses go to the cells; needs a pulsed cell',
  },
);

export function buildMixedPrecision(
  { transferEvery, maximumPulses }: Static<typeof MixedPrecision>,
  site: Site,
): Writer {
  const { engine, meter, weights } = site;
  const { rows, columns } = weights;
  const array = pulsedArray(site);
  const program = programmer(array, site);
  const accumulator = engine.matrix(rows, columns);
  const chi = accumulator.data;
  let updates = 0;
  engine.keep(
    () => updates,
    kept => {
      updates = kept;
    },
  );

  function transfer(): void {
    array.turn?.();
    for (let k = 0; k < chi.length; k++) {
      const whole = Math.trunc(chi[k]! / array.granularity);
      if (whole === 0) continue;
      const n = Math.max(-maximumPulses, Math.min(maximumPulses, whole));
      chi[k]! -= n * array.granularity;
      array.pulse(k, n);
      meter.pulses += Math.abs(n) * array.together;
    }
  }
  function tick(): void {
    updates++;
    if (updates % transferEvery === 0) transfer();
    array.relax();
  }
  return {
    change(change) {
      engine.kernels.addScaled(change, 1, accumulator);
      tick();
    },
    pulse(x, delta, rate, isLast = true) {
      mustFit(x, delta, weights);
      for (let b = 0; b < x.rows; b++)
        for (let i = 0; i < rows; i++) {
          const drive = rate * x.data[b * rows + i]!;
          if (drive === 0) continue;
          for (let j = 0; j < columns; j++) chi[i * columns + j]! += drive * delta.data[b * columns + j]!;
        }
      meter.digitalMacs += x.rows * chi.length;
      if (isLast) tick();
    },
    program(target) {
      engine.kernels.fill(accumulator, 0);
      program(target);
    },
    restored: array.restored,
  };
}
