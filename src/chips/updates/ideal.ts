/**
 * @file The ideal update: every pair moves by the intended change times its response and stops at its bounds.
 */
import { type Static, Type } from '@sinclair/typebox';
import { strict } from '../../description.ts';
import { programOnce } from './programming.ts';
import type { Site, Writer } from './update.ts';

export const Ideal = strict(
  { kind: Type.Literal('ideal') },
  { description: 'the intended change, times the response of each cell, clipped to its range' },
);

export function buildIdeal(_: Static<typeof Ideal>, site: Site): Writer {
  const { weights, flaws, engine, meter } = site;
  const { kernels } = engine;
  const programmed = programOnce(site, weights, flaws);
  return {
    change(change) {
      if (flaws) kernels.writeBounded(weights, change, flaws.response, flaws.low, flaws.high);
      else kernels.addScaled(change, 1, weights);
      meter.cellsWritten += weights.data.length;
    },
    program(target) {
      programmed(target);
      meter.cellsWritten += weights.data.length;
    },
  };
}
