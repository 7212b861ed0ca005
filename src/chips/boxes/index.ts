/** @file The families of black boxes: one line each. */
import type { Engine } from '../../engine/engine.ts';
import type { Stream } from '../../engine/streams.ts';
import type { Box, BoxModel } from './box.ts';
import { buildComparator } from './comparator.ts';
import { buildExpression } from './expression.ts';
import { buildScattering } from './scattering.ts';
import { buildSlowNet } from './slow-net.ts';

type Build<M> = (
  model: M,
  units: number,
  batch: number,
  engine: Engine,
  stream: (path: string) => Stream,
) => Box | undefined;

const families: { [K in BoxModel['kind']]: Build<Extract<BoxModel, { kind: K }>> } = {
  none: () => undefined,
  scattering: buildScattering,
  comparator: buildComparator,
  expression: buildExpression,
  'slow-net': buildSlowNet,
};

/**
 * Makes an individual box; nothing where the model says there is none.
 *
 * @param units activities that pass through it
 * @param batch most rows it will be given at once
 * @param stream names of the box's own random numbers: 'noise' is fresh at every pass, all others are fixed at manufacture
 */
export function buildBox(
  model: BoxModel,
  units: number,
  batch: number,
  engine: Engine,
  stream: (path: string) => Stream,
): Box | undefined {
  const build = families[model.kind] as Build<BoxModel>;
  return build(model, units, batch, engine, stream);
}
