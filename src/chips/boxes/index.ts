/** @file The families of black boxes: one line each. */
import type { Engine } from '../../engine/engine.ts';
import type { Stream } from '../../engine/streams.ts';
import type { Box, BoxModel } from './box.ts';
import { inSeries } from './chain.ts';
import { buildChaotic } from './chaotic.ts';
import { buildComparator } from './comparator.ts';
import { buildDelay } from './delay.ts';
import { buildDrift } from './drift.ts';
import { buildExpression } from './expression.ts';
import { buildGating } from './gating.ts';
import { buildHysteresis } from './hysteresis.ts';
import { buildLottery } from './lottery.ts';
import { buildOnnx } from './onnx.ts';
import { buildOptical } from './optical.ts';
import { buildProgram } from './program.ts';
import { buildQuantiser } from './quantiser.ts';
import { buildSaturation } from './saturation.ts';
import { buildScattering } from './scattering.ts';
import { buildSlowNet } from './slow-net.ts';
import { buildSpiking } from './spiking.ts';
import { buildTable } from './table.ts';

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
  table: buildTable,
  onnx: buildOnnx,
  program: buildProgram,
  'slow-net': buildSlowNet,
  lottery: buildLottery,
  quantiser: buildQuantiser,
  gating: buildGating,
  saturation: buildSaturation,
  hysteresis: buildHysteresis,
  delay: buildDelay,
  chaotic: buildChaotic,
  spiking: buildSpiking,
  drift: buildDrift,
  optical: buildOptical,
  chain: buildChain,
};

function buildChain(
  { boxes }: Extract<BoxModel, { kind: 'chain' }>,
  units: number,
  batch: number,
  engine: Engine,
  stream: (path: string) => Stream,
): Box | undefined {
  const built = boxes.flatMap((link, k) => {
    return buildBox(link, units, batch, engine, path => stream(`${k + 1}/${path}`)) ?? [];
  });
  return built.length > 0 ? inSeries(built, units, batch, engine) : undefined;
}

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
