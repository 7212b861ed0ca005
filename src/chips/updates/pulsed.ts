/**
 * @file The pulsed update: an intended change becomes a whole number of pulses, stochastically rounded, and every pair answers
 * with the step response of its cells (constant step or soft bounds), its own up and down step, and cycle-to-cycle
 * noise. Parameter meanings follow AIHWKit's ConstantStep and SoftBounds devices; n pulses are taken in closed form.
 */
import type { Engine } from '../../engine/engine.ts';
import type { PulsedCells } from '../../engine/kernels.ts';
import type { Matrix } from '../../engine/matrix.ts';
import type { Stream } from '../../engine/streams.ts';
import type { Cell } from '../cells/cell.ts';
import type { Flaws } from '../cells/flaws.ts';
import type { Meter } from '../meter.ts';
import type { ChipModel } from '../model.ts';
import { programmingError, programOnce } from './programming.ts';
import type { Writer } from './update.ts';

/** @throws RangeError when the cell has no step response or the weights no bounds */
export function buildPulsed(
  model: ChipModel,
  weights: Matrix,
  flaws: Flaws | undefined,
  engine: Engine,
  meter: Meter,
  stream: (path: string) => Stream,
): Writer {
  const { cell } = model;
  if (model.update.kind !== 'pulsed' || cell.kind === 'linear' || !flaws)
    throw new RangeError(
      'a pulsed update needs a pulsed cell (constant-step, soft-bounds) and a weightRange above 0',
    );
  const { kernels } = engine;
  const cells = drawSteps(
    cell,
    model.crossbar.weightRange,
    model.update.maximumPulses,
    flaws,
    engine,
    stream,
  );
  const streams = { rounding: stream('rounding'), cycle: stream('cycle') };
  const pulse = cell.kind === 'constant-step' ? kernels.pulseConstant : kernels.pulseSoftBounds;
  const sigma = programmingError(model);
  const noise = stream('programming');
  return {
    change(change) {
      meter.pulses += pulse(weights, change, cells, streams);
    },
    program(target) {
      programOnce(weights, target, sigma, flaws, engine, noise);
      meter.cellsWritten += weights.data.length;
    },
  };
}

/**
 * Steps of every pair: nominal size 2·range/states; the up step larger than the down step by the factor 1 + asymmetry, their mean
 * nominal; each with its own spread.
 */
function drawSteps(
  cell: Exclude<Cell, { kind: 'linear' }>,
  range: number,
  maximum: number,
  flaws: Flaws,
  engine: Engine,
  stream: (path: string) => Stream,
): PulsedCells {
  const step = (2 * range) / cell.states;
  const downShare = 2 / (2 + cell.asymmetry);
  const up = engine.matrix(flaws.response.rows, flaws.response.columns);
  const down = engine.matrix(flaws.response.rows, flaws.response.columns);
  for (const [steps, share, name] of [
    [up, 2 - downShare, 'up-step'],
    [down, downShare, 'down-step'],
  ] as const) {
    engine.kernels.fill(steps, 1);
    if (cell.stepVariation > 0) engine.kernels.addGaussian(steps, cell.stepVariation, stream(name));
    for (let k = 0; k < steps.data.length; k++)
      steps.data[k] = step * share * Math.max(0, steps.data[k]!) * flaws.response.data[k]!;
  }
  return { up, down, low: flaws.low, high: flaws.high, step, cycle: cell.cycleNoise, maximum };
}
