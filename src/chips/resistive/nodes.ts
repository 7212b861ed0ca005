/**
 * @file The nodes of one layer and their relaxation: each takes the one voltage at which its currents sum to 0 while its neighbours stand
 * still. Nodes of a layer touch only those of the layers beside it, so a whole layer moves at once (exact block coordinate descent;
 * Scellier 2024, ICML, arXiv 2402.11674).
 */
import type { Matrix } from '../../engine/matrix.ts';

/** Currents and voltages are batch × units; conductances in units of weight. */
export interface Nodes {
  /** v, volts before the amplifier */
  readonly voltages: Matrix;
  /** what drives the rows of the crossbar below these nodes, bias last [batch, rows]; of no use in the first layer */
  readonly rows: Matrix;
  /** Σ_i W_ij s_i */
  readonly below: Matrix;
  /** Σ_k W_jk v_k, of the crossbar above [batch, its rows] */
  readonly above: Matrix;
  /** current noise, held while the chip settles */
  readonly noise: Matrix;
  /** conductance at each node from the crossbar below, and at each row of the crossbar above */
  readonly load: Float64Array;
  readonly loadAbove: Float64Array;
  /** A, of the voltage forward; and 1/A, of the current backward: 0 at the chip's outputs, from which nothing is drawn */
  readonly gain: Float32Array;
  readonly back: Float32Array;
  /** o, volts before the amplifier */
  readonly offset: Float32Array;
  readonly hasDiode: boolean;
}

/**
 * v = (Σ_i W_ij s_i + ξ + nudge + back (Σ_k W_jk v_k + R A o)) / (G + back R A), with G and R the loads below and above, then the diode
 * and u = A (v − o) into the rows above.
 *
 * @param rowsAbove rows of the crossbar above, whose first columns are written [batch, rows]
 * @param nudge currents into the nodes @returns largest change as a share of the largest voltage
 */
export function relax(
  nodes: Nodes,
  rowsAbove: Matrix | undefined,
  count: number,
  nudge: Matrix | undefined,
): number {
  const { load, loadAbove, gain, back, offset, hasDiode } = nodes;
  const [v, below, above, noise] = [nodes.voltages, nodes.below, nodes.above, nodes.noise].map(
    m => m.data,
  ) as [Float32Array, Float32Array, Float32Array, Float32Array];
  const units = load.length;
  const wide = nodes.above.columns;
  let change = 0;
  let largest = 0;
  for (let b = 0; b < count; b++)
    for (let j = 0; j < units; j++) {
      const k = b * units + j;
      const drawn = back[j]! * loadAbove[j]! * gain[j]!;
      let current = below[k]! + noise[k]! + drawn * offset[j]!;
      if (back[j]! > 0) current += back[j]! * above[b * wide + j]!;
      if (nudge) current += nudge.data[k]!;
      const conductance = load[j]! + drawn;
      let voltage = conductance > 0 ? Math.fround(current / conductance) : 0; // a node that hangs on nothing
      if (hasDiode && voltage < offset[j]!) voltage = offset[j]!;
      change = Math.max(change, Math.abs(voltage - v[k]!));
      largest = Math.max(largest, Math.abs(voltage));
      v[k] = voltage;
      if (rowsAbove) rowsAbove.data[b * rowsAbove.columns + j] = gain[j]! * (voltage - offset[j]!);
    }
  return change === 0 ? 0 : change / largest;
}
