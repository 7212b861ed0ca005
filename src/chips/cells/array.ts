/**
 * @file The cells of one crossbar that are written by pulses: what they hold, how a number of pulses moves them, and what time and
 * resets do to them. Every update that pulses is made of these.
 *
 * Where there is write noise, pulses move a hidden weight, and what is read is that plus noise drawn at every write; without it both
 * are one.
 */
import type { Engine } from '../../engine/engine.ts';
import type { Matrix } from '../../engine/matrix.ts';
import type { Stream } from '../../engine/streams.ts';
import type { PulsedCell } from './cell.ts';
import type { Flaws } from './flaws.ts';
import { nominalPulses, stepResponse } from './index.ts';
import { normals } from './normals.ts';
import { type Relaxation, relaxation } from './relaxation.ts';
import type { StepResponse, Steps } from './step-response.ts';
import { drawSteps, nominalStep } from './steps.ts';
import { buildVector, streamsOf } from './vector.ts';

export interface CellArray {
  /** what is read [rows, columns] */
  readonly weights: Matrix;
  readonly steps: Steps;
  readonly response: StepResponse;
  /** what an update counts as one pulse: the mean of up and down step of a nominal cell at weight 0, in units of weight */
  readonly granularity: number;
  /** cells that a pulse goes to */
  readonly together: number;
  /** Another sample is about to be written; absent where that makes no difference. */
  turn?(): void;
  /** n pulses to cell k, up for n > 0, down for n < 0; in closed form where there is one. */
  pulse(k: number, n: number): void;
  /** The same, one pulse after another. */
  pulseSingly(k: number, n: number): void;
  /** The cells now hold `weights`, as somebody else wrote them. */
  written(): void;
  /** The cells hold `weights` as they are, which somebody has put in past all physics. */
  restored(): void;
  /** One update's worth of decay and diffusion. */
  relax(): void;
  /** Resets cell k. */
  reset(k: number): void;
  /** To be told of pulses to cell k that are given past `pulse`; absent where nobody counts them. */
  readonly note?: (k: number, pulses: number) => void;
}

/**
 * @param weights where what is read is kept [rows, columns]; set to 0, or where a cell cannot hold that, to its nearest bound
 * @param range largest weight of a nominal pair
 */
export function buildArray(
  { devices, ...cell }: PulsedCell,
  weights: Matrix,
  flaws: Flaws,
  range: number,
  engine: Engine,
  stream: (path: string) => Stream,
): CellArray {
  if (!devices) return buildSingle(cell, weights, flaws, range, engine, stream);
  const parts = flaws.devices!.map((own, k) =>
    buildSingle(cell, engine.matrix(weights.rows, weights.columns), own, range, engine, streamsOf(k, stream)),
  );
  const steps = { ...parts[0]!.steps, low: flaws.low, high: flaws.high };
  return buildVector(devices, parts, weights, steps, engine, stream);
}

function buildSingle(
  cell: PulsedCell,
  weights: Matrix,
  flaws: Flaws,
  range: number,
  engine: Engine,
  stream: (path: string) => Stream,
): CellArray {
  const steps = drawSteps(cell, range, flaws, engine, stream);
  const response = stepResponse(cell, steps, range, stream);
  const nominal = nominalPulses(cell, range);
  const [low, high] = [flaws.low.data, flaws.high.data];
  const cycle = normals(engine, stream('pulse'));
  const write = normals(engine, stream('write'));
  const writeSigma = cell.writeNoise * nominalStep(cell, range);
  const hidden = writeSigma > 0 ? engine.matrix(weights.rows, weights.columns) : weights;
  const h = hidden.data;
  const relaxes: Relaxation = relaxation(cell, hidden, response, range, engine, stream);
  const clipped = (k: number, w: number) => Math.max(low[k]!, Math.min(high[k]!, w));

  /** Cell k holds w from now on. */
  function hold(k: number, w: number): void {
    h[k] = clipped(k, w);
    if (writeSigma > 0) weights.data[k] = h[k]! + writeSigma * write();
  }
  function holdAll(): void {
    for (let k = 0; k < h.length; k++) hold(k, h[k]!);
  }
  function pulseSingly(k: number, n: number): void {
    const isUp = n > 0;
    let w = h[k]!;
    for (let left = Math.abs(n); left > 0; left--) {
      const step = response.step(k, w, isUp);
      const spread = response.spread(k, w, isUp, step);
      w = clipped(k, spread > 0 ? w + step + spread * cycle() : w + step);
    }
    hold(k, w);
  }

  for (let k = 0; k < h.length; k++) {
    h[k] = clipped(k, 0);
    weights.data[k] = h[k]!;
  }
  return {
    weights,
    steps,
    response,
    granularity: (nominal.up + nominal.down) / 2,
    together: 1,
    pulse(k, n) {
      if (n === 0) return;
      if (!response.many || n === 1 || n === -1) return pulseSingly(k, n);
      const normal = cell.cycleNoise > 0 ? cycle() : 0;
      hold(k, response.many(k, h[k]!, n > 0, Math.abs(n), normal));
    },
    pulseSingly,
    written() {
      engine.kernels.copy(weights, hidden);
      holdAll();
    },
    restored: () => engine.kernels.copy(weights, hidden),
    relax() {
      if (!relaxes.isActive) return;
      relaxes.relax();
      holdAll();
    },
    reset: k => hold(k, relaxes.resetTo(k)),
  };
}
