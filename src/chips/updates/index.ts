/** @file The ways of writing, by the `kind` of a chip's `update`. */
import type { Engine } from '../../engine/engine.ts';
import type { Matrix } from '../../engine/matrix.ts';
import type { Stream } from '../../engine/streams.ts';
import type { Flaws } from '../cells/flaws.ts';
import type { Meter } from '../meter.ts';
import type { ChipModel } from '../model.ts';
import { buildIdeal } from './ideal.ts';
import { buildProgramVerify } from './program-verify.ts';
import { buildPulsed } from './pulsed.ts';
import type { Writer } from './update.ts';

export type { Writer } from './update.ts';

const writers = { ideal: buildIdeal, pulsed: buildPulsed, 'program-verify': buildProgramVerify };

/** The writer of one crossbar. */
export function buildWriter(
  model: ChipModel,
  weights: Matrix,
  flaws: Flaws | undefined,
  engine: Engine,
  meter: Meter,
  stream: (path: string) => Stream,
): Writer {
  return writers[model.update.kind](model, weights, flaws, engine, meter, stream);
}
