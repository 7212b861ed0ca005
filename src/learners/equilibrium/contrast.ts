/**
 * @file The gradient of equilibrium propagation, from what was measured at two equilibria. With E_l the power function of a layer's cells
 * (`chips/resistive/network.ts`) and Δ the difference between two equilibria whose nudges −β ∂C/∂(A v) differ by `span` in β,
 *
 *   ∂C/∂W_l ≈ (A_L / span) · A_l² … A_{L−1}² · Δ ∂E_l/∂W_l        ∂E/∂W_ij = sign(W_ij) ½ (s_i² + v_j²) − s_i v_j
 *
 * which for W > 0 is ½ (s_i − v_j)² at the cell that carries the weight and for W < 0 is −½ (s_i + v_j)² at the other: each cell's own voltage,
 * nothing else. The factors are the learner's knowledge of the amplifiers' nominal gains; what these gains are in fact, it does not know.
 */
import type { MeasuredView, Pass } from '../../chips/access.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Matrix } from '../../engine/matrix.ts';

/** A crossbar and room for its gradient [rows, units]. */
interface Contrasted {
  /** the weights asked for, of which signs are taken */
  readonly wanted: Matrix;
  readonly gradient: Matrix;
}

/**
 * @param batch samples of a pass @param count told the multiply-adds
 * @returns fills the gradients of descent, summed over the batch, from the equilibrium nudged further and the one nudged less
 */
export function contrast(
  chip: MeasuredView,
  layers: readonly Contrasted[],
  batch: number,
  engine: Engine,
  count: (multiplyAdds: number) => void,
): (further: Pass, less: Pass, span: number) => void {
  const { kernels } = engine;
  const shapes = chip.layers;
  const rooms = shapes.map(
    ({ units }) => [engine.matrix(batch, units), engine.matrix(batch, units)] as const,
  );
  const rowSums = shapes.map(({ rows }) => new Float64Array(rows));
  const unitSums = shapes.map(({ units }) => new Float64Array(units));

  return (further, less, span) => {
    let factor = shapes.at(-1)!.gain! / span;
    for (let l = shapes.length - 1; l >= 0; l--) {
      const gain = shapes[l]!.gain!;
      if (l < shapes.length - 1) factor *= gain * gain;
      const { wanted, gradient } = layers[l]!;
      const [plus, minus] = rooms[l]!;
      for (const [room, pass, sign] of [
        [plus, further, 1],
        [minus, less, -1],
      ] as const) {
        kernels.fill(room, 0);
        kernels.addScaled(pass.outputs[l]!, (-sign * factor) / gain, room);
      }
      const terms = [
        { pass: further, delta: plus },
        { pass: less, delta: minus },
      ];
      chip.correlate(l, terms, gradient);
      squares(further.inputs[l]!, less.inputs[l]!, factor / 2, rowSums[l]!);
      squares(further.outputs[l]!, less.outputs[l]!, factor / (2 * gain * gain), unitSums[l]!);
      count(2 * batch * (rowSums[l]!.length + unitSums[l]!.length));
      addSigned(wanted, rowSums[l]!, unitSums[l]!, gradient);
    }
  };
}

/** out_j = factor · Σ_b (a_bj² − c_bj²), as (a − c)(a + c): the difference is small. */
function squares(a: Matrix, c: Matrix, factor: number, out: Float64Array): void {
  out.fill(0);
  for (let b = 0; b < a.rows; b++)
    for (let j = 0; j < out.length; j++) {
      const k = b * out.length + j;
      out[j]! += factor * (a.data[k]! - c.data[k]!) * (a.data[k]! + c.data[k]!);
    }
}

/** gradient_ij += sign(W_ij) (rows_i + units_j); a weight of 0 has neither sign. */
function addSigned(weights: Matrix, rows: Float64Array, units: Float64Array, gradient: Matrix): void {
  const n = weights.columns;
  for (let i = 0; i < weights.rows; i++)
    for (let j = 0; j < n; j++)
      gradient.data[i * n + j]! += Math.sign(weights.data[i * n + j]!) * (rows[i]! + units[j]!);
}
