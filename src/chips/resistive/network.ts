/**
 * @file A chip's crossbars as a nonlinear resistive network: nodes joined by conductances that carry current both ways, and no direction of
 * its own (Kendall et al. 2020, arXiv 2006.01981). Inputs and bias are voltage sources; every unit is a node; a pair of cells joins row i to
 * node j, one cell to the row's voltage s_i, the other to its mirror image −s_i, so that W = a⁺ − a⁻ may have either sign:
 *
 *   E_l = Σ_ij ½ a⁺_ij (s_i − v_j)² + ½ a⁻_ij (s_i + v_j)²,   a^± = max(±W, 0) + rest of a cell that is off
 *
 * in units of (weight · voltage²), half the power of the cells. Behind a hidden node v stand an ideal diode that keeps it above the offset o of
 * its circuit, and an amplifier of both directions that makes up for what the divider takes: u = A (v − o) drives the next crossbar, and the
 * current that u gives away is drawn from v divided by A. The chip settles where Kirchhoff's current law holds at every node; with equal gains
 * both ways that is the minimum of E_1 + E_2/A_1² + E_3/(A_1 A_2)² + …, else there is no such function.
 *
 * Left out: the diodes' own curves (knee, compression), capacitances and the time of settling, the noise that a cell makes at the row it
 * hangs on (it is counted at the node, as one current that stands still while the chip settles).
 */
import type { Engine } from '../../engine/engine.ts';
import { type Matrix, rowsOf } from '../../engine/matrix.ts';
import { gaussians, type Stream } from '../../engine/streams.ts';
import type { LayerShape, Nudges } from '../access.ts';
import { convert } from '../converters/uniform.ts';
import type { Crossbar } from '../crossbar.ts';
import type { Front } from '../front.ts';
import { scaleOf } from '../mapping.ts';
import type { Meter } from '../meter.ts';
import type { ChipModel } from '../model.ts';
import type { Rectifiers } from '../neurons/rectifier.ts';
import type { FullPass } from '../pass.ts';
import { measuring } from './fit.ts';
import { type Nodes, relax } from './nodes.ts';

/** The chip has settled when no voltage moves by more than this share of the largest of its layer. */
const tolerance = 1e-6;
/** Rounds up and down the layers; neighbours hold each other loosely, so a few suffice. */
const mostRounds = 200;

export interface ResistiveNetwork {
  /**
   * Settles on the held images, from where it stands if these have been sent before. `pass` gets row voltages (`inputs`) and, times
   * the nominal gain behind them, node voltages (`outputs`, `delivered`), as the chip's ADC gives them.
   * @param nudges currents into nodes @throws Error when it does not settle
   */
  settle(pass: FullPass, nudges?: Nudges): void;
}

/** What a network is made of. */
export interface NetworkParts {
  /** with its ADC, which measures */
  readonly model: ChipModel;
  readonly shapes: readonly LayerShape[];
  readonly crossbars: readonly Crossbar[];
  readonly front: Front;
  readonly circuits: readonly Rectifiers[];
  readonly batch: number;
  readonly meter: Meter;
}

/** @param stream names streams of a layer's amplifiers, keyed from the chip's seed */
export function buildNetwork(
  { model, shapes, crossbars, front, circuits, batch, meter }: NetworkParts,
  engine: Engine,
  stream: (layer: number, path: string) => Stream,
): ResistiveNetwork {
  const { kernels, gemm } = engine;
  const adc = measuring(model);
  const { cell, crossbar, neuron } = model;
  const rest = crossbar.weightRange > 0 ? cell.minimumConductance / scaleOf(cell, crossbar.weightRange) : 0;
  const spread = neuron.kind === 'rectifier' ? neuron.gain : 0;
  const last = shapes.length - 1;
  let version = -1; // of the images that the nodes stand at

  const layers: Nodes[] = shapes.map((shape, l) => {
    const { units, rows } = shape;
    const { gain, offset } = circuits[l]!;
    const nominal = shape.gain!;
    const isOutput = l === last;
    const returned = gaussians(stream(l, 'return'), units); // gains backward are off by as much, each by its own
    return {
      voltages: engine.matrix(batch, units),
      rows: engine.matrix(batch, rows),
      below: engine.matrix(batch, units),
      above: engine.matrix(batch, isOutput ? 1 : shapes[l + 1]!.rows),
      noise: engine.matrix(batch, units),
      load: new Float64Array(units),
      loadAbove: new Float64Array(units),
      gain: gain.data.map(g => nominal * g),
      back: Float32Array.from(returned, n => (isOutput ? 0 : 1 / (nominal * Math.exp(spread * n)))),
      offset: offset.data.map(o => o / nominal),
      hasDiode: !isOutput,
    };
  });
  const turned = shapes.map(({ rows, units }, l) => (l === 0 ? undefined : engine.matrix(units, rows)));

  /** Conductances as they are now: Σ |W| + 2 rest at every node, from either side. */
  function weigh(): void {
    crossbars.forEach(({ weights, rows, columns }, l) => {
      const { load } = layers[l]!;
      const under = layers[l - 1]?.loadAbove;
      load.fill(2 * rest * rows);
      under?.fill(2 * rest * columns);
      for (let i = 0; i < rows; i++) {
        let sum = 0;
        for (let j = 0; j < columns; j++) {
          const w = Math.abs(weights.data[i * columns + j]!);
          load[j]! += w;
          sum += w;
        }
        if (under && i < under.length) under[i]! += sum;
      }
      if (l > 0) kernels.transpose(weights, turned[l]!);
    });
  }

  /** Layer l takes the voltages at which its nodes' currents sum to 0, its neighbours standing still. @returns largest change, as a share */
  const visit = (l: number, count: number, nudges: Nudges | undefined): number =>
    relax(layers[l]!, layers[l + 1]?.rows, count, nudges?.[l]);

  /** Every layer but the first, from below; what comes from above has not changed since it was last worked out. */
  function up(count: number, nudges: Nudges | undefined): number {
    let change = 0;
    for (let l = 1; l <= last; l++) {
      const { rows, below } = layers[l]!;
      gemm.multiply(rowsOf(rows, 0, count), crossbars[l]!.weights, rowsOf(below, 0, count));
      change = Math.max(change, visit(l, count, nudges));
    }
    return change;
  }

  /** Every layer from above; what comes from below has not changed. */
  function down(count: number, nudges: Nudges | undefined): number {
    let change = visit(last, count, nudges);
    for (let l = last - 1; l >= 0; l--) {
      const above = rowsOf(layers[l]!.above, 0, count);
      gemm.multiply(rowsOf(layers[l + 1]!.voltages, 0, count), turned[l + 1]!, above);
      change = Math.max(change, visit(l, count, nudges));
    }
    return change;
  }

  /** Noise of the cells behind the first crossbar (whose own comes with its currents), drawn once for a settling. */
  function drawNoise(count: number): void {
    for (let l = 1; l <= last; l++) {
      const noise = rowsOf(layers[l]!.noise, 0, count);
      kernels.fill(noise, 0);
      crossbars[l]!.disturb(rowsOf(layers[l]!.rows, 0, count), noise);
    }
  }

  function start(pass: FullPass): void {
    front.send({ kind: 'off' }, pass);
    kernels.copy(pass.currents[0]!, rowsOf(layers[0]!.below, 0, pass.batch));
    if (pass.held.version === version) return;
    version = pass.held.version;
    for (const [l, { voltages, rows, above, noise }] of layers.entries()) {
      for (const m of [voltages, rows, above, noise]) kernels.fill(m, 0);
      for (let b = 0; b < batch; b++) rows.data[b * rows.columns + shapes[l]!.biasRow] = 1;
    }
    visit(0, pass.batch, undefined);
    up(pass.batch, undefined); // about the voltages that noise depends on
  }

  function tell(pass: FullPass): void {
    const { batch: count } = pass;
    meter.forwardPasses += count;
    if (model.dac.kind !== 'none') meter.dacConversions += count * shapes[0]!.rows;
    layers.forEach(({ voltages, rows }, l) => {
      const { gain, units } = shapes[l]!;
      const out = pass.outputs[l]!;
      kernels.fill(out, 0);
      kernels.addScaled(rowsOf(voltages, 0, count), gain!, out);
      meter.drive[l]! += (sumOfSquares(out) / gain! ** 2) * shapes[l]!.rows;
      convert(kernels, adc, out);
      if (pass.isSeen || l === last) {
        const conversions = count * units * (l < last ? 2 : 1); // either side of an amplifier
        meter.adcConversions += conversions;
        meter.measuredConversions += conversions;
        meter.measured[l]! += count;
      }
      if (l === 0) return;
      kernels.copy(rowsOf(rows, 0, count), pass.inputs[l]!);
      convert(kernels, adc, pass.inputs[l]!, shapes[l]!.inputs);
    });
    if (pass.delivered) kernels.copy(pass.outputs[last]!, pass.delivered);
  }

  return {
    settle(pass, nudges) {
      weigh();
      start(pass);
      drawNoise(pass.batch);
      let change = Number.POSITIVE_INFINITY;
      for (let round = 0; change > tolerance; round++) {
        if (round === mostRounds)
          throw new Error(
            `the resistive network does not settle: after ${mostRounds} rounds voltages still move by ${change.toExponential(1)} of the largest`,
          );
        change = Math.max(down(pass.batch, nudges), up(pass.batch, nudges));
        if (!Number.isFinite(change)) throw new Error('the resistive network has no finite voltages');
      }
      tell(pass);
    },
  };
}

function sumOfSquares({ data }: Matrix): number {
  let sum = 0;
  for (let k = 0; k < data.length; k++) sum += data[k]! * data[k]!;
  return sum;
}
